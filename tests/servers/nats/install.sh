#!/usr/bin/env bash
# Put the Debian package nats-server under DIR without installing it: download, unpack. One static program.
# Needs apt-get and dpkg-deb. Changes no apt configuration.
# usage: install.sh DIR
set -euo pipefail
dir=$(mkdir -p "$1" && cd "$1" && pwd)
[ -x "$dir/root/usr/sbin/nats-server" ] && exit 0
cd "$dir"
apt-get -o APT::Sandbox::User=root -qq download nats-server || {
  apt-get -qq update # a machine that has no lists yet
  apt-get -o APT::Sandbox::User=root -qq download nats-server
}
dpkg-deb -x nats-server_*.deb unpacked
unpacked/usr/sbin/nats-server --version
mv unpacked root # last, so that an interrupted installation is begun again
