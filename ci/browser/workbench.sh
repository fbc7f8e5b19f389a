#!/usr/bin/env bash
# A tester's way through whole plans in a real browser: a small one with everything that can go wrong (workbench.mjs), and
# the whole of iip-v11 with the scripted EHR (plan.mjs), which cargo builds beside the program's tests.
# usage: workbench.sh PATH-TO-TITER [--pictures FOLDER]
set -euo pipefail
titer=$(realpath "${1:-target/debug/titer}")
pictures=("${@:2}")
if [ "${pictures[0]:-}" = --pictures ]; then pictures[1]=$(realpath "${pictures[1]}"); fi
cd "$(dirname "$0")"
node workbench.mjs "$titer" "${pictures[@]}"
node plan.mjs "$titer" "$(dirname "$titer")/examples/scripted_ehr" iip-v11 --expect iip-v11.txt "${pictures[@]}"
