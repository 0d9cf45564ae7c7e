"""A post that a server makes half a minute later, when nobody waits for it any more."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.model import Language, Reply, Visibility
from bot.ports import SocialError
from tests.contract.social_accounts import connect, now
from tests.servers.faulty import BadLine, Fault, bad_line
from tests.servers.kin import GOTOSOCIAL, running_kin
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.running import wait_until

ANSWER = Reply("Solide répond normalement.", Language.FRENCH)


@dataclass
class OnPosts:
    """One fault for every post."""

    fault: Fault

    def __call__(self, method: str, path: str) -> Fault | None:
        return self.fault if method == "POST" and path.startswith("/api/v1/statuses") else None


@pytest.fixture
def people() -> Iterator[MastodonPeople]:
    with running_kin(GOTOSOCIAL) as people:
        yield people


async def error_of_a_reply(people: MastodonPeople, line: BadLine, folder: Path) -> tuple[str, SocialError]:
    post = people.ask("@bot Solide est en panne ?")
    network = connect(people, folder, through=line.url)
    try:
        (mention,) = [each async for each in network.mentions(since=now())]
        with pytest.raises(SocialError) as caught:
            await network.reply(mention, ANSWER, visibility=Visibility.UNLISTED, tried_before=False)
    finally:
        await network.close()
    return post, caught.value


async def test_a_server_that_says_nothing_may_still_post(
    people: MastodonPeople, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.social.mastodon.REPLY_DEADLINE_S", 0.5)
    with bad_line(people.url, OnPosts(Fault.HELD), held_s=1) as line:
        post, error = await error_of_a_reply(people, line, tmp_path)
        assert error.may_be_done
        assert people.answers(post) == []
        wait_until(lambda: not line.holds and bool(people.answers(post)), within_s=5, what="it is posted after all")


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.DROP_BEFORE, Fault.ERROR_AFTER], ids=str)
async def test_a_line_that_breaks_and_a_gateway_cannot_tell(
    people: MastodonPeople, tmp_path: Path, fault: Fault
) -> None:
    with bad_line(people.url, OnPosts(fault)) as line:
        _, error = await error_of_a_reply(people, line, tmp_path)
    assert error.may_be_done
    assert not error.permanent


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.LIMIT_WITH_TIME], ids=str)
async def test_a_server_that_says_no_has_posted_nothing(people: MastodonPeople, tmp_path: Path, fault: Fault) -> None:
    with bad_line(people.url, OnPosts(fault)) as line:
        _, error = await error_of_a_reply(people, line, tmp_path)
    assert not error.may_be_done
