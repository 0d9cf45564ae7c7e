"""mastodon_mock, a fake of Mastodon's API by others: quick, honours Idempotency-Key, delivers at once.

It lies in places: one may reply to posts that are gone, blocks do not hold, and no mention is a link in the HTML.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.servers.mastodon_api import Account, MastodonPeople
from tests.servers.running import free_port, stop, wait_until

ACCOUNT = '[[seed.accounts]]\nusername = "{user}"\naccess_token = "{user}-token-0123456789"\n'


@contextmanager
def running_mock_mastodon() -> Generator[MastodonPeople]:
    """Start the fake from an empty state with the accounts asker, bot and third."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    users = ("asker", "bot", "third")
    with tempfile.TemporaryDirectory(prefix="mastodon-mock-") as folder:
        settings = Path(folder) / "settings.toml"
        settings.write_text("".join(ACCOUNT.format(user=user) for user in users))
        command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory", "--config", settings]
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen([*command, "--port", str(port)], stdout=log, stderr=log, cwd=folder)
        try:
            wait_until(lambda: _answers(url), within_s=30, what="mastodon_mock answers")
            accounts = {user: Account(user, f"{user}-token-0123456789") for user in users}
            people = MastodonPeople(name="mock", url=url, accounts=accounts)
            try:
                yield people
            finally:
                people.close()
        finally:
            stop(process)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/instance", trust_env=False, timeout=2).is_success
    except httpx.TransportError:
        return False
