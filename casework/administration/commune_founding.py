"""Founding a commune or an agency: what goes on paper is drawn first, then one act makes all of it good at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from casework.accounts import provisioning_actions as accounts
from casework.administration import admission_codes, agency_recovery, printed_pages
from casework.administration.printed_pages import InstallationFacts, Invitation, PrintedPage
from casework.administration.setup_answers import AgencyAnswers, CommuneAnswers, FirstPerson
from casework.audit import freshness
from casework.codelists import codelist
from casework.errors import BadInput
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.vault.keys.enrolment.paper_codes import new_code
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.keys.recovery import sheets
from casework.vault.keys.recovery.sheets import RecoverySheet


@dataclass(frozen=True)
class PlannedAgency(Sealed):
    """An agency that is yet to be made, with its recovery sheets (none if it holds no keys)."""

    answers: AgencyAnswers
    agency_id: UUID
    dealt: tuple[RecoverySheet, ...]


@dataclass(frozen=True)
class PlannedPerson(Sealed):
    """Somebody who is yet to be invited, with the code that is going to let them in."""

    answers: FirstPerson
    code: str


@dataclass(frozen=True)
class PlannedCommune(Sealed):
    """A commune that is yet to be founded: nothing of it opens anything before."""

    commune_id: UUID
    answers: CommuneAnswers
    agencies: tuple[PlannedAgency, ...]
    people: tuple[PlannedPerson, ...]


def plan(answers: CommuneAnswers) -> PlannedCommune:
    """Draw the ids, sheets and codes of a new commune."""
    agencies = tuple(map(plan_agency, answers.agencies))
    return PlannedCommune(uuid4(), answers, agencies, plan_people(answers.people))


def plan_agency(answers: AgencyAnswers) -> PlannedAgency:
    agency_id = uuid4()
    dealt = sheets.draw(agency_id, answers.officers, answers.pairs) if answers.holds_keys else ()
    return PlannedAgency(answers, agency_id, dealt)


def plan_people(people: Sequence[FirstPerson]) -> tuple[PlannedPerson, ...]:
    return tuple(PlannedPerson(person, new_code()) for person in people)


def pages(
    facts: InstallationFacts, agencies: Sequence[PlannedAgency], people: Sequence[PlannedPerson]
) -> list[PrintedPage]:
    """Lay out the recovery sheets of agencies and the codes of their first people."""
    names = {planned.answers.code: planned.answers.name for planned in agencies}
    of_agencies = [
        page
        for planned in agencies
        if planned.dealt
        for page in printed_pages.recovery_pages(facts, planned.answers.name, planned.dealt)
    ]
    return of_agencies + [_admission_page(facts, planned, names.get(planned.answers.agency, "")) for planned in people]


def _admission_page(facts: InstallationFacts, planned: PlannedPerson, agency: str) -> PrintedPage:
    person = planned.answers
    roles = ", ".join(codelist("role").get(role).vi for role in person.roles)
    return printed_pages.admission_page(facts, Invitation(person.name, person.username, roles, agency, planned.code))


@action(Act.COMMUNE_ADD)
def found(context: ActContext, planned: PlannedCommune) -> None:
    """Found a commune with its agencies, sheets and first people, in one commit: all of it is there, or nothing."""
    context.about, answers = context.commune_id, planned.answers
    context.also(accounts.found_commune, answers.name, answers.hamlets, size_class=answers.size_class)
    keys = {agency.answers.code: make_agency(context, agency) for agency in planned.agencies}
    invite(context, planned.people, keys)


@action(Act.AGENCY_FOUND)
def found_agency(context: ActContext, planned: PlannedAgency, people: Sequence[PlannedPerson]) -> None:
    """Found an agency of a commune that is in use; it receives nothing until the Women's Union has confirmed it.

    Raises BadInput if the commune has an agency of this kind.
    """
    context.about = planned.agency_id
    code = planned.answers.code
    if any(agency.kind == code for agency in freshness.agencies(context.session, context.commune_id)):
        raise BadInput(f"Xã đã có {planned.answers.name} ({code}). / The commune has this agency already.")
    invite(context, people, {code: make_agency(context, planned)})


def make_agency(context: ActContext, planned: PlannedAgency) -> AgencyKeys:
    """Make an agency of a commune and its sheets good."""
    answers = planned.answers
    keys = context.also(
        accounts.add_agency,
        answers.code,
        answers.name,
        duty_phone=answers.duty_phone,
        agency_id=planned.agency_id,
    )
    if planned.dealt:
        context.session.flush()
        context.also(agency_recovery.renew_sheets, keys, planned=planned.dealt)
    return keys


def invite(context: ActContext, people: Sequence[PlannedPerson], keys: Mapping[str, AgencyKeys]) -> None:
    """Make the codes of the first people good; where an agency holds keys, its code carries its key."""
    for planned in people:
        person, agency_keys = planned.answers, keys.get(planned.answers.agency)
        holds_keys = agency_keys is not None and codelist("agency").get(person.agency).flag("holds_keys")
        member = admission_codes.FirstMember(
            person.username, person.name, person.roles, agency_keys.agency_id if agency_keys else None
        )
        context.also(admission_codes.invite_first, member, agency_keys if holds_keys else None, planned.code)
        context.session.flush()
