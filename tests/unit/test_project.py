"""What the files around the code promise: commands that exist, links that lead somewhere, locks without a host."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")
MARKDOWN = sorted(path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/operating.md", "docs/architecture.md"])
def test_every_script_that_a_document_names_can_be_run(document: str) -> None:
    named = set(re.findall(r"\b(?:scripts|\.ci)/[a-z_]+\b(?!\.)", read(document)))
    missing = sorted(name for name in named if not os.access(ROOT / name, os.X_OK))
    assert not missing


def test_the_readme_shows_how_to_run_and_how_to_test() -> None:
    readme = read("README.md")
    assert "scripts/run --demo" in readme
    assert "scripts/test" in readme


def test_the_readme_begins_in_french_and_has_an_english_half() -> None:
    readme = read("README.md")
    assert readme.index("## Démarrer") < readme.index("## In English")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_one_version_and_a_hash(lock: str) -> None:
    packages = [entry for entry in re.split(r"\n(?=\S)", read(lock).strip()) if not entry.startswith("#")]
    assert packages
    loose = [entry.splitlines()[0] for entry in packages if "==" not in entry or "--hash=sha256:" not in entry]
    assert not loose


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_registry_and_no_folder(lock: str) -> None:
    assert not re.findall(r"://|--(?:extra-)?index-url|--find-links|file:|(?m:^/)", read(lock))


def test_the_development_lock_installs_what_the_bot_runs_with() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"(?m)^(\S+==[^\s;]+)", read(lock)))

    assert pins("requirements.lock") | pins("requirements-build.lock") <= pins("requirements-dev.lock")


def files_of_the_project() -> Iterator[Path]:
    # All but what .gitignore leaves out; without asking git, which a downloaded archive does not have.
    for folder, below, names in os.walk(ROOT):
        made = {"node_modules", "data", "dist", "__pycache__"}
        below[:] = [name for name in below if name not in made and (name == ".ci" or not name.startswith("."))]
        yield from (Path(folder, name) for name in names if name != ".env")


def test_no_file_names_the_registry_that_it_was_installed_from() -> None:
    # Split, so that this file does not find itself. A mirror's name would break every other machine.
    hosts = re.compile("|".join(["files.python" + "hosted", "pypi" + r"\.org/simple", "registry.npm" + r"js\.org"]))
    guilty = [
        str(path.relative_to(ROOT))
        for path in files_of_the_project()
        if hosts.search(path.read_text("utf-8", "ignore"))
    ]
    assert not guilty


@pytest.mark.parametrize("document", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_to_a_file(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
    broken = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert not broken


def test_every_decision_has_a_number_of_its_own_and_no_number_is_missing() -> None:
    numbers = sorted(int(path.name[:3]) for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


def test_the_changelog_tells_of_this_version_in_the_known_headings() -> None:
    changelog = read("CHANGELOG.md")
    versions = re.findall(r"(?m)^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}|[Uu]nreleased))?$", changelog)
    assert PYPROJECT["project"]["version"] in [version for version, _ in versions]
    assert set(re.findall(r"(?m)^### (.+)$", changelog)) <= {
        "Added",
        "Changed",
        "Deprecated",
        "Removed",
        "Fixed",
        "Security",
    }


def test_the_version_is_the_same_everywhere() -> None:
    version = PYPROJECT["project"]["version"]
    assert f'image.version="{version}"' in read("Dockerfile")
    assert f"image: cestmoiou:{version}" in read("compose.yaml")


def test_the_image_runs_on_a_python_that_the_project_supports() -> None:
    supported = re.findall(r"Python :: (3\.\d+)", "\n".join(PYPROJECT["project"]["classifiers"]))
    assert re.findall(r"ARG PYTHON_VERSION=(\S+)", read("Dockerfile"))[0] in supported
    oldest, beyond = f">={supported[0]}", f"<3.{int(supported[-1].split('.')[1]) + 1}"
    assert PYPROJECT["project"]["requires-python"] == f"{oldest},{beyond}"
    assert f"--python-version {supported[0]} " in read("scripts/lock")
    assert PYPROJECT["tool"]["pyright"]["pythonVersion"] == supported[0]
    assert PYPROJECT["tool"]["ruff"]["target-version"] == "py" + supported[0].replace(".", "")


def test_the_environment_script_accepts_the_same_pythons() -> None:
    supported = re.findall(r"Python :: (3\.\d+)", "\n".join(PYPROJECT["project"]["classifiers"]))
    first, last = (version.replace(".", ", ") for version in (supported[0], supported[-1]))
    assert f"({first}) <= sys.version_info[:2] <= ({last})" in read("scripts/environment.sh")


@pytest.mark.parametrize(
    "promise",
    ["read_only: true", "no-new-privileges:true", "- ALL", "mem_limit:", "pids_limit:", "stop_grace_period:"],
)
def test_the_compose_file_runs_the_bot_hardened(promise: str) -> None:
    assert promise in read("compose.yaml")


def test_the_compose_file_opens_no_port() -> None:
    assert not re.search(r"(?m)^\s*ports:", read("compose.yaml"))
