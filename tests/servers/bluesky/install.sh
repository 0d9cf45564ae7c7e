#!/usr/bin/env bash
# What start.sh needs: PostgreSQL and npm from the distribution, if they are not there; the servers and a Node 24 from npm.
set -euo pipefail
cd "$(dirname "$0")"
missing=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends "${missing[@]}"
fi
want=$(sha256sum package-lock.json | cut -c1-16)
if [ "$(cat node_modules/.installed 2>/dev/null)" != "$want" ]; then
  # No install script is needed: better-sqlite3 13, sharp and Node come as binaries inside their packages.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  echo "$want" >node_modules/.installed
fi
