"""The correspondence about a referral: a letter is sealed to sender and receiver, a call to the sender alone."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile
from uuid import UUID, uuid4

from casework.cases import access_grants, case_labels, writing
from casework.cases.sections import Label, Letter
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.referrals.lookup import VerifiedReferral, is_receiver
from casework.vault.keys.envelopes import OpenedDocument

NOT_REACHED = "not_reached"
CALLS = frozenset({"called", NOT_REACHED})


def write(context: ActContext, referral: VerifiedReferral, letter: Letter, *, step: str) -> None:
    """Seal one letter to sender and receiver; the agency of its writer is its owner.

    Of a call only the sender reads: who answered may be the one who must not know.
    """
    owner_id, to_id = referral.verified.row.owner_id, referral.row.to_id
    label = case_labels.label(context, referral.verified) or Label()
    sheet = replace(letter, referral=str(referral.row.id), step=step, code=label.code, age_group=label.age_group)
    writing.save_json(
        context,
        referral.verified,
        Section.LETTER,
        sheet.to_json(),
        series=access_grants.letter_series(referral.row, uuid4()),
        owner_id=to_id if is_receiver(context, referral) else owner_id,
        readers=[owner_id] if step in CALLS else [owner_id, to_id],
    )


def by_referral(
    pages: Iterable[tuple[UUID, OpenedDocument]],
) -> dict[tuple[UUID, UUID], list[tuple[OpenedDocument, Letter]]]:
    """Return the letters of many cases by case and referral, oldest first."""
    sheets_by_referral: dict[tuple[UUID, UUID], list[tuple[OpenedDocument, Letter]]] = {}
    for case_id, page in pages:
        letter = Letter.from_json(page.data)
        sheets_by_referral.setdefault((case_id, UUID(letter.referral)), []).append((page, letter))
    for sheets in sheets_by_referral.values():
        sheets.sort(key=lambda sheet: sheet[0].at)
    return sheets_by_referral


def of_referral(pages: list[OpenedDocument], referral_id: UUID) -> list[tuple[OpenedDocument, Letter]]:
    """Return the letters about one referral, oldest first."""
    sheets = [(page, Letter.from_json(page.data)) for page in pages if page.section == Section.LETTER]
    of_this = [(page, letter) for page, letter in sheets if letter.referral == str(referral_id)]
    return sorted(of_this, key=lambda sheet: sheet[0].at)


def missed_calls(sheets: Iterable[tuple[OpenedDocument, Letter]]) -> int:
    """Return how many calls nobody has answered since the last that somebody did; the sheets are oldest first."""
    steps = [letter.step for _, letter in sheets if letter.step in CALLS]
    return len(list(takewhile(lambda step: step == NOT_REACHED, reversed(steps))))
