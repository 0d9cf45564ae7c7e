"""Conversations on real servers, with the shipped command: still down? and the other one? same here. delete. stop.

The same talk on three networks at once. snac delivers within 6 to 9 s and has no removal (2.75); mastodon_mock has
both editing and removal; Bluesky removes, and shows no edits.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

import httpx
import pytest

from tests.acceptance.test_two_networks import readable
from tests.acceptance.world import World, small_internet
from tests.servers.bluesky import BlueskyPeople, running_bluesky
from tests.servers.mastodon_api import MastodonPeople
from tests.servers.mock_mastodon import running_mock_mastodon
from tests.servers.people import Post
from tests.servers.running import ANSWERED_WITHIN_S, NotInstalledError, leave_out, wait_until
from tests.servers.snac import running_snac

pytestmark = [pytest.mark.servers, pytest.mark.timeout(480)]

PACE = (
    '[budgets]\nperson = "100 + 1 per 1s"\ntarget = "100 + 1 per 1s"\n\n'
    '[incidents]\nfirst_looks = ["2s"]\nevery = "2s"\nsteady = "1s"\n'
)


@dataclass
class Talk:
    """What people said on a network, by name, and how to see what came of it."""

    people: MastodonPeople | BlueskyPeople
    said: dict[str, str] = field(default_factory=dict[str, str])
    by: dict[str, str] = field(default_factory=dict[str, str])

    def say(self, name: str, text: str, *, who: str = "asker", under: str | None = None) -> None:
        self.by[name] = who
        self.said[name] = self.people.ask(f"@bot {text}", who=who, under=under)

    def under(self, name: str) -> list[Post]:
        """What the bot says under a post, as its author sees it."""
        return self.people.answers(self.said[name], who=self.by[name])

    def answer(self, name: str) -> str:
        """The id of the first answer to a post."""
        return self.under(name)[0].id

    def words(self, name: str) -> str:
        return " | ".join(readable(post.text) for post in self.under(name))

    @property
    def secrets(self) -> list[str]:
        """What must not be in a log: who they are, and what opens their accounts."""
        if isinstance(self.people, MastodonPeople):
            tokens = [account.token for account in self.people.accounts.values()]
            return [*tokens, *(account_id(self.people, who) for who in ("asker", "third")), "@asker", "asker@"]
        every = self.people.accounts.values()
        people = [self.people.accounts[who] for who in ("asker", "third")]
        secrets = [secret for account in every for secret in (account.password, account.access_token)]
        return [*secrets, *(word for account in people for word in (account.did, account.handle))]


def account_id(people: MastodonPeople, who: str) -> str:
    headers = {"Authorization": f"Bearer {people.accounts[who].token}"}
    said = httpx.get(f"{people.url}/api/v1/accounts/verify_credentials", headers=headers, trust_env=False)
    return str(said.raise_for_status().json()["id"])


@dataclass(frozen=True)
class Stage:
    """Three networks and the bot's world."""

    talks: dict[str, Talk]
    world: World

    def everybody(self, name: str, text: str, *, who: str = "asker", under: str | None = None) -> None:
        """Say the same on every network, under the bot's answer to something said before."""
        for talk in self.talks.values():
            talk.say(name, text, who=who, under=None if under is None else talk.answer(under))

    def wait(self, condition: Callable[[Talk], bool], what: str, *, on: Sequence[str] = ()) -> None:
        for name, talk in self.talks.items():
            if not on or name in on:
                wait_until(lambda talk=talk: condition(talk), within_s=ANSWERED_WITHIN_S, what=f"{name}: {what}")

    def outcome(self, network: str, name: str) -> str | None:
        """What the bot's own records say of a post."""
        query = "SELECT outcome FROM mention WHERE network = ? AND id LIKE ?"
        with closing(sqlite3.connect(self.world.data_dir / "cestmoiou.db")) as database:
            # snac gives a post's id anew for each reader; the hash at its end stays.
            row = database.execute(query, (network, "%" + self.talks[network].said[name][-24:])).fetchone()
        return None if row is None else row[0]

    def wait_outcomes(self, name: str) -> dict[str, str | None]:
        found: dict[str, str | None] = {}

        def all_there() -> bool:
            found.update({network: self.outcome(network, name) for network in self.talks})
            return None not in found.values()

        wait_until(all_there, within_s=ANSWERED_WITHIN_S, what=f"{name} is settled everywhere")
        return found


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with ExitStack() as stack:
        try:
            snac, bluesky = stack.enter_context(running_snac()), stack.enter_context(running_bluesky())
        except NotInstalledError as missing:
            leave_out(missing)
        mock = stack.enter_context(running_mock_mastodon())
        accounts = "".join(map(mastodon_settings, (snac, mock))) + bluesky_settings(bluesky)
        world = stack.enter_context(small_internet(tmp_path_factory.mktemp("talks"), settings=accounts + PACE))
        often_looked_at(world)
        yield Stage({"snac": Talk(snac), "mock": Talk(mock), "bluesky": Talk(bluesky)}, world)


def mastodon_settings(people: MastodonPeople) -> str:
    return (
        f'[accounts.{people.name}]\nkind = "mastodon"\nserver = "{people.url}"\ntoken = "{people.bot_token}"\n'
        'poll = "1s"\n\n'
    )


def bluesky_settings(people: BlueskyPeople) -> str:
    bot = people.accounts["bot"]
    return (
        f'[accounts.bluesky]\nkind = "bluesky"\nserver = "{people.url}"\nlogin = "{bot.did}"\n'
        f'app_password = "{bot.password}"\npoll = "1s"\n\n'
    )


def often_looked_at(world: World) -> None:
    """Platforms are looked at once a minute at most; here, once a second."""
    file = world.config_dir / "platforms" / "other.toml"
    file.write_text(re.sub(r"(?m)^hosts = ", "min_interval_s = 1\nhosts = ", file.read_text("utf-8")), "utf-8")


def test_a_conversation_goes_on_until_somebody_says_stop(stage: Stage) -> None:
    with stage.world.running():
        wait_until(lambda: stage.world.log.count("network is read") == 3, within_s=60, what="all networks are read")
        people_ask(stage)
        they_talk_in_the_thread(stage)
        one_says_stop(stage)
        it_is_back(stage)
        who_asks_again_is_answered(stage)
    assert "Traceback" not in stage.world.log
    assert_nobody_is_in(stage)


def people_ask(stage: Stage) -> None:
    stage.everybody("asked", "c'est moi ou Fragile est couché ?")
    stage.everybody("third asked", "Fragile est en panne ?", who="third")
    stage.everybody("regretted", "Solide est en panne ?")
    for name in ("asked", "third asked", "regretted"):
        stage.wait(lambda talk, name=name: bool(talk.under(name)), f"{name} is answered")


def they_talk_in_the_thread(stage: Stage) -> None:
    stage.everybody("still down", "toujours couché ?", under="asked")
    stage.everybody("the other one", "et Solide ?", under="asked")
    stage.everybody("same here", "pareil à Limoges", who="third", under="asked")
    stage.everybody("hands off", "efface", who="third", under="asked")
    stage.everybody("delete", "efface", under="regretted")
    assert stage.wait_outcomes("delete") == {"snac": "cannot-be-taken-back", "mock": "deleted", "bluesky": "deleted"}
    assert set(stage.wait_outcomes("same here").values()) == {"counted"}
    assert set(stage.wait_outcomes("hands off").values()) == {"nothing-to-take-back"}
    stage.wait(lambda talk: bool(talk.under("still down")), "still down? is answered")
    stage.wait(lambda talk: bool(talk.under("the other one")), "and the other one? is answered")
    stage.wait(lambda talk: not talk.under("regretted"), "what was regretted is gone", on=["mock", "bluesky"])
    for talk in stage.talks.values():
        assert "Fragile" in talk.words("still down")
        assert "Solide" in talk.words("the other one")
        for silent in ("same here", "hands off", "delete"):
            assert talk.under(silent) == []


def one_says_stop(stage: Stage) -> None:
    for name in ("stop", "stop again"):
        stage.everybody(name, "stop", under="asked")
    both = zip(stage.wait_outcomes("stop").values(), stage.wait_outcomes("stop again").values(), strict=True)
    assert all({*outcomes} == {"answered", "they-said-stop"} for outcomes in both)
    tally = "what colleagues say is told to who did not say stop: in their answer, once in a post on Bluesky"
    stage.wait(lambda talk: "Limoges" in talk.words("third asked"), tally)


def it_is_back(stage: Stage) -> None:
    stage.world.status["fragile.example"] = 200
    stage.wait(lambda talk: "revenu" in talk.words("third asked"), "who did not say stop hears that it is back")
    for talk in stage.talks.values():
        assert "revenu" not in talk.words("asked") + talk.words("still down")


def who_asks_again_is_answered(stage: Stage) -> None:
    stage.everybody("asked again", "Solide est tombé ?")
    stage.wait(lambda talk: bool(talk.under("asked again")), "a new question is answered")
    for network, talk in stage.talks.items():
        for name in ("asked", "still down", "the other one", "asked again"):
            assert len(talk.under(name)) == 1, name
        assert len(talk.under("stop") + talk.under("stop again")) == 1
        # The verdict, and that it is back; on Bluesky, which shows no edits, what colleagues say as well.
        assert len(talk.under("third asked")) == (3 if network == "bluesky" else 2)


def assert_nobody_is_in(stage: Stage) -> None:
    """The log names nobody, and holds nothing that was said."""
    log = stage.world.log
    for talk in stage.talks.values():
        for secret in (*talk.secrets, *talk.said.values()):
            assert secret not in log
    for words in ("couché", "tombé", "Limoges", "efface"):
        assert words not in log
    assert json.dumps("couché") not in log
