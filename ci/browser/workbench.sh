#!/usr/bin/env bash
# A tester's way through a whole plan in a real browser; see workbench.mjs.
set -euo pipefail
titer=$(realpath "${1:-target/debug/titer}")
cd "$(dirname "$0")"
exec node workbench.mjs "$titer" "${@:2}"
