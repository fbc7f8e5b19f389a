#!/usr/bin/env bash
# Installs the reader of FHIR resources into a folder of its own, .venv. Does nothing when it is there.
set -euo pipefail
cd "$(dirname "$0")"
python=$(sha256sum <requirements.txt | cut -d' ' -f1)
if [ "$(cat .venv/.installed 2>/dev/null)" != "$python" ]; then
  rm -rf .venv
  python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
  echo "$python" >.venv/.installed
fi
