"""What bot and agents say to each other, as JSON: texts of the wire in, checked messages out, and back.

Version 1. Fields that we do not know are ignored, a version that we do not know is refused with one sentence. Nothing
of a message is believed but lengths of time: who sent it is the subject, when is our own clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from bot.broker.clean import plain, town
from bot.model import Role, Target, VantagePoint

VERSION = 1
MOST_BYTES = 256 * 1024
"""Of one message; the server's `max_payload` says the same."""

MOST_FACTS = 20


class MessageError(ValueError):
    """A message that cannot be used; the text is one sentence about it, and has nothing of its words in it."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=False, hide_input_in_errors=True)


class _Versioned(_Message):
    v: int


Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Town = Annotated[str | None, BeforeValidator(town)]
Word = Annotated[str, BeforeValidator(lambda value: plain(value, 60))]  # pyright: ignore[reportUnknownLambdaType] -- plain takes any object
Asn = Annotated[int | None, Field(ge=1, le=4_294_967_295)]
Path = Annotated[str, StringConstraints(pattern=r"^/[!-~]{0,2000}$")]
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.:_-]{1,253}$")]


_M = TypeVar("_M", bound=_Message)


class Request(_Message):
    """The bot's question: look at this target, and answer within so many milliseconds of hearing it.

    `id` is random, 128 bits: an answer that names another one is to another question, or invented.
    """

    v: Literal[1] = VERSION
    id: Id
    scheme: Literal["http", "https"]
    host: Host
    port: Annotated[int | None, Field(ge=1, le=65535)] = None
    path: Path = "/"
    role: Role = Role.HOME
    typed: bool = False
    within_ms: Annotated[int, Field(ge=100, le=60_000)]

    @property
    def within(self) -> timedelta:
        """How long the agent has."""
        return timedelta(milliseconds=self.within_ms)


class Presence(_Message):
    """An agent's sign of life. `run` is one start of one process: two of a name are told apart by it.

    `clock` is the agent's own clock, to be told about and used for nothing. `leaving`: it is about to end.
    `takes_typed`: its operator lets it look at hosts that its catalogue does not know.
    """

    v: Literal[1] = VERSION
    run: Id
    version: Word
    clock: datetime | None = None
    place: Town = None
    network: Town = None
    asn: Asn = None
    takes_typed: bool = False
    leaving: bool = False


class Answer(_Message):
    """What an agent saw: `facts` as `bot/broker/facts.py` reads them, one by one. `refused`: why it did not look."""

    v: Literal[1] = VERSION
    id: Id
    clock: datetime | None = None
    refused: Word | None = None
    facts: Annotated[tuple[object, ...], Field(max_length=MOST_FACTS)] = ()


NOT_MINE, TOO_OFTEN, BUSY = "not-in-my-catalogue", "too-often", "busy"
"""Why an agent does not look."""


@dataclass(frozen=True, slots=True)
class About:
    """What an agent is: where it stands, which version it runs, and whether it takes hosts that somebody typed."""

    version: str
    place: str | None = None
    network: str | None = None
    asn: int | None = None
    takes_typed: bool = False


def request_of_target(target: Target, request: str, within: timedelta) -> Request:
    """The question about a target. Raises MessageError for one that cannot be asked about."""
    try:
        return Request(
            id=request,
            scheme="https" if target.scheme == "https" else "http",
            host=target.host,
            port=target.port,
            path=target.path,
            role=target.role,
            typed=target.typed,
            within_ms=max(100, min(60_000, int(within.total_seconds() * 1000))),
        )
    except ValidationError as error:
        raise MessageError("a target that cannot be put into a request") from error


def read_request(payload: bytes) -> Request:
    """Raises MessageError."""
    return _read(Request, payload)


def read_answer(payload: bytes, request: str) -> Answer:
    """Raises MessageError, also for an answer that names another request in itself than in its subject."""
    answer = _read(Answer, payload)
    if answer.id != request:
        raise MessageError("an answer to another question than its subject says")
    return answer


def read_presence(payload: bytes) -> Presence:
    """Raises MessageError."""
    return _read(Presence, payload)


def written(message: BaseModel) -> bytes:
    """The text of a message."""
    return message.model_dump_json(exclude_none=True).encode()


def vantage_point_of(name: str, said: Presence) -> VantagePoint:
    """The vantage point that an agent is: its name as the server knows it, and where it says that it stands."""
    return VantagePoint(f"agent:{name}", place=said.place, network=said.network, asn=said.asn)


def _read(kind: type[_M], payload: bytes) -> _M:
    if len(payload) > MOST_BYTES:
        raise MessageError(f"a message of more than {MOST_BYTES // 1024} kB")
    try:
        version = _Versioned.model_validate_json(payload).v
        if version != VERSION:
            raise MessageError(
                f"version {version} of the messages; this program speaks version {VERSION}: update the older"
            )
        return kind.model_validate_json(payload)
    except ValidationError as error:
        raise MessageError("a message that is not as agreed") from error
