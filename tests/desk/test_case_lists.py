"""Lists of cases are put in order and filtered by links, and what is urgent stands above what is calm."""

from datetime import timedelta

import pytest
from lxml import html

from casework import clock
from casework.cases.sections import Assessment, GroundEntry, Letter
from casework.desk import actions as desk
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from casework.web.list_pages import PAGE
from tests.house import only_sqlite
from tests.people import STAFF
from tests.referrals.scenes import referred
from tests.stories import dao

pytestmark = only_sqlite


def in_days(days):
    return (clock.today() + timedelta(days=days)).isoformat()


def listed(client, query=""):
    page = html.fromstring(client.get(f"/dang-theo-doi{query}").text)
    return [link.removeprefix("/vu-viec/") for link in page.xpath("//table//th//a/@href")]


@pytest.fixture
def cases(lan):
    """Three calm cases of different levels and days, and one in danger, opened in this order."""

    def opens(level, days, danger="no"):
        assessment = Assessment(level=level, next_review=in_days(days), reasons="x")
        return str(lan.opens_a_case(dao(danger=danger, grounds=(), assessment=assessment)))

    return {
        "low": opens("low", 1),
        "high": opens("high", 20),
        "medium": opens("medium", 9),
        "danger": opens("urgent", 30, "yes"),
    }


def test_danger_stays_above_all_in_every_order(cases, browser):
    for order in ("", "han", "muc", "lau", "khong-co"):
        assert listed(browser("lan"), f"?xep={order}")[0] == cases["danger"], order


def test_the_order_is_by_due_or_by_level_as_the_link_says(cases, browser):
    assert listed(browser("lan"), "?xep=han")[1:] == [cases["low"], cases["medium"], cases["high"]]
    assert listed(browser("lan"), "?xep=muc")[1:] == [cases["high"], cases["medium"], cases["low"]]


def test_a_level_leaves_the_others_out_and_nothing_found_leads_back(cases, browser):
    assert listed(browser("lan"), "?muc=high") == [cases["high"]]
    assert set(listed(browser("lan"), "?muc=tam-bay")) == set(cases.values())


def test_a_lead_chooses_a_holder_by_a_link_without_a_name(lan, mai, browser):
    own, others = str(lan.opens_a_case()), str(mai.opens_a_case())
    client = browser("hoa")
    page = html.fromstring(client.get("/dang-theo-doi").text)
    links = {link.text: link.get("href") for link in page.xpath("//nav[@aria-label='Người phụ trách']/a")}
    assert listed(client, links[STAFF["lan"].name].removeprefix("/dang-theo-doi")) == [own]
    assert listed(client, links[STAFF["mai"].name].removeprefix("/dang-theo-doi")) == [others]
    assert not [href for href in links.values() if "Lan" in href or "lan" in href]


def test_a_long_list_is_paged_and_keeps_what_was_chosen(lan, browser):
    for _ in range(PAGE + 1):
        lan.opens_a_case(dao(grounds=()))
    page = html.fromstring(browser("lan").get("/dang-theo-doi?xep=han").text)
    assert len(page.xpath("//table//th//a")) == PAGE
    [following] = page.xpath("//a[@rel='next']/@href")
    assert "xep=han" in following
    assert len(listed(browser("lan"), following.removeprefix("/dang-theo-doi"))) == 1


def test_lines_say_level_next_step_and_last_note(lan, browser):
    case_id = lan.opens_a_case(dao(grounds=(), assessment=Assessment(level="high", next_review=in_days(0))))
    lan.does(desk.add_note, case_id, "Đã gọi.")
    for path in ("/", "/dang-theo-doi"):
        row = " ".join(
            html.fromstring(browser("lan").get(path).text).xpath("//table//tr[.//th//a]")[0].text_content().split()
        )
        assert "Cao" in row, path
        assert "Xem lại mức nguy hiểm hôm nay" in row, path


def test_a_tag_or_a_holder_that_all_lines_share_is_left_out(cases, browser):
    page = browser("lan").get("/dang-theo-doi").text
    assert "Đang theo dõi</span>" not in page
    assert STAFF["lan"].name not in html.fromstring(page).xpath("string(//table)")


def test_what_an_officer_must_do_now_stands_above_every_answer(house, cuong, browser):
    own = cuong.opens_a_case(dao(grounds=()))
    entry = cuong.does(ground_actions.record_ground, own, GroundEntry("consent", "health_station", "granted", "spoken"))
    answered = cuong.does(sending.send, own, entry, Letter(asks=("health",)))
    house["tam"].does(receiving_actions.open_referral, own, answered)
    house["tam"].does(receiving_actions.accept, own, answered)
    house["tam"].does(receiving_actions.answer, own, answered, Letter(outcome="provided", words="Đã khám"))
    urgent = referred(house, danger="yes")
    page = browser("cuong").get("/").text
    assert page.index(str(urgent.referral_id)) < page.index(str(answered))
