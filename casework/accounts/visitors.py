"""Pages for everybody: whoever is not signed in comes as a visitor of the one commune of this installation."""

from typing import ParamSpec, TypeVar
from uuid import UUID

from casework.accounts import doorstep
from casework.accounts.door import visitor
from casework.errors import SignInNeeded
from casework.gate import Action, Person
from casework.web.presence import gate, present

P = ParamSpec("P")
T = TypeVar("T")


def perform_for_anyone(doing: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do an act that the policy gives to visitors too; raises SignInNeeded where it is not clear whose commune."""
    return gate().perform(_anyone(), doing, *args, **kwargs)


def _anyone() -> Person:
    found = present()
    if found is not None and found.state == "open":
        return found.person
    commune_id: UUID | None = doorstep.only_commune(gate())
    if commune_id is None:
        raise SignInNeeded("Hãy đăng nhập để xem trang của xã mình.")
    return visitor(commune_id)
