#!/usr/bin/env bash
# Installs what is missing, builds everything, runs every test that belongs to the ordinary run; last line: "N passed, N failed".
# tests/run.sh NAME...: only tests whose name matches one of the (regular) expressions.
set -uo pipefail
cd "$(dirname "$0")/.."

bash harness/install.sh || exit 1
cmake --preset release >/tmp/fracas-cmake.$$.log 2>&1 || { cat /tmp/fracas-cmake.$$.log >&2; exit 1; }
rm -f /tmp/fracas-cmake.$$.log
cmake --build --preset release || { echo "tests/run.sh: the build failed; nothing was tested." >&2; exit 1; }

select=()
[ $# -eq 0 ] || select=(-R "$(IFS='|'; echo "$*")")
bash tests/summary.sh build "${select[@]}"
