"""`--as WHO`: an institution's key or one of its people's accounts goes in, the address of such an asker comes out."""

from bot.catalogue import Catalogue, institution_of
from bot.cli.errors import UserError


def address_for(who: str | None, catalogue: Catalogue) -> str | None:
    """The address that whoever types speaks from; None: of no institution. Raises UserError for an unknown one."""
    if who is None:
        return None
    for institution in catalogue.institutions:
        if who == institution.key:
            return (*institution.handles, *(f"you@{instance}" for instance in institution.instances))[0]
    if institution_of(who, catalogue.institutions) is not None:
        return who
    keys = ", ".join(institution.key for institution in catalogue.institutions)
    known = f"write one of: {keys}" if keys else "there is no file in config/local/; see docs/catalogue.md"
    raise UserError(f"--as {who}: neither an institution nor an account of one; {known}")
