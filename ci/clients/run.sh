#!/usr/bin/env bash
# Both foreign clients against one endpoint; fails when either finds something wrong.
# usage: run.sh WSDL_URL USER PASSWORD FACILITY
set -euo pipefail
[ "$#" -eq 4 ] || { echo "usage: $0 WSDL_URL USER PASSWORD FACILITY" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
bash "$here/install.sh"
"$here/.venv/bin/python" "$here/zeep_client.py" "$@"
node "$here/soap_client.mjs" "$@"
echo 'both foreign clients are content'
