#!/usr/bin/env bash
# Installs the Debian packages that building and testing Fracas need; says first what is missing.
# With --build-only it leaves out what only the tests need; with --with-etcd it adds what one benchmark compares with.
# Called by quickstart.sh and tests/run.sh; safe to repeat.
set -euo pipefail

# What the build needs: one reason a line.
build_packages=(
  g++ cmake ninja-build ccache git ca-certificates   # toolchain
  libboost1.81-dev libboost-filesystem1.81-dev       # Asio, Beast, Process v2 (which links Boost.Filesystem), Random
  nlohmann-json3-dev libtomlplusplus-dev libcli11-dev # JSON, experiments, command line
  libleveldb-dev libsnappy-dev                        # storage engine of the bundled store (links snappy)
  libfmt-dev libsimdjson-dev                          # formatting, reading histories
)
# What only the tests need.
test_packages=(
  libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev
  clang libclang-rt-14-dev clang-format clang-tidy    # second compiler, libFuzzer, format check
  python3-jsonschema                                  # validates report.json against its schema
  procps curl                                         # end-to-end tests look at processes and at HTTP
)
# What tests/bench/beside_etcd.py compares the bundled store with.
etcd_packages=(etcd-server)

wanted=("${build_packages[@]}")
[ "${1:-}" = "--build-only" ] || wanted+=("${test_packages[@]}")
[ "${1:-}" != "--with-etcd" ] || wanted+=("${etcd_packages[@]}")

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "install.sh: this is not a Debian system (no apt-get)." >&2
  echo "Install by hand what corresponds to: ${wanted[*]}" >&2
  exit 1
fi

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install.sh: these packages are missing and neither root nor sudo is at hand: ${missing[*]}" >&2
    echo "As root: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  sudo=(sudo)
fi

echo "Fracas is about to install ${#missing[@]} Debian packages: ${missing[*]}"
"${sudo[@]}" apt-get update -qq
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "install.sh: apt-get failed. Fracas is developed on Debian 12 (bookworm); this is $(
    . /etc/os-release && echo "$PRETTY_NAME")." >&2
  exit 1
fi
