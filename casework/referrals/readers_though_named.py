"""Who reads a case by a referral or a notice although they must not know: found anew each time somebody looks.

They may be named after something was sent, or come to work at its receiver later; neither writes anything down.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from casework.accounts import staff
from casework.accounts.staff import Colleague
from casework.audit import freshness
from casework.cases import name_matching, reading, tasks
from casework.cases.models import ChairNotice
from casework.cases.reading import VerifiedCase
from casework.cases.states import LIVE_REFERRAL, READABLE, READABLE_NOTICE
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.referrals import lookup, named_readers
from casework.referrals.lookup import VerifiedReferral
from casework.referrals.named_view_models import NamedReader, ReadReferral
from casework.vault.keys.envelopes import OpenedDocument
from casework.vietnamese_text import fold

NAMING = (Section.SAFETY_PLAN, Section.PERPETRATOR, Section.TASK)


@dataclass(frozen=True)
class Staff:
    """The staff by what they are called, and who holds the key of an agency or circle; each looked up once."""

    by_given_name: Mapping[str, list[Colleague]]
    holders: Callable[[UUID], set[UUID]]


def load_staff(context: ActContext) -> Staff:
    by_given_name: dict[str, list[Colleague]] = {}
    for member in staff.colleagues(context):
        for called in {fold(name) for name in name_matching.given_names(member.name)}:
            by_given_name.setdefault(called, []).append(member)
    return Staff(by_given_name, cache(lambda end: staff.key_holder_ids(context, end)))


def named(people: Staff, pages: Iterable[OpenedDocument]) -> list[tuple[Colleague, str]]:
    """Return who of the staff must not know by opened pages, each with the reason.

    Whoever is named, in full or not, is named by a word that they are called by: only who bears one is compared.
    """
    plan, other = named_readers.who_must_not_know(pages)
    words = {fold(word) for word in name_matching.words_of(f"{plan.who_must_not_know}\n{other.name}")}
    found = [member for word in sorted(words) for member in people.by_given_name.get(word, ())]
    members = {member.id: member for member in found}.values()
    reasons = [(member, named_readers.reason_of(member, plan, other)) for member in members]
    return [(member, reason) for member, reason in reasons if reason]


def of_case(context: ActContext, verified: VerifiedCase) -> tuple[NamedReader, ...]:
    """Return everybody who must not know and reads something of this case, with what can be done about it."""
    referrals = [one for one in lookup.referrals(context, verified) if one.state in READABLE]
    notices = [row for row in reading.rows_of_case(context, verified, ChairNotice) if is_read(row)]
    if not (referrals or notices):
        return ()
    pages, people = reading.open_newest_of(context, verified, NAMING), load_staff(context)
    kept, readers = tasks.readers_kept(pages), []
    for member, reason in named(people, pages):
        by = [one for one in referrals if member.id in people.holders(one.row.to_id)]
        told = tuple(row.id for row in notices if member.id in people.holders(row.to_id))
        if by or told:
            read = tuple(_read_referral(context, verified, one, people) for one in by)
            found = NamedReader(member.id, member.name, member.agency_name, reason, read, told, kept.get(member.id))
            readers.append(found)
    return tuple(sorted(readers, key=lambda reader: reader.name))


def is_read(notice: Any) -> bool:
    """Tell whether those whom a notice names can read it."""
    return notice.to_id is not None and notice.state in READABLE_NOTICE


def _read_referral(
    context: ActContext, verified: VerifiedCase, referral: VerifiedReferral, people: Staff
) -> ReadReferral:
    agency = freshness.agency(context.session, context.commune_id, referral.ground.receiver_id).name
    side = named_readers.propose(context, verified, referral.ground, changing=referral.row.id)
    now = people.holders(referral.row.to_id)
    out = side.proposed_out | {reader.id for reader in side.readers if reader.id not in now}
    can_change = referral.state in LIVE_REFERRAL and not side.problem(out)
    return ReadReferral(referral.row.id, agency, referral.state, tuple(sorted(out)) if can_change else ())
