#!/usr/bin/env bash
# Runs every fuzzer of a clang build for some seconds: tests/fuzz/run.sh BUILD_FOLDER SECONDS. Findings stay in BUILD_FOLDER/fuzz.
set -uo pipefail
build=$(cd "$1" && pwd)
seconds=$2
status=0
found=0
for fuzzer in "$build"/tests/*_fuzz; do
  [ -x "$fuzzer" ] || continue
  found=1
  name=$(basename "$fuzzer")
  mkdir -p "$build/fuzz/$name"
  echo "$name: $seconds s"
  if ! (cd "$build/fuzz" && "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=0 \
      "$build/fuzz/$name" >"$name.log" 2>&1); then
    tail -40 "$build/fuzz/$name.log"
    status=1
  fi
done
[ "$found" = 1 ] || { echo "tests/fuzz/run.sh: no fuzzer in $build" >&2; exit 1; }
exit $status
