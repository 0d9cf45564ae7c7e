"""A cause in, its words out: the one table from which replies take what they say about a failure.

The words are a clause without a full stop, to stand after a colon. Nothing that a stranger's server sent gets in: of a
`Cause`, only the two figures, a status and a wait.
"""

from datetime import timedelta

from babel.dates import format_timedelta

from bot.model import Cause, CauseId, Language
from bot.wording.voice import Voice, mark, voice

_WORDS: dict[CauseId, str] = {
    CauseId.ANSWERS_NORMALLY: mark("it answers normally"),
    CauseId.ANSWERS_ASKS_FOR_SIGN_IN: mark("it answers and asks to sign in"),
    CauseId.ANSWERS_AS_USUAL: mark("it answers as it always does"),
    CauseId.ANSWERS_REFUSES_REQUEST: mark("it answers, but refuses my request"),
    CauseId.ANSWERS_WITH_ANOTHER_PAGE: mark("it shows another page than usual"),
    CauseId.ANSWERS_VERY_SLOWLY: mark("it answers, very slowly"),
    CauseId.ANSWER_CUT_SHORT: mark("its answer breaks off midway"),
    CauseId.ANSWER_UNDECODABLE: mark("its answer cannot be read"),
    CauseId.EMPTY_PAGE: mark("it shows an empty page"),
    CauseId.ODD_STATUS: mark("it gives an odd answer"),
    CauseId.ODD_HEADERS: mark("it gives a malformed answer"),
    CauseId.HEADERS_TOO_BIG: mark("its answer begins with far too much technical data"),
    CauseId.SOME_ADDRESSES_DEAD: mark("some of its servers do not answer"),
    CauseId.DNS_HALF_BROKEN: mark("its DNS servers answer only in part"),
    CauseId.PRIVATE_ADDRESS_PUBLISHED: mark("part of its DNS leads to a private network"),
    CauseId.FLAPPING: mark("it answers, then does not, by turns"),
    CauseId.WAITING_ROOM: mark("it puts visitors in a waiting room"),
    CauseId.DIFFERS_BY_PLACE: mark("it depends on where one looks from"),
    CauseId.ONLY_IPV4_ANSWERS: mark("it answers over IPv4, but not over IPv6"),
    CauseId.ONLY_IPV6_ANSWERS: mark("it answers over IPv6, but not over IPv4"),
    CauseId.SECURE_SITE_UNREACHABLE: mark("its secure address (https) does not answer, the plain one does"),
    CauseId.PORT_CLOSED: mark("the server refuses connections"),
    CauseId.NO_ANSWER_TO_CONNECTIONS: mark("the server does not answer at all"),
    CauseId.HOST_UNREACHABLE: mark("the server cannot be reached"),
    CauseId.ACCEPTS_CONNECTIONS_NEVER_ANSWERS: mark("the server picks up but never answers"),
    CauseId.CLOSES_WITHOUT_ANSWERING: mark("the server hangs up without answering"),
    CauseId.NOT_HTTP: mark("the server answers something that is no web page"),
    CauseId.STARTS_ANSWERING_THEN_STOPS: mark("it starts answering, then freezes"),
    CauseId.SERVER_ERROR: mark("server error"),
    CauseId.OVERLOADED_OR_MAINTENANCE: mark("unavailable, overloaded or under maintenance"),
    CauseId.EDGE_CANNOT_REACH_ITS_SERVER: mark("its front end answers but cannot reach the site"),
    CauseId.MAINTENANCE_ANNOUNCED: mark("it shows a maintenance page"),
    CauseId.ERROR_PAGE_WITH_SUCCESS_STATUS: mark("it shows an error page"),
    CauseId.PARKED_DOMAIN: mark("its domain name seems to have lapsed: it shows a parking page"),
    CauseId.DEFAULT_PAGE: mark("it shows the default page of a freshly installed server"),
    CauseId.FRONT_PAGE_MISSING: mark("its front page is missing"),
    CauseId.REDIRECT_LOOP: mark("it redirects in circles"),
    CauseId.REDIRECT_BROKEN: mark("it redirects to nowhere"),
    CauseId.TOO_MANY_REDIRECTS: mark("it redirects more often than I follow"),
    CauseId.REDIRECTS_SOMEWHERE_UNSAFE: mark("it redirects to an address where I do not go"),
    CauseId.CERTIFICATE_EXPIRED: mark("its certificate has expired, browsers refuse it"),
    CauseId.CERTIFICATE_WRONG: mark("its certificate is not valid, browsers refuse it"),
    CauseId.CERTIFICATE_CHAIN_NOT_VERIFIABLE: mark("its certificate chain is incomplete"),
    CauseId.TLS_NO_ANSWER: mark("the encrypted connection gets no answer"),
    CauseId.TLS_FAILING: mark("the encrypted connection fails"),
    CauseId.TLS_TOO_OLD: mark("its encryption is too old, browsers refuse it"),
    CauseId.DNS_NAME_GONE: mark("its name is gone from DNS"),
    CauseId.DNS_NO_ADDRESS: mark("its name leads to no address in DNS"),
    CauseId.DNS_SERVERS_FAILING: mark("its DNS servers fail"),
    CauseId.DNS_DNSSEC_BROKEN: mark("its DNS signature (DNSSEC) is broken: some get in, some do not"),
    CauseId.DNS_NO_ANSWER: mark("its DNS servers do not answer"),
    CauseId.DNS_REFUSED: mark("DNS refuses to answer for its name"),
    CauseId.DNS_DIFFERS_BETWEEN_RESOLVERS: mark("DNS servers do not agree about its name"),
    CauseId.BOT_WALL: mark("a bot filter stops me"),
    CauseId.BOT_WALL_AS_USUAL: mark("a bot filter stops me, as usual"),
    CauseId.BOT_WALL_SUSPECTED: mark("it refuses to let me in, probably a bot filter"),
    CauseId.REFUSED_FOR_THIS_COUNTRY: mark("it turns away the country where I am"),
    CauseId.OWN_NETWORK: mark("I am the one who is offline"),
    CauseId.OWN_RESOLVER: mark("I am the one who is offline: my DNS does not answer"),
    CauseId.OWN_NO_IPV6: mark("it has IPv6 only, and I have none here"),
    CauseId.OWN_FAULT: mark("something is wrong on my side"),
    CauseId.NO_SUCH_NAME: mark("I do not know that site"),
    CauseId.REFUSED_BY_POLICY: mark("I do not know that site"),
    CauseId.CANNOT_BE_PROBED: mark("that cannot be checked over the web"),
    CauseId.NOTHING_MEASURED: mark("I could not measure anything this time"),
}

_WITH_STATUS: dict[CauseId, str] = {
    CauseId.SERVER_ERROR: mark("server error (HTTP {status})"),
    CauseId.EDGE_CANNOT_REACH_ITS_SERVER: mark("its front end answers but cannot reach the site (HTTP {status})"),
    CauseId.FRONT_PAGE_MISSING: mark("its front page is missing (HTTP {status})"),
    CauseId.ANSWERS_REFUSES_REQUEST: mark("it answers, but refuses my request (HTTP {status})"),
    CauseId.ODD_STATUS: mark("it gives an odd answer (HTTP {status})"),
}

_WITH_WAIT: dict[CauseId, str] = {
    CauseId.OVERLOADED_OR_MAINTENANCE: mark("unavailable, says to come back in {wait}"),
}


def cause_words(cause: Cause, *, language: Language) -> str:
    """Say a cause: a clause in lower case, without a full stop."""
    say = voice(language)
    if cause.retry_after is not None and cause.id in _WITH_WAIT:
        return say.gettext(_WITH_WAIT[cause.id], wait=_wait_words(cause.retry_after, say))
    if cause.status is not None and cause.id in _WITH_STATUS:
        return say.gettext(_WITH_STATUS[cause.id], status=cause.status)
    return say.gettext(_WORDS[cause.id])


def _wait_words(wait: timedelta, say: Voice) -> str:
    # A round hour is told as one; 90 minutes are not rounded to two hours.
    round_hours = wait % timedelta(hours=1) == timedelta(0)
    return format_timedelta(wait, threshold=1 if round_hours else 2, locale=say.locale)
