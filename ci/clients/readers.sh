#!/usr/bin/env bash
# 10,000 generated messages read by us and by a parser in Python: every segment and field must be the same.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bash "$here/install.sh"
cargo run --quiet --locked -p titer-hl7 --example messages -- 10000 | "$here/.venv/bin/python" "$here/hl7_reader.py" 9900
