"""What the commune offers to the questions of an intake, asked for only when a question needs it."""

from functools import cached_property

from casework.codelists import codelist
from casework.intake.actions import Setting, begin_intake
from casework.web.current_user import perform

DEFAULT_PRONOUN = "chi"


class Offers:
    """Colleagues, hamlets, agencies and trusted addresses, and how the person is addressed.

    `danger` says that there was danger when the intake began.
    """

    def __init__(self, *, pronoun: str = "", danger: bool = False, setting: Setting | None = None) -> None:
        """Take what the first page answered, an unknown pronoun is the usual one, and the setting if it is at hand."""
        if setting is not None:
            self.setting = setting
        self.pronoun = pronoun if pronoun in codelist("pronoun") else DEFAULT_PRONOUN
        self.danger = danger

    @cached_property
    def setting(self) -> Setting:
        """Ask for colleagues, agencies and the register; raises Refused for a role that records nothing."""
        return perform(begin_intake)
