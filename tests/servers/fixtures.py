"""The servers as pytest fixtures, each started once a session. Import them in a conftest.py."""

from collections.abc import Generator

import pytest

from tests.servers.bluesky import BlueskyPeople, running_bluesky
from tests.servers.kin import GOTOSOCIAL, TAKAHE, running_kin
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.mock_mastodon import running_mock_mastodon
from tests.servers.running import NotInstalledError, leave_out
from tests.servers.snac import running_snac


@pytest.fixture(scope="session")
def snac() -> Generator[MastodonPeople]:
    try:
        with running_snac() as people:
            yield people
    except NotInstalledError as missing:
        leave_out(missing)


@pytest.fixture(scope="session")
def mock_mastodon() -> Generator[MastodonPeople]:
    with running_mock_mastodon() as people:
        yield people


@pytest.fixture(scope="session")
def gotosocial() -> Generator[MastodonPeople]:
    with running_kin(GOTOSOCIAL) as people:
        yield people


@pytest.fixture(scope="session")
def takahe() -> Generator[MastodonPeople]:
    with running_kin(TAKAHE) as people:
        yield people


@pytest.fixture(scope="session")
def bluesky() -> Generator[BlueskyPeople]:
    try:
        with running_bluesky() as people:
            yield people
    except NotInstalledError as missing:
        leave_out(missing)
