#!/usr/bin/env bash
# Puts a `titer` on the path of the following steps: the one that is there, or one built from this repository.
set -euo pipefail
if command -v titer >/dev/null; then
  titer --version
  exit 0
fi
root=$(cd "$(dirname "$0")/../.." && pwd)
cargo build --release --locked --manifest-path "$root/Cargo.toml" --bin titer
echo "${CARGO_TARGET_DIR:-$root/target}/release" >>"$GITHUB_PATH"
