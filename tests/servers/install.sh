#!/usr/bin/env bash
# Install the real servers that tests start: snac and nats-server (Debian) and the Bluesky stack (npm, PostgreSQL); and iproute2. Nothing to do the
# second time. Exits with 1 and one line if it cannot; what the installers said is then in .servers/install.log.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
servers=$here/../../.servers
mkdir -p "$servers"
log=$servers/install.log
: >"$log"
failed=()
command -v ip >/dev/null || { apt-get update -q && apt-get install -y -q --no-install-recommends iproute2; } >>"$log" 2>&1 ||
  failed+=("iproute2")
bash "$here/snac/install.sh" "$servers/snac" >>"$log" 2>&1 </dev/null || failed+=(snac)
bash "$here/nats/install.sh" "$servers/nats" >>"$log" 2>&1 </dev/null || failed+=(nats-server)
bash "$here/bluesky/install.sh" >>"$log" 2>&1 </dev/null || failed+=("the Bluesky servers")
if [ ${#failed[@]} -gt 0 ]; then
  names=$(printf ' and %s' "${failed[@]}")
  echo "Could not install ${names# and }, which needs root, apt and npm; see .servers/install.log" >&2
  exit 1
fi
