"""What a post says once its markup and the calls to the bot are gone. The HTML is what real servers send."""

import pytest

from bot.social.bluesky import record_key
from bot.social.bluesky_text import link_facets, plain_text
from bot.social.bluesky_wire import PostShape
from bot.social.text import Link, html_to_text, shorten, tidy, without_leading_call

BOT = "https://social.example/@bot"


def is_bot(link: Link) -> bool:
    return link.url == BOT


HTML = {
    "GoToSocial": (
        '<p><span class="h-card"><a href="https://social.example/@bot" class="u-url mention">@<span>bot</span></a>'
        "</span> c'est moi ou Cairn est couché ?</p>",
        "c'est moi ou Cairn est couché ?",
    ),
    "takahe escapes apostrophes": (
        '<p><a href="https://social.example/@bot" class="mention">@<span>bot</span></a> c&#x27;est moi ?</p>',
        "c'est moi ?",
    ),
    "snac has no paragraphs": (
        '<span class="h-card"><a href="https://social.example/@bot">@bot@social.example</a></span> un<br>deux<br>',
        "un\ndeux",
    ),
    "paragraphs are an empty line apart": ("<p>un</p><p>deux<br />trois</p>", "un\n\ndeux\ntrois"),
    "entities": ("<p>Cairn &amp; Pers&eacute;e &lt;3 &nbsp;?</p>", "Cairn & Persée <3 \xa0?"),
    "other people stay": (
        '<p><a href="https://social.example/@bot" class="mention">@<span>bot</span></a> demande à '
        '<a href="https://other.example/@lea" class="mention">@<span>lea</span></a></p>',
        "demande à @lea",
    ),
    "another bot of the same name stays": (
        '<p><a href="https://other.example/@bot" class="mention">@<span>bot</span></a> ?</p>',
        "@bot ?",
    ),
    "a call in the middle leaves no gap": (
        '<p>hé <a href="https://social.example/@bot">@bot</a>, ça marche ?</p>',
        "hé, ça marche ?",
    ),
    "Mastodon hides parts of an address": (
        '<p><a href="https://www.cairn.info/revue"><span class="invisible">https://www.</span>'
        '<span class="ellipsis">cairn.info/re</span><span class="invisible">vue</span></a></p>',
        "https://www.cairn.info/revue",
    ),
    "a link behind words": (
        '<a href="https://www.cairn.info/x">cette page</a>',
        "cette page (https://www.cairn.info/x)",
    ),
    "a hashtag": (
        '<p>#<span>x</span> <a href="https://s.example/tags/hal">#<span>HAL</span></a> rame</p>',
        "#x #HAL rame",
    ),
    "a quoted post's address": (
        '<p class="quote-inline">RE: <a href="https://s.example/1">s.example/1</a></p><p>en panne ?</p>',
        "en panne ?",
    ),
    "a list": ("<p>en panne :</p><ul><li>HAL</li><li>Cairn</li></ul>", "en panne :\n\nHAL\nCairn"),
    "no script": ("<p>a</p><script>alert(1)</script>", "a"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("html", "text"), HTML.values(), ids=HTML.keys())
def test_html_becomes_the_text_as_typed(html: str, text: str) -> None:
    assert html_to_text(html, calls_the_bot=is_bot) == text


CALLS = {
    "plain": ("@bot c'est moi ?", "c'est moi ?"),
    "with its server": ("@bot@social.example c'est moi ?", "c'est moi ?"),
    "in capitals": ("@BOT c'est moi ?", "c'est moi ?"),
    "with a comma": ("@bot, c'est moi ?", "c'est moi ?"),
    "twice": ("@bot @bot ?", "?"),
    "alone": ("@bot", ""),
    "another name that begins so": ("@bottin est couché ?", "@bottin est couché ?"),
    "a namesake elsewhere": ("@bot@other.example ?", "@bot@other.example ?"),
    "in the middle it is a word": ("dis @bot ?", "dis @bot ?"),
}


@pytest.mark.parametrize(("text", "rest"), CALLS.values(), ids=CALLS.keys())
def test_a_plain_call_at_the_start_is_taken_away(text: str, rest: str) -> None:
    assert without_leading_call(text, username="bot", hosts=frozenset({"social.example"})) == rest


def test_many_empty_lines_become_one() -> None:
    assert tidy("  un  deux \n\n\n\n trois\n") == "un deux\n\ntrois"


@pytest.mark.parametrize(
    ("limit", "cut"),
    [(20, "panne de courant"), (16, "panne de courant"), (15, "panne de…"), (6, "panne…"), (1, ""), (-5, "")],
)
def test_a_warning_is_cut_at_a_word(limit: int, cut: str) -> None:
    assert shorten("panne de courant", limit) == cut


def facet(text: str, piece: str, **feature: str) -> dict[str, object]:
    start = text.encode().index(piece.encode())
    return {"index": {"byteStart": start, "byteEnd": start + len(piece.encode())}, "features": [feature]}


def post(text: str, *facets: dict[str, object]) -> PostShape:
    return PostShape.model_validate({"text": text, "createdAt": "", "facets": facets})


def test_a_bluesky_mention_is_cut_out_by_its_bytes() -> None:
    text = "« Été » @bot.test, et @lea.test ? 🐢"
    shape = post(text, facet(text, "@bot.test", did="did:bot"), facet(text, "@lea.test", did="did:lea"))
    assert plain_text(shape, without_mentions_of="did:bot") == "« Été », et @lea.test ? 🐢"


def test_a_bluesky_link_that_was_shortened_is_written_out() -> None:
    text = "www.cairn.info/rev... est couché"
    shape = post(text, facet(text, "www.cairn.info/rev...", uri="https://www.cairn.info/revue.htm"))
    assert plain_text(shape, without_mentions_of="did:bot") == "https://www.cairn.info/revue.htm est couché"


def test_a_bluesky_facet_beyond_the_text_is_no_matter() -> None:
    shape = post("ça", {"index": {"byteStart": 2, "byteEnd": 99}, "features": [{"did": "did:bot"}]})
    assert plain_text(shape, without_mentions_of="did:bot") == "ça"


def test_addresses_in_our_words_are_found_by_bytes() -> None:
    (link,) = link_facets("Voilà (https://hal.science/é).")
    assert link["index"] == {"byteStart": 8, "byteEnd": 30}
    assert link["features"] == [{"$type": "app.bsky.richtext.facet#link", "uri": "https://hal.science/é"}]


def test_the_key_of_an_answer_is_a_tid_and_always_the_same() -> None:
    key = record_key("at://did:plc:x/app.bsky.feed.post/3n2zccea6oc2e")
    assert key == record_key("at://did:plc:x/app.bsky.feed.post/3n2zccea6oc2e")
    assert key != record_key("at://did:plc:x/app.bsky.feed.post/3n2zccea6oc2f")
    assert len(key) == 13
    assert key[0] in "234567abcdefghij"
    assert set(key) <= set("234567abcdefghijklmnopqrstuvwxyz")
