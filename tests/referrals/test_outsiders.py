"""Two books, one with a referral to named people: whoever is outside cannot tell them apart, byte for byte."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from casework import clock
from casework.app import create_app
from casework.cases.sections import SafetyPlan
from casework.desk import actions as desk
from casework.referrals import receiving_actions
from casework.referrals import sending_actions as sending
from tests import house as houses
from tests.browsing import browser_of, without_minute
from tests.house import House
from tests.referrals.scenes import ASKED, ground
from tests.stories import dao

TOKEN = re.compile(rb'name="(?:csrf|form)_token"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="(?:csrf|form)_token"')
KIN = "Anh Kiên làm công an, em họ chồng."
Answers = dict[str, tuple[int, bytes, tuple[tuple[str, str], ...]]]


class Book:
    """A copy of the house with three officers, in which lan has a case; the clock stands still."""

    def __init__(self, house: House) -> None:
        self.house = house
        for name in ("dung", "kien", "oanh"):
            house.hires(name)
        plan = SafetyPlan(who_must_not_know=KIN)
        self.case_id = house["lan"].opens_a_case(dao(grounds=(), safety_plan=plan))
        self.ground_id = ground(house, self.case_id)

    def refers(self, *left_out: str) -> UUID:
        """Refer the case; Cường opens it, accepts it and writes a note."""
        cuong, out = self.house["cuong"], [self.house[name].id for name in left_out]
        referral_id = self.house["lan"].does(sending.send, self.case_id, self.ground_id, ASKED, without=out)
        cuong.does(receiving_actions.open_referral, self.case_id, referral_id)
        cuong.does(receiving_actions.accept, self.case_id, referral_id)
        cuong.does(desk.add_note, self.case_id, "Đã đến nhà, đi lối sau.")
        return referral_id

    def answers(self, username: str, paths: list[str]) -> Answers:
        """Ask for pages as somebody and return what came back, with the tokens of forms masked."""
        browser, answers = browser_of(create_app(self.house.config), self.house[username] if username else None), {}
        for path in paths:
            with browser.open(path) as answer:
                headers = tuple(row for row in answer.headers if row[0] not in ("Set-Cookie", "Date", "Vary"))
                answers[path] = (answer.status_code, TOKEN.sub(b"", without_minute(answer.get_data())), headers)
        return answers


@pytest.fixture
def books(built_houses, tmp_path: Path) -> Iterator[tuple[Book, Book]]:
    noon = clock.micros()
    with contextlib.ExitStack() as stack:
        stack.enter_context(clock.use_clock(lambda: noon))
        made = []
        for name in ("with", "without"):
            (folder := tmp_path / name).mkdir()
            made.append(Book(stack.enter_context(houses.copied(built_houses("sqlite"), folder))))
        yield made[0], made[1]


@pytest.mark.parametrize("username", ["kien", "oanh"])
def test_a_colleague_who_was_left_out_cannot_tell_it_from_nothing(books, username):
    sent, nothing = books
    referral_id = sent.refers("kien", "oanh")
    about = f"/vu-viec/{sent.case_id}"
    paths = ["/", "/chuyen-gui", "/da-dong", "/tim", "/nhat-ky", "/tai-khoan", "/ra-soat", "/so-lieu", "/readyz", about]
    paths += [f"{about}/identity", f"{about}/police", f"{about}/chuyen-gui", f"{about}/chuyen-gui/{referral_id}"]
    paths += [f"{about}/nguoi-doc", f"{about}/chuyen-gui/{referral_id}/nguoi-doc", f"{about}/gui-ngay"]
    first, second = sent.answers(username, paths), nothing.answers(username, paths)
    assert [path for path in paths if first[path] != second[path]] == []
    assert [first[path][0] for path in paths[:2]] == [200, 200]
    assert {first[path][0] for path in paths if path.startswith(about)} == {404}


@pytest.mark.parametrize(
    ("username", "paths"),
    [
        ("quang", ["/nhat-ky", "/so-lieu", "/tai-khoan"]),
        ("son", ["/tai-khoan", "/ra-soat", "/nhat-ky"]),
        ("mai", ["/", "/chuyen-gui"]),
        ("", ["/dang-nhap", "/readyz"]),
    ],
)
def test_nobody_outside_can_tell_named_people_from_an_agency(books, username, paths):
    by_name, to_agency = books
    by_name.refers("oanh", "kien")
    to_agency.house["lan"].does(desk.write_section, to_agency.case_id, SafetyPlan(), base=1)
    by_name.house["lan"].does(desk.write_section, by_name.case_id, SafetyPlan(), base=1)
    to_agency.refers()
    first, second = by_name.answers(username, paths), to_agency.answers(username, paths)
    assert [path for path in paths if first[path] != second[path]] == []


def test_the_named_readers_and_the_sender_see_that_the_books_differ(books):
    """The comparison would find a difference if there were one to see."""
    sent, nothing = books
    sent.refers("kien", "oanh")
    for name in ("cuong", "dung", "lan"):
        assert sent.answers(name, ["/"]) != nothing.answers(name, ["/"])
