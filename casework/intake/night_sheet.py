"""The night sheet: the few answers by which a case is opened at the door; what else is to be asked waits for the day.

Its JSON is a format with a version (docs/protocol.md), for a sheet may be written and sealed where this program does
not run.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

from casework import clock
from casework.cases import risk_level
from casework.cases.questions import Question
from casework.cases.sections import Assessment, Children, Contact, Identity, Incident, Injuries, Label, SafetyPlan
from casework.codelists import codelist
from casework.errors import BadInput, gettext_noop
from casework.intake.actions import IntakeAnswers
from casework.intake.answers import safety_plan_begun
from casework.sealed import Sealed
from casework.web import clean

VERSION = 1
UNREADABLE = gettext_noop("Không đọc được phiếu đón đêm này. Hãy gõ lại năm câu trả lời từ tờ giấy.")
_ASKED: Mapping[str, Question] = {
    "danger": Label.questions()["danger"],
    "call_her": Contact.questions()["call_her"],
    "children": Children.questions()["count"],
    "care": Injuries.questions()["urgent"],
    "medicine": Injuries.questions()["medicine"],
    "needs": Assessment.questions()["needs"],
    "wishes": Assessment.questions()["wishes"],
    "somebody": SafetyPlan.questions()["somebody"],
    "who_must_not_know": SafetyPlan.questions()["who_must_not_know"],
}


@dataclass(frozen=True)
class NightSheet(Sealed):
    """What was answered at the door: is there danger, what to call the person, how many children, care, what they want.

    `danger` and `somebody` (is there anybody who must not know) are codes of the list `answer`, `care` of
    `injury_urgency`, `needs` of `need`; what was not asked is empty, a missing number None.
    """

    danger: str
    call_her: str
    children: int | None = None
    care: str = ""
    medicine: str = ""
    needs: tuple[str, ...] = ()
    wishes: str = ""
    somebody: str = ""
    who_must_not_know: str = ""

    version: ClassVar[int] = VERSION

    def to_json(self) -> dict[str, Any]:
        """Return the sheet as JSON with the number of its format."""
        return {"version": self.version, **asdict(self), "needs": list(self.needs)}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Read a sheet that may have been written elsewhere.

        Raises BadInput for another version, an answer that is none of its list, too long or of another type, a name
        that no version has, and where it was not said whether there is danger or what to call the person.
        """
        if not isinstance(data, dict) or data.get("version") != VERSION:
            raise BadInput(UNREADABLE)
        answers = {name: value for name, value in data.items() if name != "version"}
        if not answers.keys() <= _ASKED.keys() or not all(_fits(_ASKED[name], answers[name]) for name in answers):
            raise BadInput(UNREADABLE)
        if not (answers.get("danger") and clean.says_something(answers.get("call_her", ""))):
            raise BadInput(UNREADABLE)
        return cls(**{**answers, "needs": tuple(answers.get("needs", ()))})


def _fits(question: Question, answer: Any) -> bool:
    """Tell whether an answer from elsewhere is one to its question."""
    if question.kind == "number":
        return answer is None or (type(answer) is int and 0 <= answer <= question.limit)
    if question.kind == "codes":
        listed = isinstance(answer, list) and all(isinstance(code, str) for code in answer)
        return (
            listed and len(set(answer)) == len(answer) and all(code in codelist(question.codelist) for code in answer)
        )
    if not isinstance(answer, str):
        return False
    if question.kind == "code":
        return not answer or answer in codelist(question.codelist)
    return len(answer) <= question.limit and clean.line(answer) == answer


def answers_of_sheet(sheet: NightSheet, *, practice: bool = False, on_paper_at: str = "") -> IntakeAnswers:
    """Return the answers of an intake of which only the night's questions were asked, on paper at a time or at once."""
    label, injuries = Label(danger=sheet.danger), Injuries(urgent=sheet.care, medicine=sheet.medicine)
    level = risk_level.least_level((label, injuries))
    return IntakeAnswers(
        danger=sheet.danger,
        only_counselling="no",
        practice=practice,
        on_paper_at=on_paper_at,
        contact=Contact(call_her=sheet.call_her),
        identity=Identity(),
        incident=Incident(),
        children=Children(count=sheet.children),
        injuries=injuries,
        safety_plan=safety_plan_begun(sheet.somebody, sheet.who_must_not_know),
        assessment=Assessment(
            needs=sheet.needs,
            wishes=sheet.wishes,
            level=level,
            next_review=risk_level.review_by(level, clock.today()),
        ),
    )
