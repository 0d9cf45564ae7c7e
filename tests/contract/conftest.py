"""The real servers, for every contract test; and every store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ports import Store
from bot.store import open_store
from tests.fakes.store import FakeStore
from tests.servers.fixtures import bluesky, gotosocial, mock_mastodon, snac, takahe

__all__ = ["bluesky", "gotosocial", "mock_mastodon", "snac", "takahe"]


@pytest.fixture(params=["sqlite", "fake"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    opened: Store = FakeStore() if request.param == "fake" else await open_store(tmp_path)
    yield opened
    await opened.close()
