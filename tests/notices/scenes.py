"""Cases of which the chair has been told, and what stands in the database about it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.cases.sections import Label, Notice, SafetyPlan
from casework.desk import actions as desk
from casework.intake.actions import IntakeAnswers
from casework.notices import actions
from casework.policy.vocabulary import Section
from tests.house import House, Someone
from tests.stories import dao
from tests.tampering import stolen

CITY = Notice(who="Anh Thắng, trực Ủy ban thành phố", phone="02033555888", when="2026-11-23T23:15+07:00")


@dataclass
class Told:
    """A case of lan's of which the chair has been told."""

    house: House
    case_id: UUID
    notice_id: UUID

    @property
    def at(self) -> tuple[UUID, UUID]:
        """Return the ids that every act about a notice is given."""
        return self.case_id, self.notice_id

    @property
    def path(self) -> str:
        """Return the address of its page."""
        return f"/vu-viec/{self.case_id}/tin-bao/{self.notice_id}"

    @property
    def row(self) -> dict[str, Any]:
        """Return its row as it stands in the database."""
        with stolen(self.house) as thief:
            [row] = thief.rows("notice", id=self.notice_id)
        return row

    @property
    def state(self) -> str:
        return str(self.row["state"])

    def goes(self, *steps: str, by: str = "chinh") -> "Told":
        """Take the chair's steps in order."""
        for step in steps:
            _STEPS[step](self, self.house[by])
        return self


_STEPS = {
    "open": lambda told, chair: chair.does(actions.open_notice, *told.at),
    "assign": lambda told, chair: chair.does(actions.assign, *told.at, agency="police", words="Anh Cường đến ngay"),
    "answer": lambda told, chair: chair.does(actions.answer, *told.at, "Công an đã đến nhà lúc chín giờ"),
}


def told(house: House, *, case_id: UUID | None = None, sender: str = "lan", **answers: Any) -> Told:
    """Open a case of violence in the family and send the notice of it."""
    someone = house[sender]
    case_id = case_id or someone.opens_a_case(dao(grounds=(), **answers))
    return Told(house, case_id, someone.does(actions.send, case_id))


def kept_from(*names: str) -> IntakeAnswers:
    """Return an intake in which these people must not know."""
    return dao(grounds=(), safety_plan=SafetyPlan(somebody="yes", who_must_not_know="; ".join(names)))


def names_from_now_on(someone: Someone, case_id: UUID, names: str) -> None:
    """Write down later who must not know."""
    someone.does(desk.write_section, case_id, SafetyPlan(somebody="yes", who_must_not_know=names), base=1)


def label_of(someone: Someone, case_id: UUID) -> Label:
    return someone.does(desk.read_case, case_id).label


def readers_of_sheets(house: House, case_id: UUID) -> list[set[str]]:
    """Return for each sheet of the case's notices who by username can open it, as wraps and envelopes say."""
    by_id = {house[name].id: name for name in ("chinh", "vinh", "lan", "mai", "hoa", "binh", "cuong")}
    with stolen(house) as thief:
        sheets = [row["id"] for row in thief.rows("document", case_id=case_id, section=int(Section.NOTICE))]
        wraps = thief.rows("wrap")
        envelopes = thief.rows("envelope", case_id=case_id)
    openers: list[set[str]] = []
    for sheet in sheets:
        agencies = {row["agency_id"] for row in envelopes if row["document_id"] == sheet}
        holders = {row["member_id"] for row in wraps if row["agency_id"] in agencies}
        openers.append({name for member_id, name in by_id.items() if member_id in holders})
    return openers
