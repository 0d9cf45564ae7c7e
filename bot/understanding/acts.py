"""What a post wants: its text goes in, an Intent comes out. The model weighs, a few rules may overrule it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.model import Act, Intent, Language, Named, Way
from bot.understanding.cues import cues_in
from bot.understanding.features import Features, features_of, language_features_of
from bot.understanding.focus import failing_part
from bot.understanding.gaps import without_gaps
from bot.understanding.hosts import hosts_in, ways_in, without_hosts
from bot.understanding.lexicons import Lexicon, lexicon
from bot.understanding.places import place_in
from bot.understanding.reading import folded, plain
from bot.understanding.tokens import tokens, with_hosts_masked, with_names_masked
from bot.understanding.unknown import unknown_name
from bot.understanding.weighing import Model, the_model

# Where the names of platforms stand in a text (`Catalogue.names_in`).
NameFinder = Callable[[str], Sequence[Named]]

_ACTS = tuple(act.value for act in Act)
_POINT = "point"  # what the model calls a post that only points at the one above it
_POINTS_ENOUGH = 0.25
_CERTAIN = 0.7
_LIKELY_ENOUGH = 0.15
_OTHER_SENSES = frozenset({"things", "chat", "past", "hypothetical"})
# Silence costs less than an answer to somebody who asked for none.
_SILENCE = 1.3
# A post of so few words under a stranger's question has no meaning of its own, unless it thanks or jokes.
_FEW_WORDS = 4
_FEW_WORDS_WITH_A_TOWN = 8
_SURELY_NOTHING = 0.8
_READ_BY_THE_MODEL = 1_500  # characters; its tokens end before
_LANGUAGES = tuple(language.value for language in Language)
# A post of few words says little of its language: its tag decides, unless the words speak up.
_TAG_COUNTS, _DEFAULT_COUNTS = 1.5, 0.5
_ABOUT_A_BOT = re.compile(r" (?:bot|robot) ")
_REPORTS = (Act.REPORT_DOWN, Act.REPORT_UP)
_MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class _Post:
    """A post as it is read: plain text, words, what the lexicon found in them, what the model makes of it.

    `mentions`: it has a platform's name; `named`: one that means nothing else.
    """

    text: str
    words: str
    lexicon: Lexicon
    hosts: tuple[str, ...]
    ways: tuple[Way, ...]
    named: bool
    mentions: bool
    cues: Mapping[str, str]
    features: Features
    chances: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def is_empty(self) -> bool:
        return not self.words.replace("?", "").strip() and not self.hosts

    @property
    def names_something(self) -> bool:
        """Whether there is something to look at, or to ask about."""
        return self.named or bool(self.hosts) or "generic" in self.cues or self.unknown_name is not None

    @property
    def unknown_name(self) -> str | None:
        """The name that the post is about, as written, if no word of it is known."""
        return unknown_name(self.text, self.lexicon)


def no_names(_: str) -> Sequence[Named]:
    """Finds no names: for who has no catalogue."""
    return ()


def understand(
    text: str,
    *,
    tag: str | None,
    default: Language,
    parent: str | None = None,
    thread: str | None = None,
    names: NameFinder = no_names,
    explain: bool = False,
    model: Model | None = None,
) -> Intent:
    """Understand a post that mentions us. Never raises; a post is read up to 5,000 characters.

    `tag` is the post's own language tag, `default` the language for posts that show none. `parent` is the text of a
    stranger's post that this one answers, `thread` the key of the platform that our verdict in this thread was about.
    `names` finds the platforms' names, which the model is not to take for words. With `explain` the cues say what the
    model weighed most; `model` is another one than that of the bot.
    """
    post = _read(text, tag, default, names, model or the_model(), in_thread=thread is not None)
    above = None
    if parent is not None and thread is None:
        above = understand(parent, tag=tag, default=default, names=names, model=model)
    act, why = _act(post, in_thread=thread is not None, under=above is not None)
    intent = _intent(
        post, act, thread=thread, why=(*why, *(_reasons(post, act, model or the_model()) if explain else ()))
    )
    return intent if above is None or parent is None else _with_the_post_above(post, intent, above, parent)


def _read(text: str, tag: str | None, default: Language, names: NameFinder, model: Model, *, in_thread: bool) -> _Post:
    whole = without_gaps(plain(text), names)
    own = " ".join(without_hosts(whole).split())
    words = folded(own)
    marked = with_hosts_masked(whole)
    found = names(marked[:_READ_BY_THE_MODEL])
    written = tokens(with_names_masked(marked, found))
    lists = lexicon(_language(language_features_of(written, model.vocabulary), tag, default, model))
    cues = cues_in(words, lists)
    features = features_of(written, cues, model.vocabulary, in_thread=in_thread)
    chances = model.chances(features, (*_ACTS, _POINT)) if written else {}
    named, mentions = any(name.sure for name in found), bool(found)
    return _Post(own, words, lists, hosts_in(whole), ways_in(whole), named, mentions, cues, features, chances)


def _language(features: Features, tag: str | None, default: Language, model: Model) -> Language:
    """The language of a post: by its own words, else by its tag, else the default."""
    primary = (tag or "").lower().partition("-")[0]
    start = {default.value: _DEFAULT_COUNTS, **({primary: _TAG_COUNTS} if primary else {})}
    chances = model.chances(features, _LANGUAGES, start)
    return Language(max(chances, key=lambda name: chances[name]))


def _act(post: _Post, *, in_thread: bool, under: bool) -> tuple[Act, tuple[str, ...]]:
    """The act, and the rules that decided it in the model's stead."""
    if post.is_empty:
        return _act_of_nothing(post, in_thread=in_thread)
    if "hostile" in post.cues:
        return Act.NONE, ("rule: words to be put into our mouth",)
    chances = dict(post.chances)
    pointing = chances.pop(_POINT)
    chances[Act.NONE] = _SILENCE * (chances[Act.NONE] + (0.0 if under else pointing))
    # Few posts ask us to go or to take a reply back, so few were learned from: it takes the word, or more certainty.
    rare = {act for act in (Act.STOP, Act.DELETE) if act.value not in post.cues and chances[act] < _CERTAIN}
    act = Act(max(chances.keys() - rare, key=lambda name: chances[name]))
    told_or_nothing = act in (Act.NONE, Act.REPORT_DOWN)
    likely = chances[Act.ASK] >= _LIKELY_ENOUGH or "me_or" in post.cues
    if told_or_nothing and likely and _is_the_classic_question(post):
        return Act.ASK, ("rule: doubt, trouble and a name",)
    if act is Act.ASK and in_thread and _asks_of_a_town(post):
        return Act.RECHECK, ("rule: names a town and nothing else, in a thread",)
    if act is Act.NONE and _tells_of_trouble(post) and chances[Act.ASK] + chances[Act.REPORT_DOWN] >= chances[act]:
        # Whether asked or told, both get an answer: torn between the two, it is not nothing.
        return max((Act.ASK, Act.REPORT_DOWN), key=lambda name: chances[name]), ("rule: trouble and a name",)
    return act, ()


def _asks_of_a_town(post: _Post) -> bool:
    """Whether a town is all that it names: « et à Lyon ? » is about the thread's platform, « et Persée ? » is not."""
    if post.mentions or post.hosts or "generic" in post.cues or len(post.words.split()) > _FEW_WORDS_WITH_A_TOWN:
        return False
    language, unknown = post.lexicon.language, post.unknown_name
    return place_in(post.text, language) is not None and (unknown is None or place_in(unknown, language) is not None)


def _is_the_classic_question(post: _Post) -> bool:
    """Whether it is "c'est moi ou X est couché", with or without a question mark, and not of something else."""
    return "asks" in post.cues and _tells_of_trouble(post)


def _tells_of_trouble(post: _Post) -> bool:
    named = post.mentions or bool(post.hosts) or "generic" in post.cues
    return named and "down" in post.cues and not _OTHER_SENSES & post.cues.keys()


def _act_of_nothing(post: _Post, *, in_thread: bool) -> tuple[Act, tuple[str, ...]]:
    if in_thread:
        return (Act.RECHECK if "?" in post.words else Act.NONE), ("rule: no words in a thread",)
    return (Act.HELP if not post.text.strip(" ?!.…") else Act.NONE), ("rule: no words",)


def _with_the_post_above(post: _Post, own: Intent, above: Intent, parent: str) -> Intent:
    """Our post under a stranger's: what theirs asks, if ours only points at it; or ours, about what theirs names."""
    asks = above.act is Act.ASK or (above.act is Act.REPORT_DOWN and above.says_outage)
    points = post.is_empty or post.chances.get(_POINT, 0.0) >= _POINTS_ENOUGH or _says_next_to_nothing(post, own)
    if points and not post.named and not post.hosts:
        if asks and not _ABOUT_A_BOT.search(folded(parent)):
            language = above.language if post.is_empty else own.language
            return replace(above, act=Act.ASK, language=language, cues=(*above.cues, "rule: points at the post above"))
        return replace(own, act=Act.NONE, cues=("rule: the post above asks nothing",)) if post.is_empty else own
    if own.act in (Act.ASK, *_REPORTS) and asks and not post.names_something:
        return replace(own, context=replace(above, act=own.act), needs_name=False)
    return own


def _says_next_to_nothing(post: _Post, own: Intent) -> bool:
    few = len(post.words.replace("?", "").split()) <= _FEW_WORDS and own.act not in (Act.STOP, Act.DELETE)
    return few and "chat" not in post.cues and post.chances[Act.NONE] < _SURELY_NOTHING


def _reasons(post: _Post, act: Act, model: Model) -> tuple[str, ...]:
    """What the model weighed most, for people: how likely the act is, and the features that say so."""
    if not post.chances:
        return ()
    likely = sorted(post.chances.items(), key=lambda pair: -pair[1])[:2]
    said = model.reasons(post.features, act.value, _MOST_REASONS)
    return (
        "model: " + ", ".join(f"{name} {chance:.0%}" for name, chance in likely),
        *(f"{value:+.2f} {name}" for name, value in said if value > 0),
    )


def _intent(post: _Post, act: Act, *, thread: str | None, why: tuple[str, ...]) -> Intent:
    whole = Intent(
        act,
        post.lexicon.language,
        post.text,
        hosts=post.hosts,
        ways=post.ways,
        unknown_name=post.unknown_name if act in (Act.ASK, *_REPORTS) else None,
        says_outage=act in (Act.ASK, *_REPORTS, Act.RECHECK),
        place=place_in(post.text, post.lexicon.language) if act in _REPORTS else None,
        cues=(*(f"{name}: {cue}" for name, cue in post.cues.items()), *why),
        needs_name=act in (Act.ASK, *_REPORTS) and thread is None and not post.names_something,
        thread=thread,
    )
    focus = failing_part(post.text, post.lexicon)
    return whole if focus == post.text else replace(whole, text=focus, context=whole)
