"""A mention that says little is about what stands above it: one post, or more while its author goes on."""

import pytest

from bot.social.above import MOST_KEPT, Above, Context, context_of, make_room

STRANGER = Above("stranger", "Cairn ne répond plus.", "further up")
FIRST = Above("lea", "1/2 Cairn est mort", None)


@pytest.mark.parametrize(
    ("read", "context"),
    [
        pytest.param({"p": STRANGER}, Context(STRANGER.text, "p"), id="a stranger's post, and nothing above it"),
        pytest.param({"p": FIRST}, Context(FIRST.text, "p"), id="one's own first part"),
        pytest.param(
            {"p": Above("lea", "vous aussi ?", "q"), "q": STRANGER},
            Context("Cairn ne répond plus.\n\nvous aussi ?", "p"),
            id="one's own words under a stranger's",
        ),
        pytest.param(
            {"p": Above("lea", "ah", "q"), "q": Above("bot", "En panne.", None)},
            Context("ah", "q"),
            id="one's own words under ours: it answers ours",
        ),
        pytest.param({"p": Above("bot", "En panne.", None)}, Context(None, "p"), id="under ours"),
        pytest.param({"p": None}, Context(None, "p"), id="what is above is gone"),
        pytest.param({"p": Above("lea", "ah", "q"), "q": None}, Context("ah", "p"), id="further up it is gone"),
        pytest.param({}, Context(None, "p", unread="p"), id="not read yet"),
        pytest.param({"p": Above("lea", "ah", "q")}, Context(None, "p", unread="q"), id="further up not read yet"),
    ],
)
def test_what_stands_above(read: dict[str, Above | None], context: Context) -> None:
    assert context_of("p", author_id="lea", me="bot", read=read) == context


def test_a_long_thread_of_ones_own_is_read_three_posts_up() -> None:
    read: dict[str, Above | None] = {str(n): Above("lea", f"post {n}", str(n + 1)) for n in range(30)}
    assert context_of("0", author_id="lea", me="bot", read=read).text == "post 2\n\npost 1\n\npost 0"


def test_a_post_that_answers_nothing_has_nothing_above() -> None:
    assert context_of(None, author_id="lea", me="bot", read={}) == Context()


def test_what_was_read_is_forgotten_in_time() -> None:
    read: dict[str, Above | None] = dict.fromkeys(map(str, range(MOST_KEPT + 5)))
    make_room(read)
    assert len(read) < MOST_KEPT
    assert "0" not in read
