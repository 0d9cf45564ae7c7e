"""Whole replies, as people read them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import (
    Addresses,
    Answer,
    AskForAddress,
    AskWhich,
    Blame,
    Cause,
    CauseId,
    Evidence,
    FailureKind,
    Family,
    GiveHelp,
    GiveVerdicts,
    History,
    Language,
    Leaning,
    Outage,
    Phase,
    Platform,
    Role,
    Verdict,
    Vote,
    Word,
)
from bot.verdict import judge
from bot.wording import seconds_words, verdict_line, with_place_first, word
from tests.unit.verdict_scenes import (
    CAIRN,
    NOW,
    SEARCH,
    STRANGER,
    TYPED,
    VantagePoint,
    answer,
    controls,
    evidence,
    failure,
    look,
    place,
)

PARIS_TIME = ZoneInfo("Europe/Paris")
K, P, C = FailureKind, Phase, CauseId
OK, BAD, WALL = answer(), answer(503), answer(403, Family.WALL)
TIMEOUT = failure(P.TCP, K.TIMEOUT)
PARIS, RENNES, LIMOGES = place("Paris"), place("Rennes"), place("Limoges")
SEVEN = [place(name) for name in ("Paris", "Rennes", "Limoges", "Nice", "Lyon", "Lille", "Brest")]
TWO_MINUTES = History(last_up_at=NOW - timedelta(minutes=2))
YESTERDAY = History(last_up_at=NOW - timedelta(hours=20), first_down_at=NOW - timedelta(hours=19, minutes=58))
OVER_NIGHT = History(last_up_at=NOW - timedelta(hours=11), first_down_at=NOW - timedelta(hours=9))
LONG_AGO = History(last_up_at=NOW - timedelta(days=40))
USUALLY_FAST = History(usual_first_byte=timedelta(seconds=0.4))


def told(seen: Evidence) -> GiveVerdicts:
    return GiveVerdicts((judge(seen, at=NOW),))


def plain(text: str) -> str:
    """Curly apostrophes and fixed spaces as typed on a keyboard; that they are right is tested beside the catalogue."""
    return text.replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ")


def say(said: Answer, language: Language, limit: int = 500) -> str:
    return plain(word(said, language=language, limit=limit, zone=PARIS_TIME))


SITUATIONS: dict[str, Answer] = {
    "down from three places": told(evidence(*(look(BAD, p) for p in (PARIS, RENNES, LIMOGES)), history=TWO_MINUTES)),
    "down from seven places": told(evidence(*(look(BAD, p) for p in SEVEN))),
    "down, and one place is offline": told(
        evidence(look(BAD, PARIS), look(TIMEOUT, RENNES), look(BAD, LIMOGES), checks=controls(0, where=RENNES))
    ),
    "up, and two places are offline": told(
        evidence(
            look(OK, PARIS),
            look(TIMEOUT, RENNES),
            look(TIMEOUT, LIMOGES),
            checks=(*controls(0, where=RENNES), *controls(0, where=LIMOGES)),
        )
    ),
    "down from here, never looked before": told(evidence(look(BAD))),
    "down from a named place": told(evidence(look(BAD, PARIS), history=TWO_MINUTES)),
    "down since yesterday": told(evidence(look(BAD, PARIS), history=YESTERDAY)),
    "down since some time in the night": told(evidence(look(BAD, PARIS), history=OVER_NIGHT)),
    "the last good look was weeks ago": told(evidence(look(BAD, PARIS), history=LONG_AGO)),
    "looks down": told(evidence(look(TIMEOUT))),
    "may be down": told(evidence(look(failure(P.DNS, K.DNS_TIMEOUT)))),
    "maintenance with a wait": told(evidence(look(answer(503, headers=[("retry-after", "3600")])))),
    "certificate expired": told(evidence(look(failure(P.TLS, K.EXPIRED)))),
    "up": told(evidence(look(OK))),
    "up from three places": told(evidence(*(look(OK, p) for p in (PARIS, RENNES, LIMOGES)))),
    "up, sign-in": told(evidence(look(answer(401), PARIS, first_byte=0.045))),
    "up, as usual": told(evidence(look(answer(403)), history=History(usual_status=403))),
    "differs by place": told(evidence(look(OK, PARIS), look(BAD, RENNES), look(BAD, LIMOGES), history=TWO_MINUTES)),
    "differs, places unnamed": told(evidence(look(OK, VantagePoint("a")), look(BAD, VantagePoint("b")))),
    "slow, with a usual time": told(evidence(look(OK, first_byte=9.1), history=USUALLY_FAST)),
    "slow": told(evidence(look(OK, PARIS, first_byte=12.2))),
    "flapping": told(evidence(look(failure(P.TCP, K.RESET)), look(OK, attempt=2, after=2))),
    "some addresses dead": told(evidence(look(OK, PARIS, addresses=Addresses(dead=("192.0.2.7",))))),
    "the search fails": told(evidence(look(OK), look(answer(500), target=SEARCH))),
    "bot wall": told(evidence(look(WALL))),
    "bot wall as usual": told(evidence(look(WALL), history=History(walled_as_usual=True))),
    "odd answer": told(evidence(look(answer(999)))),
    "cannot be probed": told(Evidence(replace(CAIRN, probe=False), ())),
    "offline": told(evidence(look(TIMEOUT), checks=controls(0))),
    "own fault": told(evidence(look(failure(P.TCP, K.FIREWALL, Blame.VANTAGE_POINT)))),
    "nothing measured": told(evidence()),
    "no such name": told(evidence(look(failure(P.DNS, K.NXDOMAIN), target=TYPED), platform=STRANGER)),
    "refused": told(evidence(look(failure(P.POLICY, K.ADDRESS_REFUSED), target=TYPED), platform=STRANGER)),
    "two at once, one left out": GiveVerdicts(
        (judge(evidence(look(BAD, PARIS)), at=NOW), judge(evidence(look(OK, PARIS)), at=NOW)), left_out=1
    ),
    "unknown name": AskForAddress("Biblioplus"),
    "which one": AskWhich(("Moodle de Nice", "Moodle de Lyon")),
    "which one, no idea": AskWhich(),
    "help": GiveHelp(),
}


SAID: dict[str, tuple[str, str]] = {
    "down from three places": (
        (
            "Confirmé, ce n'est pas que vous : Cairn.info est en panne. Constat depuis Paris, Rennes et "
            "Limoges (3 sondes sur 3) : erreur du serveur (HTTP 503). Depuis 10:40–10:42."
        ),
        (
            "Confirmed, it is not just you: Cairn.info is down. Seen from Paris, Rennes and Limoges (3 "
            "probes of 3): server error (HTTP 503). Since 10:40–10:42."
        ),
    ),
    "down from seven places": (
        (
            "Confirmé, ce n'est pas que vous : Cairn.info est en panne. Constat depuis Paris, Rennes, "
            "Limoges, Nice et 3 autres (7 sondes sur 7) : erreur du serveur (HTTP 503). Au moins depuis "
            "10:42."
        ),
        (
            "Confirmed, it is not just you: Cairn.info is down. Seen from Paris, Rennes, Limoges, Nice and 3 "
            "others (7 probes of 7): server error (HTTP 503). At least since 10:42."
        ),
    ),
    "down, and one place is offline": (
        (
            "Confirmé, ce n'est pas que vous : Cairn.info est en panne. Constat depuis Paris et Limoges (2 sondes "
            "sur 2) : erreur du serveur (HTTP 503). Rennes n'a pas pu juger. Au moins depuis 10:42."
        ),
        (
            "Confirmed, it is not just you: Cairn.info is down. Seen from Paris and Limoges (2 probes of 2): server "
            "error (HTTP 503). Rennes could not judge. At least since 10:42."
        ),
    ),
    "up, and two places are offline": (
        (
            "Cairn.info répond normalement depuis Paris (0,3 s). Rennes et Limoges n'ont pas pu juger. Le souci "
            "est sans doute plus près : connexion, proxy, VPN."
        ),
        (
            "Cairn.info answers normally from Paris (0.3 s). Rennes and Limoges could not judge. The trouble is "
            "probably nearer: connection, proxy, VPN."
        ),
    ),
    "down from here, never looked before": (
        (
            "Ce n'est pas que vous : vu d'ici aussi, Cairn.info est en panne. Ce que je vois : erreur du "
            "serveur (HTTP 503). Au moins depuis 10:42."
        ),
        (
            "It is not just you: Cairn.info is down from here too. What I see: server error (HTTP 503). At "
            "least since 10:42."
        ),
    ),
    "down from a named place": (
        (
            "Ce n'est pas que vous : vu depuis Paris aussi, Cairn.info est en panne. Ce que je vois : erreur "
            "du serveur (HTTP 503). Depuis 10:40–10:42."
        ),
        (
            "It is not just you: Cairn.info is down from Paris too. What I see: server error (HTTP 503). "
            "Since 10:40–10:42."
        ),
    ),
    "down since yesterday": (
        (
            "Ce n'est pas que vous : vu depuis Paris aussi, Cairn.info est en panne. Ce que je vois : erreur "
            "du serveur (HTTP 503). Depuis le 22 nov. à 14:42–14:44."
        ),
        (
            "It is not just you: Cairn.info is down from Paris too. What I see: server error (HTTP 503). "
            "Since 22 Nov, 14:42–14:44."
        ),
    ),
    "down since some time in the night": (
        (
            "Ce n'est pas que vous : vu depuis Paris aussi, Cairn.info est en panne. Ce que je vois : erreur "
            "du serveur (HTTP 503). Depuis le 22 nov. à 23:42 – le 23 nov. à 01:42."
        ),
        (
            "It is not just you: Cairn.info is down from Paris too. What I see: server error (HTTP 503). "
            "Since 22 Nov, 23:42 – 23 Nov, 01:42."
        ),
    ),
    "the last good look was weeks ago": (
        (
            "Ce n'est pas que vous : vu depuis Paris aussi, Cairn.info est en panne. Ce que je vois : erreur "
            "du serveur (HTTP 503). Au moins depuis 10:42."
        ),
        (
            "It is not just you: Cairn.info is down from Paris too. What I see: server error (HTTP 503). At "
            "least since 10:42."
        ),
    ),
    "looks down": (
        (
            "Ce n'est pas que vous : vu d'ici aussi, Cairn.info semble en panne. Ce que je vois : le serveur "
            "ne répond pas du tout. Au moins depuis 10:42."
        ),
        (
            "It is not just you: Cairn.info looks down from here too. What I see: the server does not answer "
            "at all. At least since 10:42."
        ),
    ),
    "may be down": (
        (
            "Cairn.info est peut-être en panne, vu d'ici. Ce que je vois : ses serveurs DNS ne répondent "
            "pas. Au moins depuis 10:42."
        ),
        (
            "Cairn.info may be down: it fails from here. What I see: its DNS servers do not answer. At least "
            "since 10:42."
        ),
    ),
    "maintenance with a wait": (
        (
            "Ce n'est pas que vous : vu d'ici aussi, Cairn.info est en panne. Ce que je vois : indisponible, "
            "retour annoncé dans 1 heure. Au moins depuis 10:42."
        ),
        (
            "It is not just you: Cairn.info is down from here too. What I see: unavailable, says to come "
            "back in 1 hour. At least since 10:42."
        ),
    ),
    "certificate expired": (
        (
            "Ce n'est pas que vous : vu d'ici aussi, Cairn.info semble en panne. Ce que je vois : son "
            "certificat a expiré, les navigateurs le refusent. Au moins depuis 10:42."
        ),
        (
            "It is not just you: Cairn.info looks down from here too. What I see: its certificate has "
            "expired, browsers refuse it. At least since 10:42."
        ),
    ),
    "up": (
        ("Cairn.info répond normalement d'ici (0,3 s). Le souci est sans doute plus près : connexion, proxy, VPN."),
        ("Cairn.info answers normally from here (0.3 s). The trouble is probably nearer: connection, proxy, VPN."),
    ),
    "up from three places": (
        (
            "Cairn.info répond normalement depuis Paris, Rennes et Limoges (0,3 s). Le souci est sans doute "
            "plus près : connexion, proxy, VPN."
        ),
        (
            "Cairn.info answers normally from Paris, Rennes and Limoges (0.3 s). The trouble is probably "
            "nearer: connection, proxy, VPN."
        ),
    ),
    "up, sign-in": (
        (
            "Cairn.info répond depuis Paris (45 ms) et demande de se connecter. Le souci est sans doute plus "
            "près : connexion, proxy, VPN."
        ),
        (
            "Cairn.info answers from Paris (45 ms) and asks to sign in. The trouble is probably nearer: "
            "connection, proxy, VPN."
        ),
    ),
    "up, as usual": (
        (
            "Cairn.info répond d'ici (0,3 s), comme d'habitude. Le souci est sans doute plus près : "
            "connexion, proxy, VPN."
        ),
        (
            "Cairn.info answers from here (0.3 s) as it always does. The trouble is probably nearer: "
            "connection, proxy, VPN."
        ),
    ),
    "differs by place": (
        (
            "Cairn.info marche à moitié : accessible depuis Paris, mais en panne vu depuis Rennes et "
            "Limoges. Là où ça coince : erreur du serveur (HTTP 503). Depuis 10:40–10:42."
        ),
        (
            "Cairn.info half works: it answers from Paris, but is down from Rennes and Limoges. Where it "
            "fails: server error (HTTP 503). Since 10:40–10:42."
        ),
    ),
    "differs, places unnamed": (
        (
            "Cairn.info marche à moitié : une partie de mes sondes passe, l'autre non. Là où ça coince : "
            "erreur du serveur (HTTP 503)."
        ),
        (
            "Cairn.info half works: it answers some of my probes, and fails others. Where it fails: server "
            "error (HTTP 503)."
        ),
    ),
    "slow, with a usual time": (
        ("Cairn.info répond d'ici, mais lentement : 9,1 s avant le premier signe, au lieu de 0,4 s d'habitude."),
        "Cairn.info answers from here, but slowly: 9.1 s for the first word, instead of 0.4 s usually.",
    ),
    "slow": (
        "Cairn.info répond depuis Paris, mais lentement : 12 s avant le premier signe.",
        "Cairn.info answers from Paris, but slowly: 12 s for the first word.",
    ),
    "flapping": (
        "Cairn.info répond d'ici, mais mal : il répond par intermittence.",
        "Cairn.info answers from here, but not well: it answers, then does not, by turns.",
    ),
    "some addresses dead": (
        "Cairn.info répond depuis Paris, mais mal : une partie de ses serveurs ne répond pas.",
        "Cairn.info answers from Paris, but not well: some of its servers do not answer.",
    ),
    "the search fails": (
        ("Cairn.info marche à moitié : l'accueil répond, la recherche rend une erreur (HTTP 500)."),
        ("Cairn.info half works: the home page answers, the search gives an error (HTTP 500)."),
    ),
    "bot wall": (
        ("Cairn.info répond, mais un filtre anti-robots m'arrête : je ne peux pas juger à la place des gens."),
        "Cairn.info answers, but a bot filter stops me: I cannot judge in people's place.",
    ),
    "bot wall as usual": (
        (
            "Cairn.info m'arrête avec son filtre anti-robots, comme d'habitude : je ne peux pas juger à la "
            "place des gens."
        ),
        "Cairn.info stops me with its bot filter, as usual: I cannot judge in people's place.",
    ),
    "odd answer": (
        ("Difficile de trancher pour Cairn.info. Ce que je vois d'ici : il donne une réponse étrange (HTTP 999)."),
        ("I cannot tell for sure about Cairn.info. What I see from here: it gives an odd answer (HTTP 999)."),
    ),
    "cannot be probed": (
        "Cairn.info ne se vérifie pas par le web : je ne peux pas juger.",
        "Cairn.info cannot be checked over the web: I cannot judge.",
    ),
    "offline": (
        ("Je n'arrive à joindre personne : c'est moi qui suis hors ligne. Pour Cairn.info, je ne peux rien dire."),
        "I cannot reach anybody: I am the one who is offline, so no word on Cairn.info.",
    ),
    "own fault": (
        "Quelque chose cloche de mon côté : je ne peux pas dire comment va Cairn.info.",
        "Something is wrong on my side: I cannot tell how Cairn.info is.",
    ),
    "nothing measured": (
        "Je n'ai rien pu mesurer pour Cairn.info cette fois. Redemander dans une minute peut aider.",
        "I got no measurement of Cairn.info this time. Asking again in a minute may help.",
    ),
    "no such name": (
        "Je ne connais pas ce site. Une faute de frappe dans l'adresse, peut-être ?",
        "I do not know that site. A typing mistake in the address, perhaps?",
    ),
    "refused": (
        "Je ne connais pas ce site. Une faute de frappe dans l'adresse, peut-être ?",
        "I do not know that site. A typing mistake in the address, perhaps?",
    ),
    "two at once, one left out": (
        (
            "Ce n'est pas que vous : vu depuis Paris aussi, Cairn.info est en panne. Ce que je vois : erreur "
            "du serveur (HTTP 503). Au moins depuis 10:42.\nCairn.info répond normalement depuis Paris (0,3 "
            "s).\nJ'en laisse 1 de côté : quatre à la fois au plus."
        ),
        (
            "It is not just you: Cairn.info is down from Paris too. What I see: server error (HTTP 503). At "
            "least since 10:42.\nCairn.info answers normally from Paris (0.3 s).\nI leave 1 more aside: four "
            "at a time at most."
        ),
    ),
    "unknown name": (
        ("Je ne connais pas « Biblioplus ». Avec son adresse (cairn.info, par exemple), je peux aller voir."),
        "I do not know “Biblioplus”. With its address (cairn.info, for instance), I can take a look.",
    ),
    "which one": (
        "Duquel s'agit-il : Moodle de Nice ou Moodle de Lyon ?",
        "Which one is it about: Moodle de Nice or Moodle de Lyon?",
    ),
    "which one, no idea": (
        "De quel site s'agit-il ? Avec un nom ou une adresse, je peux aller voir.",
        "Which site is it about? With a name or an address, I can take a look.",
    ),
    "help": (
        (
            "« C'est moi ou c'est en panne ? » Je vais voir les sites et services, et je dis ce que je "
            "vois.\nIl suffit de me mentionner avec un nom ou une adresse : « Cairn est couché ? », « "
            "example.org ? »."
        ),
        (
            "Is it just me, or is it down? I take a look at sites and services, and say what I see.\nMention "
            "me with a name or an address: “is Cairn down?”, “example.org?”."
        ),
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_said_in_french(situation: str) -> None:
    assert say(SITUATIONS[situation], Language.FRENCH) == SAID[situation][0]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_said_in_english(situation: str) -> None:
    assert say(SITUATIONS[situation], Language.ENGLISH) == SAID[situation][1]


@pytest.mark.parametrize(
    ("place", "places"),
    [
        ("Brest", "Brest, Paris, Rennes, Limoges"),
        ("rennes", "Rennes, Paris, Limoges, Nice"),
        ("Pau", "Paris, Rennes, Limoges, Nice"),
        (None, "Paris, Rennes, Limoges, Nice"),
    ],
)
def test_the_place_of_the_askers_own_is_named_first(place: str | None, places: str) -> None:
    shared = SITUATIONS["down from seven places"]
    assert f"depuis {places} et 3 autres" in plain(say(with_place_first(shared, place), Language.FRENCH))


def test_a_reply_that_is_too_long_keeps_what_matters() -> None:
    many = SITUATIONS["down from seven places"]
    assert say(many, Language.ENGLISH, 140) == (
        "Confirmed, it is not just you: Cairn.info is down. "
        "Seen from Paris, Rennes and 5 others: server error (HTTP 503). At least since 10:42."
    )
    assert say(many, Language.ENGLISH, 120) == (
        "Confirmed, it is not just you: Cairn.info is down. What I see: server error (HTTP 503). At least since 10:42."
    )
    assert say(many, Language.ENGLISH, 80) == (
        "Confirmed, it is not just you: Cairn.info is down. At least since 10:42."
    )


def test_the_terminal_gets_everything_on_one_line() -> None:
    judged = judge(evidence(*(look(BAD, p) for p in SEVEN)), at=NOW)
    line = verdict_line(judged, language=Language.ENGLISH, zone=PARIS_TIME)
    assert plain(line) == SAID["down from seven places"][1]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.004, "4 ms"), (0.3, "0,3 s"), (1, "1 s"), (9.96, "10 s"), (12.2, "12 s")]
)
def test_short_lengths(seconds: float, words: str) -> None:
    assert plain(seconds_words(timedelta(seconds=seconds), language=Language.FRENCH)) == words


# What each verdict must say at the very least, in its shortest form or a longer one.
CORE = {
    Language.FRENCH: {
        Word.DOWN: ("en panne", "ne va pas bien"),
        Word.UP: ("répond",),
        Word.DEGRADED: ("à moitié", "lentement", "mais mal"),
        Word.INCONCLUSIVE: ("juger", "Difficile de trancher"),
        Word.UNKNOWN: ("ne sais pas", "ne connais pas", "hors ligne", "rien pu mesurer", "juger", "de mon côté"),
    },
    Language.ENGLISH: {
        Word.DOWN: ("down", "fails"),
        Word.UP: ("answers", "up."),
        Word.DEGRADED: ("half", "slowly", "not well"),
        Word.INCONCLUSIVE: ("cannot judge", "cannot tell"),
        Word.UNKNOWN: ("not known", "do not know", "offline", "no measurement", "cannot tell"),
    },
    Language.SPANISH: {
        Word.DOWN: ("no funciona", "no funcione", "tampoco funciona", "falla"),
        Word.UP: ("responde",),
        Word.DEGRADED: ("a medias", "despacio", "pero mal"),
        Word.INCONCLUSIVE: ("no puedo juzgar", "No puedo decirlo"),
        Word.UNKNOWN: ("no lo sé", "No conozco", "conexión", "medir", "juzgar", "por mi parte"),
    },
    Language.GERMAN: {
        Word.DOWN: ("ausgefallen", "nicht, ein Beweis"),
        Word.UP: ("antwortet",),
        Word.DEGRADED: ("nur zum Teil", "langsam", "nicht gut"),
        Word.INCONCLUSIVE: ("beurteilen", "Sicher sagen kann ich"),
        Word.UNKNOWN: ("weiß ich nicht", "kenne ich nicht", "ffline", "nichts messen", "beurteilen", "Bei mir"),
    },
    Language.ITALIAN: {
        Word.DOWN: ("non funziona", "non funzioni", "non va"),
        Word.UP: ("risponde",),
        Word.DEGRADED: ("a metà", "lentamente", "ma male"),
        Word.INCONCLUSIVE: ("non posso giudicare", "non posso dirlo"),
        Word.UNKNOWN: ("non lo so", "Non conosco", "offline", "misurare", "giudicare", "da parte mia"),
    },
    Language.PORTUGUESE: {
        Word.DOWN: ("fora do ar", "falha"),
        Word.UP: ("responde",),
        Word.DEGRADED: ("só em parte", "devagar", "mas mal"),
        Word.INCONCLUSIVE: ("não posso julgar", "não tenho a certeza"),
        Word.UNKNOWN: ("não sei", "Não conheço", "sem ligação", "medir", "julgar", "do meu lado"),
    },
    Language.DUTCH: {
        Word.DOWN: ("eruit", "misschien uit", "niet, maar een bewijs", "lukt"),
        Word.UP: ("antwoordt",),
        Word.DEGRADED: ("maar half", "traag", "niet goed"),
        Word.INCONCLUSIVE: ("niet beoordelen", "niet zeker"),
        Word.UNKNOWN: ("weet ik niet", "ken ik niet", "offline", "niet meten", "beoordelen", "aan mijn kant"),
    },
    Language.CATALAN: {
        Word.DOWN: ("no funciona", "falla"),
        Word.UP: ("respon",),
        Word.DEGRADED: ("a mitges", "a poc a poc", "però malament"),
        Word.INCONCLUSIVE: ("no puc jutjar", "no ho puc dir"),
        Word.UNKNOWN: ("no ho sé", "No conec", "connexió", "mesurar", "jutjar", "per part meva"),
    },
}

names = st.one_of(
    st.sampled_from(["Cairn.info", "HAL", "Archives nationales (salle des inventaires virtuelle)"]),
    st.lists(st.text("abcdefgh", min_size=1, max_size=20), min_size=2, max_size=12).map(".".join),
)
towns = st.lists(
    st.none() | st.sampled_from(["Paris", "Aix-en-Provence", "Clermont-Ferrand", "Saint-Quentin-en-Yvelines", "Pau"]),
    min_size=1,
    max_size=9,
)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    votes = tuple(
        Vote(VantagePoint(f"v{n}", town), draw(st.sampled_from(Leaning)), "rule", Cause(draw(st.sampled_from(CauseId))))
        for n, town in enumerate(draw(towns))
    )
    voices = {vote.leaning for vote in votes}
    differs = Leaning.UP in voices and Leaning.DOWN in voices
    causes = [cause for cause in CauseId if differs or cause is not CauseId.DIFFERS_BY_PLACE]
    bad = draw(st.booleans())
    return Verdict(
        word=draw(st.sampled_from(Word)),
        platform=Platform("x", draw(names)),
        cause=Cause(draw(st.sampled_from(causes)), draw(st.none() | st.just(503))),
        rule="rule",
        judged_at=NOW,
        confidence=draw(st.floats(0, 1)),
        votes=votes,
        outage=Outage(NOW - timedelta(days=draw(st.integers(0, 3))), NOW - timedelta(days=3)) if bad else None,
        step=draw(st.none() | st.sampled_from(Role)),
    )


@given(verdict=verdicts(), limit=st.integers(120, 5000), language=st.sampled_from(Language))
def test_one_verdict_always_fits_and_is_always_told(verdict: Verdict, limit: int, language: Language) -> None:
    text = word(GiveVerdicts((verdict,)), language=language, limit=limit, zone=PARIS_TIME)
    assert len(text) <= limit
    assert any(core in text for core in CORE[language][verdict.word])
    assert not text.startswith(" ")
    assert "  " not in text


@given(
    several=st.lists(verdicts(), min_size=2, max_size=4),
    left_out=st.integers(0, 9),
    limit=st.integers(120, 5000),
    language=st.sampled_from(Language),
)
def test_several_verdicts_always_fit(several: Sequence[Verdict], left_out: int, limit: int, language: Language) -> None:
    text = word(GiveVerdicts(tuple(several), left_out), language=language, limit=limit, zone=PARIS_TIME)
    assert len(text) <= limit
    assert any(core in text for core in CORE[language][several[0].word])
    if len(text.split("\n")) < len(several):
        assert "(+ " in text or str(left_out + 1) in text


@given(
    name=st.text(max_size=40), names=st.lists(st.text("abc .-", max_size=60), max_size=30), limit=st.integers(120, 999)
)
def test_questions_always_fit(name: str, names: Sequence[str], limit: int) -> None:
    for language in Language:
        for said in (AskForAddress(name), AskWhich(tuple(names)), GiveHelp()):
            assert len(word(said, language=language, limit=limit, zone=PARIS_TIME)) <= limit


def test_nothing_that_a_server_sent_gets_into_a_reply() -> None:
    bait = "@someone look https://evil.example {name} %s"
    for status in (200, 302, 403, 404, 500, 503, 521, 999):
        seen = answer(
            status,
            title=bait,
            host="evil.example",
            headers=[("server", bait), ("location", bait), ("retry-after", bait)],
            notes=[bait],
        )
        history = History(usual_title=bait, usual_host="evil.test", last_up_at=NOW - timedelta(minutes=1))
        hidden = look(seen, addresses=Addresses(used="192.0.2.1", dead=("192.0.2.9",), refused=("10.0.0.5",)))
        for language in Language:
            text = say(told(evidence(hidden, history=history)), language, 5000)
            assert not any(word in text for word in ("evil", "someone", "192.0.2", "10.0.0", "http:", "https:", "{"))


def test_the_details_of_a_failure_stay_with_the_operator() -> None:
    for phase in Phase:
        for kind in FailureKind:
            seen = replace(failure(phase, kind), detail="connect ECONNREFUSED 192.0.2.10:443")
            text = say(told(evidence(look(seen))), Language.ENGLISH)
            assert "ECONN" not in text
            assert "192.0.2" not in text
