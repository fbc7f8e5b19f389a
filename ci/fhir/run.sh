#!/usr/bin/env bash
# The code book as FHIR R4, read by fhir.resources; and a resource that is wrong must be found wrong.
# usage: run.sh PATH-TO-TITER
set -euo pipefail
[ "$#" -eq 1 ] || { echo "usage: $0 PATH-TO-TITER" >&2; exit 2; }
titer=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
here=$(cd "$(dirname "$0")" && pwd)
bash "$here/install.sh"
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"$titer" codes export --format fhir --out "$room/fhir"
"$here/.venv/bin/python" "$here/check_resources.py" "$room/fhir" CodeSystem ValueSet ConceptMap
mkdir "$room/wrong"
sed 's/"caseSensitive": true/"caseSensitive": "perhaps"/' "$room/fhir/CodeSystem-mvx.json" >"$room/wrong/CodeSystem-mvx.json"
if "$here/.venv/bin/python" "$here/check_resources.py" "$room/wrong" CodeSystem 2>/dev/null; then
  echo 'a wrong resource was called valid' >&2
  exit 1
fi
