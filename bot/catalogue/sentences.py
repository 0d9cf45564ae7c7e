"""What is wrong and what to write instead, in French and in English: facts go in, a Said comes out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from bot.model import Language


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in the two languages of those who keep a catalogue."""

    french: str
    english: str

    def told(self, language: Language) -> str:
        """The sentence in French for those who read French, in English for everybody else."""
        return self.french if language is Language.FRENCH else self.english


def quoted(text: str, most: int = 60) -> str:
    """A word of a file between quotes, shortened, control characters shown."""
    return repr(text if len(text) <= most else f"{text[:most]}…")


def unknown_field(field: str, known: Collection[str]) -> Said:
    """A field that no entry has; the nearest one is offered."""
    listed = ", ".join(sorted(known))
    if near := get_close_matches(field, known, n=1):
        return Said(
            f"le champ {quoted(field)} est inconnu ; écrivez {near[0]}",
            f"the field {quoted(field)} is unknown; write {near[0]}",
        )
    return Said(
        f"le champ {quoted(field)} est inconnu ; écrivez l'un de ceux-ci : {listed}",
        f"the field {quoted(field)} is unknown; write one of: {listed}",
    )


def unknown_value(what: tuple[str, str], value: str | None, known: Iterable[str]) -> Said:
    """A word that must come from a list. `what` names it in French and English."""
    listed = ", ".join(known)
    near = get_close_matches(value or "", listed.split(", "), n=1)
    said = quoted(value or "")
    if near:
        return Said(
            f"{what[0]} {said} n'existe pas ; écrivez {near[0]}", f"{what[1]} {said} is unknown; write {near[0]}"
        )
    return Said(
        f"{what[0]} {said} n'existe pas ; écrivez l'un de ceux-ci : {listed}",
        f"{what[1]} {said} is unknown; write one of: {listed}",
    )


def odd_id(key: str) -> Said:
    """An identifier with other characters than allowed."""
    return Said(
        f"l'identifiant {quoted(key)} a des caractères interdits ; écrivez seulement a-z, 0-9 et des traits d'union",
        f"the id {quoted(key)} has odd characters; write a-z, 0-9 and single hyphens only",
    )


def outside(key: str) -> Said:
    """A field above the first header."""
    return Said(
        f"{quoted(key)} est en dehors de toute entrée ; écrivez [identifiant] au-dessus de ses champs",
        f"{quoted(key)} stands outside any entry; write [{key}] above its fields",
    )


def missing(field: str) -> Said:
    """A field that every entry must have."""
    return Said(f"il manque {field} ; écrivez {field} = …", f"the entry has no {field}; write {field} = …")


def no_text(field: str) -> Said:
    """A field that must be a text."""
    return Said(
        f"{field} doit être un texte entre guillemets droits, et non vide",
        f"{field} must be a text between quotes, and not empty",
    )


def no_texts(field: str) -> Said:
    """A field that must be a list of texts."""
    return Said(
        f'{field} doit être une liste de textes ; écrivez {field} = ["…", "…"]',
        f'{field} must be a list of texts; write {field} = ["…", "…"]',
    )


def empty_text(field: str) -> Said:
    """A list of texts with one that says nothing."""
    return Said(f"un texte de {field} est vide ; enlevez-le", f"a text of {field} is empty; take it out")


def no_flag(field: str) -> Said:
    """A field that must be true or false."""
    return Said(f"{field} doit être true ou false, sans guillemets", f"{field} must be true or false, without quotes")


def no_table(field: str) -> Said:
    """A field that must be a table."""
    return Said(
        f"{field} doit être une table ; écrivez {field} = {{ … }}", f"{field} must be a table; write {field} = {{ … }}"
    )


def no_seconds(field: str) -> Said:
    """A field that must be a whole number of seconds."""
    return Said(
        f"{field} doit être un nombre de secondes, 1 ou plus, sans guillemets",
        f"{field} must be a number of seconds, 1 or more, without quotes",
    )


def no_contact(written: str) -> Said:
    """A contact that is neither a mail address nor a page."""
    return Said(
        f'{quoted(written)} n\'est ni une adresse de courriel ni une page ; écrivez contact = "support@exemple.org" '
        'ou contact = "https://exemple.org/aide"',
        f'{quoted(written)} is neither a mail address nor a page; write contact = "support@example.org" '
        'or contact = "https://example.org/help"',
    )


def no_account(network: str, written: str, form: str) -> Said:
    """An account that no post could mention."""
    return Said(
        f'{quoted(written)} n\'est pas un compte {network.capitalize()} ; écrivez {network} = "{form}"',
        f'{quoted(written)} is no {network.capitalize()} account; write {network} = "{form}"',
    )


def nobody_to_notify() -> Said:
    """A provider who is to be mentioned, without an account."""
    return Said(
        'notify = true demande un compte du fournisseur ; écrivez accounts = { mastodon = "@compte@serveur.example" }, '
        "ou enlevez notify",
        'notify = true needs an account of the provider; write accounts = { mastodon = "@account@server.example" }, '
        "or take notify out",
    )


def instead(field_fr: str, field_en: str, form: str) -> Said:
    """Something incomplete, with the form to copy."""
    return Said(f"{field_fr} ; écrivez {form}", f"{field_en}; write {form}")


def weak_and_strong(name: str) -> Said:
    """A name in both lists."""
    return Said(
        f"{quoted(name)} est dans aliases et dans weak ; gardez-le dans weak s'il est ambigu",
        f"{quoted(name)} is in aliases and in weak; keep it in weak if it is ambiguous",
    )


def no_letter(name: str) -> Said:
    """A name that nobody can write."""
    return Said(
        f"{quoted(name)} n'a ni lettre ni chiffre ; enlevez-le", f"{quoted(name)} has no letter or figure; take it out"
    )


def taken(what: tuple[str, str], value: str, owner: str, advice: tuple[str, str] | None = None) -> Said:
    """A name or a host that two entries claim. `what` and `advice` in French and English."""
    french, english = advice or ("enlevez-le d'une des deux entrées", "take it out of one of the two")
    return Said(
        f"{what[0]} {quoted(value)} est déjà pris par [{owner}] ; {french}",
        f"{what[1]} {quoted(value)} is taken by [{owner}]; {english}",
    )


def id_taken(file: str, line: int) -> Said:
    """An identifier that another entry has."""
    return Said(
        f"l'identifiant est déjà pris, {file}:{line} ; choisissez-en un autre",
        f"the id is taken by {file}:{line}; choose another",
    )


def not_under_hosts(host: str) -> Said:
    """A home page that none of the hosts covers."""
    return Said(
        f"l'hôte d'accueil {quoted(host)} n'est au-dessous d'aucun de hosts ; ajoutez-le à hosts",
        f"the home host {quoted(host)} is under none of hosts; add it to hosts",
    )


def no_entry(field: str, key: str, known: Collection[str]) -> Said:
    """A field that must name another entry."""
    near = get_close_matches(key, known, n=1)
    french = f"écrivez {near[0]}" if near else "écrivez l'identifiant d'une entrée, ou enlevez ce champ"
    english = f"write {near[0]}" if near else "write the id of an entry, or leave it out"
    return Said(
        f"{field} = {quoted(key)} n'est l'identifiant d'aucune entrée ; {french}",
        f"{field} = {quoted(key)} is no entry; {english}",
    )
