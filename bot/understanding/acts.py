"""What a post wants: its text goes in, an Intent comes out. Rules in order, the first that fits decides."""

import re
from dataclasses import dataclass, field, replace

from bot.model import Act, Intent, Language, Way
from bot.understanding.focus import failing_part
from bot.understanding.hosts import hosts_in, ways_in, without_hosts
from bot.understanding.lexicons import Lexicon, lexicon
from bot.understanding.places import place_in
from bot.understanding.reading import folded, language_of, plain
from bot.understanding.unknown import unknown_name

_SHORT_REQUEST = 14
_POINTS_AT_PARENT = 9
_SINCE = re.compile(
    r" (?:depuis|des|since|comme) (?:avant )?(?:hier|yesterday|last (?:night|week)|la semaine derniere)"
)
_NEXT_ONE = re.compile(
    r"^ (?:merci |ok |thanks |bon )?(?:et|and|what about|how about|quid de) "
    r"(?!(?:la|now|maintenant|a present|vous|toi|chez|ici|you|si|so|a|there|here)\b)[^?]{2,60} \? $"
)
_ABOUT_A_BOT = re.compile(r" (?:bot|robot) ")
_ASKS_FIRST = re.compile(r" (?:is|are|did|does|has|can|could|anyone|anybody) ")


@dataclass(slots=True)
class _Post:
    """A post being understood: its plain text, its words, and the cues that were found in it."""

    text: str
    words: str
    lexicon: Lexicon
    hosts: tuple[str, ...]
    ways: tuple[Way, ...]
    in_thread: bool
    cues: list[str] = field(default_factory=list[str])

    def says(self, name: str) -> bool:
        """Whether a phrase of this list is there; if so, it is kept as a cue."""
        cue = self.lexicon.cue(name, self.words)
        if cue is not None:
            self.cues.append(f"{name}: {cue}")
        return cue is not None

    @property
    def asks(self) -> bool:
        return (
            "?" in self.words
            or _ASKS_FIRST.match(self.words) is not None
            or self.lexicon.cue("asks", self.words) is not None
        )

    @property
    def length(self) -> int:
        return len(self.words.replace("?", "").split())


def understand(
    text: str,
    *,
    tag: str | None,
    default: Language,
    parent: str | None = None,
    thread: str | None = None,
) -> Intent:
    """Understand a post that mentions us. Never raises; a post is read up to 5,000 characters.

    `tag` is the post's own language tag, `default` the language for posts that show none. `parent` is the text of a
    stranger's post that this one answers, `thread` the key of the platform that our verdict in this thread was about.
    """
    post = _read(text, tag, default, in_thread=thread is not None)
    if parent is not None and (about := _about_parent(post, parent, tag, default)) is not None:
        return replace(about, language=post.lexicon.language if post.length > 1 else about.language)
    act, needs_name = _thread_act(post) if thread is not None else _act(post)
    return _intent(post, act, needs_name=needs_name, thread=thread)


def _read(text: str, tag: str | None, default: Language, *, in_thread: bool) -> _Post:
    whole = plain(text)
    own = " ".join(without_hosts(whole).split())
    words = folded(own)
    return _Post(
        own, words, lexicon(language_of(words, tag=tag, default=default)), hosts_in(whole), ways_in(whole), in_thread
    )


def _about_parent(post: _Post, parent: str, tag: str | None, default: Language) -> Intent | None:
    """What the stranger's post asks, if ours only points at it; None if ours stands on its own."""
    if post.hosts or (post.length > _POINTS_AT_PARENT) or (post.length > 1 and post.lexicon.cue("down", post.words)):
        return None
    above = understand(parent, tag=tag, default=default)
    if _ABOUT_A_BOT.search(folded(parent)):
        return None
    if above.act is Act.ASK or (above.act is Act.REPORT_DOWN and above.says_outage):
        return replace(above, act=Act.ASK, cues=(*above.cues, "parent"))
    if post.length == 0:
        return replace(above, act=Act.NONE, cues=("parent asks nothing",))
    return None


def _act(post: _Post) -> tuple[Act, bool]:
    """The act outside a thread, and whether only a known platform makes a question of it."""
    if not post.words.replace("?", "").strip() and not post.hosts:
        return (Act.HELP if not post.text.strip(" ?!.…") else Act.NONE), False
    if (command := _command(post)) is not None:
        return command, False
    if _is_told_of_another_time(post) or (not post.hosts and post.says("things")):
        return Act.NONE, False
    small_talk = post.says("chat")
    if small_talk:
        post.words = post.lexicon.finds["chat"].sub(" ", post.words)
    return _question_or_report(post, small_talk=small_talk)


def _question_or_report(post: _Post, *, small_talk: bool) -> tuple[Act, bool]:
    failing, up, look = _fails(post), post.says("up"), post.says("look")
    down = post.says("down") or (failing and not small_talk)
    if post.asks and (down or up or look):
        chatting = small_talk and not (down or look)
        return (Act.NONE, False) if chatting else (Act.ASK, small_talk or not _names_something(post))
    if small_talk:
        return Act.NONE, False
    if post.says("shared"):
        return Act.ASK, True
    if "?" in post.words and post.length <= 3:
        post.cues.append("a name and a question mark")
        return Act.ASK, not post.hosts
    if up and not failing:
        return Act.REPORT_UP, True
    if down or (post.hosts and look):
        return (Act.REPORT_DOWN if down else Act.ASK), True
    return (Act.ASK if look and post.length <= 5 else Act.NONE), True


def _thread_act(post: _Post) -> tuple[Act, bool]:
    """The act in a thread about a platform: its name need not be said again."""
    if not post.words.replace("?", "").strip() and not post.hosts:
        return (Act.RECHECK if "?" in post.words else Act.NONE), False
    if (command := _command(post)) is not None:
        return command, False
    if _is_told_of_another_time(post):
        return Act.NONE, False
    if _NEXT_ONE.match(post.words):
        post.cues.append("and another one?")
        return Act.ASK, False
    question = "?" in post.words or _ASKS_FIRST.match(post.words) is not None
    if post.says("recheck") and (post.asks or (post.length <= 12 and not _reports(post))):
        return Act.RECHECK, False
    if question and (post.says("down") or post.says("up") or post.says("same")):
        return Act.ASK, True
    if post.says("chat"):
        return Act.NONE, False
    down, up = _fails(post), post.says("up") or post.says("not_down")
    if up and not down:
        return Act.REPORT_UP, False
    if down or post.says("same"):
        return Act.REPORT_DOWN, False
    return Act.NONE, False


def _command(post: _Post) -> Act | None:
    """A request to us about ourselves: stop, delete, help; or words to be put into our mouth, which are none."""
    if post.says("hostile"):
        return Act.NONE
    if post.hosts or post.length > _SHORT_REQUEST or post.lexicon.cue("not_down", post.words):
        return None
    if post.says("delete") and "?" not in post.words.replace(" ? ", " ", 1):
        return Act.DELETE
    if post.says("stop") and "?" not in post.words:
        return Act.STOP
    if post.says("help") and not (post.lexicon.cue("down", post.words) or post.in_thread):
        return Act.HELP
    return None


def _is_told_of_another_time(post: _Post) -> bool:
    post.words = _SINCE.sub(" ", post.words)
    past = post.says("past") or post.says("hypothetical")
    now = re.search(r" (?:est il|est elle|is it|surtout|c'est moi ou|or is it) [^?]{0,60}\? ", post.words)
    return past and not now


def _fails(post: _Post) -> bool:
    """Whether it does not work: a word of trouble remains once the words of no trouble are out."""
    finds = post.lexicon.finds
    rest = finds["not_down"].sub(" ", post.words)
    cue = post.lexicon.cue("not_up", rest) or post.lexicon.cue("down", finds["up"].sub(" ", rest))
    if cue is not None:
        post.cues.append(f"down: {cue}")
    return cue is not None


def _reports(post: _Post) -> bool:
    return _fails(post) or any(post.lexicon.cue(name, post.words) for name in ("same", "up"))


def _names_something(post: _Post) -> bool:
    generic = post.lexicon.cue("generic", post.words)
    return bool(post.hosts) or generic is not None or unknown_name(post.text, post.lexicon) is not None


def _intent(post: _Post, act: Act, *, needs_name: bool, thread: str | None) -> Intent:
    reports = act in (Act.REPORT_DOWN, Act.REPORT_UP)
    whole = Intent(
        act,
        post.lexicon.language,
        post.text,
        hosts=post.hosts,
        ways=post.ways,
        unknown_name=unknown_name(post.text, post.lexicon) if act is Act.ASK else None,
        says_outage=act in (Act.ASK, Act.REPORT_DOWN, Act.REPORT_UP, Act.RECHECK),
        place=place_in(post.text, post.lexicon.language) if reports else None,
        cues=tuple(dict.fromkeys(post.cues)),
        needs_name=needs_name,
        thread=thread,
    )
    focus = failing_part(post.text, post.lexicon)
    return whole if focus == post.text else replace(whole, text=focus, context=whole)
