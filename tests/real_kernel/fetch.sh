#!/bin/sh
# Fetches Debian's kernel for tests, and installs nothing: what is needed of the package is unpacked
# into a directory, where `boot.sh` finds it. Does nothing when it is there. Prints the release.
#   fetch.sh DIRECTORY [RELEASE]
# RELEASE is as in 6.12.117+deb12-amd64; without it, what linux-image-amd64 stands for today.
# Needs: apt, dpkg, tar, kmod; root where apt's lists must be renewed.
set -eu
directory=$1 release=${2:-}

fail() {
    echo "fetch.sh: $1" >&2
    exit 3
}

# The release that a package without one in its name depends on.
newest() {
    apt-cache depends --no-recommends --no-suggests linux-image-amd64 2>/dev/null |
        sed -n 's/^ *Depends: linux-image-\([0-9].*\)$/\1/p' | sort -V | tail -n 1
}

download() { apt-get download -qq "linux-image-$release" 2>/dev/null; }

[ -n "$release" ] || release=$(newest)
[ -n "$release" ] || { apt-get update -qq && release=$(newest); }
[ -n "$release" ] || fail "apt knows no linux-image-amd64"
kernel=$directory/$release
if [ ! -e "$kernel/complete" ]; then
    rm -rf "$kernel"
    mkdir -p "$kernel"
    cd "$kernel"
    # Lists that are older than the archive name packages that are gone.
    download || { apt-get update -qq && download; } || fail "cannot download linux-image-$release"
    dpkg-deb --fsys-tarfile linux-image-*.deb | tar -x --wildcards \
        './boot/vmlinuz-*' './lib/modules/*/modules.*' './lib/modules/*/kernel/arch/*' \
        './lib/modules/*/kernel/crypto/*' './lib/modules/*/kernel/drivers/net/*' \
        './lib/modules/*/kernel/drivers/virtio/*' './lib/modules/*/kernel/fs/*' \
        './lib/modules/*/kernel/lib/*' './lib/modules/*/kernel/net/*'
    rm linux-image-*.deb
    PATH=$PATH:/usr/sbin:/sbin depmod -b . "$release"
    : >complete
fi
echo "$release"
