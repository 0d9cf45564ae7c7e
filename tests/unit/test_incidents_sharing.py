"""Platforms in trouble together: what they share is told as a fact."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.incidents.sharing import Hoster, HostersError, InTrouble, common_causes, read_hosters
from bot.model import Addresses, CommonCause, LookTaken
from tests.unit.test_incidents_following import NOW, lived, seen
from tests.unit.verdict_scenes import answer, look

OVH = read_hosters('[[hoster]]\nname = "OVHcloud"\nnets = ["192.0.2.0/24", "2001:db8::/32"]\nsource = "a test"\n')
INCIDENT = lived((0, 503))


def trouble(key: str, *addresses: str, domain: str = "", minutes: float = 0) -> InTrouble:
    incident = replace(INCIDENT, platform_key=key, first_down_at=NOW + timedelta(minutes=minutes))
    looks = tuple(look(answer(503), addresses=Addresses(used=address)) for address in addresses)
    taken = replace(LookTaken.of(seen(503)), observations=looks)
    return InTrouble(incident, key.title(), frozenset({domain or f"{key}.example"}), taken)


def found(*ones: InTrouble) -> dict[str, CommonCause]:
    return common_causes(ones, OVH)


def test_three_at_one_hoster_are_told_together() -> None:
    names = ("Cairn", "Electre", "Persee")
    at_ovh = [trouble("cairn", "192.0.2.1"), trouble("persee", "192.0.2.200"), trouble("electre", "2001:db8::5")]
    assert found(*at_ovh, trouble("github", "198.51.100.1")) == dict.fromkeys(
        ("cairn", "persee", "electre"), CommonCause("OVHcloud", names)
    )


def test_two_at_one_hoster_may_be_chance_but_two_side_by_side_are_told() -> None:
    assert found(trouble("cairn", "2001:db8:1::1"), trouble("persee", "2001:db8:2::1")) == {}
    beside = found(trouble("cairn", "45.80.0.1"), trouble("persee", "45.80.0.9"))
    assert beside["cairn"] == CommonCause("", ("Cairn", "Persee"))


def test_a_private_range_is_nobody_s() -> None:
    assert found(trouble("cairn", "127.0.0.1"), trouble("persee", "127.0.0.1")) == {}


def test_services_of_one_domain_are_told_together() -> None:
    both = found(trouble("gallica", domain="bnf.fr"), trouble("retronews", domain="bnf.fr"))
    assert both["gallica"] == CommonCause("bnf.fr", ("Gallica", "Retronews"))


def test_the_widest_group_is_the_one_that_is_told() -> None:
    ones = [trouble(key, f"192.0.2.{n}", domain="bnf.fr" if n < 2 else "") for n, key in enumerate(("a", "b", "c"))]
    assert found(*ones)["a"].name == "OVHcloud"


def test_what_failed_hours_apart_has_nothing_in_common() -> None:
    assert found(trouble("gallica", domain="bnf.fr"), trouble("retronews", domain="bnf.fr", minutes=120)) == {}


def test_the_shipped_file_names_hosters_with_their_sources() -> None:
    shipped = read_hosters(Path("config/hosters.toml").read_text("utf-8"))
    assert {"OVHcloud", "Cloudflare", "Fastly", "Renater"} <= {hoster.name for hoster in shipped}
    assert all(isinstance(hoster, Hoster) and hoster.nets for hoster in shipped)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = ", "not TOML: Invalid value (at end of document)"),
        ("x = 1", "the file must consist of [[hoster]] tables"),
        ("[[hoster]]\nnets = []", "hoster 1: name must be a text"),
        ('[[hoster]]\nname = "A"\nsource = "s"', 'A: nets must be a list of networks, as in ["198.51.100.0/24"]'),
        ('[[hoster]]\nname = "A"\nnets = ["10.0.0.0/8"]', "A: source must say where the ranges come from"),
        (
            '[[hoster]]\nname = "A"\nsource = "s"\nnets = ["10.0.0.1/8"]',
            "A: 10.0.0.1/8 is no network; write one as in 198.51.100.0/24",
        ),
    ],
)
def test_a_wrong_file_is_one_sentence(text: str, fault: str) -> None:
    with pytest.raises(HostersError) as caught:
        read_hosters(text)
    assert caught.value.faults == (fault,)
