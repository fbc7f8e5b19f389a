#!/usr/bin/env bash
# Runs a plan and puts its Markdown summary on the job's page. The exit status is that of `titer run`.
set -euo pipefail
options=(--sut "$TITER_SUT" --out "$TITER_OUT")
[ -n "$TITER_SELECT" ] && options+=(--select "$TITER_SELECT")
[ -n "$TITER_KNOWN_FAILURES" ] && options+=(--known-failures "$TITER_KNOWN_FAILURES")
[ -n "$TITER_USERNAME" ] && options+=(--username "$TITER_USERNAME")
[ -n "$TITER_FACILITY" ] && options+=(--facility "$TITER_FACILITY")
# the password goes by the environment: it must not stand in a process list
export TITER_PASSWORD
code=0
titer run "$TITER_PLAN" "${options[@]}" || code=$?
echo "report=$TITER_OUT/report.html" >>"$GITHUB_OUTPUT"
if [ -f "$TITER_OUT/result.json" ]; then
  titer report "$TITER_OUT/result.json" --markdown - >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
