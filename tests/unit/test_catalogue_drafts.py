"""`catalogue import-ezproxy` and `catalogue add`: drafts that are right in form, files that lose nothing."""

import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given
from hypothesis import strategies as st

from bot.catalogue import Catalogue, read_catalogue
from bot.catalogue.drafting import entry_text, id_for, insert_entry
from bot.catalogue.ezproxy import decode, draft, read_config
from bot.cli.catalogue import catalogue
from bot.model import Language

ROOT = Path(__file__).parents[2]
SHARED = (
    "# Head of the file.\n\n"
    '[bravo]\nname = "Bravo"\nkind = "docelec"\nhosts = ["bravo.org"]\n'
    'urls = [{ role = "home", url = "https://www.bravo.org/" }]\n\n'
    "# On delta.\n"
    '[delta]\nname = "Delta"\nkind = "docelec"\nhosts = ["delta.org"]  # the old one\n'
    'urls = [{ role = "home", url = "https://www.delta.org/" }]\n'
)
CONFIG = """
Name ezproxy.univ-demo.fr
IncludeFile more/databases.txt
# Title Not this one
Title Bravo
URL https://www.bravo.org/?token=SECRET
Title Bouquet Delta
T -hide Revue des <b>Sciences</b>
U -form=post login https://www.revue-sciences.fr/login?cust=1234&token=SECRET
HJ https://www.revue-sciences.fr:443
DJ revue-sciences.fr
DJ google-analytics.com
T Le bouquet
HJ stm.delta.org
T Nowhere
T At home
H 10.1.2.3
H base.lan
"""
DRAFT = """[delta]
extends = "delta"
aliases = ["Le bouquet"]

[revue-des-sciences]
name = "Revue des Sciences"
kind = "docelec"
hosts = ["revue-sciences.fr"]
urls = [{ role = "home", url = "https://www.revue-sciences.fr/" }]

# Known, nothing to add: bravo
"""


@pytest.fixture(scope="module")
def two() -> Catalogue:
    return read_catalogue({"docelec.toml": SHARED})


def drafted(text: str, catalogue: Catalogue) -> str:
    return draft(read_config(text), catalogue, key="univ-demo", language=Language.ENGLISH)


def test_a_configuration_becomes_a_file_to_read_over(two: Catalogue) -> None:
    text = drafted(CONFIG, two)
    assert DRAFT in text
    assert 'ezproxy = { suffix = "ezproxy.univ-demo.fr", login = "https://ezproxy.univ-demo.fr/login?url="' in text
    assert "# Not followed: IncludeFile more/databases.txt" in text
    assert "# No address, line 15: Nowhere" in text
    assert "SECRET" not in text
    assert "10.1.2.3" not in text
    read_catalogue({"docelec.toml": SHARED}, own_files={"univ-demo.toml": text})


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(CONFIG.encode("utf-8-sig"), id="UTF-8 with its mark"),
        pytest.param(CONFIG.replace("\n", "\r\n").encode("utf-16"), id="UTF-16, CRLF"),
        pytest.param(CONFIG.replace("\n", "\r").encode("latin-1"), id="CR alone"),
        pytest.param(CONFIG.replace("Title", "TITLE").replace(" ", "\t", 1).encode(), id="capitals, tabs"),
    ],
)
def test_encodings_and_line_ends_do_no_harm(two: Catalogue, encoded: bytes) -> None:
    assert DRAFT in drafted(decode(encoded), two)


def test_titles_are_read_as_a_page_shows_them(two: Catalogue) -> None:
    assert 'name = "Arts & métiers"' in drafted("T Arts &amp; m&eacute;tiers\nU https://www.am-revues.fr/\n", two)


def test_accents_of_old_files_are_kept(two: Catalogue) -> None:
    text = drafted(decode("T Érudit de l’été\nU https://www.erudition.fr/\n".encode("cp1252")), two)
    assert 'name = "Érudit de l’été"' in text


@example([("Name", "BSKY.APP")])
@given(st.lists(st.tuples(st.sampled_from(["T", "U", "H", "DJ", "Name", "x", ""]), st.text(max_size=30)), max_size=20))
def test_junk_gives_a_draft_that_is_right_in_form(lines: list[tuple[str, str]]) -> None:
    text = drafted("\n".join(f"{word} {value}" for word, value in lines), read_catalogue({"docelec.toml": SHARED}))
    read_catalogue({"docelec.toml": SHARED}, own_files={"univ-demo.toml": text})


def test_a_long_configuration_is_drafted_whole(two: Catalogue) -> None:
    stanzas = (f"T Base {n}\nU https://www.base{n}.fr/x\nHJ a.base{n}.fr\nDJ base{n}.fr" for n in range(2500))
    text = drafted("\n".join(stanzas), two)
    assert text.count("\n[base-") == 2500
    one_long = drafted("T Une\n" + "\n".join(f"HJ h{n}.une.fr" for n in range(10_000)), two)
    assert one_long.count("h9999.une.fr") == 1


@given(st.text())
def test_any_name_makes_an_identifier(name: str) -> None:
    key = id_for(name, {id_for(name)})
    text = entry_text(key, {"name": name or "x", "kind": "dev"})
    if name.strip():
        assert [platform.name for platform in read_catalogue({"f.toml": text}).platforms.values()] == [name]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("key", "above"), [("alpha", "[bravo]"), ("charlie", "# On delta."), ("zoulou", None)])
def test_an_entry_goes_to_its_place_and_nothing_else_moves(key: str, above: str | None, end: str) -> None:
    text = SHARED.replace("\n", end)
    entry = entry_text(key, {"name": key, "kind": "docelec"})
    after = insert_entry(text, key, entry)
    written = entry.replace("\n", end)
    assert written in after
    assert (written + end + above if above else written) in after
    assert after.replace(written, "").replace(end, "") == text.replace(end, "")
    assert after.count("\r\n") == (after.count("\n") if end == "\r\n" else 0)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    (folder / "platforms").mkdir(parents=True)
    (folder / "local").mkdir()
    shutil.copy(ROOT / "config/bot.toml", folder)
    (folder / "platforms/docelec.toml").write_text(SHARED, "utf-8")
    monkeypatch.setenv("CESTMOIOU_CONFIG_DIR", str(folder))
    monkeypatch.setenv("CESTMOIOU_LANGUAGE", "en")
    return folder


def add(*answers: str, words: tuple[str, ...] = ()) -> Result:
    return CliRunner().invoke(catalogue, ["add", *words], input="".join(f"{answer}\n" for answer in answers))


def test_four_answers_make_an_entry(config: Path) -> None:
    result = add("Charlie", "https://www.charlie.org/", "docelec", "Le Charlie, Charlie Base")
    assert result.exit_code == 0, result.output
    assert (config / "platforms/docelec.toml").read_text() == SHARED.replace(
        "# On delta.\n",
        '[charlie]\nname = "Charlie"\nkind = "docelec"\naliases = ["Le Charlie", "Charlie Base"]\n'
        'hosts = ["charlie.org"]\nurls = [{ role = "home", url = "https://www.charlie.org/" }]\n\n# On delta.\n',
    )


def test_a_wrong_answer_is_asked_again_with_a_sentence(config: Path) -> None:
    result = add(
        *("", "bravo", "Charlie"),
        *("ftp://x", "http://charlie.org", "10.0.0.1", "www.delta.org", "Ünder.fr", "charlie.org"),
        *("docelek", "docelec"),
        *("Delta", ""),
    )
    assert result.exit_code == 0, result.output
    for sentence in (
        "Write a name of at most 80 characters",
        "the name 'bravo' is taken by [bravo]; write another name",
        "'ftp://x' is not a web address",
        "'http://charlie.org': write an address with https://",
        "url: '10.0.0.1' is an address; write the host's name",
        "the host 'www.delta.org' is taken by [delta]; add your names to that entry",
        "is not in punycode; write 'xn--",
        "the kind 'docelek' is unknown; write docelec",
        "the name 'Delta' is taken by [delta]",
    ):
        assert sentence in result.output
    assert '[charlie]\nname = "Charlie"\nkind = "docelec"\nhosts = ["charlie.org"]\n' in result.output


@pytest.mark.parametrize("answers", [(), ("Charlie",), ("Charlie", "charlie.org", "docelec")])
def test_whoever_stops_half_way_changes_nothing(config: Path, answers: tuple[str, ...]) -> None:
    assert add(*answers).exit_code == 1
    assert (config / "platforms/docelec.toml").read_text() == SHARED
    assert len(list((config / "platforms").iterdir())) == 1


def test_an_entry_of_ones_own_goes_below_the_head_of_ones_own_file(config: Path) -> None:
    own = config / "local/u.toml"
    own.write_text('[institution]\nname = "U"\ninstances = ["u.fr"]\n\n[zoo]\nname = "Zoo"\nkind = "other"\n')
    assert add("ENT", "ent.u.fr", "education", "l'ENT, mon ENT", words=("--local", "u")).exit_code == 0
    (institution,) = read_catalogue({}, own_files={"u.toml": own.read_text()}).institutions
    assert [platform.key for platform in institution.platforms] == ["u.ent", "u.zoo"]
    assert own.read_text().startswith("[institution]")


def test_a_name_that_is_a_word_as_well_is_pointed_out(config: Path) -> None:
    done = add("Numilog", "numilog.org", "docelec", "Portail, Portail Numilog")
    assert "« Portail » may mean something else; write it into weak" in done.output
    assert "« Numilog »" not in done.output


def test_an_institution_may_call_its_own_by_names_that_others_use_too(config: Path) -> None:
    many = '[aaa]\nname = "Moodle"\nkind = "docelec"\nself_hostable = true\nweak = ["Campus"]\n\n'
    (config / "platforms/docelec.toml").write_text(many + SHARED)
    (config / "local/u.toml").write_text('[institution]\nname = "U"\ninstances = ["u.fr"]\n')
    done = add("Moodle", "moodle.u.fr", "education", "Campus", words=("--local", "u.toml"))
    assert done.exit_code == 0, done.output
    assert 'name = "Moodle"' in (config / "local/u.toml").read_text()
    assert "is taken by [aaa]" in add("Moodle").output
    assert "is taken by [bravo]" in add("Bravo", words=("--local", "u")).output


@pytest.mark.parametrize("own", ["nowhere", "../platforms/docelec"])
def test_a_file_of_ones_own_that_is_not_there_is_told_before_any_question(config: Path, own: str) -> None:
    result = add("Charlie", words=("--local", own))
    assert "is not there; copy config/local/exemple.toml.modele to make it" in str(result.exception)
    assert "1/4" not in result.output


def test_whoever_stops_is_told_so_in_french(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CESTMOIOU_LANGUAGE", "fr")
    assert "Arrêté : rien n'a été changé." in add("Charlie").output


def test_a_file_that_is_not_there_is_told_in_french(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CESTMOIOU_LANGUAGE", "fr")
    result = CliRunner().invoke(catalogue, ["import-ezproxy", "nulle-part.txt"])
    assert str(result.exception) == "nulle-part.txt : n'existe pas ; vérifiez son nom et son dossier"


def run_add(config: Path, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "catalogue", "add"],
        input="Charlie\ncharlie.org\ndocelec\n\n",
        env={
            "CESTMOIOU_CONFIG_DIR": str(config),
            "CESTMOIOU_LANGUAGE": "en",
            "PATH": "",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **more,  # type: ignore[call-overload]
    )


def no_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # what a full disk does to a write


def test_a_full_disk_changes_nothing(config: Path) -> None:
    done = run_add(config, preexec_fn=no_room)
    assert done.returncode == 2
    assert "cannot be written (File too large); nothing was changed" in done.stderr
    assert (config / "platforms/docelec.toml").read_text() == SHARED
    assert len(list((config / "platforms").iterdir())) == 1


def test_a_link_stays_a_link(config: Path, tmp_path: Path) -> None:
    file = config / "platforms/docelec.toml"
    real = file.rename(tmp_path / "real.toml")
    real.chmod(0o640)
    file.symlink_to(real)
    assert add("Charlie", "charlie.org", "docelec", "").exit_code == 0
    assert file.is_symlink()
    assert "[charlie]" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640


def test_killed_while_writing_leaves_the_old_text_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    old, new = "old\n" * 20_000, "new\n" * 20_000
    path.write_text(old)
    code = (
        "from pathlib import Path; from bot.cli.catalogue_drafts import write_atomically as write\n"
        f"path, texts = Path({str(path)!r}), ('old\\n' * 20000, 'new\\n' * 20000)\n"
        "print('ready', flush=True)\n"
        "while True:\n    write(path, texts[1], before=texts[0].encode()); texts = texts[::-1]\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert path.read_text() in (old, new)


def test_the_draft_goes_to_a_new_file_only(config: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "config.txt", config / "local/univ-demo.toml"
    source.write_text(CONFIG)
    words = ["import-ezproxy", str(source), "--output", str(target)]
    assert CliRunner().invoke(catalogue, words).exit_code == 0
    assert DRAFT in target.read_text()
    assert CliRunner().invoke(catalogue, ["check"]).exit_code == 0
    again = CliRunner().invoke(catalogue, words)
    assert "is there already; name a new file" in str(again.exception)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(None, "config.txt: is not there; check its name", id="nothing"),
        pytest.param(b"\x00\x01\x02" * 1000, "there is no Title line in it", id="a binary file"),
        pytest.param(b"", "there is no Title line in it", id="an empty file"),
    ],
)
def test_what_is_no_configuration_is_one_sentence(
    config: Path, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    source = tmp_path / "config.txt"
    if content is not None:
        source.write_bytes(content)
    assert sentence in str(CliRunner().invoke(catalogue, ["import-ezproxy", str(source)]).exception)
