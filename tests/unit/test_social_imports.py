"""The two libraries are heavy: a bot of one network must not pay for the other, nor `healthcheck` for either."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["bot.social.bluesky", "bot.social.mastodon"])
def test_importing_an_adapter_does_not_import_its_library(module: str) -> None:
    heavy = {"atproto", "atproto_client", "mastodon", "requests"}
    code = f"import {module}, sys; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
