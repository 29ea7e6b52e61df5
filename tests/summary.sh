#!/usr/bin/env bash
# Runs ctest in a build folder and ends with the plain line "N passed, N failed[, N skipped]".
# tests/summary.sh BUILD_FOLDER [ctest arguments]
set -uo pipefail
folder=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
ctest --test-dir "$folder" --output-on-failure --no-tests=error -j "$(nproc)" "$@" 2>&1 | tee "$log" |
  grep -vE '^ +Start +[0-9]+:|Test +#[0-9]+: .*(Passed|Skipped)'
status=${PIPESTATUS[0]}

failed=$(sed -nE 's/^.*tests passed, ([0-9]+) tests? failed out of ([0-9]+).*$/\1/p' "$log")
total=$(sed -nE 's/^.*tests passed, ([0-9]+) tests? failed out of ([0-9]+).*$/\2/p' "$log")
skipped=$(grep -cE 'Test +#[0-9]+: .*Skipped' "$log")
if [ -z "$total" ]; then
  echo "summary.sh: ctest ran no test." >&2
  exit 1
fi
if [ "$skipped" -gt 0 ]; then
  grep -E 'Test +#[0-9]+: .*Skipped' "$log" | sed -E 's/^.*Test +#[0-9]+: ([^ ]+).*$/skipped: \1/'
  echo "$((total - failed - skipped)) passed, $failed failed, $skipped skipped"
else
  echo "$((total - failed)) passed, $failed failed"
fi
exit "$status"
