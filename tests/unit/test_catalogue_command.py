"""`cestmoiou catalogue check`: what whoever keeps the files reads."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.cli.catalogue import catalogue

ROOT = Path(__file__).parents[2]
GOOD = (
    '[bravo]\nname = "Bravo"\nkind = "docelec"\nhosts = ["bravo.org"]\n'
    'urls = [{ role = "home", url = "https://www.bravo.org/" }]\n\n'
    '[delta]\nname = "Delta"\nkind = "docelec"\nhosts = ["delta.org"]\n'
    'urls = [{ role = "home", url = "https://www.delta.org/" }]\n'
)
OWN = '[institution]\nname = "U"\ninstances = ["u.fr"]\n'


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration of two platforms."""
    folder = tmp_path / "config"
    (folder / "platforms").mkdir(parents=True)
    (folder / "local").mkdir()
    shutil.copy(ROOT / "config/bot.toml", folder)
    (folder / "platforms/docelec.toml").write_text(GOOD, "utf-8")
    monkeypatch.setenv("CESTMOIOU_CONFIG_DIR", str(folder))
    monkeypatch.setenv("CESTMOIOU_LANGUAGE", "en")
    return folder


def check(*words: str | Path) -> Result:
    return CliRunner().invoke(catalogue, ["check", *map(str, words)])


def test_a_good_catalogue_is_fine(config: Path) -> None:
    result = check()
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "all is well (2 entries read)\n")


def test_the_shipped_catalogue_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CESTMOIOU_CONFIG_DIR", str(ROOT / "config"))
    assert check().exit_code == 0


def test_the_model_of_an_institutions_file_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CESTMOIOU_CONFIG_DIR", str(ROOT / "config"))
    copy = tmp_path / "univ-exemple.toml"
    copy.write_bytes((ROOT / "config/local/exemple.toml.modele").read_bytes())
    result = check(copy)
    assert (result.exit_code, result.stdout) == (0, "")


def test_all_that_is_wrong_is_told_at_once_in_french_too(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CESTMOIOU_LANGUAGE", "fr")
    file = config / "platforms/docelec.toml"
    file.write_text(GOOD.replace('"docelec"', '"cloud"', 1) + GOOD.replace("bravo", "alpha").replace("delta", "zoulou"))
    result = check()
    assert result.exit_code == 1
    mend = "enlevez-le d'une des deux entrées"
    assert result.stdout.splitlines() == [
        "platforms/docelec.toml:3: [bravo] cette entrée est dans docelec.toml ; "
        'mettez-la dans cloud.toml, ou écrivez kind = "docelec"',
        "platforms/docelec.toml:12: [alpha] l'ordre alphabétique n'est pas respecté ; mettez [alpha] avant [delta]",
        f"platforms/docelec.toml:13: [alpha] le nom 'Bravo' est déjà pris par [bravo] ; {mend}",
        f"platforms/docelec.toml:19: [zoulou] le nom 'Delta' est déjà pris par [delta] ; {mend}",
    ]
    assert result.stderr == "4 à corriger (4 entrées lues)\n"


def test_a_file_beside_the_catalogue_is_checked_against_it(config: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text('[echo]\nname = "bravo"\nkind = "dev"\nhosts = ["delta.org"]\n')
    result = check(draft)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{draft}:2: [echo] the name 'bravo' is taken by [bravo]; take it out of one of the two",
        f"{draft}:4: [echo] the host 'delta.org' is taken by [delta]; take it out of one of the two",
    ]


def test_a_file_stands_for_its_namesake_in_the_catalogue(config: Path, tmp_path: Path) -> None:
    changed = tmp_path / "docelec.toml"
    changed.write_text(GOOD)
    assert check(changed).exit_code == 0
    assert check(config / "platforms/docelec.toml").exit_code == 0


def test_near_misses_are_hints_and_no_faults(config: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text(
        '[a]\nname = "Newsbank"\nkind = "dev"\nurls = [{ role = "api", url = "http://api.a.org/" }]\n'
        '[b]\nname = "News tank"\nkind = "dev"\n'
    )
    result = check(draft)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"hint: {draft}:4: [a] http://api.a.org/ is not https; write https:// if the site has it",
        f"hint: {draft}:5: [b] “news tank” is too near to a name of [a]; "
        "unless it is the same, take it out or put it into weak",
    ]


def test_a_name_that_is_taken_is_a_fault_and_not_a_near_miss_as_well(config: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text(GOOD.replace("bravo", "echo").replace("Bravo", "Newsbank") + '[foxtrot]\nname = "newsbank"\n')
    assert "too near" not in check(draft).stdout


def test_an_entry_named_where_a_file_should_be_is_told_apart(config: Path) -> None:
    result = CliRunner().invoke(main, ["catalogue", "check", "bravo"])
    assert result.exit_code == 2
    assert result.stderr == "cestmoiou: bravo: is no file but an entry; to call its addresses, write --live bravo\n"


def test_an_institutions_file_is_known_by_its_header(config: Path, tmp_path: Path) -> None:
    draft = tmp_path / "u.toml"
    draft.write_text(OWN + '[ent]\nname = "ENT"\nkind = "education"\n[bravo]\nextends = "brvo"\n')
    result = check(draft)
    assert f"{draft}:8: [bravo] extends = 'brvo' is no entry; write bravo" in result.stdout
    assert f"{draft}:7: [bravo] not in alphabetical order; put [bravo] before [ent]" in result.stdout


def make_a_folder(path: Path) -> None:
    path.mkdir()


def make_it_binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 10)


def make_it_huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 * 1024**2)  # sparse: it takes no room


def make_a_loop(path: Path) -> None:
    path.symlink_to(path)


def make_a_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_latin_1(path: Path) -> None:
    path.write_bytes(GOOD.encode() + "[é]".encode("latin-1"))


def leave_it_out(path: Path) -> None:
    assert not path.exists()


BAD_FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a folder": (make_a_folder, "is no file; take it away"),
    "a binary file": (make_it_binary, ":2: is not UTF-8; save it as UTF-8"),
    "100 MB": (make_it_huge, "is larger than 4 MiB; cut it into several files"),
    "a loop of links": (make_a_loop, "cannot be read (Too many levels of symbolic links); make it a readable file"),
    "a pipe": (make_a_pipe, "is no file; take it away"),
    "another encoding": (make_latin_1, ":12: is not UTF-8; save it as UTF-8"),
    "nothing": (leave_it_out, "odd.toml: is not there; check its name"),
}


@pytest.mark.parametrize(("make", "sentence"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_what_is_no_platform_file_is_one_sentence(
    config: Path, tmp_path: Path, make: Callable[[Path], None], sentence: str
) -> None:
    path = tmp_path / "odd.toml"
    make(path)
    result = check(path)
    assert result.exit_code == 1
    assert sentence in result.stdout
    assert len(result.stdout.splitlines()) == 1


def test_one_unreadable_file_does_not_hide_the_faults_of_the_others(config: Path) -> None:
    (config / "platforms/zoo.toml").mkdir()
    (config / "local/u.toml").write_text("x = 1\n")
    (config / "platforms/dev.toml").write_text('[echo]\nname = "Echo"\nkind = "dve"\nbehind = "zoo"\n')
    result = check()
    assert "zoo.toml: is no file; take it away" in result.stdout
    assert "platforms/dev.toml:3: [echo] the kind 'dve' is unknown; write dev" in result.stdout
    assert "local/u.toml:1: [x] 'x' stands outside any entry; write [x] above its fields" in result.stdout
    assert "behind" not in result.stdout  # zoo may be in the file that could not be read
