"""Keys, the server's file of users, and that nobody pays for a broker who has none."""

import subprocess
import sys

import pytest

from bot.broker.keys import has_user, new_key_pair, public_half, read_credentials, user_line, with_user, without_user


def test_a_key_pair_is_new_each_time_and_its_halves_belong_together() -> None:
    one, two = new_key_pair(), new_key_pair()
    assert one.seed != two.seed
    assert one.seed.startswith("SU")
    assert one.public.startswith("U")
    assert len(one.public) == 56
    assert public_half(f"{one.seed}\n") == one.public


def test_a_key_is_read_as_the_makers_of_the_broker_write_it() -> None:
    """The pair of their own documentation of nkeys."""
    seed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
    assert public_half(seed) == "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"


def test_a_credentials_file_has_a_token_and_a_seed_and_shows_neither() -> None:
    pair = new_key_pair()
    text = (
        "-----BEGIN NATS USER JWT-----\neyJ0eXAi.payload.sig\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{pair.seed}\n------END USER NKEY SEED------\n"
    )
    read = read_credentials(text)
    assert (read.jwt, read.public) == ("eyJ0eXAi.payload.sig", pair.public)
    assert pair.seed not in repr(read)
    with pytest.raises(ValueError, match="not the seed"):
        read_credentials(text.replace(pair.seed, "nothing"))


@pytest.mark.parametrize("text", ["", "SU", "SUAAAA", "hello", "é", "U" * 56, "S" * 58])
def test_what_is_no_seed_has_no_public_half(text: str) -> None:
    with pytest.raises(ValueError, match="not the seed of a key"):
        public_half(text)


def test_users_are_added_replaced_and_taken_out_one_line_each() -> None:
    first, second = new_key_pair().public, new_key_pair().public
    text = with_user("", None, first)
    text = with_user(text, "rennes", first)
    text = with_user(text, "nice", first)
    text = with_user(text, "rennes", second)
    assert text.count("# site rennes") == 1
    assert second in text
    assert has_user(text, "nice")
    text = without_user(text, "nice")
    assert not has_user(text, "nice")
    assert has_user(text, None)
    assert without_user(without_user(text, "rennes"), None) == "users = [\n]\n"


def test_a_file_that_somebody_else_wrote_is_left_alone() -> None:
    with pytest.raises(ValueError, match="not a file of users"):
        with_user("users = [\n  { user: bob, password: secret }\n]\n", "rennes", new_key_pair().public)


def test_a_site_may_speak_on_its_own_subjects_only() -> None:
    line = user_line("rennes", new_key_pair().public)
    assert 'publish: ["cestmoiou.here.rennes", "cestmoiou.said.rennes.*"]' in line
    assert 'subscribe: ["cestmoiou.ask", "cestmoiou.ask.rennes", "cestmoiou.stop.rennes", "cestmoiou.roll"]' in line


def test_without_a_broker_nothing_of_it_is_loaded() -> None:
    code = """
import asyncio, os, sys, tempfile
from pathlib import Path
from bot.settings import load_settings
from bot.app.wiring import build_bot
import bot.cli.run

async def main():
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(None, {"CESTMOIOU_DATA_DIR": folder})
        async with build_bot(settings):
            pass

asyncio.run(main())
print(sorted(name for name in sys.modules if name.split(".")[0] in {"nats", "aiohttp"}
      or name.startswith(("bot.broker", "bot.vantage.agents", "bot.app.agent"))))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
