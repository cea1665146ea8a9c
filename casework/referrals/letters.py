"""The correspondence about a referral: each sheet is sealed to both ends."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID, uuid4

from casework.cases import case_labels, envelope_sharing, writing
from casework.cases.sections import Letter
from casework.gate import ActContext
from casework.policy.words import Section
from casework.referrals.lookup import FoundReferral, is_receiver
from casework.vault.keys.envelopes import OpenedDocument


def write(context: ActContext, found: FoundReferral, letter: Letter, *, step: str) -> None:
    """Seal one sheet to sender and receiver; whoever writes it stays its owner."""
    owner_id, to_id = found.held.case.owner_id, found.referral.to_id
    label = case_labels.label(context, found.held)
    sheet = replace(letter, referral=str(found.referral.id), step=step, code=label.code if label else "")
    writing.save_json(
        context,
        found.held,
        Section.LETTER,
        sheet.to_json(),
        series=envelope_sharing.letter_series(found.referral, uuid4()),
        owner_id=to_id if is_receiver(context, found) else owner_id,
        readers=[owner_id, to_id],
    )


def by_referral(
    pages: Iterable[tuple[UUID, OpenedDocument]],
) -> dict[tuple[UUID, UUID], list[tuple[OpenedDocument, Letter]]]:
    """Return the sheets of many cases by case and referral, oldest first."""
    found: dict[tuple[UUID, UUID], list[tuple[OpenedDocument, Letter]]] = {}
    for case_id, page in pages:
        letter = Letter.from_json(page.data)
        found.setdefault((case_id, UUID(letter.referral)), []).append((page, letter))
    for sheets in found.values():
        sheets.sort(key=lambda sheet: sheet[0].at)
    return found


def of(pages: list[OpenedDocument], referral_id: UUID) -> list[tuple[OpenedDocument, Letter]]:
    """Return the sheets about one referral, oldest first."""
    sheets = [(page, Letter.from_json(page.data)) for page in pages if page.section == Section.LETTER]
    mine = [(page, letter) for page, letter in sheets if letter.referral == str(referral_id)]
    return sorted(mine, key=lambda sheet: sheet[0].at)
