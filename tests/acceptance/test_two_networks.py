"""The whole thing: people ask on a real Mastodon-API server and on the real Bluesky servers, the shipped command
answers, is killed in between, and still every question has one answer."""

import html
import re
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.acceptance.world import World, small_internet
from tests.servers.bluesky import BlueskyPeople, running_bluesky
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.people import Audience, People, Post
from tests.servers.running import ANSWERED_WITHIN_S, NotInstalledError, leave_out, wait_until
from tests.servers.snac import running_snac

pytestmark = [pytest.mark.servers, pytest.mark.timeout(480)]


@dataclass(frozen=True)
class Asked:
    """A question on a network, and the words that its answer must hold."""

    people: People
    post: str
    expected: tuple[str, ...]

    def answers(self) -> Sequence[Post]:
        return self.people.answers(self.post)


@dataclass(frozen=True)
class Stage:
    """Both networks, and the small internet with a bot configured for them."""

    mastodon: MastodonPeople
    bluesky: BlueskyPeople
    world: World

    def ask(self, people: People, text: str, *expected: str, audience: Audience = "public") -> Asked:
        return Asked(people, people.ask(f"@bot {text}", audience=audience), expected)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with ExitStack() as stack:
        try:
            mastodon, bluesky = stack.enter_context(running_snac()), stack.enter_context(running_bluesky())
        except NotInstalledError as missing:
            leave_out(missing)
        bot = bluesky.accounts["bot"]
        accounts = (
            f'[accounts.snac]\nkind = "mastodon"\nserver = "{mastodon.url}"\ntoken = "{mastodon.bot_token}"\n'
            'poll = "1s"\n\n'
            f'[accounts.bsky]\nkind = "bluesky"\nserver = "{bluesky.url}"\nlogin = "{bot.did}"\n'
            f'app_password = "{bot.password}"\npoll = "1s"\n\n'
            '[budgets]\nperson = "100 + 1 per 1s"\n'  # one person asks everything here
        )
        world = stack.enter_context(small_internet(tmp_path_factory.mktemp("stage"), settings=accounts))
        yield Stage(mastodon, bluesky, world)


def test_questions_get_one_right_answer_each_whatever_happens_to_the_bot(stage: Stage) -> None:
    world = stage.world
    with world.running() as bot:
        wait_until(lambda: world.log.count("network is read") == 2, within_s=60, what="both networks are read")
        first = [
            stage.ask(stage.mastodon, "c'est moi ou Fragile est couché ?", "Fragile", "panne", "HTTP 503", "Rennes"),
            stage.ask(
                stage.mastodon, "is it just me or is Solide down?", "Solide", "answers normally", audience="direct"
            ),
            stage.ask(stage.bluesky, "c'est moi ou Solide rame ?", "Solide", "répond normalement"),
            stage.ask(stage.bluesky, "is Fragile down for you too?", "Fragile", "down", "HTTP 503"),
            stage.ask(stage.bluesky, "Fragile et Solide sont en panne ?", "Fragile", "Solide"),
        ]
        wait_for_answers(first)
        killed = [
            stage.ask(stage.bluesky, "Solide est tombé ?", "Solide"),
            stage.ask(stage.mastodon, "Fragile est tombé ?", "Fragile"),
            stage.ask(stage.bluesky, "is Solide down?", "Solide"),
        ]
        time.sleep(0.7)  # somewhere between the question and its answer
        bot.send_signal(signal.SIGKILL)
        bot.wait(10)
    asleep = [
        stage.ask(stage.bluesky, "c'est moi ou Fragile est mort ?", "Fragile"),
        stage.ask(stage.mastodon, "Solide est HS ?", "Solide"),
    ]
    with world.running() as bot:
        wait_for_answers(killed + asleep)
        bot.send_signal(signal.SIGTERM)
        assert bot.wait(10) == 0
    with world.running():
        wait_for_answers([stage.ask(stage.bluesky, "Solide est en panne ?", "Solide")])
        for asked in first + killed + asleep:
            assert len(asked.answers()) == 1, asked
    assert "Traceback" not in world.log
    assert_private(world)


def wait_for_answers(questions: Sequence[Asked]) -> None:
    wait_until(
        lambda: all(asked.answers() for asked in questions),
        within_s=ANSWERED_WITHIN_S,
        what=f"all {len(questions)} questions are answered",
    )
    for asked in questions:
        (answer,) = asked.answers()
        assert answer.parent == asked.post
        for words in asked.expected:
            assert words in readable(answer.text), (answer.text, asked.expected)


def readable(text: str) -> str:
    """Without the markup of a Mastodon post, and with ordinary spaces."""
    return html.unescape(re.sub(r"<[^>]+>", "", text)).replace("\u202f", " ").replace("\xa0", " ")


def assert_private(world: World) -> None:
    """Neither post texts nor tokens are in the log."""
    for secret in ("couché", "just me", "a-password-of-the-tests"):
        assert secret not in world.log
