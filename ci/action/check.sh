#!/usr/bin/env bash
# Checks messages twice over the same files: a SARIF file for code scanning, and one line a finding for the log.
# The exit status is that of `titer check`: 0 clean, 1 findings at or above the threshold, 2 a file or the call is wrong.
set -euo pipefail
paths=()
while IFS= read -r line; do
  [ -n "$line" ] && paths+=("$line")
done <<<"$TITER_PATHS"
options=(--fail-on "$TITER_FAIL_ON")
[ -n "$TITER_POLICY" ] && options+=(--policy "$TITER_POLICY")
[ "$TITER_MASK" = true ] && options+=(--mask)
code=0
titer check "${paths[@]}" "${options[@]}" --format sarif --output "$TITER_SARIF" || code=$?
[ "$code" -le 1 ] || exit "$code"
echo "sarif=$TITER_SARIF" >>"$GITHUB_OUTPUT"
titer check "${paths[@]}" "${options[@]}" --format concise
