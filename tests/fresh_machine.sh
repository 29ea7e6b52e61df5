#!/usr/bin/env bash
# Proves the two commands on a fresh machine: a debootstrap'ed Debian 12 with only git, a clone of the committed tree, then
#   bash harness/quickstart.sh && bash tests/run.sh
# On demand, as root; installs debootstrap if it is missing. Takes some 20 minutes on 2 cores and 3 GB of disk.
# tests/fresh_machine.sh [FOLDER]: where the root is made (default: a temporary folder, removed at the end).
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  echo "fresh_machine.sh: needs root (chroot, mounts in a namespace of its own): sudo bash tests/fresh_machine.sh" >&2
  exit 1
fi
if ! command -v debootstrap >/dev/null; then
  echo "fresh_machine.sh is about to install the Debian package debootstrap"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
fi

if [ $# -gt 0 ]; then
  root=$1
  mkdir -p "$root"
else
  root=$(mktemp -d -t fracas-fresh.XXXXXX)
  trap 'rm -rf --one-file-system "$root"' EXIT
fi

if [ ! -e "$root/etc/debian_version" ]; then
  log=$(mktemp)
  if ! debootstrap --variant=minbase --include=git,ca-certificates bookworm "$root" >"$log" 2>&1; then
    tail -20 "$log" >&2
    exit 1
  fi
  rm -f "$log"
fi
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
rm -rf "$root/fracas"
git clone -q --no-hardlinks . "$root/fracas"

# Mounts and processes live in namespaces of their own: nothing is left behind, whatever happens.
unshare --mount --pid --fork bash -euc '
  root=$1
  mount --make-rprivate /
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  exec chroot "$root" /usr/bin/env -i HOME=/ PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    bash -euc "cd /fracas && bash harness/quickstart.sh && bash tests/run.sh"
' _ "$root"
