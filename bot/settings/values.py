"""Kinds of values that settings have: each reads what people write, or says what to write instead."""

import ipaddress
import json
import re
from datetime import timedelta
from typing import Annotated, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, PlainValidator

from bot.budgets import CONSOLE, Rate

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_PART = r"(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)"
ACCOUNT_NAME = re.compile(r"[a-z0-9-]{1,32}")
_HOST_LABELS = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.IGNORECASE)
_DID = re.compile(r"did:(plc|web):[A-Za-z0-9.:%_-]+")


def read_duration(value: object) -> timedelta:
    """ "15s", "5m", "1h30m", "250ms", or a number of seconds. Raises ValueError."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    written = str(value).strip().lower()
    if re.fullmatch(r"\d+(\.\d+)?", written):
        return timedelta(seconds=float(written))
    if not re.fullmatch(rf"({_PART}\s*)+", written):
        raise ValueError("unreadable duration")
    return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in re.findall(_PART, written)))


def _between(least: str, most: str) -> AfterValidator:
    low, high = read_duration(least), read_duration(most)

    def check(value: timedelta) -> timedelta:
        if not low <= value <= high:
            raise ValueError("out of bounds")
        return value

    return AfterValidator(check)


Poll = Annotated[timedelta, BeforeValidator(read_duration), _between("1s", "1h")]
Deadline = Annotated[timedelta, BeforeValidator(read_duration), _between("1s", "60s")]
Step = Annotated[timedelta, BeforeValidator(read_duration), _between("1s", "24h")]
Keep = Annotated[timedelta, BeforeValidator(read_duration), _between("1d", "3650d")]
Age = Annotated[timedelta, BeforeValidator(read_duration), _between("0s", "48h")]


def read_rate(value: object) -> Rate:
    """ "3 + 1 per 20s": three at once, and one more every 20 s. Raises ValueError."""
    if isinstance(value, Rate):
        return value
    written = re.fullmatch(r"\s*(\d{1,6})\s*\+\s*1\s+per\s+(.+)", str(value))
    if written is None:
        raise ValueError("unreadable rate")
    size, every = int(written[1]), read_duration(written[2])
    if every > timedelta(days=1):
        raise ValueError("out of bounds")
    return Rate(size, every)


Pace = Annotated[Rate, PlainValidator(read_rate), PlainSerializer(str)]


def _read_list(value: object) -> object:
    """From a variable, a list is written as JSON, or as words with commas between them."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return cast(object, json.loads(value))
    return [part.strip() for part in value.split(",") if part.strip()]


Listed = BeforeValidator(_read_list)


def _check_some(value: tuple[object, ...]) -> tuple[object, ...]:
    if not value:
        raise ValueError("none")
    return value


AtLeastOne = AfterValidator(_check_some)


_MAGIC = re.compile(r"[^\W_][\w .'-]{0,60}(\+[^\W_][\w .'-]{0,60}){0,3}")


def _check_magic(value: str) -> str:
    if not _MAGIC.fullmatch(value):
        raise ValueError("no place")
    return value


MagicPlace = Annotated[str, AfterValidator(_check_magic)]
"""A place as Globalping's "magic" writes it: one to four terms joined by +."""


def _check_dns_server(value: str) -> str:
    bracketed = re.fullmatch(r"\[([0-9a-fA-F:.]+)\](?::(\d+))?", value) or re.fullmatch(r"([0-9.]+):(\d+)", value)
    address, port = bracketed.groups() if bracketed else (value, None)
    ipaddress.ip_address(address)
    if port is not None and not 1 <= int(port) <= 65535:
        raise ValueError("no such port")
    return value


def _check_net(value: str) -> str:
    return str(ipaddress.ip_network(value))


def _check_timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError("no such time zone") from error
    return value


def _check_web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError("not a web address")
    _ = parts.port  # raises ValueError if it is none
    return value


def _check_server(value: str) -> str:
    value = _check_web_address(value.rstrip("/"))
    parts = urlsplit(value)
    if parts.path or parts.query or parts.fragment:
        raise ValueError("only the server")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ValueError("plain HTTP would show the token to the network")
    return value


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_login(value: str) -> str:
    if not (_HOST_LABELS.fullmatch(value) or _DID.fullmatch(value)):
        raise ValueError("neither handle nor DID")
    return value


def _check_account_name(value: str) -> str:
    if not ACCOUNT_NAME.fullmatch(value) or value == CONSOLE:
        raise ValueError("not an account's name")
    return value


AGENT_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
"""Also what may stand between the dots of a subject of the broker."""


def _check_agent_name(value: str) -> str:
    if not AGENT_NAME.fullmatch(value):
        raise ValueError("not an agent's name")
    return value


def _check_broker_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"tls", "nats", "wss", "ws"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("not a broker's address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("credentials have a key of their own")
    _ = parts.port  # raises ValueError if it is none
    is_near = _is_loopback(parts.hostname) or not set(".:") & set(parts.hostname)
    if parts.scheme in {"nats", "ws"} and not is_near:
        raise ValueError("write tls:// or wss://: plain addresses are for this machine, or a container beside it")
    return value


AgentName = Annotated[str, AfterValidator(_check_agent_name)]
BrokerUrl = Annotated[str, AfterValidator(_check_broker_url)]
DnsServer = Annotated[str, AfterValidator(_check_dns_server)]
Net = Annotated[str, AfterValidator(_check_net)]
TimeZone = Annotated[str, AfterValidator(_check_timezone)]
WebAddress = Annotated[str, AfterValidator(_check_web_address)]
Server = Annotated[str, AfterValidator(_check_server)]
Login = Annotated[str, AfterValidator(_check_login)]
AccountName = Annotated[str, AfterValidator(_check_account_name)]
