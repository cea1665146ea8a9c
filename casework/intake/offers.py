"""What the commune offers to the questions of an intake, asked for only when a question needs it."""

from functools import cached_property

from casework.cases.places import list_addresses
from casework.codelists import codelist
from casework.intake.actions import Setting, begin_intake
from casework.web.presence import perform

DEFAULT_PRONOUN = "chi"


class Offers:
    """Colleagues, hamlets, agencies and trusted addresses, and how the person is addressed.

    `danger` says that there was danger when the intake began.
    """

    def __init__(self, *, pronoun: str = "", danger: bool = False) -> None:
        """Take what the first page answered; an unknown pronoun is the usual one."""
        self.pronoun = pronoun if pronoun in codelist("pronoun") else DEFAULT_PRONOUN
        self.danger = danger

    @cached_property
    def setting(self) -> Setting:
        """Ask for colleagues, hamlets and agencies; raises Refused for a role that records nothing."""
        return perform(begin_intake)

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        """Ask the register for its active addresses, as (id, name and hamlet)."""
        return [(str(one.id), f"{one.entry.name} ({one.entry.hamlet})") for one in perform(list_addresses).active]
