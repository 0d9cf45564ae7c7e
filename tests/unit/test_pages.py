"""A page that leads on into its own site is told from one that stands for nothing but itself, quickly on bait too."""

import time

import pytest

from bot.probe.pages import is_furnished

NAVIGATION = "<nav><a href='/'>home</a> <a href='/collections'>collections</a></nav>"


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(NAVIGATION, id="a navigation"),
        pytest.param("<a href='/a'></a><a href='/b'></a><a href='/c'></a>", id="three links"),
        pytest.param('<input type="search"><a href="https://www.site.example/hours">hours</a>', id="a search field"),
        pytest.param("<article><a href=/post/1>more</a></article>", id="an article"),
        pytest.param("<nav><a\nhref = '/new'>new</a></nav>", id="odd spaces"),
        pytest.param("<nav><a href='?p=12'>page</a></nav>", id="a page by its number"),
    ],
)
def test_a_page_of_a_site_leads_on_into_it(page: str) -> None:
    assert is_furnished(page, "site.example")


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<p>we are back at noon</p>", id="no link"),
        pytest.param("<nav><a href='/'>home</a><a href='#top'>top</a></nav>", id="home and up"),
        pytest.param(
            "<header><a href='mailto:a@site.example'>a</a><a href='tel:1'>1</a></header>", id="a way to write"
        ),
        pytest.param("<nav><a href='https://status.example/x'>s</a><a href='//cdn.example/y'>y</a></nav>", id="others"),
        pytest.param("<nav><a href='/en/'>en</a><a href='/fr'>fr</a><a href='?lang=de'>de</a></nav>", id="languages"),
        pytest.param(
            "<nav><a href='/login'>in</a><a href='/contact.php'>c</a><a href='/legal'>l</a></nav>", id="legal"
        ),
        pytest.param("<a href='/once'>a</a><a href='/once'>b</a><a href='/once/'>c</a>", id="one place, three times"),
        pytest.param("<a href='/photo'>photo</a>", id="one link and no navigation"),
    ],
)
def test_a_page_that_stands_in_for_a_site_does_not(page: str) -> None:
    assert not is_furnished(page, "site.example")


@pytest.mark.parametrize(
    "bait", ["<a " * 20_000, "<a href=" * 8_000, "<a href='" + "/" * 60_000, "<a href=" + " " * 60_000]
)
def test_bait_takes_no_time(bait: str) -> None:
    began = time.process_time()
    is_furnished(bait, "site.example")
    assert time.process_time() - began < 0.05
