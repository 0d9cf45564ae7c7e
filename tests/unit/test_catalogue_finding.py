"""Which platform is meant: hosts, names, ambiguous names, lists."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.catalogue import Catalogue, read_catalogue
from bot.model import Act, Intent, Language
from bot.understanding.focus import failing_part
from bot.understanding.lexicons import lexicon

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue({file.name: file.read_text("utf-8") for file in (ROOT / "config/platforms").glob("*.toml")})


def asked(text: str, *hosts: str, says_outage: bool = True) -> Intent:
    return Intent(Act.ASK, Language.FRENCH, text, hosts=hosts, says_outage=says_outage)


TEXTS: dict[str, tuple[str, list[str]]] = {
    "a name": ("Gallica est en panne", ["gallica"]),
    "without accents": ("persee est en panne", ["persee"]),
    "the longest name wins": ("Free Mobile est en panne", ["free-mobile"]),
    "a name run together": ("chat gpt est mort", ["chatgpt"]),
    "a name without its parenthesis": ("SciFinder est mort", ["scifinder"]),
    "a list": ("Gallica, Sudoc et Zotero sont en panne", ["gallica", "sudoc", "zotero"]),
    "an elided article": ("l'ANTS est en panne", ["ants"]),
    "an ambiguous name with its cue": ("le réseau Orange est en panne", ["orange"]),
    "an ambiguous name without it": ("une orange est tombée", []),
    "an ambiguous name beside a sure one": ("depuis 20 minutes Twitter est mort", ["x-twitter"]),
    "a sure name in the way of a person's": ("Claude n'ouvre plus ScienceDirect", ["sciencedirect"]),
    "an ambiguous name joined to a sure one": ("Gallica et Persée sont en panne", ["gallica", "persee"]),
    "heaps of stones": ("le cairn de la randonnée est couché", []),
    "the service, not who runs it": ("Gallica est en panne, la BnF dort", ["gallica"]),
    "one letter too many": ("galllica est en panne", ["gallica"]),
    "too short to be misspelt": ("figmo est en panne", []),
    "two letters swapped": ("Gallcia est en panne", ["gallica"]),
    "two slips in a long name": ("sciensdirect est en panne", ["sciencedirect"]),
    "an ordinary word near a name": ("le papier est en panne, le partage aussi", []),
    "between two close names": ("newsbamk et newtank", []),
    "run together, spaced, hyphenated": ("Science-Direct, science direct, #ScienceDirect", ["sciencedirect"]),
    "a hashtag of several words": ("#GallicaEnPanne", ["gallica"]),
    "an English possessive": ("GitHub's API est en panne", ["github"]),
    "glued punctuation": ("Gallica!!!Sudoc…", ["gallica", "sudoc"]),
    "without what follows a slash": ("Google Drive est en panne", ["google-drive"]),
    "an ambiguous name that is itself what fails": ("Signal est en panne ?", ["signal"]),
    "the same in small letters": ("pas de signal, box est en panne", []),
    "a capital at the start of a sentence is not enough": ("Le chat est tombé de la table", []),
    "what fails beside a sure name": ("Zoom plante, Google Meet aussi", ["zoom", "google-meet"]),
    "a shouting post proves no capital": ("LA BASE EST EN PANNE", []),
    "whose it is": ("Archives et manuscrits de la BnF : indisponible", ["bnf-archives"]),
    "whose an ambiguous one is": ("Gemini de Google est en panne ?", ["gemini"]),
    "the house alone": ("la BnF est en panne", ["bnf"]),
    "explained in brackets": ("Signal (la messagerie, comme Messenger) est en panne", ["signal", "messenger"]),
    "a kind of thing in brackets": ("Signal (der Messenger) est en panne", ["signal"]),
    "one more in brackets": ("Gallica (et Persée) sont en panne", ["gallica", "persee"]),
    "brackets that remove the doubt": ("canvas (the LMS) est mort", ["canvas-lms"]),
    "where it comes from": ("EM-Premium rame, ça vient de chez Elsevier ?", ["em-premium"]),
    "only where it comes from": ("ça vient de chez Elsevier ?", ["elsevier"]),
    "who else it may be": ("Izly refuse tout, c'est général au Crous ?", ["izly"]),
    "an error page's own name": ("Gallica et Persée : a Cloudflare error page", ["gallica", "persee"]),
    "an accident of two words": ("Zenodo is back online for us, panic over", ["zenodo"]),
    "servers are no maker of games": ("ma synchro Zotero échoue, serveurs en vrac", ["zotero"]),
    "somebody's school": ("pronot est mort ou c'est mon lycée", ["pronote"]),
    "a base is no BASE": ("SIMBAD ne sait plus rien : base tombée ?", ["vizier-simbad"]),
    "the same in capitals": ("BASE est tombée", ["base-search"]),
    "a list with no more": ("plus de Teams, plus d'Outlook, plus de OneDrive", ["teams", "outlook", "onedrive"]),
    "run together with du": ("le site du Parisien est mort", ["leparisien"]),
    "two for astronomers": ("VizieR et ADS sont en panne", ["vizier-simbad", "nasa-ads"]),
    "in Catalan": ("la Viquipèdia est en panne", ["wikipedia"]),
    "a service of the house, not the house": ("HumanID et Nakala sont HS", ["huma-num", "nakala"]),
}


@pytest.mark.parametrize(("text", "keys"), TEXTS.values(), ids=TEXTS.keys())
def test_names_are_found(text: str, keys: list[str], catalogue: Catalogue) -> None:
    assert [platform.key for platform in catalogue.find(asked(text)).platforms] == keys


@pytest.mark.parametrize(
    ("thread", "text", "keys"),
    [
        ("youtube", "Twitch aussi ou juste YouTube ?", ["twitch"]),
        ("sudoc", "en plus de Sudoc, Calames est muet", ["calames"]),
        ("sudoc", "Sudoc est toujours en panne", ["sudoc"]),
        ("sudoc", "Sudoc et Calames sont muets", ["sudoc", "calames"]),
        ("facebook", "du coup Messenger est touché aussi ou pas", ["messenger"]),
        ("sfr", "et chez Free, ça capte ?", ["free"]),
        ("cairn", "et chez Free, ça capte ?", []),
        ("ameli", "erreur technique, comme tout le monde", []),
    ],
)
def test_a_thread_tells_what_its_posts_leave_out(thread: str, text: str, keys: list[str], catalogue: Catalogue) -> None:
    intent = replace(asked(text), thread=thread)
    assert [platform.key for platform in catalogue.find(intent).platforms] == keys


@pytest.mark.parametrize(
    ("language", "text", "keys"),
    [
        (Language.SPANISH, "Epic Games y Riot fuera los dos", ["epic-games", "riot"]),
        (Language.ENGLISH, "Grafana Cloud plus Sentry are down", ["grafana-cloud", "sentry"]),
        (Language.GERMAN, "Weder Statista noch die FT reagieren", ["statista", "ft"]),
    ],
)
def test_lists_in_other_languages(language: Language, text: str, keys: list[str], catalogue: Catalogue) -> None:
    intent = replace(asked(text), language=language)
    assert [platform.key for platform in catalogue.find(intent).platforms] == keys


@pytest.mark.parametrize(
    ("language", "text", "keys"),
    [
        (Language.FRENCH, "EBSCO, d'accord. Mais ProQuest, qu'en est-il ?", ["proquest"]),
        (Language.ENGLISH, "npm no idea, but is PyPI down?", ["pypi"]),
        (Language.SPANISH, "Gmail me va, pero Google Drive no suelta nada, ¿soy el único?", ["google-drive"]),
    ],
)
def test_what_is_put_aside_is_not_asked_about(
    language: Language, text: str, keys: list[str], catalogue: Catalogue
) -> None:
    intent = replace(asked(failing_part(text, lexicon(language))), language=language)
    assert [platform.key for platform in catalogue.find(intent).platforms] == keys


def test_the_cause_beside_an_address_is_not_looked_at(catalogue: Catalogue) -> None:
    intent = asked("ne charge plus. Un problème chez OpenEdition ?", "hypotheses.org")
    assert [platform.key for platform in catalogue.find(intent).platforms] == ["hypotheses"]


def test_free_is_an_adjective_in_english(catalogue: Catalogue) -> None:
    intent = Intent(Act.ASK, Language.ENGLISH, "Free network down again?", says_outage=True)
    assert not catalogue.find(intent).platforms


def test_an_ambiguous_name_needs_a_word_of_outage(catalogue: Catalogue) -> None:
    assert not catalogue.find(asked("Cairn", says_outage=False)).platforms


HOSTS = {
    "a host": ("www.jstor.org", "jstor"),
    "the longest suffix": ("gallica.bnf.fr", "gallica"),
    "not within a label": ("notjstor.org", None),
    "capitals and a dot": ("WWW.JSTOR.ORG.", "jstor"),
    "a customer's site": ("someone.github.io", "url:someone.github.io"),
    "the customers' own host": ("github.io", "github"),
    "proxied by hyphens": ("www-jstor-org.proxy.univ-x.fr", "jstor"),
    "proxied by hyphens, secure": ("www-jstor-org-s.proxy.univ-x.fr", "jstor"),
    "proxied by dots": ("www.dalloz.fr.bases-doc.univ-lorraine.fr", "dalloz"),
    "no proxy at all": ("github.com.evil.example", None),
    "an accent that is its own": ("xn--monlyce-gya.net", "monlycee-net"),
    "hosted by OpenAthens": ("ieeexplore-ieee-org.eu1.proxy.openathens.net", "ieee"),
}


@pytest.mark.parametrize(("host", "key"), HOSTS.values(), ids=HOSTS.keys())
def test_hosts_are_found(host: str, key: str | None, catalogue: Catalogue) -> None:
    platform = catalogue.of_host(host)
    assert (platform.key if platform else None) == key


def test_a_customers_site_is_looked_at_itself(catalogue: Catalogue) -> None:
    platform = catalogue.of_host("someone.github.io")
    assert platform is not None
    assert [target.url for target in platform.targets] == ["https://someone.github.io/"]


def test_a_host_in_no_entry_is_looked_at_as_typed(catalogue: Catalogue) -> None:
    (platform,) = catalogue.find(asked("c'est moi ou", "x.example")).platforms
    assert (platform.key, platform.name, platform.targets[0].typed) == ("url:x.example", "x.example", True)


def test_an_unknown_name_is_kept_but_defanged(catalogue: Catalogue) -> None:
    intent = Intent(Act.ASK, Language.FRENCH, "…", unknown_name="@Bidule <b> https://x.example/y " + "z" * 60)
    found = catalogue.find(intent)
    assert found.unknown is not None
    assert found.unknown.startswith("Bidule b zzz")
    assert len(found.unknown) <= 40


def test_without_a_known_platform_small_talk_stays_small_talk(catalogue: Catalogue) -> None:
    intent = Intent(Act.ASK, Language.FRENCH, "mon vélo est mort", says_outage=True, needs_name=True)
    assert catalogue.find(intent).act is Act.NONE


TYPED = {
    "a key": ("hal", "hal"),
    "a name": ("Cairn.info", "cairn"),
    "an alias": ("web of science", "web-of-science"),
    "a host, which the gate has to see first": ("x.example", None),
    "nothing known": ("bidule truc", None),
}


@pytest.mark.parametrize(("text", "key"), TYPED.values(), ids=TYPED.keys())
def test_what_is_typed_at_the_command_line(text: str, key: str | None, catalogue: Catalogue) -> None:
    platform = catalogue.by_key_or_name(text)
    assert (platform.key if platform else None) == key
