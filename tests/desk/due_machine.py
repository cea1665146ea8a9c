"""A model of what is due in one case, beside the real thing, while the case, its people and time go on."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from casework import clock
from casework.cases import holder_transfer, opening_rate_limit, restriction
from casework.cases.sections import Assessment
from casework.cases.task_entry import Task
from casework.desk import actions as desk
from casework.desk import due_actions
from casework.desk.today import HORIZON_DAYS, DueLine, lines_of
from casework.retention import voiding
from casework.staffing import actions as staffing
from tests.house import House, Someone
from tests.stories import dao

DAY = 86_400 * clock.MICROSECOND
scenes: list[tuple[House, Flask]] = []
# Whoever may leave, and the two who stay: a lead and her deputy.
LEAVERS, LEADS = ("lan", "mai"), ("hoa", "binh")


@dataclass
class Planned:
    """What the model knows of a next contact: its day, and to whom it was handed last."""

    on: date
    to: str = ""


class Due(RuleBasedStateMachine):
    """One case, its next contacts, whoever holds it, and time, which goes on from story to story."""

    until = 0

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        (self.house, self.app), self.stack, self.later = scenes[0], ExitStack(), Due.until
        self.stack.enter_context(clock.use_clock(lambda: clock._machine() + self.later))
        self.planned: dict[UUID, Planned] = {}
        self.kept: set[UUID] = set()
        self.state, self.holder, self.circle = "open", "hoa", frozenset[str]()

    @initialize(holder=st.sampled_from([*LEAVERS, "hoa"]))
    def begin(self, holder: str) -> None:
        self.pause()
        self.holder = holder if holder in self.active() else "hoa"
        self.case = self.house[self.holder].opens_a_case(dao(grounds=(), assessment=Assessment()))
        # Whoever holds it has taken something on by name: that must not go along when somebody else holds it.
        self.plan(0, 0)
        self.hand_on(0, 0, self.readers().index(self.holder))

    def teardown(self) -> None:
        Due.until = self.later
        self.stack.close()

    def pause(self, length: int = opening_rate_limit.WINDOW_MICROSECONDS + clock.MICROSECOND) -> None:
        """Let the window of cases/opening_rate_limit.py go by; everybody is signed out."""
        self.later += length
        for somebody in self.house.people.values():
            somebody.leaves()

    def active(self) -> list[str]:
        return [name for name in (*LEAVERS, *LEADS) if name not in _gone(self.house)]

    def readers(self) -> list[str]:
        """Return who may open the case: its circle, or its holder and the leads."""
        if self.circle:
            return [name for name in self.active() if name in self.circle]
        return [name for name in self.active() if name == self.holder or name in LEADS]

    def somebody(self, pick: int) -> Someone:
        names = self.readers()
        return self.house[names[pick % len(names)]]

    def standing(self, pick: int) -> UUID:
        ids = sorted(self.planned, key=lambda one: one.bytes)
        return ids[pick % len(ids)]

    @precondition(lambda self: self.state == "open")
    @rule(days=st.integers(0, 12), pick=st.integers(0, 3))
    def plan(self, days: int, pick: int) -> None:
        on = clock.today() + timedelta(days=days)
        somebody = self.somebody(pick)
        somebody.does(due_actions.plan_contact, self.case, Task(due_on=on.isoformat()))
        [series] = {one.series for one in somebody.does(desk.read_case, self.case).contacts} - set(self.planned)
        self.planned[series] = Planned(on)

    @precondition(lambda self: self.state == "open" and self.planned)
    @rule(days=st.integers(0, 12), which=st.integers(0, 5), pick=st.integers(0, 3))
    def move(self, days: int, which: int, pick: int) -> None:
        on, series = clock.today() + timedelta(days=days), self.standing(which)
        self.somebody(pick).does(due_actions.move, self.case, series, on.isoformat(), "not_reached")
        self.planned[series].on = on

    @precondition(lambda self: self.state == "open" and self.planned)
    @rule(which=st.integers(0, 5), pick=st.integers(0, 3), to=st.integers(0, 3))
    def hand_on(self, which: int, pick: int, to: int) -> None:
        series, name = self.standing(which), self.readers()[to % len(self.readers())]
        self.somebody(pick).does(due_actions.hand_on, self.case, series, self.house[name].id)
        self.planned[series].to = name

    @precondition(lambda self: self.state == "open" and self.planned)
    @rule(which=st.integers(0, 5), pick=st.integers(0, 3))
    def keep(self, which: int, pick: int) -> None:
        series = self.standing(which)
        self.somebody(pick).does(due_actions.record_done, self.case, series)
        del self.planned[series]
        self.kept.add(series)

    @precondition(lambda self: self.state in ("open", "closed"))
    @rule(pick=st.integers(0, 3))
    def close_or_open_again(self, pick: int) -> None:
        again = self.state == "closed"
        outcome = "" if again else "needs_met"
        self.somebody(pick).does(desk.close_case, self.case, outcome=outcome, words="lời", again=again)
        self.state = "open" if again else "closed"

    @precondition(lambda self: self.state in ("open", "void"))
    @rule(pick=st.integers(0, 3))
    def set_aside_or_restore(self, pick: int) -> None:
        act: Any = voiding.restore_case if self.state == "void" else voiding.void_case
        self.somebody(pick).does(act, self.case, *(() if self.state == "void" else ("nhầm",)))
        self.state = "open" if self.state == "void" else "void"

    @precondition(lambda self: self.state == "open" and not self.circle)
    @rule(to=st.integers(0, 3))
    def hand_over(self, to: int) -> None:
        name = self.active()[to % len(self.active())]
        self.house["hoa"].does(holder_transfer.transfer_holder, self.case, self.house[name].id)
        self.holder = name

    @precondition(lambda self: self.state == "open" and not self.circle)
    @rule()
    def seal(self) -> None:
        """Seal it to its holder and a lead: the other lead is outside from then on."""
        other = "binh" if self.holder == "hoa" else "hoa"
        self.house[self.holder].does(restriction.restrict, self.case, [self.house[other].id])
        self.circle = frozenset({self.holder, other})
        self.pause()

    @precondition(lambda self: self.circle and self.state == "open")
    @rule()
    def unseal(self) -> None:
        """Give it back to the agency, which its holder alone may."""
        self.house[self.holder].does(restriction.lift, self.case)
        self.circle = frozenset()

    @rule(name=st.sampled_from(LEAVERS))
    def leave(self, name: str) -> None:
        """Let somebody leave; of what they held the lead is holder, or who is left of the circle."""
        if name not in self.active():
            return
        self.house["hoa"].does(staffing.leave, self.house[name].id)
        _gone(self.house).add(name)
        if self.holder == name:
            left = [reader for reader in self.circle if reader != name]
            self.holder = left[0] if self.circle else "hoa"
        self.circle -= {name}
        self.pause()

    @rule(days=st.integers(1, 35))
    def time_passes(self, days: int) -> None:
        self.pause(days * DAY)

    def lines(self, name: str) -> list[DueLine]:
        home = self.house[name].does(desk.list_cases, whole_page=True)
        with self.app.test_request_context():
            return [line for line in lines_of(home, self.house[name].id) if line.case_id == self.case]

    @invariant()
    def nothing_that_is_due_is_lost(self) -> None:
        self.pause()
        lines = {name: self.lines(name) for name in self.active()}
        outside = [name for name in self.active() if name not in self.readers()]
        assert {name: lines[name] for name in outside if lines[name]} == {}
        shown = {line.id for name in lines for line in lines[name] if line.kind == "contact"}
        assert not shown & self.kept
        if self.state != "open":
            assert all(not some for some in lines.values())
            return
        self._each_is_somebody_s(lines)

    def _each_is_somebody_s(self, lines: dict[str, list[DueLine]]) -> None:
        readers = self.readers()
        for series, planned in self.planned.items():
            whose = planned.to if planned.to in readers else self.holder
            near = planned.on <= clock.today() + timedelta(days=HORIZON_DAYS)
            mine = [name for name in readers for line in lines[name] if line.id == series and line.mine]
            assert mine == ([whose] if near else [])
            if planned.on < clock.today():
                assert all(any(one.id == series and one.late for one in lines[name]) for name in readers)
        asked = [line.kind for line in lines[self.holder] if line.kind in ("unplanned", "idle")]
        assert len(asked) == (0 if self.planned else 1)


def _gone(house: House) -> set[str]:
    """Return who has left this house, in whichever story."""
    gone: set[str] = house.__dict__.setdefault("gone", set())
    return gone
