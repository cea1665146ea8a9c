"""Whom to call at an agency is asked in one place, and one macro makes a link of it."""

import ast
import re
from pathlib import Path
from uuid import UUID

import casework
from casework.cases import duty_numbers, duty_roster
from casework.cases.duty_numbers import CallOrder
from casework.cases.duty_roster import DAYS, EMPTY_WEEK, DutyDay, Roster
from casework.config import resource
from casework.gate import ActContext, Action
from casework.policy.vocabulary import Act
from casework.staffing import actions as staffing
from tests.house import House

PROGRAM = Path(casework.__file__).parent
TEMPLATES = resource("templates")
# Where the number of an office is asked for at the founding and written into its row, and where it is read.
KEEP_THE_OFFICE = {
    "accounts/provisioning_actions.py",
    "administration/commune_founding.py",
    "administration/setup_answers.py",
    "administration/setup_questions.py",
    "administration/setup_summary.py",
    "demo/founding.py",
    "vault/keys/provisioning.py",
    "vault/models.py",
    "vault/states.py",
}
# What is registered is shown, and changed, as it stands.
READS_THE_OFFICE = {"cases/duty_numbers.py", "administration/commune_founding.py", "staffing/detail_actions.py"}
# Numbers of nobody at an agency: hotlines out of their list, the person's own safe number, trusted addresses, and the
# number that stands in a sealed notice.
OTHER_NUMBERS = {
    "base.html": "help_line",
    "addresses/place.html": "entry.contact",
    "addresses/printed.html": "help_line",
    "addresses/register.html": "place.entry.contact",
    "desk/reporting_duty.html": "duty.emergency",
    "intake/speech.html": "line.text('number')",
    "intake/steps.html": "line.text('number')",
    "notices/rows.html": "value",
    "staffing/detail_change.html": "value",
    "staffing/details.html": "value",
}
NUMBER = re.compile(r'href="tel:\{\{ ?([^|}]+?) ?[|}]')


def test_only_the_order_of_numbers_reads_the_telephone_of_an_office():
    reading = {
        path.relative_to(PROGRAM).as_posix()
        for path in PROGRAM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "duty_phone"
    }
    assert reading == READS_THE_OFFICE
    naming = {
        path.relative_to(PROGRAM).as_posix()
        for path in PROGRAM.rglob("*.py")
        if "duty_phone" in path.read_text(encoding="utf-8")
    }
    assert naming == KEEP_THE_OFFICE | READS_THE_OFFICE


def test_a_link_that_calls_an_agency_is_made_by_one_macro():
    calling = {
        path.relative_to(TEMPLATES).as_posix(): NUMBER.findall(path.read_text(encoding="utf-8"))
        for path in TEMPLATES.rglob("*.html")
        if 'href="tel:' in path.read_text(encoding="utf-8")
    }
    assert set(calling.pop("macros/duty_phone.html")) == {"n.dialled", "kind"}
    assert {name: set(found) for name, found in calling.items()} == {
        name: {number} for name, number in OTHER_NUMBERS.items()
    }


def test_whoever_is_on_duty_the_order_ends_in_the_hotline_and_names_nobody_who_must_not_be_called(house: House):
    """Every way in which two people can be on duty, with every set of those who must not know."""
    cuong, dung, locked = house["cuong"], house.hires("dung"), house.hires("kien")
    house["son"].does(staffing.lock, locked.id)
    names: dict[UUID | None, str] = {cuong.id: "Vũ Mạnh Cường", dung.id: "Trịnh Văn Dũng"}
    possible: tuple[UUID | None, ...] = (None, cuong.id, dung.id, locked.id, house["lan"].id)
    phones = {one: ("0900000151", "0900000152") for one in possible if one}

    def try_all(context: ActContext) -> list[tuple[DutyDay, frozenset[UUID] | None, CallOrder]]:
        police = context.actor.agency_id
        assert police is not None
        orders = []
        for day in (DutyDay(on, stand_in) for on in possible for stand_in in possible):
            week = duty_roster.monday_of(duty_roster.duty_day(context.crypto.at))
            duty_roster.write(context, police, Roster({week: (day,) * DAYS}, phones))
            context.session.flush()
            for without in (None, frozenset(), frozenset({cuong.id}), frozenset({cuong.id, dung.id})):
                orders.append((day, without, duty_numbers.called_by_id(context, police, without=without)))
        duty_roster.write(context, police, Roster({week: EMPTY_WEEK}, {}))
        return orders

    for day, without, order in cuong.does(Action(Act.DUTY_EDIT, try_all)):
        assert [number.kind for number in order.numbers[-2:]] == ["office", "hotline"]
        named = {number.whose for number in order.numbers if number.whose}
        on_duty = {day.on, day.stand_in} & set(names)
        assert named == {names[one] for one in on_duty if without is not None and one not in without}
        assert len(order.numbers) == 2 + 2 * sum(
            one in names and without is not None and one not in without for one in (day.on, day.stand_in)
        )
