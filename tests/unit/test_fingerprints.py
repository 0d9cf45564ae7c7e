"""The shipped fingerprints know what they were written for, leave ordinary pages alone, and stay quick on bait."""

import time
from pathlib import Path

import pytest

from bot.model import Family
from bot.probe.fingerprints import Page
from bot.probe.rows import FingerprintsError, read_fingerprints

SHIPPED = read_fingerprints(Path("config/fingerprints.toml").read_text(encoding="utf-8"))
NAVIGATION = "<a href=/x>x</a>" * 30


def page(text: str = "", status: int = 200, host: str = "site.example", **headers: str) -> Page:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(status, ("site.example", host), named, len(text), text)


def test_there_are_as_many_as_promised() -> None:
    assert len(SHIPPED.rows) >= 45
    assert {row.family for row in SHIPPED.rows} == set(Family)


@pytest.mark.parametrize(
    ("seen", "family"),
    [
        (page(status=403, cf_mitigated="challenge"), Family.WALL),
        (page("Sorry, you have been blocked", 403, server="cloudflare"), Family.WALL),
        (page(status=202, x_amzn_waf_action="challenge"), Family.WALL),
        (page("<p>Reference&#32;&#35;18.2f", 403), Family.WALL),
        (page("<script src='https://ct.captcha-delivery.com/c.js'>", 403), Family.WALL),
        (page("<script src=/_Incapsula_Resource?x>"), Family.WALL),
        (page('<script id="anubis_challenge" type="application/json">'), Family.WALL),
        (page("The requested URL was rejected. Please consult with your administrator."), Family.WALL),
        (page(host="validate.perfdrive.com"), Family.WALL),
        (page(status=429), Family.WALL),
        (page(status=451), Family.GEO),
        (page(host="x.queue-it.net"), Family.QUEUE),
        (page(status=522, server="cloudflare"), Family.ORIGIN),
        (page(status=504, x_cache="Error from cloudfront"), Family.ORIGIN),
        (page("<hr><center>nginx/1.24.0</center>", 502), Family.ORIGIN),
        (page("<title>Site en maintenance</title>"), Family.MAINTENANCE),
        (page("<title>Maintenance en cours</title>", 503), Family.MAINTENANCE),
        (page("<title>Scheduled maintenance</title>"), Family.MAINTENANCE),
        (page("<title>Bib</title><h1>Le site est actuellement en maintenance</h1>"), Family.MAINTENANCE),
        (page("<h1>We&rsquo;ll be back soon!</h1>"), Family.MAINTENANCE),
        (page("<h1>Error establishing a database connection</h1>"), Family.BROKEN),
        (page("<h1>Whitelabel Error Page</h1>"), Family.BROKEN),
        (page("<title>Application Error</title>"), Family.BROKEN),
        (page("This domain is for sale"), Family.PARKED),
        (page(host="www.sedoparking.com"), Family.PARKED),
        (page("<title>Welcome to nginx!</title>"), Family.DEFAULT),
        (page("<title>Apache2 Debian Default Page: It works</title>"), Family.DEFAULT),
        (page(status=401), Family.LOGIN),
        (page(host="login.openathens.net"), Family.LOGIN),
        (page("<title>CAS – Central Authentication Service</title>"), Family.LOGIN),
    ],
    ids=lambda value: value.status if isinstance(value, Page) else value.value,
)
def test_a_page_that_is_not_the_site_is_known(seen: Page, family: Family) -> None:
    assert family in {mark.family for mark in SHIPPED.marks(seen)}


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(page("<title>Accueil</title>" + NAVIGATION), id="a home page"),
        pytest.param(
            page("", content_security_policy="https://cdnjs.cloudflare.com google.com/recaptcha"), id="a policy"
        ),
        pytest.param(page("<title>Contact</title><div class=h-captcha>" + NAVIGATION), id="a captcha in a form"),
        pytest.param(page("<title>Hello</title>", server="cloudflare", cf_ray="1"), id="behind Cloudflare"),
        pytest.param(page("<title>La maintenance des ponts | Le Journal</title>" + NAVIGATION), id="news"),
        pytest.param(page("<title>Catalogue</title><p>Maintenance dimanche</p>" + NAVIGATION), id="a banner"),
        pytest.param(page("<h1>Maintenance</h1>" + " " * 50_000), id="a big page"),
        pytest.param(page("Forbidden", 403), id="a bare 403"),
        pytest.param(page("Internal Server Error", 500), id="a bare 500"),
    ],
)
def test_an_ordinary_page_has_no_mark(seen: Page) -> None:
    assert SHIPPED.marks(seen) == ()


@pytest.mark.parametrize(
    "bait",
    [
        "<h1" * 20_000,
        "<title" * 10_000,
        "<title>" + "<" * 60_000,
        "<title>" + " " * 64_000,
        "<a " * 20_000,
        "İ" * 60_000,
        "<title>" + "maintenance de " * 4_000,
        "<h1>" + "en " * 20_000,
        "<title>" + "&#" * 30_000,
    ],
    ids=lambda text: text[:12],
)
def test_bait_for_slow_expressions_finds_nothing(bait: str) -> None:
    began = time.process_time()
    SHIPPED.marks(page(bait[: 64 * 1024], 403))
    assert time.process_time() - began < 0.05


ROW = 'id = "x"\nfamily = "wall"\ndate = 2026-11-22\nsource = "s"\n'


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ('titled = "a.*b"', "without a bound"),
        ('titled = "a+"', "without a bound"),
        ('titled = "a{3,}"', "without a bound"),
        ('titled = "a{0,900}"', "more than 200 times"),
        ('titled = "(?:a{0,9}){0,9}"', "repeats a group"),
        ('titled = "(a)\\\\1"', "refers back"),
        ('titled = "(?:a|a)(?:a|a)b"', "same alternative twice"),
        ('titled = "(?x)(a{0,20}) {0,20}b"', "flags"),
        ('titled = "(?=a)b"', "looks around"),
        ('titled = "("', "not a regular expression"),
        ('titel = "x"', "titel is not a key"),
        ('headers = { Server = "x" }', "lower case"),
        ('any_header = ["X-Block"]', "lower case"),
        ('landed = "/login.*"', "without a bound"),
        ('titled = "x"\nwith_ways = "yes"', "true or false"),
        ('words = ["ABC def"]', "lower case"),
        ("status = [42]", "HTTP statuses"),
        ("", "at least one of"),
    ],
)
def test_a_row_that_is_wrong_is_refused_with_the_reason(row: str, fault: str) -> None:
    with pytest.raises(FingerprintsError) as refused:
        read_fingerprints(f"[[fingerprint]]\n{ROW}{row}\n")
    assert fault in str(refused.value)
    assert str(refused.value).startswith("x: ")


def test_an_expression_may_be_shared_and_is_bounded_wherever_it_stands() -> None:
    row = f'[[fingerprint]]\n{ROW}titled = "^%sorry%$"\n'
    found = read_fingerprints(f'{row}[shared]\nsorry = "sorry|oh no"\n')
    assert found.marks(page("<title>Oh no</title>"))
    with pytest.raises(FingerprintsError, match="without a bound"):
        read_fingerprints(f'{row}[shared]\nsorry = "so+ry"\n')
    with pytest.raises(FingerprintsError, match="expressions by name"):
        read_fingerprints(f"{row}[shared]\nsorry = 3\n")


def test_where_a_redirect_leads_counts_and_what_was_asked_for_does_not() -> None:
    shown = "<title>Bibliothèque</title><p>Merci</p>"
    redirected = Page(200, ("site.example", "maintenance.site.example"), {}, len(shown), shown)
    asked = Page(200, ("maintenance.example",), {}, len(shown), shown)
    assert {mark.family for mark in SHIPPED.marks(redirected)} == {Family.MAINTENANCE}
    assert SHIPPED.marks(asked) == ()


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json", "application/rss+xml", "text/xml"])
def test_data_is_the_sites_own_whatever_it_speaks_of(kind: str) -> None:
    assert SHIPPED.marks(page("<title>Maintenance</title>", content_type=kind)) == ()


def test_all_faults_are_told_at_once() -> None:
    rows = '[[fingerprint]]\nid = "a"\n[[fingerprint]]\nid = "b"\nfamily = "cat"\n'
    with pytest.raises(FingerprintsError) as refused:
        read_fingerprints(rows)
    assert {fault.partition(":")[0] for fault in refused.value.faults} == {"a", "b"}
