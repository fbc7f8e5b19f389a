#!/usr/bin/env bash
# The whole from outside, as a user has it: plans against the reference IIS, its report in a browser, foreign SOAP clients.
# usage: end-to-end.sh PATH-TO-TITER
set -euo pipefail
titer=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")/.."
room=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$room"
}
trap finish EXIT

for plan in onc-2015 cdc-soap iis-negative; do
  echo "-- titer run $plan --sut reference"
  "$titer" run "$plan" --sut reference --out "$room/$plan"
  for file in result.json report.html junit.xml; do
    [ -s "$room/$plan/$file" ] || { echo "$plan wrote no $file" >&2; exit 1; }
  done
done

echo '-- the reports in a browser: phone, desktop, print; also one with every verdict and hostile text'
mkdir "$room/sample"
"$titer" report fixtures/results/sample.json --html "$room/sample/report.html"
node ci/browser/check-report.mjs "$room"/*/report.html

echo '-- forecasts as FHIR, read by a library that is not ours'
bash ci/clients/install.sh
for patient in fixtures/patients/*.json; do
  "$titer" forecast "$patient" --format fhir >"$room/forecast.json"
  ci/clients/.venv/bin/python ci/clients/check_fhir.py <"$room/forecast.json"
done

echo '-- the reference IIS and clients that are not ours'
"$titer" serve --bind 127.0.0.1:0 --username clinic --password secret --facility maple >"$room/serve.txt" 2>"$room/serve.log" &
server=$!
for _ in $(seq 100); do
  grep -q '/soap' "$room/serve.txt" && break
  kill -0 "$server" || { cat "$room/serve.log" >&2; exit 1; }
  sleep 0.1
done
soap=$(grep -o 'http://[^ ]*/soap' "$room/serve.txt" | head -n 1)
bash ci/clients/run.sh "$soap?wsdl" clinic secret maple

echo '-- the page of the reference IIS in a browser'
node ci/browser/check-report.mjs "${soap%/soap}/"
