"""Who plays, and what they say: forty who ask, twenty-five who report from their town, and the words between."""

from dataclasses import dataclass

SNAC, BLUESKY = "snac", "bluesky"
NETWORKS = {SNAC: "Mastodon", BLUESKY: "Bluesky"}

_ASKERS = [
    "anne", "brice", "chloe", "denis", "elise", "farid", "gaelle", "hugo", "ines", "jules", "karim", "lea",
    "marc", "nadia", "oscar", "paula", "quentin", "rose", "sami", "tess", "ugo", "vera", "william", "xenia",
    "yann", "zoe", "adele", "bruno", "clara", "david", "emma", "fanny", "gilles", "helene", "ivan", "judith",
    "kevin", "lise", "manon", "noe",
]  # fmt: skip
_REPORTERS = [
    "albert", "basile", "celine", "diane", "edgar", "flora", "gabin", "herve", "irene", "jeanne", "kenza", "loic",
    "mathis", "nicole", "olga", "pascal", "romain", "sonia", "theo", "ursule", "victor", "wanda", "xavier", "yvette",
    "zelie",
]  # fmt: skip
_TOWNS = [
    "Lyon", "Lille", "Brest", "Nantes", "Toulouse", "Bordeaux", "Strasbourg", "Dijon", "Tours", "Metz",
    "Caen", "Rouen", "Amiens", "Reims", "Nancy", "Poitiers", "Grenoble", "Avignon", "Toulon", "Pau",
    "Le Mans", "Clermont-Ferrand", "Besançon", "Perpignan", "Orléans",
]  # fmt: skip
WORKS_IN = ("Toulon", "Pau")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account on one network; reporters live in a town."""

    name: str
    network: str
    town: str = ""


def _network(number: int) -> str:
    return BLUESKY if number % 2 == 0 else SNAC


ASKERS = tuple(Person(name, _network(number)) for number, name in enumerate(_ASKERS))
REPORTERS = tuple(
    Person(name, _network(number), town) for number, (name, town) in enumerate(zip(_REPORTERS, _TOWNS, strict=True))
)

QUESTIONS = {
    "fr": (
        "c'est moi ou Cairn est couché ?",
        "Cairn est en panne ?",
        "y a que chez moi que Cairn rame ?",
        "Cairn HS chez vous aussi ?",
        "quelqu'un arrive à ouvrir Cairn ?",
        "is Cairn down?",
        "est-ce que Cairn marche chez vous ?",
    ),
    "en": (
        "is it just me or is Cairn down?",
        "anyone else having trouble with Cairn?",
        "Cairn not working for you either?",
        "has Cairn fallen over?",
        "c'est moi ou Cairn est couché ?",
        "is Cairn down?",
    ),
}
REPORTS = {
    "fr": ("pareil à {town}", "même chose à {town}", "HS aussi à {town}", "rien non plus à {town}"),
    "en": ("same here in {town}", "down in {town} too", "not working in {town} either", "same in {town}"),
}
IT_WORKS = {"fr": "ça marche à {town}", "en": "works for me in {town}"}

_SENTENCES = {
    "start": (
        "Mise en place : snac, Bluesky, un serveur NATS, et sept villes avec chacune sa machine et sa ligne …",
        "Setting up: snac, Bluesky, a NATS server, and seven towns with a machine and a line each …",
    ),
    "ready": (
        "Le bot est à Angers, ses agents à {towns}. Les attentes sont raccourcies : un nouveau regard toutes les "
        "{every} au lieu d'un quart d'heure, {steady} entre les deux bons regards au lieu d'une minute. Le reste "
        "est réel.",
        "The bot is in Angers, its agents in {towns}. Waiting is shortened: a new look every {every} instead of every "
        "quarter of an hour, {steady} between the two good looks instead of a minute. All else is real.",
    ),
    "well": ("Tout va bien.", "All is well."),
    "some": (
        "Le réseau Renater (Angers, Limoges, Rennes) perd la route vers Cairn. La ligne de Nice devient lente.",
        "The Renater network (Angers, Limoges, Rennes) loses the route to Cairn. The line of Nice becomes slow.",
    ),
    "all": (
        "Cairn tombe pour tout le monde (HTTP 503). Rennes n'a plus que la ligne vers le serveur NATS ; à Chambéry, "
        "une pelleteuse a coupé le câble.",
        "Cairn fails for everybody (HTTP 503). Rennes has nothing left but its line to the NATS server; in Chambéry "
        "a digger has cut the cable.",
    ),
    "people": (
        "Vingt-cinq collègues répondent dans les fils, de leur ville. Le bot les compte, sans répondre à chacun.",
        "Twenty-five colleagues answer in the threads, from their towns. The bot counts them, and answers none.",
    ),
    "edited": (
        "Là où un message se modifie (Mastodon), le compte des collègues est ajouté à la réponse :",
        "Where a post can be edited (Mastodon), the tally of colleagues is added to the reply:",
    ),
    "recovery": (
        "Cairn revient. Les lignes de Rennes, Chambéry et Nice sont réparées.",
        "Cairn is back. The lines of Rennes, Chambéry and Nice are mended.",
    ),
    "asks": ("{who} :", "{who}:"),
    "asks_too": ("… et {number} autres demandent la même chose", "… and {number} others ask the same"),
    "reports_too": ("… et {number} autres", "… and {number} others"),
    "to": ("le bot à {who} :", "the bot to {who}:"),
    "and_others": (" et {number} autres", " and {number} others"),
    "and_another": (" et 1 autre", " and 1 other"),
    "more_wordings": (
        "… et {number} autres, à quelques mots près la même réponse",
        "… and {number} others, nearly the same reply",
    ),
    "dossier": ("Le dossier pour le fournisseur (« cestmoiou dossier cairn ») :", "The dossier for the provider:"),
    "dossier_more": ("… et {number} lignes de plus", "… and {number} lines more"),
    "late": (
        "Rien n'est venu en {seconds} s pour {who}. La pièce s'arrête ; voici où elle en est.",
        "Nothing came within {seconds} s for {who}. The play ends here; this is how far it went.",
    ),
    "counts": (
        "Publié pour {incidents} : {verdict} réponses, {correction} rectifications, {colleagues} fois ce que disent "
        "les collègues, {back} « c'est revenu », soit {posts} messages (Mastodon {snac}, Bluesky {bluesky}), et "
        "{edits} modifications pour le compte des collègues. Le bot a regardé {looks} fois.",
        "Posted for {incidents}: {verdict} replies, {correction} corrections, {colleagues} times what colleagues say, "
        "{back} “it is back”: {posts} posts (Mastodon {snac}, Bluesky {bluesky}), and {edits} edits to tell the tally "
        "of colleagues. The bot looked {looks} times.",
    ),
    "kept": ("tenu", "kept"),
    "broken": ("PAS TENU", "NOT KEPT"),
    "let_down": (" : pas pour {who}", ": not for {who}"),
    "one_verdict": ("une réponse à chacun des {number} qui ont demandé", "one reply to each of the {number} who asked"),
    "one_back": ("« c'est revenu » une fois à chacun des {number}", "“it is back” once to each of the {number}"),
    "at_most": (
        "rien en double, et jamais plus que réponse, rectification ou mot des collègues, retour",
        "nothing twice, and never more than reply, correction or word of colleagues, back",
    ),
    "elsewhere": (
        "aucun message aux {number} qui témoignent, ni ailleurs",
        "no post to the {number} who report, nor elsewhere",
    ),
    "one_incident": (
        "une seule panne pour les deux réseaux, où {number} personnes ont demandé",
        "one outage over both networks, of which {number} people asked",
    ),
    "budget": ("au plus {number} messages par heure et par réseau", "at most {number} posts an hour on a network"),
    "end": ("{time} en tout. Tout ce qui est promis est tenu.", "{time} in all. All that is promised is kept."),
    "end_broken": (
        "{time} en tout. Ce qui est promis n'est pas tenu : voir PAS TENU plus haut.",
        "{time} in all. What is promised is not kept: see NOT KEPT above.",
    ),
}


def sentence(key: str, language: str, **values: object) -> str:
    """One of the play's own sentences."""
    french, english = _SENTENCES[key]
    return (french if language == "fr" else english).format(**values)
