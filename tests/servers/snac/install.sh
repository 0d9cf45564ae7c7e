#!/usr/bin/env bash
# Put the Debian package snac2 under DIR without installing it: download, unpack, check that it runs.
# Needs apt-get, dpkg-deb, and libcurl4 and libssl3 of the machine. Changes no apt configuration: on Debian 12, where
# only backports have it, a private list of sources is used, made from the address of the machine's own.
# usage: install.sh DIR
set -euo pipefail
dir=$(mkdir -p "$1" && cd "$1" && pwd)
binary=$dir/root/usr/bin/snac
[ -x "$binary" ] && exit 0
options=()
if grep -q 'VERSION_CODENAME=bookworm' /etc/os-release; then
  mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
  uri=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -1)
  [ -n "$uri" ] || uri=$(awk '$1=="deb" && $3 ~ /^bookworm/ {print $2; exit}' /etc/apt/sources.list)
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri bookworm-backports main" >"$dir/apt/sources"
  options=(-o Dir::Etc::sourcelist="$dir/apt/sources" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$dir/apt/lists"
    -o Dir::Cache="$dir/apt/cache" -o APT::Sandbox::User=root)
fi
apt-get "${options[@]}" -qq update
cd "$dir"
apt-get "${options[@]}" -qq download snac2
dpkg-deb -x snac2_*.deb unpacked
if ldd unpacked/usr/bin/snac | grep 'not found' >&2; then
  apt-get -qq install -y --no-install-recommends libcurl4 libssl3
fi
mv unpacked root # last, so that an interrupted installation is begun again
