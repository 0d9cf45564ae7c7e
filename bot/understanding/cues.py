"""Which lists of the lexicon a post has a phrase of: its folded words go in, the names of the lists come out."""

from bot.understanding.lexicons import Lexicon

_LISTS = (
    "up", "me_or", "asks", "look", "recheck", "same", "stop", "delete", "help", "things", "chat", "past",
    "hypothetical", "generic", "shared", "hostile", "not_up", "not_down",
)  # fmt: skip


def cues_in(words: str, lexicon: Lexicon) -> dict[str, str]:
    """The lists that have a phrase in the post, each with the phrase; "down" is trouble that is not denied."""
    cues = {name: cue for name in _LISTS if (cue := lexicon.cue(name, words)) is not None}
    finds = lexicon.finds
    rest = finds["not_down"].sub(" ", words) if "not_down" in cues else words
    fails = lexicon.cue("not_up", rest) or lexicon.cue("down", finds["up"].sub(" ", rest) if "up" in cues else rest)
    return cues | {"down": fails} if fails is not None else cues
