"""What a case is called by somebody who may open it: by its label, or by the letter that brought it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from casework.accounts import staff
from casework.audit import freshness
from casework.cases import reading, trusted_addresses
from casework.cases.models import Ground, Referral
from casework.cases.questions import SectionData
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Label, Letter
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.vault.keys.envelopes import OpenedDocument


def label(context: ActContext, case: VerifiedCase) -> Label | None:
    """Open what names a case; None if this person may open nothing that does."""
    return label_of(reading.open_newest_of(context, case, [Section.LABEL])) or label_of(
        reading.open_newest_of(context, case, [Section.LETTER])
    )


def code(context: ActContext, case: VerifiedCase) -> str:
    """Return the code of a case, or an empty text if this person may open nothing that names it."""
    named = label(context, case)
    return named.code if named else ""


def label_of(pages: Iterable[OpenedDocument]) -> Label | None:
    """Return the label among opened pages, or one with the code alone from a letter; None if nothing names the case."""
    codes = []
    for page in pages:
        if page.section == Section.LABEL:
            return Label.from_json(page.data)
        if page.section == Section.LETTER:
            codes.append(Letter.from_json(page.data).code)
    return next((Label(code=code) for code in codes if code), None)


def words_of_ids(context: ActContext, data: SectionData, receivers: Mapping[str, str]) -> dict[str, str]:
    """Return words for the fields of a section that hold an id: a trusted address, a second person, a referral.

    `receivers` are the names of agencies by the id of each referral, if there is a letter.
    """
    if isinstance(data, Letter):
        return {"referral": receivers.get(data.referral, "")}
    if second := getattr(data, "second", ""):
        return {"second": staff.names(context).get(UUID(hex=second), "")}
    address_id = getattr(data, "address_id", "")
    return {"address_id": trusted_addresses.name_of(context, address_id)} if address_id else {}


def receivers_of_referrals(context: ActContext, case: VerifiedCase) -> dict[UUID, Any]:
    """Return by the id of each referral the row of the agency to which it went, also where it went to some by name."""
    grounds = {row.id: row.receiver_id for row in reading.rows_of_case(context, case, Ground)}
    referrals = {row.id: grounds[row.ground_id] for row in reading.rows_of_case(context, case, Referral)}
    agencies = {
        receiver_id: freshness.agency(context.session, context.commune_id, receiver_id)
        for receiver_id in set(referrals.values())
    }
    return {referral_id: agencies[receiver_id] for referral_id, receiver_id in referrals.items()}
