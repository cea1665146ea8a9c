"""A model of one case and its notices beside the real thing; after each step the two are compared."""

from contextlib import ExitStack, suppress
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from casework import clock
from casework.cases import opening_rate_limit
from casework.cases.sections import Notice
from casework.cases.states import READABLE_NOTICE, UNFINISHED_NOTICE, NoticeState
from casework.desk import actions as desk
from casework.errors import Conflict, NotFound, Ungrounded
from casework.notices import actions
from casework.policy.vocabulary import Section
from casework.retention import voiding
from tests.drawing import one_of
from tests.house import House
from tests.notices.scenes import CITY, kept_from
from tests.tampering import stolen

CHAIRS = {"chinh": "Đặng Văn Chính", "vinh": "Tạ Quang Vinh"}
STEPS: dict[str, tuple[Any, dict[str, Any], dict[str, str]]] = {
    "open": (actions.open_notice, {}, {"sent": "opened"}),
    "assign": (actions.assign, {"agency": "police"}, dict.fromkeys(("opened", "assigned"), "assigned")),
    "answer": (actions.answer, {"words": "xong"}, dict.fromkeys(("opened", "assigned", "answered"), "answered")),
}
houses: list[House] = []


class Telling(RuleBasedStateMachine):
    """One case of lan's, the chair and the deputy, some of whom must not know."""

    until = 0

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.house, self.stack, self.later = houses[0], ExitStack(), Telling.until
        self.stack.enter_context(clock.use_clock(lambda: clock._machine() + self.later))
        self.states: dict[UUID, str] = {}
        self.open, self.void = True, False

    @initialize(kin=st.sets(st.sampled_from(sorted(CHAIRS))))
    def begin(self, kin: set[str]) -> None:
        self.pause()
        self.kin = kin
        self.case = self.house["lan"].opens_a_case(kept_from(*[CHAIRS[name] for name in sorted(kin)]))

    def teardown(self) -> None:
        Telling.until = self.later
        self.stack.close()

    def pause(self) -> None:
        """Let the window of cases/opening_rate_limit.py go by; everybody is signed out."""
        self.later += opening_rate_limit.WINDOW_MICROSECONDS + clock.MICROSECOND
        for name in ("lan", *CHAIRS):
            self.house[name].leaves()

    @precondition(lambda self: not self.void)
    @rule(wanted=st.none() | st.sets(st.sampled_from(sorted(CHAIRS)), min_size=1))
    def send(self, wanted: set[str] | None) -> None:
        self.pause()
        lan, told = self.house["lan"], set(CHAIRS) - self.kin
        readers = None if wanted is None else [self.house[name].id for name in sorted(wanted)]
        possible = self.open and not UNFINISHED_NOTICE & set(self.states.values())
        try:
            notice_id = lan.does(actions.send, self.case, readers=readers)
        except Conflict:
            assert not possible
        except Ungrounded:
            assert wanted is not None
            assert not wanted <= told
        else:
            assert possible
            assert wanted is None or wanted <= told
            self.states[notice_id] = NoticeState.SENT if told else NoticeState.KIN

    @precondition(lambda self: self.states)
    @rule(data=st.data(), step=st.sampled_from(sorted(STEPS)), who=st.sampled_from(sorted(CHAIRS)))
    def receive(self, data: st.DataObject, step: str, who: str) -> None:
        self.pause()
        notice_id = one_of(data, list(self.states))
        doing, more, leads = STEPS[step]
        named = who in self.named(notice_id)
        try:
            self.house[who].does(doing, self.case, notice_id, **more)
        except NotFound:
            assert not named
        except Conflict:
            assert self.states[notice_id] not in leads
        else:
            assert named
            self.states[notice_id] = leads[self.states[notice_id]]

    @precondition(lambda self: self.states and not self.void)
    @rule(data=st.data())
    def call(self, data: st.DataObject) -> None:
        self.pause()
        notice_id = one_of(data, list(self.states))
        leads = {NoticeState.SENT: NoticeState.SENT, NoticeState.KIN: NoticeState.CITY}
        with suppress(Conflict):
            self.house["lan"].does(actions.record_call, self.case, notice_id, CITY, reached=True)
            self.states[notice_id] = leads[NoticeState(self.states[notice_id])]

    @precondition(lambda self: self.states and not self.void)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        self.pause()
        notice_id = one_of(data, list(self.states))
        try:
            self.house["lan"].does(actions.withdraw, self.case, notice_id, "báo nhầm")
        except Conflict:
            assert self.states[notice_id] == NoticeState.WITHDRAWN
        self.states[notice_id] = NoticeState.WITHDRAWN

    @precondition(lambda self: self.open and not self.void)
    @rule()
    def tell_by_word(self) -> None:
        self.pause()
        with suppress(Conflict):
            spoken = [key for key, state in self.states.items() if state == NoticeState.SPOKEN]
            notice_id = self.house["lan"].does(actions.record_spoken, self.case, Notice(who="Văn thư"))
            assert spoken in ([], [notice_id]), "what is written down twice is one notice"
            assert not UNFINISHED_NOTICE & set(self.states.values())
            self.states[notice_id] = NoticeState.SPOKEN

    @precondition(lambda self: self.open and not self.void)
    @rule()
    def set_the_notice_aside(self) -> None:
        self.pause()
        possible = all(state == NoticeState.WITHDRAWN for state in self.states.values())
        try:
            notice_id = self.house["lan"].does(actions.set_aside, self.case, "Chủ tịch đi vắng")
        except Conflict:
            assert not possible
        else:
            assert possible
            self.states[notice_id] = NoticeState.SET_ASIDE

    @precondition(lambda self: not self.void)
    @rule()
    def close_or_open_again(self) -> None:
        self.pause()
        self.house["lan"].does(desk.close_case, self.case, outcome="needs_met", words="", again=not self.open)
        self.open = not self.open

    @precondition(lambda self: self.states)
    @rule()
    def set_aside_or_restore(self) -> None:
        self.pause()
        lan = self.house["lan"]
        if self.void:
            lan.does(voiding.restore_case, self.case)
        else:
            lan.does(voiding.void_case, self.case, "mở nhầm")
            ended = READABLE_NOTICE | UNFINISHED_NOTICE
            self.states = {key: NoticeState.WITHDRAWN if one in ended else one for key, one in self.states.items()}
        self.void = not self.void

    def named(self, notice_id: UUID) -> set[str]:
        """Return who reads a notice, by the rows alone."""
        with stolen(self.house) as thief:
            [row] = thief.rows("notice", id=notice_id)
            holders = {wrap["member_id"] for wrap in thief.rows("wrap", agency_id=row["to_id"])}
        members = {name for name in CHAIRS if self.house[name].id in holders}
        return members if row["state"] in READABLE_NOTICE and row["to_id"] and not self.void else set()

    @invariant()
    def the_rows_stand_as_the_model_says(self) -> None:
        if not hasattr(self, "case"):
            return
        with stolen(self.house) as thief:
            rows = thief.rows("notice", case_id=self.case)
        assert {row["id"]: row["state"] for row in rows} == self.states

    @invariant()
    def nobody_but_the_owner_and_who_is_named_holds_an_envelope_and_kin_never_does(self) -> None:
        if not hasattr(self, "case"):
            return
        with stolen(self.house) as thief:
            [case] = thief.rows("case_file", id=self.case)
            documents = thief.rows("document", case_id=self.case, section=int(Section.NOTICE))
            envelopes = thief.rows("envelope", case_id=self.case)
            notices = thief.rows("notice", case_id=self.case)
            wraps = thief.rows("wrap")
        readable = {(row["id"].bytes[:8], row["to_id"]) for row in notices if row["state"] in READABLE_NOTICE}
        prefix = {row["id"]: row["series"].bytes[:8] for row in documents}
        of_sheets = [row for row in envelopes if row["document_id"] in prefix]
        away = [row for row in of_sheets if row["agency_id"] != case["owner_id"]]
        held = {(prefix[row["document_id"]], row["agency_id"]) for row in away}
        assert held == readable
        circles = {row["to_id"] for row in notices} - {None}
        inside = {wrap["member_id"] for wrap in wraps if wrap["agency_id"] in circles}
        assert not {self.house[name].id for name in self.kin} & inside
