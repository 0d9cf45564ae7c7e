"""Reports: of what, from where, and how old the account is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.catalogue import Catalogue
from bot.deciding import reports
from bot.model import Act, Author, Intent, Language, Platform
from tests.fakes.network import NOON, mention

CATALOGUE = Catalogue([Platform("solide", "Solide"), Platform("fragile", "Fragile")])
PAREIL = Intent(Act.REPORT_DOWN, Language.FRENCH, "pareil à Limoges", place="Limoges", thread="solide")


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("marie@piaille.fr", "piaille.fr"),
        ("marie@social.univ-exemple.fr", "social.univ-exemple.fr"),
        ("anne.bsky.social", "bsky.social"),
        ("bu.univ-exemple.fr", "univ-exemple.fr"),
        ("exemple.fr", "exemple.fr"),
        (None, ""),
    ],
)
def test_where_an_account_is_from_is_where_others_can_be_made_beside_it(address: str | None, server: str) -> None:
    (report,) = reports(mention(), PAREIL, CATALOGUE, about=("solide",), address=address)
    assert (report.server, report.place, report.works) == (server, "Limoges", False)


@pytest.mark.parametrize(("days", "is_new"), [(1, True), (6, True), (8, False), (None, False)])
def test_an_account_of_a_few_days_is_new(days: int | None, is_new: bool) -> None:
    made = None if days is None else NOON - timedelta(days=days)
    by = replace(mention(), author=Author("a1", "asker@example", created_at=made))
    (report,) = reports(by, PAREIL, CATALOGUE, about=("solide",), address=None)
    assert report.is_new_account is is_new


def test_in_a_thread_about_two_platforms_a_bare_word_counts_for_neither() -> None:
    assert reports(mention(), PAREIL, CATALOGUE, about=("solide", "fragile"), address=None) == ()
