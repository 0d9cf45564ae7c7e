"""A day of errors, and the log names nobody: servers that quote people in what they answer, odd posts, lost lines."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.acceptance.test_conversations import Talk, bluesky_settings, mastodon_settings
from tests.acceptance.world import World, small_internet
from tests.servers.bluesky import running_bluesky
from tests.servers.middleman import Canned, Middleman, running_middleman
from tests.servers.mock_mastodon import running_mock_mastodon
from tests.servers.running import NotInstalledError, leave_out, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

WORDS = "Zébulon demande : c'est moi ou Fragile est couché ?"
QUOTED = f"Validation failed: @asker did:plc:asker wrote {WORDS}"
PAGE = Canned(502, f"<h1>Bad gateway</h1><p>{QUOTED}".encode(), "text/html")
REFUSAL = Canned(422, json.dumps({"error": QUOTED}).encode())
INVALID = Canned(400, json.dumps({"error": "InvalidRequest", "message": QUOTED}).encode())
NOT_JSON = Canned(200, QUOTED.encode())
ODD_PAGE = Canned(200, json.dumps([{"id": QUOTED, "type": "mention", "status": QUOTED}]).encode())
ODD_LIST = Canned(200, json.dumps({"notifications": [{"uri": QUOTED, "author": QUOTED}, QUOTED]}).encode())


@dataclass(frozen=True)
class Line:
    """A network behind a middleman, and the paths by which the bot reads and posts there."""

    talk: Talk
    middleman: Middleman
    reads: str
    posts: str


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, list[Line]]]:
    with ExitStack() as stack:
        try:
            bluesky = stack.enter_context(running_bluesky())
        except NotInstalledError as missing:
            leave_out(missing)
        mock = stack.enter_context(running_mock_mastodon())
        lines = [
            Line(
                Talk(mock), stack.enter_context(running_middleman(mock.url)), "/notifications", "POST /api/v1/statuses"
            ),
            Line(Talk(bluesky), stack.enter_context(running_middleman(bluesky.url)), "listNotifications", "putRecord"),
        ]
        settings = mastodon_settings(mock).replace(mock.url, lines[0].middleman.url)
        settings += bluesky_settings(bluesky).replace(bluesky.url, lines[1].middleman.url)
        yield stack.enter_context(small_internet(tmp_path_factory.mktemp("private"), settings=settings)), lines


def test_nobody_is_named_in_the_log_whatever_goes_wrong(stage: tuple[World, list[Line]]) -> None:
    world, lines = stage
    with world.running():
        wait_until(lambda: world.log.count("network is read") == 2, within_s=60, what="both networks are read")
        refuse_the_answers(world, lines)
        read_odd_things(world, lines)
    log = world.log
    for line in lines:
        for secret in (*line.talk.secrets, *line.talk.said.values()):
            assert secret not in log
    for word in (WORDS, "Zébulon", json.dumps("Zébulon"), "did:plc:asker", "Validation failed", "couché", "asker"):
        assert word not in log
    assert "Traceback" not in log


def refuse_the_answers(world: World, lines: list[Line]) -> None:
    for line in lines:
        line.middleman.canned[line.posts] = REFUSAL if line.reads == "/notifications" else INVALID
        line.talk.say("refused", WORDS)
    wait_until(lambda: world.log.count("cannot-be-answered") == 2, within_s=30, what="both are refused for good")
    for line in lines:
        line.middleman.canned[line.posts] = PAGE
        line.talk.say("in trouble", WORDS)
    wait_until(lambda: world.log.count("cannot post") >= 2, within_s=30, what="both are in trouble")
    for line in lines:
        del line.middleman.canned[line.posts]


def read_odd_things(world: World, lines: list[Line]) -> None:
    """Each kind of trouble has its line in the log; the next one is served when it is there."""
    for line in lines:
        odd = ODD_PAGE if line.reads == "/notifications" else ODD_LIST
        for answer in (odd, NOT_JSON, PAGE):
            line.middleman.canned[line.reads] = answer
            before = len(world.log)
            wait_until(lambda before=before: has_trouble(world.log[before:]), within_s=40, what="the trouble is told")
        del line.middleman.canned[line.reads]


def has_trouble(log: str) -> bool:
    return "cannot read mentions" in log or "cannot be read" in log
