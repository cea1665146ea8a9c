"""Communes with too few administrators: a warning on the first page and of `casework check`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from casework.audit import freshness
from casework.codelists import codelist
from casework.gate import ActContext
from casework.policy.table import policy
from casework.policy.vocabulary import Role
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment import admission
from casework.vault.keys.enrolment.models import Admission
from casework.vault.states import MemberState


@dataclass(frozen=True)
class TooFewAdministrators:
    """How many administrators of a commune can sign in, and how many more have an admission code that still lives."""

    active: int
    invited: int


def warning_for(context: ActContext) -> TooFewAdministrators | None:
    """Return the warning for the home page of a lead, a deputy or an administrator; none for others."""
    told = policy().leads | {Role.ADMINISTRATOR}
    return None if told.isdisjoint(context.actor.roles) else too_few(context.crypto)


def too_few(crypto: CryptoContext) -> TooFewAdministrators | None:
    """Tell whether fewer people administer a commune than the list of roles asks for at its founding.

    Whoever has a code that can still be used counts as on the way: on the first day nobody has taken up their account.
    """
    fewest = codelist("role").get(Role.ADMINISTRATOR).number("fewest") or 0
    members = [row for row in freshness.members(crypto) if Role.ADMINISTRATOR in row.roles.split(",")]
    active = sum(row.state == MemberState.ACTIVE for row in members)
    if active >= fewest:
        return None
    with_code = _with_open_code(crypto)
    invited = sum(row.state == MemberState.INVITED and row.id in with_code for row in members)
    return TooFewAdministrators(active, invited) if active + invited < fewest else None


def _with_open_code(crypto: CryptoContext) -> frozenset[object]:
    columns = (Admission.member_id, Admission.state, Admission.created)
    of_commune = Admission.commune_id == crypto.commune_id
    rows: Iterable[Any] = crypto.session.execute(select(*columns).where(of_commune))
    return frozenset(row.member_id for row in rows if admission.is_open(row, at=crypto.at))
