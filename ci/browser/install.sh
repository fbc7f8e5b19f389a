#!/usr/bin/env bash
# Installs what check-report.mjs needs: playwright-core into this folder, and Debian's Chromium when this is root and it is
# not there. Does nothing when everything is there.
set -euo pipefail
cd "$(dirname "$0")"

if [ ! -x /usr/bin/chromium ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
  else
    echo 'please install chromium (as /usr/bin/chromium) and a font, such as fonts-dejavu-core' >&2
    exit 1
  fi
fi

# a stamp names what was installed, so that a changed list installs again
wanted=$(cat package.json package-lock.json | sha256sum | cut -d' ' -f1)
if [ "$(cat node_modules/.installed 2>/dev/null)" != "$wanted" ]; then
  npm ci --silent --no-progress --no-audit --no-fund --ignore-scripts
  echo "$wanted" >node_modules/.installed
fi
