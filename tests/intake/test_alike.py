"""Who may stand in the book already is said before an intake is sent, among the cases that one may open."""

from dataclasses import replace

import pytest

from casework import clock
from casework.cases.sections import Contact, Identity
from casework.clock import MICROSECOND
from casework.desk import actions as desk
from casework.errors import Refused
from casework.intake import actions as intake
from casework.intake.alike_actions import find_alike, find_pairs
from tests.house import both_databases, only_sqlite
from tests.intake.filling import PAGES, fills, shown
from tests.stories import dao

WHO = Identity(name="Đào Thị Mận", birth_year=1990, sex="NU", hamlet="Thôn Đoài", address="nhà số 7 ngõ giếng")
HER = Contact(call_her="Chị Hai", channel="call", phone="0987 612 345")
DAY = 24 * 3600 * MICROSECOND


def opens(somebody, identity=WHO, contact=HER, **more):
    return somebody.opens_a_case(dao(grounds=(), identity=identity, contact=contact, **more))


def found(somebody, identity, contact):
    return {case.id: set(case.same) for case in somebody.does(find_alike, identity, contact)}


@both_databases
@pytest.mark.parametrize(
    ("identity", "contact", "same"),
    [
        (Identity(phone="+84 987 612 345"), Contact(), {"phone"}),
        (Identity(), Contact(phone="0987612345"), {"phone"}),
        (Identity(name="dao thi man", birth_year=1990), Contact(), {"name"}),
        (Identity(name="ĐÀO THỊ MẬN", birth_year=1991), Contact(), {"name"}),
        (Identity(address="Nhà số 7 ngõ giếng", hamlet="thôn đoài"), Contact(), {"address"}),
    ],
)
def test_number_name_with_year_and_address_are_found_however_they_are_written(lan, identity, contact, same):
    case_id = opens(lan)
    assert found(lan, identity, contact) == {case_id: same}


@only_sqlite
@pytest.mark.parametrize(
    ("identity", "contact"),
    [
        (Identity(name="Đào Thị Mận"), Contact()),
        (Identity(name="Đào Thị Mận", birth_year=1980), Contact()),
        (Identity(name="Đào Thị Mơ", birth_year=1990), Contact()),
        (Identity(address="nhà số 7 ngõ giếng", hamlet="Thôn Đông"), Contact()),
        (Identity(address="số 7"), Contact(phone="113")),
        (Identity(), Contact()),
    ],
)
def test_what_many_share_is_no_hint(lan, identity, contact):
    opens(lan)
    assert found(lan, identity, contact) == {}


@only_sqlite
def test_nothing_is_said_of_a_case_that_one_may_not_open(lan, mai, hoa, cuong):
    case_id = opens(lan)
    assert found(mai, WHO, HER) == found(cuong, WHO, HER) == {}
    assert set(found(hoa, WHO, HER)) == {case_id}
    draft = hoa.does(intake.start_draft, {}, circle=[lan.id])
    sealed = hoa.does(intake.open_case, draft, dao(grounds=(), identity=WHO, contact=HER))
    assert set(found(lan, WHO, HER)) == {case_id, sealed}
    assert found(mai, WHO, HER) == {}


@only_sqlite
def test_the_last_page_of_an_intake_names_it_with_a_link_and_sends_all_the_same(lan, mai, browser):
    case_id = opens(lan)
    client = browser("lan")
    again = {4: {**PAGES[4], "name": "Đào Thị Mận", "birth_year": "1990"}}
    page = client.get(f"/ghi-nhan/{fills(client, again)}/8")
    assert "Có thể người này đã được ghi" in shown(page)
    assert f'href="/vu-viec/{case_id}"' in page.text
    other = browser("mai")
    draft = fills(other, again)
    assert "Có thể người này" not in other.get(f"/ghi-nhan/{draft}/8").text
    assert other.post(f"/ghi-nhan/{draft}/8").status_code == 303


@only_sqlite
def test_a_lead_is_told_of_new_cases_and_sees_two_that_their_holders_cannot_compare(lan, mai, hoa, browser):
    first, second = opens(lan), opens(mai, contact=replace(HER, phone="0911000111"))
    assert hoa.does(desk.list_cases, whole_page=True).to_compare == ()
    tomorrow = clock.micros() + DAY
    with clock.use_clock(lambda: tomorrow):
        hoa.leaves()
        assert {line.id for line in hoa.does(desk.list_cases, whole_page=True).to_compare} == {first, second}
        [(one, other)] = hoa.does(find_pairs)
        assert {one.id, other.id} == {first, second}
        assert set(one.same) == {"name", "address"}
        assert hoa.does(desk.list_cases, whole_page=True).to_compare == ()
        hoa.leaves()


@only_sqlite
def test_only_leads_compare_all_cases(lan, cuong, browser):
    for somebody in (lan, cuong):
        with pytest.raises(Refused):
            somebody.does(find_pairs)
    assert browser("lan").get("/vu-viec/co-the-trung").status_code == 403


@only_sqlite
def test_the_page_of_pairs_has_codes_and_what_is_the_same_and_no_name(lan, mai, hoa, browser):
    opens(lan)
    opens(mai)
    page = shown(browser("hoa").get("/vu-viec/co-the-trung"))
    assert "cùng số máy" in page
    assert "Mận" not in page


@only_sqlite
def test_who_looks_too_often_in_a_minute_is_told_nothing_and_can_send(lan, browser):
    opens(lan)
    client = browser("lan")
    draft = fills(client, {4: {**PAGES[4], "name": "Đào Thị Mận", "birth_year": "1990"}})
    pages = [client.get(f"/ghi-nhan/{draft}/8") for _ in range(32)]
    assert {page.status_code for page in pages} == {200}
    assert "Có thể người này" in pages[0].text
    assert "Có thể người này" not in pages[-1].text
    assert client.post(f"/ghi-nhan/{draft}/8").status_code == 303


@both_databases
def test_a_number_that_many_cases_share_is_that_of_an_office_and_makes_no_pairs(lan, hoa):
    """Of an old ledger some hundred rows may bear one number or one hamlet: every two of them would be a line."""
    office = Contact(call_her="Chị", channel="call", phone="0203 3555 111")
    for _ in range(6):
        opens(lan, identity=Identity(sex="NU", hamlet="Thôn Đoài", address="thôn Đoài, xã Thanh Sơn"), contact=office)
    assert hoa.does(find_pairs) == ()
    assert found(lan, Identity(), office) == {}
    twins = {opens(lan), opens(lan)}
    assert [{one.id, other.id} for one, other in hoa.does(find_pairs)] == [twins]
    assert found(lan, WHO, office) == {one: {"name", "address"} for one in twins}
