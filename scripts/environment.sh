# shellcheck shell=bash
# Sourced by the scripts beside it: finds a Python, and makes .venv from a lock, only when the lock has changed.
# Not a command of its own.

say() { printf '%s\n' "$*" >&2; }

find_python() { # prints the command of a Python 3.11 to 3.14 that can make environments; else says what is missing
  local candidate without_venv=""
  for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.14 python3.11 python; do
    # Run it: a version manager's stand-in may be on the path and have nothing behind it.
    "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null || continue
    if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
      echo "$candidate"
      return
    fi
    without_venv=$candidate
  done
  if [ -n "$without_venv" ]; then
    say "« $without_venv » cannot make environments: its venv module is missing. On Debian and Ubuntu: apt install python3-venv"
  else
    say "cestmoiou needs Python 3.11, 3.12, 3.13 or 3.14, and none was found. If yours is elsewhere: PYTHON=/path/to/python3 $0"
  fi
  return 1
}

with_progress() { # a sentence, then a command: runs it quietly, and counts the seconds where somebody is watching
  local what=$1 log=.venv/install.log
  shift
  "$@" >"$log" 2>&1 </dev/null &
  local job=$! seconds=0
  trap 'kill "$job" 2>/dev/null; exit 130' INT TERM
  [ -t 2 ] || say "$what …"
  while kill -0 "$job" 2>/dev/null; do
    [ -t 2 ] && printf '\r%s … %d s' "$what" "$seconds" >&2
    sleep 1
    seconds=$((seconds + 1))
  done
  trap - INT TERM
  [ -t 2 ] && printf '\r\033[K' >&2
  if ! wait "$job"; then
    tail -n 5 "$log" >&2
    say "That did not work: $what. The whole log is in $log; a second try goes on where this one stopped."
    return 1
  fi
}

install_from() { # the lock to install
  local pip=(.venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off)
  "${pip[@]}" --require-hashes -r "$1" &&
    "${pip[@]}" --require-hashes -r requirements-build.lock &&
    "${pip[@]}" --no-build-isolation --no-deps --editable .
}

make_environment() { # "run" or "dev": leaves a .venv with the project and what the lock says in it
  local kind=$1 lock=requirements.lock
  [ "$kind" = dev ] && lock=requirements-dev.lock
  local wanted
  # The folder belongs to it: an environment that was moved does not work any more.
  wanted="$(cksum "$lock" requirements-build.lock pyproject.toml) $PWD"
  if [ -x .venv/bin/cestmoiou ] && [ "$(cat ".venv/made-for-$kind" 2>/dev/null)" = "$wanted" ]; then
    return
  fi
  if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    local python
    python=$(find_python) || return 1
    "$python" -m venv --clear .venv || return 1
  fi
  rm -f .venv/made-for-*
  with_progress "cestmoiou: making its environment in .venv (once, about a minute)" install_from "$lock" || return 1
  printf '%s\n' "$wanted" >".venv/made-for-$kind"
  if [ "$kind" = dev ]; then # it holds all that running needs as well
    printf '%s\n' "$(cksum requirements.lock requirements-build.lock pyproject.toml) $PWD" >.venv/made-for-run
  fi
}
