"""A small DNS server on loopback: names and what to say of them in, real DNS messages out.

    with DnsServer({"up.example": ["127.0.0.2"], "gone.example": Say("NXDOMAIN")}) as dns:
        prober = Prober(dns_servers=[dns.address], ...)

A name it does not know does not exist (NXDOMAIN), unless the answers have a "*".
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass(frozen=True, slots=True)
class Say:
    """Answer with an rcode ("NXDOMAIN", "SERVFAIL", "REFUSED", "NOERROR" for no data), perhaps with an EDE code."""

    rcode: str
    ede: int | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Never answer."""


@dataclass(frozen=True, slots=True)
class Alias:
    """Answer with a CNAME, and with what is known of the other name."""

    name: str


@dataclass(frozen=True, slots=True)
class Each:
    """Another answer for each of the two record types."""

    a: "Answer"
    aaaa: "Answer"


@dataclass(frozen=True, slots=True)
class Late:
    """Answer so many seconds later."""

    seconds: float
    answer: "Answer"


@dataclass(frozen=True, slots=True)
class Truncated:
    """Say over UDP that the answer is too long for it, and give it over TCP."""

    answer: "Answer"


@dataclass(frozen=True, slots=True)
class Datagrams:
    """Answer with these datagrams, made of the question and of the proper answer."""

    make: Callable[[bytes, bytes], Sequence[bytes]]
    answer: "Answer" = ()


@dataclass(frozen=True, slots=True)
class Turns:
    """The first answer to the first question for a name and type, the other one ever after (rebinding)."""

    first: "Answer"
    then: "Answer"


Answer = Sequence[str] | Say | Silence | Alias | Each | Turns | Late | Truncated | Datagrams
"""A sequence of addresses, of both families; or something else to say."""


class DnsServer:
    """Answers on 127.0.0.1, UDP, from one thread. `asked` lists the questions as ("name", "A"), in order.

    `sock` is a bound socket to answer on instead, in another network namespace perhaps.
    """

    def __init__(self, answers: Mapping[str, Answer], *, sock: socket.socket | None = None) -> None:
        self.answers = dict(answers)
        self.asked: list[tuple[str, str]] = []
        if sock is None:
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind(("127.0.0.1", 0))
        self._socket = sock
        self.address = "{}:{}".format(*self._socket.getsockname()[:2])
        self._thread = threading.Thread(target=self._serve, name="dns", daemon=True)
        self._stopping = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self._socket.sendto(b"", self._socket.getsockname())  # wakes the thread
        self._thread.join(timeout=5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(4096)
            if self._stopping:
                return
            try:
                query = dns.message.from_wire(data)
            except dns.exception.DNSException:
                continue
            name = query.question[0].name.to_text(omit_final_dot=True).lower()
            said = self.answers.get(name)
            reply = self._reply(query)
            if reply is None:
                continue
            if isinstance(said, Truncated):
                reply.answer.clear()
                reply.flags |= dns.flags.TC
            wire = reply.to_wire(max_size=65535)
            for sent in said.make(data, wire) if isinstance(said, Datagrams) else (wire,):
                self._send(sent, peer, later_s=said.seconds if isinstance(said, Late) else 0)

    def _send(self, wire: bytes, peer: object, *, later_s: float) -> None:
        def send() -> None:
            with contextlib.suppress(OSError):  # closed meanwhile
                self._socket.sendto(wire, peer)  # type: ignore[arg-type, reportArgumentType] -- as recvfrom gave it

        threading.Timer(later_s, send).start() if later_s else send()

    async def over_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one question over TCP (RFC 1035, 4.2.2); a server's behaviour."""
        query = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
        reply = self._reply(dns.message.from_wire(query))
        if reply is not None:
            wire = reply.to_wire(max_size=65535)
            writer.write(len(wire).to_bytes(2, "big") + wire)
            await writer.drain()

    def _reply(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        reply = dns.message.make_response(query, recursion_available=True)
        said = self._fill(reply, name, kind, hops=0)
        self.asked.append((name, kind))
        return reply if said else None

    def _fill(self, reply: dns.message.Message, name: str, kind: str, *, hops: int) -> bool:
        answer = self.answers.get(name, self.answers.get("*", Say("NXDOMAIN")))
        if isinstance(answer, Turns):
            answer = answer.then if (name, kind) in self.asked else answer.first
        while isinstance(answer, Late | Truncated | Datagrams):
            answer = answer.answer
        if isinstance(answer, Each):
            answer = answer.aaaa if kind == "AAAA" else answer.a
        match answer:
            case Silence():
                return False
            case Say(rcode, ede):
                reply.set_rcode(dns.rcode.from_text(rcode))
                if ede is not None:
                    options: list[dns.edns.Option] = [dns.edns.EDEOption(dns.edns.EDECode(ede))]
                    reply.use_edns(0, options=options)
            case Alias(other):
                reply.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{other}."))
                if hops < 20:
                    return self._fill(reply, other, kind, hops=hops + 1)
            case _:
                self._put_addresses(reply, name, kind, answer)
        return True

    def _put_addresses(self, reply: dns.message.Message, name: str, kind: str, answer: "Answer") -> None:
        assert isinstance(answer, Sequence)
        fits: Callable[[str], bool] = (lambda text: ":" in text) if kind == "AAAA" else (lambda text: ":" not in text)
        addresses = [text for text in answer if fits(text)] if kind in {"A", "AAAA"} else []
        if addresses:
            reply.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *addresses))
