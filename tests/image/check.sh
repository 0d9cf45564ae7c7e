#!/usr/bin/env bash
# Build the image and run it as it is shipped: hardened, on a loopback of its own, with accounts on two quiet networks.
# Needs root on Debian. The last line counts: `N passed, N failed`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

exec "$here/build-check.sh" . \
  --sidecar "python3 '$here/quiet_networks.py' 127.0.0.1 18080 18081" \
  --env-file "$here/quiet.env" \
  --exec 'cestmoiou healthcheck' \
  --exec 'cestmoiou config check' \
  --exec 'cestmoiou --version' \
  --exec '! touch /opt/cestmoiou/written /etc/cestmoiou/written 2>/dev/null' \
  --freeze --ready-s 90 --stop-s 15 --memory 192m --max-mb 220 \
  --compose compose.yaml --compose "$here/compose.check.yaml"
