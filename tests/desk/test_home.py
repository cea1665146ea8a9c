"""The first page of each role."""

import pytest
from lxml import html
from sqlalchemy import select

from casework.audit.models import AuditLine
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.desk.view_models import FEW
from casework.intake import actions as intake
from casework.policy.vocabulary import Act
from tests.house import DUTY_PHONE, House, only_sqlite
from tests.notices.scenes import told
from tests.people import STAFF
from tests.referrals.scenes import referred
from tests.stories import CANARIES, dao

pytestmark = only_sqlite


def test_what_is_urgent_stands_above_what_is_followed(house, lan, browser):
    calm = lan.opens_a_case(dao(grounds=()))
    urgent = lan.opens_a_case(dao(danger="yes"))
    page = browser("lan").get("/").text
    assert page.index("Ghi nhận vụ việc</a>") < page.index("Cần làm ngay") < page.index(str(urgent))
    assert page.index("Đang theo dõi</h2>") < page.rindex(str(calm))


def test_each_list_shows_the_most_pressing_few_and_leads_to_all_others(lan, browser):
    calm = [lan.opens_a_case(dao(grounds=())) for _ in range(8)]
    urgent = [lan.opens_a_case(dao(danger="yes", grounds=())) for _ in range(7)]
    page = html.fromstring(browser("lan").get("/").text)
    assert page.xpath("//main//a[@href='/ghi-nhan']/preceding::h1") == page.xpath("//main//h1")
    assert page.xpath("count(//main//a[@href='/ghi-nhan'])") == 1
    whole = html.fromstring(browser("lan").get("/dang-theo-doi").text).xpath("//table//a/@href")
    assert len(whole) == 15
    for cases in (calm, urgent):
        hrefs = {f"/vu-viec/{case_id}" for case_id in cases}
        assert len([link for link in page.xpath("//table//a/@href") if link in hrefs]) == FEW
        assert sorted(link for link in whole if link in hrefs) == sorted(hrefs), "nothing is lost or stands twice"
    [untold] = page.xpath("//a[starts-with(normalize-space(), 'Xem tất cả (15)')]/@href")
    assert len(html.fromstring(browser("lan").get(untold).text).xpath("//main//li//a")) == 15


def test_what_a_first_page_gathers_is_read_in_one_commit_with_a_line_for_each_act(house, browser):
    client = browser("lan")
    assert client.get("/").status_code == 200
    newest = select(AuditLine.act, AuditLine.at).order_by(AuditLine.n.desc()).limit(12)
    with house.crypto() as crypto:
        lines = crypto.session.execute(newest).all()
    assert {line.act for line in lines} == {
        Act.CASE_LIST,
        Act.ADVICE_LIST,
        Act.REFERRAL_LIST,
        Act.NOTICE_LIST,
        Act.NOTICE_DUE,
        Act.CASE_ERASE_LIST,
        Act.GROUND_REVIEW_LIST,
        Act.UNSENT_LIST,
        Act.GROUND_PROMISES,
        Act.READER_LIST,
        Act.TASK_LIST,
        Act.DUE_LIST,
    }
    assert len({line.at for line in lines}) == 1


def test_a_list_shows_no_name(lan, browser):
    lan.opens_a_case()
    page = browser("lan").get("/").text
    assert CANARIES["identity"] not in page
    assert CANARIES["phone"] not in page


def test_a_draft_waits_for_its_author_alone(lan, browser):
    draft = lan.does(intake.start_draft, {1: {"danger": "no"}})
    assert str(draft) in browser("lan").get("/").text
    assert str(draft) not in browser("mai").get("/").text
    assert str(draft) not in browser("hoa").get("/").text


def test_a_counsellor_sees_their_own_cases_and_the_lead_all_of_them(lan, mai, browser):
    own, others = str(lan.opens_a_case()), str(mai.opens_a_case())
    assert own in browser("lan").get("/").text
    assert others not in browser("lan").get("/").text
    assert own in browser("hoa").get("/").text
    assert others in browser("hoa").get("/").text


def test_a_sealed_case_is_on_no_list_but_its_circles(house: House, lan, mai, browser):
    sealed = str(lan.opens_a_case(circle=[mai]))
    for username in ("hoa", "binh", "cuong", "chinh", "son", "quang"):
        assert sealed not in browser(username).get("/").text
    assert sealed in browser("mai").get("/").text


def test_closed_cases_lie_on_a_page_of_their_own(lan, browser):
    case_id = lan.opens_a_case()
    lan.does(desk.close_case, case_id, outcome="needs_met", words="Đã ổn.")
    assert str(case_id) not in browser("lan").get("/").text
    assert "Vụ việc đã đóng (1)" in browser("lan").get("/").text
    assert str(case_id) in browser("lan").get("/da-dong").text


@pytest.mark.parametrize("page", ["0", "1", "999999999999", "-3", "x"])
def test_any_page_of_the_closed_cases_can_be_asked_for(browser, page):
    assert browser("lan").get(f"/da-dong?trang={page}").status_code == 200


@pytest.mark.parametrize("username", [name for name in STAFF if name != "lien"])
def test_an_empty_first_page_says_what_is_normal(browser, username):
    page = browser(username).get("/").text
    assert codelist("role").get(STAFF[username].roles[0]).text("home") in page


@pytest.mark.parametrize(
    ("username", "offered"),
    [
        ("thu", {"/dia-chi", "/so-lieu", "/quy-tac"}),
        ("rang", {"/dia-chi", "/quy-tac"}),
        ("hien", {"/dia-chi", "/quy-tac"}),
        ("quang", {"/dia-chi", "/so-lieu", "/nhat-ky", "/quy-tac"}),
        ("son", {"/dia-chi", "/tai-khoan", "/xa", "/quy-tac"}),
    ],
)
def test_who_works_on_no_case_is_offered_what_the_policy_gives_them(browser, username, offered):
    page = browser(username).get("/").text
    tasks = page[page.index("Bạn có thể") :]
    every = {"/dia-chi", "/so-lieu", "/nhat-ky", "/tai-khoan", "/xa", "/quy-tac", "/tim", "/ghi-nhan"}
    assert {way for way in every if f'href="{way}"' in tasks} == offered
    assert "/vu-viec/" not in page


def numbers(page: str) -> list[str]:
    """The telephone numbers that can be called by a tap, in their order."""
    return [
        link.get("href").removeprefix("tel:")
        for link in html.fromstring(page).xpath("//main//a[starts-with(@href, 'tel:')]")
    ]


@pytest.mark.parametrize(
    ("username", "told"),
    [("rang", ["hamlet_head", "school", "employer"]), ("hien", ["host"])],
)
def test_who_reports_and_who_hosts_read_whom_they_must_tell_and_call_113_first(browser, username, told):
    page = browser(username).get("/").text
    duties = codelist("reporting_duty")
    assert [row.code for row in duties if row.text("words") in page] == told
    assert all(duties.get(code).source in page for code in told)
    assert numbers(page) == ["113", *[DUTY_PHONE.replace(" ", "")] * (len(numbers(page)) - 1)]
    called = html.fromstring(page).xpath("//main//li[.//a[starts-with(@href, 'tel:')]]/span[@class='task']/text()")
    agencies = codelist("agency")
    assert called[0] == agencies.label("chairman")
    assert called[-1] == agencies.label("womens_union")


@pytest.mark.parametrize("username", ["thu", "quang", "son"])
def test_whom_to_tell_stands_on_no_other_first_page(browser, username):
    assert numbers(browser(username).get("/").text) == []


def test_a_notice_stands_on_the_first_page_of_who_is_named_and_of_who_waits_for_it(house, browser):
    told(house)
    named = html.fromstring(browser("chinh").get("/").text)
    waiting = html.fromstring(browser("lan").get("/").text)
    for page, head in ((named, "Tin báo gửi đích danh bạn"), (waiting, "Tin báo chưa ai nhận")):
        assert page.xpath(f"//section[h2='{head}']//a[contains(@href, '/tin-bao/')]"), head


def test_no_urgent_referral_that_nobody_has_opened_is_folded_away(house, browser):
    sent = [referred(house, danger="yes") for _ in range(5)]
    for username in ("lan", "cuong"):
        page = html.fromstring(browser(username).get("/").text)
        shown = set(page.xpath("//table[not(ancestor::details)]//a/@href"))
        assert {referral.path for referral in sent} <= shown
