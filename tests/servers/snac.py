"""snac, a real server of the Mastodon API in one small program (measured with 2.75). Delivers within 6 to 9 s."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.servers.mastodon_api import Account, MastodonPeople
from tests.servers.running import CACHE, NotInstalledError, free_port, stop, wait_until

BINARY = CACHE / "snac" / "root" / "usr" / "bin" / "snac"


@contextmanager
def running_snac(more: Sequence[str] = ()) -> Generator[MastodonPeople]:
    """Start snac from an empty state with the accounts asker, bot, third and `more`; forget everything after."""
    if not BINARY.exists():
        raise NotInstalledError("snac is not installed: run tests/servers/install.sh (Debian, root)")
    port = free_port()
    url = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory(prefix="snac-") as folder:
        data = Path(folder) / "data"
        passwords = _create(data, port, more)
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen([BINARY, "httpd", data], stdout=log, stderr=log)
        try:
            wait_until(lambda: _answers(url), within_s=15, what="snac answers")
            people = _people(url, passwords)
            try:
                yield people
            finally:
                people.close()
        finally:
            stop(process)


def _people(url: str, passwords: dict[str, str]) -> MastodonPeople:
    return MastodonPeople(
        name="snac",
        url=url,
        accounts={user: Account(user, _token(url, user, password)) for user, password in passwords.items()},
        audiences=("public", "direct"),
        has_language_tags=False,  # every post says "en"
        can_delete=False,  # no DELETE in its API
        delivery_s=45,
        passwords=passwords,
    )


def _create(data: Path, port: int, more: Sequence[str]) -> dict[str, str]:
    _snac("init", data, said=f"127.0.0.1\n{port}\nlocalhost:{port}\n\n\n")
    settings = data / "server.json"
    settings.write_text(settings.read_text().replace('"protocol": "https"', '"protocol": "http"'))
    passwords: dict[str, str] = {}
    for user in ("asker", "bot", "third", *more):
        told = _snac("adduser", data, user, said="\n")
        found = re.search(r"^User password is (\S+)", told, re.MULTILINE)
        assert found, told
        passwords[user] = found.group(1)
    return passwords


def _snac(*arguments: str | Path, said: str) -> str:
    done = subprocess.run([BINARY, *arguments], input=said, capture_output=True, text=True, check=True, timeout=20)
    return done.stdout + done.stderr


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/instance", trust_env=False, timeout=2).is_success
    except httpx.TransportError:
        return False


def _token(url: str, user: str, password: str) -> str:
    form = {"login": user, "passwd": password, "redir": "", "cid": "", "state": ""}
    page = httpx.post(f"{url}/oauth/x-snac-get-token", data=form, trust_env=False, timeout=10).text
    found = re.search(r"\b[0-9a-f]{24,}\b", re.sub(r"<[^>]+>", " ", page))
    assert found, page[:300]
    return found.group(0)
