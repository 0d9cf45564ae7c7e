"""More of every family, by the shipped command on a machine of its own: lines, encryption, framing and ways."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.namespace import encryption, framing, lines, ways
from tests.namespace.cases import PRIVATE, Case
from tests.namespace.internet import internet
from tests.namespace.spaces import require_root
from tests.namespace.test_shipped_command import AT_ONCE, CONTROLS, Row, probe

pytestmark = pytest.mark.root

CASES = (*lines.CASES, *encryption.CASES, *framing.CASES, *ways.CASES)
SITES = {**CONTROLS, **{case.host: case.site for case in CASES}, **lines.ELSEWHERE, **ways.ELSEWHERE}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Row]]:
    """What `probe --json` says of each, in a few commands side by side; and no canary is touched."""
    require_root()
    hosts = [case.host for case in CASES]
    groups = [hosts[first : first + AT_ONCE] for first in range(0, len(hosts), AT_ONCE)]
    folder = tmp_path_factory.mktemp("internet")
    folders = [tmp_path_factory.mktemp("probe") for _ in groups]
    with internet(SITES, folder, canaries=PRIVATE, names=lines.NAMES) as world, ThreadPoolExecutor(2) as threads:
        running = [threads.submit(probe, world, *each) for each in zip(folders, groups, strict=True)]
        yield {host: row for each in running for host, row in each.result().items()}
        assert world.hits["canary"] == 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_verdict_and_its_cause(case: Case, rows: Mapping[str, Row]) -> None:
    row = rows[case.host]
    verdict, cause = row["verdict"], row["cause"]
    assert verdict in case.word.split("|"), (cause, row["places"])
    assert case.cause == "*" or cause in case.cause.split("|"), (verdict, row["places"])
