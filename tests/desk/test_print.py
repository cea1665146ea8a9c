"""What is printed: a whole case, on a fresh proof and in the log; each sheet says which case, by whom and when."""

from html import unescape

import pytest
from lxml import html

from casework import clock
from casework.cases.sections import Story
from casework.desk import print_actions
from casework.errors import NotFound, Refused
from casework.policy.vocabulary import Act, Section
from tests.house import House, Someone, both_databases, only_sqlite
from tests.referrals.scenes import referred
from tests.stories import CANARIES, dao
from tests.tampering import stolen

SIX_MINUTES = 6 * 60 * clock.MICROSECOND


@both_databases
def test_a_case_is_printed_whole_and_a_line_of_the_log_says_so(house: House, lan: Someone, browser):
    case_id = lan.opens_a_case()
    page = unescape(browser("lan").get(f"/vu-viec/{case_id}/in").text).replace(" ", "")
    assert [word for word in CANARIES.values() if word.replace(" ", "") not in page] == []
    with stolen(house) as thief:
        [line] = thief.rows("audit_line", act=Act.CASE_PRINT)
    assert (line["about"], line["who"]) == (case_id, lan.id)


@only_sqlite
def test_the_printer_s_name_lies_under_the_text_and_paper_says_the_whole_day(lan: Someone, browser):
    root = html.fromstring(browser("lan").get(f"/vu-viec/{lan.opens_a_case()}/in").text)
    assert root.xpath("string(//aside[@class='printer'])") == "Trần Thị Lan"
    today = clock.today()
    assert f"{today.day}/{today.month}/{today.year}" in root.xpath("string(//p[@class='printed'])")


@only_sqlite
def test_a_proof_of_six_minutes_ago_prints_nothing(lan: Someone, browser):
    client, case_id, later = browser("lan"), lan.opens_a_case(), clock.micros() + SIX_MINUTES
    with clock.use_clock(lambda: later):
        asked = client.get(f"/vu-viec/{case_id}/in")
    assert (asked.status_code, asked.location.partition("?")[0]) == (303, "/xac-nhan-lai")


@only_sqlite
def test_neither_a_receiver_nor_a_colleague_prints_what_is_not_theirs(house: House):
    referral = referred(house).goes("open", "accept")
    for username in ("cuong", "mai"):
        with pytest.raises(NotFound):
            house[username].does(print_actions.read_whole, referral.case_id)
    for username in ("thu", "quang", "son"):
        with pytest.raises(Refused):
            house[username].does(print_actions.read_whole, referral.case_id)


@only_sqlite
def test_a_role_prints_no_section_that_it_may_not_open(house: House):
    case_id = house["chinh"].opens_a_case(dao(grounds=(), story=Story()))
    _, entries = house["chinh"].does(print_actions.read_whole, case_id)
    assert Section.STORY not in {section for section, _ in entries}


@only_sqlite
def test_every_page_of_a_case_bears_its_code_and_who_prints_it(house: House, lan: Someone, browser):
    referral = referred(house).goes("open", "accept")
    client, case_id = browser("lan"), referral.case_id
    code, bare, asked = house["lan"].does(print_actions.read_whole, case_id)[0].code, [], 0
    ids = {"case_id": case_id, "referral_id": referral.referral_id, "ground_id": referral.ground_id, "word": "contact"}
    for rule in client.application.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or "case_id" not in rule.arguments or not rule.arguments <= set(ids):
            continue
        with client.application.test_request_context():
            given = {name: ids[name] for name in rule.arguments}
            path = client.application.url_map.bind("localhost").build(rule.endpoint, given)
        answer = client.get(path)
        if answer.status_code == 200:
            asked += 1
            sheet = html.fromstring(answer.text).xpath("string(//p[@class='printed'])")
            if code not in sheet or "Trần Thị Lan" not in sheet:
                bare.append(rule.endpoint)
    assert asked > 15
    assert bare == []
