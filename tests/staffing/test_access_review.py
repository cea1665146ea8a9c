"""The review of access: due twice a year, of exactly the people that were seen, by lead and administrator."""

import re

import pytest

from casework import clock
from casework.accounts import access_review_due as due
from casework.desk import actions as desk
from casework.errors import Conflict, Refused
from casework.policy.vocabulary import Act
from casework.staffing import access_review
from casework.staffing import actions as staffing
from tests.browsing import browser_of
from tests.house import House, Someone, only_sqlite
from tests.people import STAFF
from tests.tampering import stolen

DAY = 86_400 * clock.MICROSECOND
pytestmark = only_sqlite


def names(review: access_review.Review) -> set[str]:
    return {member.who.username for group in review.groups for member in group.people}


def entry_of(review: access_review.Review, username: str) -> access_review.ReviewedMember:
    return next(member for group in review.groups for member in group.people if member.who.username == username)


def confirms(someone: Someone) -> None:
    someone.does(access_review.confirm_review, someone.does(access_review.read_review).mark)


def after(house: House, days: int):
    house.people.clear()
    moment = clock.micros() + days * DAY
    return clock.use_clock(lambda: moment)


def test_the_lead_sees_one_agency_and_the_administrator_everybody(house, lan, hoa):
    lan.opens_a_case()
    lan.opens_a_case(circle=[hoa])
    own_agency, every = hoa.does(access_review.read_review), house["son"].does(access_review.read_review)
    assert names(own_agency) == {"lan", "mai", "hoa", "binh"}
    assert names(every) == {name for name, member in STAFF.items() if member.commune_id == hoa.person.commune_id}
    assert (entry_of(own_agency, "lan").cases, entry_of(own_agency, "mai").cases, entry_of(own_agency, "lan").key) == (
        1,
        0,
        True,
    )
    assert (entry_of(every, "lan").cases, entry_of(every, "son").key, every.last) == (None, False, 0)


def test_when_somebody_last_came_in_is_said(house, lan, hoa):
    assert lan.sign_in()
    review = hoa.does(access_review.read_review)
    assert (entry_of(review, "lan").long_ago, entry_of(review, "mai").seen, entry_of(review, "mai").long_ago) == (
        False,
        0,
        True,
    )
    assert 0 <= clock.micros() - entry_of(review, "lan").seen < DAY
    with after(house, 46):
        assert entry_of(house["hoa"].does(access_review.read_review), "lan").long_ago


@pytest.mark.parametrize("username", ["hoa", "son"])
def test_a_review_is_asked_for_after_half_a_year_and_again_half_a_year_after_it_was_confirmed(house, username):
    def asked() -> int:
        someone = house[username]
        doing = desk.list_cases if username == "hoa" else desk.read_home
        return someone.does(doing).watch.review

    assert asked() == 0
    with after(house, 170):
        assert asked() > clock.micros()
    with after(house, 184):
        assert 0 < asked() < clock.micros()
        confirms(house[username])
        assert asked() == 0
        review = house[username].does(access_review.read_review)
        assert (review.by, review.due - review.last) == (STAFF[username].name, due.REVIEW_INTERVAL)
    with after(house, 184 + 184):
        assert 0 < asked() < clock.micros()


def test_the_deputy_may_do_it_for_the_agency_and_the_administrator_s_is_another(house, hoa, binh):
    confirms(binh)
    assert hoa.does(access_review.read_review).by == STAFF["binh"].name
    assert house["son"].does(access_review.read_review).last == 0
    with stolen(house) as thief:
        [line] = thief.rows("audit_line", act=Act.REVIEW_CONFIRM)
    assert (line["who"], line["about"], '"reason":"4 people"' in line["body"]) == (
        binh.id,
        binh.person.actor.agency_id,
        True,
    )


def test_only_the_list_that_was_seen_can_be_confirmed(house, mai, hoa):
    mark = hoa.does(access_review.read_review).mark
    hoa.does(staffing.lock, mai.id)
    for wrong in (mark, "", "0" * 32):
        with pytest.raises(Conflict):
            hoa.does(access_review.confirm_review, wrong)
    assert hoa.does(access_review.read_review).last == 0


def test_who_has_left_is_no_longer_looked_over(house, mai, hoa):
    hoa.does(staffing.leave, mai.id)
    assert names(hoa.does(access_review.read_review)) == {"lan", "hoa", "binh"}


@pytest.mark.parametrize("username", ["lan", "cuong", "quang", "thu"])
def test_it_is_nobody_else_s(house, username):
    with pytest.raises(Refused):
        house[username].does(access_review.read_review)
    if username in ("quang", "thu"):
        assert house[username].does(desk.read_home).watch.review == 0


@pytest.mark.parametrize("username", ["hoa", "son"])
def test_it_is_read_and_confirmed_on_its_page_and_red_at_home_when_it_is_late(house, app, username):
    with after(house, 184):
        client = browser_of(app, house[username])
        assert re.search(r"banner danger[^§]{0,80}Rà soát quyền truy cập: quá hạn", client.get("/").text)
        page = client.get("/ra-soat").text
        assert "Trần Thị Lan" in page
        assert "Chưa ai rà soát lần nào" in page
        mark = re.search(r'name="mark" value="([0-9a-f]{32})"', page)
        assert mark
        assert client.post("/ra-soat", data={"mark": "x"}).status_code == 409
        assert client.post("/ra-soat", data={"mark": mark[1]}).status_code == 303
        assert "đã được rà soát" in client.get("/ra-soat").text
        assert "Rà soát quyền truy cập: " not in client.get("/").text
