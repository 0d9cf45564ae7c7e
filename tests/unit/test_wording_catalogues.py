"""Every sentence exists in every language, with the same gaps, and every cause has words."""

import re
import string
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import bot.wording
from bot.model import Cause, CauseId, Language, Word
from bot.wording import cause_words, verdict_name

SOURCES = Path(bot.wording.__file__).parent
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "mark": None}
TRANSLATED = [language for language in Language if language is not Language.ENGLISH]


def _messages() -> list[tuple[str, ...]]:
    found = extract_from_dir(str(SOURCES), method_map=[("**.py", "python")], keywords=KEYWORDS)
    return [(message,) if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found]


def _catalogue(language: Language) -> Catalog:
    with (SOURCES / "locale" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language.value)


def _translations(language: Language) -> Iterator[tuple[str, str]]:
    for message in _catalogue(language):
        if not message.id:
            continue
        sources = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        for text in _forms(message):
            yield sources[-1], text


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_sources_are_full_of_sentences() -> None:
    assert len(_messages()) > 100


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def _said(language: Language) -> set[tuple[str, ...]]:
    """The sentences that a language has all forms of."""
    return {
        (message.id,) if isinstance(message.id, str) else tuple(message.id)
        for message in _catalogue(language)
        if message.id and not message.fuzzy and all(_forms(message))
    }


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated(language: Language) -> None:
    missing = [message[0] for message in dict.fromkeys(_messages()) if message not in _said(language)]
    told = "\n".join(f"  {message}" for message in missing)
    assert not missing, f"locale/{language}.po says nothing for (scripts/messages adds the lines to fill in):\n{told}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_left_over(language: Language) -> None:
    left_over = [message[0] for message in sorted(_said(language) - set(_messages()))]
    assert not left_over, f"locale/{language}.po still has, though nothing says it any more: {left_over}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_language_leaves_a_sentence_in_english(language: Language) -> None:
    international = {
        "documents",
        "{number} ms",
        "{number} s",
        "{where} ({time})",
        "{date}, {time}",
        "page",
        "{label}: {value}",
        "{first}; {second}",
    }
    assert {source for source, text in _translations(language) if source == text} <= international


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_has_stray_spaces_or_straight_quotes(language: Language) -> None:
    wrong = re.compile(r"^ | $|  |'|\"|\.\.")
    assert [text for _, text in _translations(language) if wrong.search(text)] == []


# « de » devant « example.com » deviendrait « d’ » : words that change before a name that begins with a vowel.
ELIDING = {
    Language.FRENCH: re.compile(
        r"\b(de|que|le|la|ne|je|se|jusque|lorsque|du|au) \{(name|names|place|places|network)\}"
    ),
    Language.CATALAN: re.compile(r"\b(de|des de|el|la|del|al) \{(name|names|place|places|network)\}"),
    Language.ITALIAN: re.compile(r"\b(lo|la|una|del|al|dal|nel|sul|allo|dello) \{(name|names|place|places|network)\}"),
    Language.PORTUGUESE: re.compile(r"\b(o|a|do|da|no|na|ao|pelo|pela) \{(name|names|place|places|network)\}"),
}


@pytest.mark.parametrize("language", ELIDING)
def test_no_word_that_a_name_would_change_stands_before_a_name(language: Language) -> None:
    assert [text for _, text in _translations(language) if ELIDING[language].search(text)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_sentence_ends_as_in_english(language: Language) -> None:
    ends = [
        (source, text)
        for source, text in _translations(language)
        if (source[-1] in ".?") != (text[-1] in ".?") and not source.endswith("”?")
    ]
    assert ends == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_have_the_gaps_of_their_sentences(language: Language) -> None:
    assert [(source, text) for source, text in _translations(language) if _gaps(source) != _gaps(text)] == []


def test_french_is_typeset_as_french() -> None:
    wrong = re.compile(r"[^\u202f][?!;]|[^\u00a0]:|«[^\u00a0]|[^\u00a0]»|'| $|^ |  ")
    assert [text for _, text in _translations(Language.FRENCH) if wrong.search(text)] == []


def test_french_says_neither_tu_nor_vous_but_in_the_idiom() -> None:
    address = re.compile(r"\b(tu|toi|te|ton|ta|tes|vous|votre|vos)\b", re.IGNORECASE)
    texts = [
        text.replace("ce n’est pas que vous", "").replace("Ce n’est pas que vous", "")
        for _, text in _translations(Language.FRENCH)
    ]
    assert [text for text in texts if address.search(text)] == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("cause", CauseId)
def test_every_cause_has_words(cause: CauseId, language: Language) -> None:
    figures = (Cause(cause), Cause(cause, 503), Cause(cause, 503, timedelta(hours=1)))
    for words in (cause_words(one, language=language) for one in figures):
        assert words
        assert "{" not in words
        assert cause.value not in words
        assert not words.endswith(".")


def test_the_two_languages_never_say_the_same() -> None:
    same = [c for c in CauseId if len({cause_words(Cause(c), language=language) for language in Language}) == 1]
    assert same == []


def test_a_refused_address_and_a_name_that_does_not_exist_have_the_same_words() -> None:
    for language in Language:
        said = {cause_words(Cause(c), language=language) for c in (CauseId.NO_SUCH_NAME, CauseId.REFUSED_BY_POLICY)}
        assert len(said) == 1


def test_verdicts_have_names() -> None:
    assert {word: verdict_name(word, language=Language.FRENCH) for word in Word} == {
        Word.UP: "répond",
        Word.DEGRADED: "marche à moitié",
        Word.DOWN: "en panne",
        Word.INCONCLUSIVE: "impossible à juger",
        Word.UNKNOWN: "inconnu",
    }
    assert [verdict_name(word, language=Language.ENGLISH) for word in Word] == [
        *("up", "half up", "down", "cannot judge", "not known")
    ]
