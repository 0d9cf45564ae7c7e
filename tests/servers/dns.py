"""A small DNS server on loopback: names and what to say of them in, real DNS messages out.

    with DnsServer({"up.example": ["127.0.0.2"], "gone.example": Say("NXDOMAIN")}) as dns:
        prober = Prober(dns_servers=[dns.address], ...)

A name it does not know does not exist (NXDOMAIN), unless the answers have a "*".
"""

import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import dns.edns
import dns.exception
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
class Turns:
    """The first answer to the first question for a name and type, the other one ever after (rebinding)."""

    first: "Answer"
    then: "Answer"


Answer = Sequence[str] | Say | Silence | Alias | Each | Turns
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
            reply = self._reply(query)
            if reply is not None:
                self._socket.sendto(reply.to_wire(max_size=65535), peer)

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
        assert not isinstance(answer, Say | Silence | Alias | Each | Turns)
        fits: Callable[[str], bool] = (lambda text: ":" in text) if kind == "AAAA" else (lambda text: ":" not in text)
        addresses = [text for text in answer if fits(text)] if kind in {"A", "AAAA"} else []
        if addresses:
            reply.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *addresses))
