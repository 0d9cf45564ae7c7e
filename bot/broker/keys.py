"""Keys of the broker: pairs are made here, and the server's file of users is kept with one line a site.

An nkey is an Ed25519 pair. The seed ("SU…") stays with the site; the server knows the public half ("U…") only.
"""

import base64
import binascii
import json
import os
import re
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.broker.subjects import permissions_of

_HEAD = "users = ["
_TAIL = "]"
_SEED, _USER = 18 << 3, 20 << 3  # the first letters, S and U
_CREDS_JWT = re.compile(r"-----BEGIN NATS USER JWT-----\s+(\S+)")
_CREDS_SEED = re.compile(r"-----BEGIN USER NKEY SEED-----\s+(\S+)")


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A site's key: `seed` is the secret, `public` what the server is told."""

    seed: str
    public: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the broker is shown: the public half of a key, or a JWT; and the secret half, which signs its nonce."""

    public: str
    jwt: str | None
    key: Ed25519PrivateKey = field(repr=False)

    def sign(self, nonce: str) -> bytes:
        """The signature of a nonce, as CONNECT carries it."""
        return base64.b64encode(self.key.sign(nonce.encode()))


def new_key_pair() -> KeyPair:
    """Make a pair from the system's random source."""
    seed = _written(bytes([_SEED | _USER >> 5, (_USER & 31) << 3]) + os.urandom(32))
    return KeyPair(seed, public_half(seed))


def public_half(seed: str) -> str:
    """The public half of a seed. Raises ValueError."""
    return read_credentials(seed).public


def read_credentials(text: str) -> Credentials:
    """A user's seed ("SU…"), or the text of a .creds file, which has a JWT as well. Raises ValueError."""
    jwt = _CREDS_JWT.search(text)
    seed = _CREDS_SEED.search(text) if jwt else None
    raw = _read(seed[1] if seed else text.strip())
    if len(raw) != 34 or raw[0] != _SEED | _USER >> 5 or raw[1] != (_USER & 31) << 3:
        raise ValueError("not the seed of a key")
    key = Ed25519PrivateKey.from_private_bytes(raw[2:])
    public = _written(bytes([_USER]) + key.public_key().public_bytes_raw())
    return Credentials(public, jwt[1] if jwt else None, key)


def _written(raw: bytes) -> str:
    """Base32 of the bytes and their CRC-16, as nkeys have it (github.com/nats-io/nkeys, crc16.go: XMODEM)."""
    return base64.b32encode(raw + binascii.crc_hqx(raw, 0).to_bytes(2, "little")).decode().rstrip("=")


def _read(text: str) -> bytes:
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError as error:
        raise ValueError("not the seed of a key") from error
    if len(raw) < 3 or binascii.crc_hqx(raw[:-2], 0).to_bytes(2, "little") != raw[-2:]:
        raise ValueError("not the seed of a key")
    return raw[:-2]


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
