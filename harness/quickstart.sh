#!/usr/bin/env bash
# From a fresh Debian 12 machine to the first verdict: installs what is missing, builds, runs `fracas run`.
# Safe to repeat. Further arguments go to `fracas run`: bash harness/quickstart.sh --duration 10s
set -euo pipefail
cd "$(dirname "$0")/.."

bash harness/install.sh --build-only
if ! log=$(cmake --preset release 2>&1); then
  printf '%s\n' "$log" >&2
  echo "quickstart.sh: cmake could not configure the build; the message above says why." >&2
  exit 255
fi
echo "Building Fracas (some minutes the first time)..."
cmake --build --preset release --target fracas fracas-store

status=0
build/fracas run "$@" || status=$?
echo
echo "The same again, with other words: build/fracas run --help     All that can be done: build/fracas --help"
exit "$status"
