"""Cases that have been referred, and what stands in the database about them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.cases.sections import GroundEntry, Letter
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from tests.house import House, Someone
from tests.stories import dao
from tests.tampering import stolen

# Who works where, and what the ready bundle of that agency holds.
AT = {"police": "cuong", "health_station": "tam", "legal_aid": "phuc", "child_protection": "nga", "chairman": "chinh"}
POLICE = {
    Section.CONTACT,
    Section.IDENTITY,
    Section.CHILDREN,
    Section.INCIDENT,
    Section.INJURIES,
    Section.PERPETRATOR,
}
HEALTH = {Section.CONTACT, Section.IDENTITY, Section.CHILDREN, Section.INJURIES}
ASKED = Letter(asks=("police",), words="Xin đến đón lúc chín giờ, đi cổng sau")


@dataclass
class Referred:
    """A case of lan's with a ground and, once sent, a referral on it."""

    house: House
    case_id: UUID
    ground_id: UUID
    referral_id: UUID
    to: Someone

    @property
    def lan(self) -> Someone:
        """Return the sender."""
        return self.house["lan"]

    @property
    def at(self) -> tuple[UUID, UUID]:
        """Return the ids that every act about a referral is given."""
        return self.case_id, self.referral_id

    @property
    def path(self) -> str:
        """Return the address of its page."""
        return f"/vu-viec/{self.case_id}/chuyen-gui/{self.referral_id}"

    @property
    def state(self) -> str:
        """Return the state that stands in the database."""
        with stolen(self.house) as thief:
            [row] = thief.rows("referral", id=self.referral_id)
        return str(row["state"])

    def goes(self, *steps: str) -> "Referred":
        """Take the receiver's steps in order."""
        for step in steps:
            _STEPS[step](self)
        return self


def ground(house: House, case_id: UUID, receiver: str = "police", **entry: Any) -> UUID:
    """Let lan write a live ground, consent unless something else is said."""
    fields: dict[str, Any] = {"kind": "consent", "consent": "granted", "form": "spoken"} | entry
    return house["lan"].does(ground_actions.record_ground, case_id, GroundEntry(receiver=receiver, **fields))


def referred(house: House, receiver: str = "police", *, case_id: UUID | None = None, danger: str = "no") -> Referred:
    """Open a case, write down consent and refer it."""
    lan = house["lan"]
    case_id = case_id or lan.opens_a_case(dao(danger=danger, grounds=()))
    ground_id = ground(house, case_id, receiver)
    referral_id = lan.does(sending.send, case_id, ground_id, ASKED)
    return Referred(house, case_id, ground_id, referral_id, house[AT[receiver]])


def envelopes(house: House, case_id: UUID, kind: str) -> set[tuple[Section, int]]:
    """Return for which sections and revisions an agency holds an envelope, as the database itself says."""
    with stolen(house) as thief:
        [agency] = [
            row["id"] for row in thief.rows("agency", kind=kind) if row["commune_id"] == _commune(thief, case_id)
        ]
        documents = {row["id"]: row for row in thief.rows("document", case_id=case_id)}
        held = [row["document_id"] for row in thief.rows("envelope", case_id=case_id, agency_id=agency)]
    return {(Section(documents[document_id]["section"]), documents[document_id]["revision"]) for document_id in held}


def _commune(thief: Any, case_id: UUID) -> UUID:
    [row] = thief.rows("case_file", id=case_id)
    return row["commune_id"]


def sections(house: House, case_id: UUID, kind: str) -> set[Section]:
    """Return the sections of which an agency holds an envelope."""
    return {section for section, _ in envelopes(house, case_id, kind)}


def everything(house: House, case_id: UUID) -> dict[str, Any]:
    """Copy every row that hangs on a case."""
    kinds = {
        "case_file": "id",
        "ground": "case_id",
        "referral": "case_id",
        "notice": "case_id",
        "document": "case_id",
        "envelope": "case_id",
    }
    with stolen(house) as thief:
        rows = {name: thief.rows(name, **{column: case_id}) for name, column in kinds.items()}
        rows["head"] = thief.rows("head", id=case_id)
    return {name: sorted(map(repr, found_rows)) for name, found_rows in rows.items()}


_STEPS = {
    "open": lambda referral: referral.to.does(receiving_actions.open_referral, *referral.at),
    "accept": lambda referral: referral.to.does(receiving_actions.accept, *referral.at),
    "ask": lambda referral: referral.to.does(receiving_actions.ask_back, *referral.at, "Chị còn ở nhà ấy không?"),
    "decline": lambda referral: referral.to.does(receiving_actions.decline, *referral.at, "Hôm nay không còn ai trực"),
    "answer": lambda referral: referral.to.does(
        receiving_actions.answer, *referral.at, Letter(outcome="provided", words="Đã đến nhà")
    ),
    "withdraw": lambda referral: referral.lan.does(sending.withdraw, *referral.at),
    "record": lambda referral: referral.lan.does(
        sending.record_answer, *referral.at, Letter(outcome="provided", words="Anh Cường báo đã đến", who="anh Cường")
    ),
}
