"""A slip to take along: made only where a paper is safe to keep, telling whoever finds it nothing, found by number."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from lxml import html

from casework import clock
from casework.cases.sections import Letter
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, NotFound, Refused, Throttled
from casework.policy.vocabulary import Act, Section
from casework.referrals import receiving_actions, sending_actions, slip_actions
from tests.house import both_databases, only_sqlite
from tests.intake.filling import shown, wrongs
from tests.referrals.scenes import everything, referred
from tests.stories import CANARIES
from tests.tampering import stolen

SLIP = Letter(slip_kind="appointment", place="Phòng khám, Trạm Y tế xã", ask_for="chị Hà", phone="0203 555 013")
PLAIN = Letter(slip_kind="referral", place="Trụ sở xã, phòng 3", ask_for="anh Cường")


def typed(**changes: str) -> dict[str, str]:
    day = clock.today() + timedelta(days=1)
    boxes = {f"day-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    base = {"safe": "yes", "slip_kind": "appointment", "place": SLIP.place, "ask_for": SLIP.ask_for, "hour": "8:30"}
    return {**base, **boxes, **changes}


def number_of(referral) -> str:
    page = referral.lan.does(receiving_actions.read_referral, *referral.at)
    return next(sheet.letter.slip for sheet in reversed(page.sheets) if sheet.letter.slip)


def printed(answer) -> str:
    return html.fromstring(answer.text).xpath("string(//article)")


@both_databases
def test_a_neutral_slip_says_where_when_whom_to_ask_for_and_nothing_of_the_case(house, browser):
    referral = referred(house, "health_station")
    client = browser("lan")
    answer = client.post(f"{referral.path}/phieu", data=typed())
    assert (answer.status_code, answer.location) == (303, f"{referral.path}/phieu/in"), wrongs(answer)
    page = client.get(answer.location)
    text, code = printed(page), referral.lan.does(desk.read_case, referral.case_id).line.code
    tomorrow = clock.today() + timedelta(days=1)
    for word in ("Giấy hẹn", SLIP.place, SLIP.ask_for, f"08:30 {tomorrow.day}/{tomorrow.month}/{tomorrow.year}"):
        assert word in text
    told = [code, "chuyển gửi", "Khám bệnh", "Hội", "Trần Thị Lan", *CANARIES.values()]
    assert [word for word in told if word.lower() in text.lower()] == []
    assert slip_actions.telling_words(text) == []
    assert "In từ Sổ ca" not in page.text
    assert html.fromstring(page.text).xpath("string(//title)").startswith("Giấy hẹn")


@only_sqlite
def test_who_is_handed_a_slip_finds_where_to_type_its_number_above_the_list(house, browser):
    referred(house)
    page = browser("cuong").get("/chuyen-gui").text
    assert 0 < page.index("/chuyen-gui/so-phieu") < page.index('class="rows')


@only_sqlite
def test_a_plain_slip_says_code_receiver_service_and_due_in_words_that_do_not_tell(house, browser):
    referral = referred(house)
    referral.lan.does(slip_actions.make_slip, *referral.at, PLAIN, safe="yes")
    text = printed(browser("lan").get(f"{referral.path}/phieu/in"))
    code = referral.lan.does(desk.read_case, referral.case_id).line.code
    assert code in text
    assert "Công an" in text
    assert re.search(r"trả lời trước\s*\d\d:\d\d \d+/\d+/\d{4}", text)
    services = text.replace("Công an xã Thanh Sơn", "")
    assert slip_actions.telling_words(services) == []
    assert [word for word in CANARIES.values() if word in text] == []


def test_a_name_is_no_word_that_tells():
    assert slip_actions.telling_words("chị Hiệp, Hội Liên hiệp Phụ nữ xã, cô Lanh ở thôn Tâm") == []


def test_no_service_is_called_on_a_slip_by_a_word_that_tells():
    assert [need.code for need in codelist("need") if slip_actions.telling_words(need.text("slip"))] == []


@both_databases
@pytest.mark.parametrize(("safe", "step"), [("no", "slip_unsafe"), ("unknown", "slip_unasked")])
def test_where_a_paper_is_not_known_to_be_safe_the_answer_is_kept_and_there_is_no_slip(house, browser, safe, step):
    referral = referred(house)
    answer = browser("lan").post(f"{referral.path}/phieu", data={"safe": safe})
    assert (answer.status_code, answer.location) == (303, referral.path)
    case = referral.lan.does(desk.read_case, referral.case_id)
    assert step in [event.step for event in case.timeline]
    page = referral.lan.does(receiving_actions.read_referral, *referral.at)
    assert [sheet.letter.step for sheet in page.sheets] == ["send"]
    with pytest.raises(Conflict):
        referral.lan.does(slip_actions.open_slip, *referral.at)


@only_sqlite
def test_the_answer_is_asked_with_nothing_chosen_and_stays_with_the_sender(house, browser):
    referral = referred(house)
    page = browser("lan").get(f"{referral.path}/phieu")
    assert html.fromstring(page.text).xpath("//main//input[@name='safe'][@checked]") == []
    assert browser("lan").post(f"{referral.path}/phieu", data=typed(safe="")).status_code == 422
    referral.lan.does(slip_actions.make_slip, *referral.at, SLIP, safe="yes")
    referral.goes("open")
    receiver = referral.to.does(desk.read_case, referral.case_id)
    assert "slip_safe" not in [event.step for event in receiver.timeline]
    assert "slip" in [event.step for event in receiver.timeline]


@only_sqlite
@pytest.mark.parametrize(
    "changes",
    [
        {"place": ""},
        {"ask_for": ""},
        {"slip_kind": ""},
        {"hour": "8h", "day-day": ""},
        {"place": "Công an xã"},
        {"place": "cong an xa"},
        {"ask_for": "chị Hà, đường dây BẠO  LỰC"},
        {"place": "nhà ta\u0323m la\u0301nh"},
        {"phone": "113"},
        {"phone": "1900 969 680"},
    ],
)
def test_what_is_missing_or_would_tell_is_said_and_what_was_typed_comes_back(house, browser, changes):
    referral = referred(house)
    answer = browser("lan").post(f"{referral.path}/phieu", data=typed(**changes))
    assert answer.status_code == 422
    assert wrongs(answer)
    page = referral.lan.does(receiving_actions.read_referral, *referral.at)
    assert [sheet.letter.step for sheet in page.sheets] == ["send"]


@only_sqlite
@pytest.mark.parametrize(
    "changes",
    [
        {"place": " "},
        {"ask_for": ""},
        {"slip_kind": "x"},
        {"place": "Công an"},
        {"phone": "113 công an"},
        {"phone": "1800 1768"},
    ],
)
def test_the_act_refuses_what_the_page_refuses(house, changes):
    referral = referred(house)
    before = everything(house, referral.case_id)
    letter = Letter(**{"slip_kind": "invitation", "place": "Hội trường", "ask_for": "chị Hà", **changes})
    with pytest.raises(BadInput):
        referral.lan.does(slip_actions.make_slip, *referral.at, letter, safe="yes")
    with pytest.raises(BadInput):
        referral.lan.does(slip_actions.make_slip, *referral.at, SLIP, safe="")
    assert everything(house, referral.case_id) == before


@both_databases
def test_the_receiver_finds_it_by_its_number_before_it_is_opened_and_after(house, browser):
    referral = referred(house)
    referral.lan.does(slip_actions.make_slip, *referral.at, PLAIN, safe="yes")
    number = number_of(referral)
    spoken = f" {number[:3]} {number[3:]} "
    [found] = referral.to.does(slip_actions.find_slips, spoken)
    assert (found.case_id, found.referral_id) == referral.at
    answer = browser("cuong").post("/chuyen-gui/so-phieu", data={"number": spoken})
    assert f'href="{referral.path}"' in answer.text
    assert number not in " ".join(re.findall(r'href="[^"]*"', answer.text))
    referral.goes("open", "accept")
    assert len(referral.to.does(slip_actions.find_slips, number)) == 1
    assert len(referral.lan.does(slip_actions.find_slips, number)) == 1


@only_sqlite
def test_nobody_finds_what_they_may_not_open_and_nothing_differs_from_a_number_that_is_none(house, browser):
    referral = referred(house)
    referral.lan.does(slip_actions.make_slip, *referral.at, PLAIN, safe="yes")
    number = number_of(referral)
    other = str(int(number) % 899_999 + 100_000)
    for username in ("mai", "tam"):
        assert house[username].does(slip_actions.find_slips, number) == ()
        pages = [
            re.sub(r'value="[^"]*"', "", browser(username).post("/chuyen-gui/so-phieu", data={"number": one}).text)
            for one in (number, other)
        ]
        assert shown_words(pages[0]) == shown_words(pages[1])
    for username in ("thu", "quang", "son"):
        with pytest.raises(Refused):
            house[username].does(slip_actions.find_slips, number)


def shown_words(text: str) -> str:
    return str(html.fromstring(text).xpath("string(//main)"))


@only_sqlite
def test_a_slip_of_a_referral_that_was_withdrawn_is_neither_printed_nor_found_by_its_receiver(house, browser):
    referral = referred(house)
    referral.lan.does(slip_actions.make_slip, *referral.at, PLAIN, safe="yes")
    number = number_of(referral)
    referral.lan.does(sending_actions.withdraw, *referral.at)
    with pytest.raises(Conflict):
        referral.lan.does(slip_actions.open_slip, *referral.at)
    assert referral.to.does(slip_actions.find_slips, number) == ()
    assert browser("lan").get(f"{referral.path}/phieu").status_code == 409


@only_sqlite
def test_the_same_form_makes_one_slip_and_each_slip_has_a_number_of_its_own(house):
    referral, once, numbers = referred(house), uuid4(), []
    for key in (once, once, uuid4(), uuid4()):
        assert referral.lan.does(slip_actions.make_slip, *referral.at, PLAIN, safe="yes", once=key)
    page = referral.lan.does(receiving_actions.read_referral, *referral.at)
    numbers = [sheet.letter.slip for sheet in page.sheets if sheet.letter.slip]
    assert len(numbers) == len(set(numbers)) == 3
    assert [number for number in numbers if not re.fullmatch(r"[1-9]\d{5}", number)] == []
    steps = sorted(map(int, numbers))
    assert steps[1] - steps[0] > 1 or steps[2] - steps[1] > 1
    assert referral.lan.does(slip_actions.open_slip, *referral.at).letter.slip == numbers[-1]


@only_sqlite
def test_every_opening_to_print_is_a_line_of_the_log_and_nothing_of_the_slip_is_in_the_clear(house, browser):
    referral = referred(house)
    referral.lan.does(slip_actions.make_slip, *referral.at, PLAIN, safe="yes")
    for _twice in range(2):
        assert browser("lan").get(f"{referral.path}/phieu/in").status_code == 200
    number = number_of(referral)
    with stolen(house) as thief:
        lines = thief.rows("audit_line", act=Act.SLIP_PRINT)
        every = repr(thief.rows("audit_line")) + repr(thief.rows("document", case_id=referral.case_id))
    assert [line["about"] for line in lines] == [referral.case_id] * 2
    assert number not in every
    assert PLAIN.place not in every


@only_sqlite
def test_neither_the_receiver_nor_a_stranger_makes_or_prints_a_slip(house, browser):
    referral = referred(house).goes("open", "accept")
    for username in ("cuong", "mai"):
        for act, words, more in (
            (slip_actions.make_slip, (PLAIN,), {"safe": "yes"}),
            (slip_actions.open_slip, (), {}),
        ):
            with pytest.raises(NotFound):
                house[username].does(act, *referral.at, *words, **more)
    other = referred(house)
    with pytest.raises(NotFound):
        referral.lan.does(slip_actions.open_slip, other.case_id, referral.referral_id)


@only_sqlite
@pytest.mark.parametrize("number", ["", "12345", "1234567", "48217a", "٤٨٢١٧٣"])
def test_what_is_no_number_of_a_slip_is_said_and_finds_nothing(house, browser, number):
    answer = browser("lan").post("/chuyen-gui/so-phieu", data={"number": number})
    assert answer.status_code == 422
    assert wrongs(answer)
    with pytest.raises(BadInput):
        house["lan"].does(slip_actions.find_slips, number)


@only_sqlite
def test_numbers_are_not_tried_one_after_another(house, lan):
    for _try in range(30):
        lan.does(slip_actions.find_slips, "482173")
    with pytest.raises(Throttled):
        lan.does(slip_actions.find_slips, "482173")


@only_sqlite
def test_a_whole_case_on_paper_says_the_number_of_its_slip_and_days_in_full(house, browser):
    referral = referred(house)
    referral.lan.does(slip_actions.make_slip, *referral.at, PLAIN, safe="yes")
    page = browser("lan").get(f"/vu-viec/{referral.case_id}/in")
    assert number_of(referral) in page.text
    assert re.findall(r"ghi lúc (?!\d\d:\d\d \d+/\d+/\d{4})", shown(page)) == []
    assert Section.LETTER in referral.lan.does(desk.read_case, referral.case_id).sections
