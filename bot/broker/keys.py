"""Keys of the broker: pairs are made here, and the server's file of users is kept with one line a site.

An nkey is an Ed25519 pair. The seed ("SU…") stays with the site; the server knows the public half ("U…") only.
"""

import json
import os
import re
from dataclasses import dataclass
from typing import cast

from bot.broker.subjects import permissions_of

_HEAD = "users = ["
_TAIL = "]"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A site's key: `seed` is the secret, `public` what the server is told."""

    seed: str
    public: str


def new_key_pair() -> KeyPair:
    """Make a pair from the system's random source."""
    import nkeys  # pyright: ignore[reportMissingTypeStubs] -- it has no types

    seed = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER)  # pyright: ignore[reportUnknownMemberType] -- no types
    return KeyPair(seed.decode(), public_half(seed.decode()))


def public_half(seed: str) -> str:
    """The public half of a seed. Raises ValueError."""
    import nkeys  # pyright: ignore[reportMissingTypeStubs] -- it has no types

    try:
        pair = nkeys.from_seed(bytearray(seed.strip().encode()))  # pyright: ignore[reportUnknownMemberType] -- no types
        return cast("bytes", pair.public_key).decode()
    except Exception as error:  # its own errors, and those of what it is built on, have no common base
        raise ValueError("not the seed of a key") from error


def user_line(name: str | None, public: str) -> str:
    """The server's line for a site (None: the bot): its key, and the subjects that it may use."""
    may = {verb: ", ".join(map(json.dumps, subjects)) for verb, subjects in permissions_of(name).items()}
    rights = f"publish: [{may['publish']}], subscribe: [{may['subscribe']}]"
    return f"  {{ nkey: {public}, permissions: {{ {rights} }} }} {_mark(name)}"


def with_user(text: str, name: str | None, public: str) -> str:
    """The file of users with the line of a site, in the place of an older one. Raises ValueError for another file."""
    return _with_lines([*_others(text, name), user_line(name, public)])


def without_user(text: str, name: str | None) -> str:
    """The file of users without a site: the server knows its key no more. Raises ValueError for another file."""
    return _with_lines(_others(text, name))


def has_user(text: str, name: str | None) -> bool:
    """Whether the file of users has a line for a site."""
    return any(line.endswith(_mark(name)) for line in text.splitlines())


def _others(text: str, name: str | None) -> list[str]:
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    if lines and (lines[0] != _HEAD or lines[-1] != _TAIL or not all(_is_user(line) for line in lines[1:-1])):
        raise ValueError("not a file of users that cestmoiou wrote")
    return [line for line in lines[1:-1] if not line.endswith(_mark(name))]


def _with_lines(lines: list[str]) -> str:
    return "\n".join([_HEAD, *lines, _TAIL, ""])


def _mark(name: str | None) -> str:
    return "# the bot" if name is None else f"# site {name}"


def _is_user(line: str) -> bool:
    return bool(re.fullmatch(r"  \{ nkey: U[A-Z2-7]{55}, .*\} # (?:the bot|site [a-z0-9-]+)", line))
