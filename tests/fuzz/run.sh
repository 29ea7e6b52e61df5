#!/usr/bin/env bash
# Runs every fuzzer of a build for some seconds, one to a core: tests/fuzz/run.sh BUILD_FOLDER SECONDS. Findings stay in BUILD_FOLDER/fuzz.
set -uo pipefail
build=$(cd "$1" && pwd)
export build seconds=$2

fuzz() {  # fuzz PROGRAM
  local name status
  name=$(basename "$1")
  mkdir -p "$build/fuzz/$name"
  (cd "$build/fuzz" && "$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
    "$build/fuzz/$name" >"$name.log" 2>&1)
  status=$?
  echo "$name: $seconds s, $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz/$name.log") inputs, exit $status"
  [ "$status" = 0 ] || { tail -60 "$build/fuzz/$name.log"; return 1; }
}
export -f fuzz

fuzzers=("$build"/tests/*_fuzz)
[ -x "${fuzzers[0]}" ] || { echo "tests/fuzz/run.sh: no fuzzer in $build" >&2; exit 1; }
printf '%s\0' "${fuzzers[@]}" | xargs -0 -n 1 -P "$(nproc)" bash -c 'fuzz "$0"'
