"""An institution's own file: « l'ENT » is its people's, everybody else is asked which one."""

from pathlib import Path

import pytest

from bot.catalogue import Catalogue, CatalogueError, read_catalogue
from bot.model import Accounts, Author, Language
from bot.social.bluesky import BlueskyNetwork
from bot.social.mastodon import MastodonNetwork
from bot.understanding import understand
from tests.fakes.network import NOON

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "config/local/exemple.toml.modele").read_text("utf-8")
SHARED = {
    "s.toml": '[cairn]\nname = "Cairn.info"\nkind = "docelec"\nhosts = ["cairn.info"]\n'
    'urls = [{ role = "home", url = "https://www.cairn.info/" }]\n'
    '[moodle]\nname = "Moodle"\nkind = "education"\nself_hostable = true\n'
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    shipped = {file.name: file.read_text("utf-8") for file in sorted((ROOT / "config/platforms").glob("*.toml"))}
    return read_catalogue(shipped, own_files={"univ-exemple.toml": MODEL})


def found(catalogue: Catalogue, text: str, asker: str | None) -> tuple[list[str], tuple[str, ...]]:
    result = catalogue.find(understand(text, tag=None, default=Language.FRENCH), asker)
    return [platform.key for platform in result.platforms], result.candidates


ITS_PEOPLE = {
    "somebody of its Mastodon server": "marie@social.univ-exemple.fr",
    "somebody of a server below its domain": "marie@forge.univ-exemple.fr",
    "a handle on Bluesky below its domain": "marie.univ-exemple.fr",
    "a listed account elsewhere": "bu_exemple@piaille.fr",
    "a listed account, in capitals, with its @": "@BU_Exemple@piaille.fr",
    "a listed handle on Bluesky": "bu-exemple.bsky.social",
}
OTHERS = {
    "nobody we know": None,
    "somebody else of the same big server": "marie@piaille.fr",
    "a domain that only ends alike": "marie@notuniv-exemple.fr",
    "a user name made to look like it": "social.univ-exemple.fr@evil.example",
    "a domain that begins alike": "marie@univ-exemple.fr.evil.example",
}


@pytest.mark.parametrize("asker", ITS_PEOPLE.values(), ids=ITS_PEOPLE.keys())
def test_its_people_mean_their_own(catalogue: Catalogue, asker: str) -> None:
    assert found(catalogue, "l'ENT est en panne ?", asker) == (["univ-exemple.ent"], ())


@pytest.mark.parametrize("asker", OTHERS.values(), ids=OTHERS.keys())
def test_others_are_asked_which_one(catalogue: Catalogue, asker: str | None) -> None:
    assert found(catalogue, "c'est moi ou l'ENT est en panne ?", asker) == ([], ("ENT",))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        pytest.param("Moodle est en panne ?", ["univ-exemple.moodle"], id="a software that exists many times"),
        pytest.param("Primo est en panne ?", ["univ-exemple.catalogue"], id="an ambiguous shared name"),
        pytest.param("le catalogue est en panne ?", ["univ-exemple.catalogue"], id="an ordinary word"),
        pytest.param("le catalogue du Sudoc est en panne ?", ["sudoc"], id="an ordinary word beside a sure name"),
        pytest.param("les bouquets SHS sont en panne ?", ["cairn"], id="a shared entry under their name"),
        pytest.param("Gallica est en panne ?", ["gallica"], id="everything else as for everybody"),
    ],
)
def test_what_its_people_say(catalogue: Catalogue, text: str, keys: list[str]) -> None:
    assert found(catalogue, text, "marie@social.univ-exemple.fr")[0] == keys


@pytest.mark.parametrize("text", ["ent.univ-exemple.fr est en panne ?", "les bouquets SHS sont en panne ?"])
def test_others_do_not_reach_its_entries(catalogue: Catalogue, text: str) -> None:
    keys, _ = found(catalogue, text, "marie@piaille.fr")
    assert keys in ([], ["url:ent.univ-exemple.fr"])


def test_an_addition_brings_addresses_to_everybody_and_names_to_its_people() -> None:
    own = (
        '[institution]\nname = "U"\ninstances = ["u.fr"]\n[c]\nextends = "cairn"\naliases = ["le bouquet"]\n'
        'hosts = ["cairn-u.info"]\nurls = [{ role = "login", url = "https://login.cairn-u.info/" }]\n'
    )
    catalogue = read_catalogue(SHARED, own_files={"u.toml": own})
    assert [target.host for target in catalogue.platforms["cairn"].targets] == ["www.cairn.info", "login.cairn-u.info"]
    assert found(catalogue, "https://x.cairn-u.info/ est en panne ?", None)[0] == ["cairn"]
    assert found(catalogue, "le bouquet est en panne ?", None)[0] == []
    assert found(catalogue, "le bouquet est en panne ?", "a@u.fr")[0] == ["cairn"]


def test_an_addition_can_have_the_provider_of_a_shared_entry_mentioned() -> None:
    own = '[institution]\nname = "U"\ninstances = ["u.fr"]\n[c]\nextends = "cairn"\nnotify = true\n'
    account = 'accounts = { bluesky = "@cairn.example", language = "fr" }\n'
    for shared, mine in (("", own + account), (account, own)):
        files = {name: text.replace("[cairn]\n", f"[cairn]\n{shared}") for name, text in SHARED.items()}
        cairn = read_catalogue(files, own_files={"u.toml": mine}).platforms["cairn"]
        assert (cairn.notify, cairn.accounts) == (True, Accounts(bluesky="@cairn.example", language=Language.FRENCH))
    with pytest.raises(CatalogueError, match="notify = true needs an account"):
        read_catalogue(SHARED, own_files={"u.toml": own})


HEAD = '[institution]\nname = "U"\ninstances = ["u.fr"]\n'
BROKEN = {
    "no header": ("", "u.toml:1: [institution] is missing at the top; write [institution], then name"),
    "no name": ('[institution]\ninstances = ["u.fr"]\n', "u.toml:1: [institution] the entry has no name"),
    "nobody": ('[institution]\nname = "U"\n', "u.toml:1: [institution] nobody belongs to it; write instances = "),
    "everybody": (
        HEAD.replace("u.fr", "bsky.social"),
        "u.toml:3: [institution] everybody can sign up at bsky.social; write accounts into handles",
    ),
    "a field with a slip": (
        HEAD + 'vantag = "Nice"\n',
        "u.toml:4: [institution] the field 'vantag' is unknown; write vantage",
    ),
    "no account": (HEAD + 'handles = ["marie"]\n', "u.toml:4: [institution] 'marie' is no account; write handles = "),
    "half a proxy": (HEAD + "ezproxy = {}\n", "u.toml:4: [institution] ezproxy is incomplete; write ezproxy = {"),
    "an unknown entry": (HEAD + '[c]\nextends = "cairm"\n', "u.toml:5: [c] extends = 'cairm' is no entry; write cairn"),
    "a sure name": (
        HEAD + '[x]\nname = "Cairn.info"\nkind = "other"\n',
        "u.toml:5: [x] the name 'Cairn.info' is taken by [cairn]; to add to that entry, write extends",
    ),
    "a host": (
        HEAD + '[x]\nname = "X"\nkind = "other"\nhosts = [\n  "x.fr",\n  "cairn.info",\n]\n',
        "u.toml:9: [x] the host 'cairn.info' is taken by [cairn]; to add to that entry, write extends",
    ),
    "one id twice": (
        HEAD + '[x]\nname = "X"\nkind = "other"\n[x]\nname = "Y"\nkind = "other"\n',
        "u.toml:7: [x] the id is taken by u.toml:4; choose another",
    ),
    "a private host for everybody": (
        HEAD + '[c]\nextends = "cairn"\nurls = [{ role = "login", url = "http://cairn.lan:8080/" }]\n',
        "u.toml:6: [c] 'cairn.lan' is not a public host",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_says_what_to_write(text: str, sentence: str) -> None:
    with pytest.raises(CatalogueError) as raised:
        read_catalogue(SHARED, own_files={"u.toml": text})
    assert sentence in str(raised.value)


def test_two_institutions_cannot_have_the_same_people() -> None:
    with pytest.raises(CatalogueError) as raised:
        read_catalogue(SHARED, own_files={"u.toml": HEAD, "v.toml": HEAD})
    assert str(raised.value) == (
        "v.toml:3: [institution] the account or server 'u.fr' is taken by [u]; take it out of one of the two"
    )


def test_two_institutions_may_use_the_same_words() -> None:
    entry = '[ent]\nname = "ENT"\nkind = "education"\nhosts = ["ent.region.fr"]\n'
    own = {"u.toml": HEAD + entry, "v.toml": HEAD.replace("u.fr", "v.fr") + entry}
    catalogue = read_catalogue(SHARED, own_files=own)
    assert found(catalogue, "l'ENT est en panne ?", "a@v.fr")[0] == ["v.ent"]
    assert found(catalogue, "l'ENT est en panne ?", "a@u.fr")[0] == ["u.ent"]


def test_an_institution_among_the_shared_files_is_refused() -> None:
    with pytest.raises(CatalogueError) as raised:
        read_catalogue({"s.toml": HEAD})
    assert "s.toml:1: [institution] [institution] belongs into config/local/ only" in str(raised.value)


def test_every_network_tells_where_an_account_is(tmp_path: Path) -> None:
    mastodon = MastodonNetwork(name="m", server="https://Social.Univ-Exemple.fr", token="t", clock=lambda: NOON)
    assert mastodon.address_of(Author("1", "marie")) == "marie@social.univ-exemple.fr"
    assert mastodon.address_of(Author("1", "x.univ-exemple.fr")) == "x.univ-exemple.fr@social.univ-exemple.fr"
    assert mastodon.address_of(Author("1", "marie@piaille.fr")) == "marie@piaille.fr"
    bluesky = BlueskyNetwork(
        name="b", server="https://bsky.social", identifier="i", password="p", data_dir=tmp_path, clock=lambda: NOON
    )
    assert bluesky.address_of(Author("did:1", "bu.univ-exemple.fr")) == "bu.univ-exemple.fr"
    assert bluesky.address_of(Author("did:1", "handle.invalid")) is None
