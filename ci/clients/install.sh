#!/usr/bin/env bash
# Installs the foreign SOAP clients into folders of their own, .venv and node_modules. Does nothing when they are there.
set -euo pipefail
cd "$(dirname "$0")"

# a stamp names what was installed, so that a changed list installs again
wanted() { cat "$@" | sha256sum | cut -d' ' -f1; }

python=$(wanted requirements.txt)
if [ "$(cat .venv/.installed 2>/dev/null)" != "$python" ]; then
  rm -rf .venv
  python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
  echo "$python" >.venv/.installed
fi

node=$(wanted package.json package-lock.json)
if [ "$(cat node_modules/.installed 2>/dev/null)" != "$node" ]; then
  npm ci --silent --no-progress
  echo "$node" >node_modules/.installed
fi
