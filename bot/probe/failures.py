"""Whatever the outside does to a fetch, as one `Failure`: errors in, (phase, kind, blame) out. Pure."""

import errno
import ssl
from collections.abc import Iterable

from bot.model import Blame, Failure, FailureKind, Phase


class ProbeFailedError(Exception):
    """A fetch came to its end without an answer; carries the Failure. It never leaves bot.probe."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


def failed(phase: Phase, kind: FailureKind, detail: str = "", blame: Blame = Blame.TARGET) -> ProbeFailedError:
    """Make the exception for a failure of the target's, unless another `blame` is named."""
    return ProbeFailedError(Failure(phase, kind, blame, detail))


# A limit or firewall of ours is nobody else's trouble (Globalping's failureSource "internal", Envoy's local origin).
_OWN = {
    errno.EMFILE: FailureKind.RESOURCES,
    errno.ENFILE: FailureKind.RESOURCES,
    errno.ENOBUFS: FailureKind.RESOURCES,
    errno.ENOMEM: FailureKind.RESOURCES,
    errno.EADDRNOTAVAIL: FailureKind.NO_ROUTE,  # no source address of that family, or no port left
    errno.EAFNOSUPPORT: FailureKind.NO_ROUTE,
    errno.ENETUNREACH: FailureKind.NO_ROUTE,
    errno.ENETDOWN: FailureKind.NO_ROUTE,
    errno.EPERM: FailureKind.FIREWALL,
    errno.EACCES: FailureKind.FIREWALL,
}
_THEIRS = {
    errno.ECONNREFUSED: FailureKind.REFUSED,
    errno.ETIMEDOUT: FailureKind.TIMEOUT,
    errno.EHOSTUNREACH: FailureKind.UNREACHABLE,
    errno.EHOSTDOWN: FailureKind.UNREACHABLE,
    errno.ECONNRESET: FailureKind.RESET,
    errno.ECONNABORTED: FailureKind.RESET,
    errno.EPIPE: FailureKind.RESET,
}


def own_fault(error: OSError) -> FailureKind | None:
    """Say which trouble of our own an error of the operating system is; None if it is not ours."""
    return _OWN.get(error.errno or 0)


def connect_failure(error: OSError) -> Failure:
    """Read what connect() raised."""
    if isinstance(error, TimeoutError):
        return Failure(Phase.TCP, FailureKind.TIMEOUT, Blame.TARGET, "no answer to the SYN")
    if own := own_fault(error):
        return Failure(Phase.TCP, own, Blame.VANTAGE_POINT, _word(error))
    return Failure(Phase.TCP, _THEIRS.get(error.errno or 0, FailureKind.UNREACHABLE), Blame.TARGET, _word(error))


_ORDER = (  # the most telling first: one address that says no tells more than another that is silent
    FailureKind.RESOURCES,
    FailureKind.FIREWALL,
    FailureKind.TIMEOUT,
    FailureKind.RESET,
    FailureKind.UNREACHABLE,
    FailureKind.REFUSED,
    FailureKind.NO_ROUTE,
    FailureKind.ADDRESS_REFUSED,
)


def worst_of(failures: Iterable[Failure]) -> Failure:
    """Choose the one failure to report of several addresses'.

    REFUSED only if every address that we have a route to refused; NO_ROUTE only if there is none.
    """
    return min(failures, key=lambda failure: _ORDER.index(failure.kind))


# X509_V_ERR_* of OpenSSL.
_VERIFY = {
    9: FailureKind.NOT_YET_VALID,
    10: FailureKind.EXPIRED,
    18: FailureKind.SELF_SIGNED,
    19: FailureKind.UNKNOWN_ISSUER,  # the chain ends at a root that nobody knows
    20: FailureKind.INCOMPLETE_CHAIN,  # the issuer was not sent, and is not known
    21: FailureKind.INCOMPLETE_CHAIN,
    23: FailureKind.REVOKED,
    62: FailureKind.NAME_MISMATCH,
    64: FailureKind.NAME_MISMATCH,
}
_REASONS = (  # parts of OpenSSL's reason codes, first match wins
    ("WRONG_VERSION_NUMBER", FailureKind.NOT_TLS),
    ("HTTP_REQUEST", FailureKind.NOT_TLS),
    ("PACKET_LENGTH_TOO_LONG", FailureKind.NOT_TLS),
    ("RECORD_LAYER_FAILURE", FailureKind.NOT_TLS),
    ("UNRECOGNIZED_NAME", FailureKind.SNI),
    ("PROTOCOL_VERSION", FailureKind.VERSION),
    ("UNSUPPORTED_PROTOCOL", FailureKind.VERSION),
    ("VERSION_TOO_LOW", FailureKind.VERSION),
    ("CERTIFICATE_REQUIRED", FailureKind.CLIENT_CERT),
    ("APPLICATION_PROTOCOL", FailureKind.HTTP2_ONLY),
    ("UNEXPECTED_EOF", FailureKind.EOF),
)


def tls_failure(error: BaseException) -> Failure:
    """Read what a TLS handshake raised."""
    return Failure(Phase.TLS, _tls_kind(error), Blame.TARGET, _word(error))


def _tls_kind(error: BaseException) -> FailureKind:
    match error:
        case TimeoutError():  # first: an SSLWantReadError hides in the context of every one of them
            return FailureKind.TIMEOUT
        case ssl.SSLCertVerificationError():
            return _VERIFY.get(error.verify_code, FailureKind.UNKNOWN_ISSUER)
        case ssl.SSLError():
            reason = (error.reason or "").upper()
            return next((kind for part, kind in _REASONS if part in reason), FailureKind.ALERT)
        case ConnectionError() if error.errno is None:  # asyncio's own word for an end of file
            return FailureKind.EOF
        case _:
            return FailureKind.RESET


_GARBAGE = (  # parts of h11's sentences, first match wins
    ("without sending a response", FailureKind.EMPTY),
    ("Receive buffer too long", FailureKind.HEADERS_TOO_BIG),
    ("conflicting Content-Length", FailureKind.GARBAGE),
    ("illegal status line", FailureKind.GARBAGE),
    ("illegal request line", FailureKind.GARBAGE),  # h11 says so of an answer whose first byte is no letter
    ("no response line", FailureKind.GARBAGE),
)


def answer_failure(error: Exception) -> Failure:
    """Read what went wrong while the headers of an answer were awaited."""
    if isinstance(error, TimeoutError):
        return Failure(Phase.HTTP, FailureKind.NO_ANSWER, Blame.TARGET, "no headers in time")
    if isinstance(error, ssl.SSLError) and _tls_kind(error) is FailureKind.CLIENT_CERT:
        return tls_failure(error)  # TLS 1.3 says so after the handshake only: RFC 8446, section 4.4.2.4
    if isinstance(error, OSError):
        return Failure(Phase.HTTP, FailureKind.RESET, Blame.TARGET, _word(error))
    text = str(error)
    kind = next((kind for part, kind in _GARBAGE if part in text), FailureKind.ODD_HEADERS)
    return Failure(Phase.HTTP, kind, Blame.TARGET, text[:200])


def _word(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]
