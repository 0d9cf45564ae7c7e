"""What the command line says of itself, in the operator's language. The bot's replies have catalogues of their own."""

from dataclasses import dataclass

from bot.model import Language


@dataclass(frozen=True, slots=True)
class Words:
    """`silence` stands where a network would see nothing; `stopping` answers the first Ctrl-C."""

    welcome: str
    demo: str
    offline: str
    only_demo: str
    silence: str
    stopping: str


WORDS = {
    Language.FRENCH: Words(
        welcome="Écrivez une question, par exemple « c’est moi ou Cairn est couché ? ». Ctrl-D pour finir.",
        demo="Démonstration, sans internet : « c’est moi ou Solide est couché ? », puis Fragile, puis Tortue.",
        offline="Sans internet, « scripts/run --demo » montre de vrais verdicts sur des plateformes de démonstration.",
        only_demo="(Dans cette démonstration, il n’y a que Solide, Fragile et Tortue.)",
        silence="(Rien à répondre : sur un réseau, je me tairais.)",
        stopping="Je finis, puis je m’arrête (Ctrl-C encore une fois pour couper).",
    ),
    Language.ENGLISH: Words(
        welcome="Write a question, for example “is it just me or is GitHub down?”. Ctrl-D to end.",
        demo="Demonstration, without internet: “is it just me or is Solide down?”, then Fragile, then Tortue.",
        offline="Without internet, “scripts/run --demo” shows real verdicts about demonstration platforms.",
        only_demo="(In this demonstration there are only Solide, Fragile and Tortue.)",
        silence="(Nothing to answer: on a network I would stay silent.)",
        stopping="I finish, then I stop (Ctrl-C once more to cut).",
    ),
}
