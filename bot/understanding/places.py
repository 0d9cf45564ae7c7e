"""Towns in a report: the post goes in, the town that it comes from comes out, spelt as its language does.

A town counts where the words around it say that somebody writes from there: a preposition of place ("à Nice", "from
Leeds"), people or an institution ("mes élèves de Briançon", "TU Wien", "the Cork office"), an apposition ("plus rien,
Albi"), what it does ("Mende est coupée"), or, for a large town whose name is no word, nothing at all ("Lyon 3 :
pareil"). What has no town's name is no place: "à la BU", "chez Free", "en 4G", "dans le Finistère".
"""

from functools import cache

from bot.model import Language
from bot.understanding.gazetteer import article_behind, campus_at, words_around
from bot.understanding.mentions import Mention, Words, joins, letters_of, mentions, words_of

_LOOK_BACK, _LOOK_AHEAD = 6, 6
_SMALLEST_IN_LOWER_CASE = 4  # "pau" and "apt" are words of chat


def place_in(text: str, language: Language) -> str | None:
    """The town somebody writes from; None if the post says none, or only what kind of place it is."""
    words = words_of(text, language)
    towns = list(mentions(words))
    for says_so in (_after_preposition, _of_an_institution, _before_people, _on_its_own, _at_the_end, _does_something):
        for mention in towns:
            if says_so(mention, words):
                return _spelt(mention, words)
    return _campus(words)


def _after_preposition(mention: Mention, words: Words) -> bool:
    """ "à Nice", "from Leeds", "au Mans": small towns and those that are words too need their capital as well."""
    before = words.before(mention.first)
    near = words_around("before", words.language)
    longer = [" ".join(words.before(mention.first, back) for back in range(most, 0, -1)) for most in (2, 3)]
    article = article_behind(before)
    if article is not None and mention.town.name.lower().startswith(f"{article} "):
        return mention.capital
    further = words.before(mention.first, 2)
    opens = before in words_around("of") and further in words_around("same") | {"", "ici", "aqui"}
    if not near.intersection((before, *longer)) and not (opens and mention.capital):
        return _is_plain(mention, words) and (before in _every_preposition() or before in words_around("alone", "for"))
    if before in ("a", "to") and words.before(mention.first, 2) in words_around("of", "owned"):
        return _is_plain(mention, words)  # not « accès à Orange »
    return _may_be_named(mention, words)


def _of_an_institution(mention: Mention, words: Words) -> bool:
    """ "la BU de Pau", "mes élèves de Briançon", "at the University of Leeds", "Sciences Po Lille", "TU Wien"."""
    if not _may_be_named(mention, words) or _goes_on(mention, words):
        return False
    before = words.before(mention.first)
    if before in words_around("institutions"):
        return not mention.town.is_word
    return before in words_around("of") and _is_of_people(mention.first, words)


def _is_of_people(place: int, words: Words) -> bool:
    """Whether what is before "de Pau" is where somebody is, or who: the nearest word that tells decides."""
    beside = words_around("same") | {""}
    for distance in range(2, _LOOK_BACK + 2):
        word, further = words.before(place, distance), words.before(place, distance + 1)
        if word in words_around("of", "owned") and word not in words_around("of", "sites"):
            return False
        if word in words_around("of", "where"):
            return True
        if distance == 2 and word in words_around("institutions") and further in beside:
            return True
        if word in words_around("of", "sites") and further in ("", "ici", "la", "l"):
            return True
        if word in words_around("of", "people"):
            return not _belongs_to_something(place - distance, words)
    return False


def _belongs_to_something(place: int, words: Words) -> bool:
    """ "le site de la bibliothèque de Bron": of the site it is said, not of who writes."""
    distance = 1
    while words.before(place, distance) in words_around("of", "links"):
        distance += 1
    return distance > 1 and words.before(place, distance) in words_around("of", "owned")


def _before_people(mention: Mention, words: Words) -> bool:
    """ "the Cork office", "Tempe campus": a town before people or their house, unless the house's site is meant."""
    end = mention.end
    if words.shouts or end >= len(words.folded) or words.gaps[end] != " " or words.is_capital(end):
        return False
    written = mention.capital or (mention.town.well_known and words.before(mention.first) in _every_preposition())
    if not written or words.folded[end] not in words_around("of", "behind"):
        return False
    following = [place for place in (end + 1, end + 2) if place < len(words.folded) and joins(words.gaps[place])]
    owned = any(words.folded[place] in words_around("of", "owned") for place in following)
    return not owned and not (mention.town.is_word and mention.first == 0)


def _on_its_own(mention: Mention, words: Words) -> bool:
    """A large town at the start, after a comma, or beside a word like "same"; its name must be no word."""
    if not mention.town.well_known or words.shouts or (mention.town.is_word and not _has_its_accents(mention, words)):
        return False
    before = words.before(mention.first)
    beside = before == "" or before in words_around("same") or before in words_around("alone", "but")
    if mention.capital:
        return beside and not _goes_on(mention, words)
    return beside and (before != "" or mention.first == 0) and _may_be_named(mention, words) and _ends(mention, words)


def _at_the_end(mention: Mention, words: Words) -> bool:
    """ "plus rien ici, Albi", "idem au CDI (Mende)": the last thing said, after a comma or in brackets."""
    opening = words.gaps[mention.first].strip()[-1:]
    if mention.first == 0 or opening not in (",", "(", "–", "—", "-") or not _may_stand_alone(mention, words):
        return False
    end = mention.end
    last = end == len(words.folded) or (opening == "(" and words.gaps[end].startswith(")"))
    return last and not words_around("alone", "polite").intersection(words.folded[: mention.first])


def _does_something(mention: Mention, words: Words) -> bool:
    """ "Reus també", "Cork is dark too", "Mende est reconnectée": a small town, or one whose name is a word."""
    before, end = words.before(mention.first), mention.end
    opens = before == "" or before in words_around("alone", "but") or before in words_around("same")
    if not opens or end >= len(words.folded) or not _may_stand_alone(mention, words):
        return False
    following = words.folded[end : end + _LOOK_AHEAD]
    if not joins(words.gaps[end]):
        return ":" in words.gaps[end] and bool(words_around("alone", "too").intersection(following))
    if following[0] in words_around("alone", "too"):
        return True
    verb = following[0] in words_around("alone", "verbs")
    return verb and (not mention.town.is_word or bool(words_around("alone", "too").intersection(following)))


def _may_stand_alone(mention: Mention, words: Words) -> bool:
    """Whether a town can be meant without a preposition: it has its capital, and nobody is called so."""
    if not mention.capital or words.shouts or _goes_on(mention, words) or _has_humps(mention, words):
        return False
    key = " ".join(words.folded[mention.first : mention.end])
    return (mention.town.well_known or not mention.town.is_word) and key not in words_around("alone", "others")


def _has_humps(mention: Mention, words: Words) -> bool:
    """ "WoS" is no Woś."""
    return any(
        letter.isupper()
        for start, end in words.spans[mention.first : mention.end]
        for letter in words.text[start + 1 : end]
    )


def _has_its_accents(mention: Mention, words: Words) -> bool:
    """With them it is no word any more: Bâle."""
    written = words.text[words.spans[mention.first][0] : words.spans[mention.end - 1][1]]
    return written == mention.town.name and not written.isascii()


def _is_plain(mention: Mention, words: Words) -> bool:
    town = mention.town
    return mention.capital and town.well_known and not town.is_word and not _goes_on(mention, words)


def _may_be_named(mention: Mention, words: Words) -> bool:
    """Whether a name after a preposition is a town's: in lower case only if it is large and no word."""
    town = mention.town
    if _goes_on(mention, words) and words.gaps[mention.end] == "-":
        return False
    if mention.capital and not words.shouts:
        return True
    return town.well_known and not town.is_word and len(town.name) >= _SMALLEST_IN_LOWER_CASE


def _goes_on(mention: Mention, words: Words) -> bool:
    """Whether the name is the beginning of another: "Paris Match", "Nice-Matin", "Oxford University Press"."""
    end = mention.end
    while end < len(words.folded) and words.gaps[end] in (" ", "-") and words.is_capital(end) and not words.shouts:
        written = words.text[slice(*words.spans[end])]
        platform = any(letter.isupper() for letter in written[1:])  # "Valencia PubMed"
        if not platform and words.folded[end] not in words_around("after"):
            return True
        end += 1
    return False


def _ends(mention: Mention, words: Words) -> bool:
    """Whether a town in lower case stands alone: at the end, before punctuation, a number or a word like "same"."""
    end = mention.end
    if end >= len(words.folded) or not joins(words.gaps[end]):
        return True
    return words.folded[end].isdigit() or words.folded[end] in words_around("same")


def _campus(words: Words) -> str | None:
    for place, word in enumerate(words.folded):
        if word in words_around("of", "sites"):
            for first in (place + 1, place + 2, place + 3):
                if first < len(words.folded) and words.is_capital(first) and (town := campus_at(words.folded[first:])):
                    return town
    return None


def _spelt(mention: Mention, words: Words) -> str:
    """As the person wrote it where that is right already, else as the language spells it."""
    town = mention.town
    start, end = words.spans[mention.first][0], words.spans[mention.end - 1][1]
    written = words.text[start:end]
    if written[:5].lower() == "saint" and mention.capital:
        return written  # not "St. Louis", when that is what the larger town of this name is called
    same = letters_of(written) == letters_of(town.name)
    if same and mention.capital and not words.shouts and (words.language is Language.ENGLISH or not written.isascii()):
        return written
    return town.name


@cache
def _every_preposition() -> frozenset[str]:
    return frozenset(word for language in Language for word in words_around("before", language))
