"""The pages of notices, as a browser without scripts gets them, and what stands in none of the chair's."""

import re
from html import unescape

from casework.cases.sections import Identity, Incident, Perpetrator
from casework.notices import actions
from tests.canaries.cases import a_case
from tests.house import DUTY_PHONE, House, only_sqlite
from tests.notices.scenes import CITY, kept_from, label_of, told
from tests.stories import CANARIES, dao

pytestmark = only_sqlite
READS = ("", "/tin-bao", "/chuyen-gui", "/tim")


def chair_pages(browser, notice) -> str:
    """Everything that the chair can open of a case of which they were told."""
    paths = [*("/" + path.lstrip("/") for path in READS), notice.path, f"{notice.path}/giao", f"{notice.path}/tra-loi"]
    return "\n".join(browser("chinh").get(path).text for path in paths)


def test_from_the_case_page_to_the_chair_and_back_in_few_taps(house: House, browser, lan):
    case_id = lan.opens_a_case(dao(grounds=(), danger="yes"))
    sender, chair = browser("lan"), browser("chinh")
    assert "Chưa báo Chủ tịch xã" in sender.get("/").text
    assert f"/vu-viec/{case_id}/tin-bao/gui" in sender.get(f"/vu-viec/{case_id}").text
    form = sender.get(f"/vu-viec/{case_id}/tin-bao/gui").text
    chosen = re.findall(r'name="readers" value="([^"]+)" checked', form)
    assert len(chosen) == 2
    once = re.search(r'name="once"[^>]*value="([^"]+)"', form) or re.search(r'value="([^"]+)"[^>]*name="once"', form)
    assert once
    sent = {"readers": chosen, "asks": ["handle", "assign_police"], "once": once[1]}
    answer = sender.post(f"/vu-viec/{case_id}/tin-bao/gui", data=sent)
    assert answer.status_code == 303
    assert sender.post(f"/vu-viec/{case_id}/tin-bao/gui", data=sent).location == answer.location
    path = answer.location
    home = chair.get("/").text
    assert "Tin báo gửi đích danh bạn" in home
    assert path in home
    page = chair.get(path).text
    for words in ("Nguy hiểm", "Trần Thị Lan", "0203 555 017", "Giao Công an xã bảo vệ, ngăn chặn"):
        assert words in page
    assert chair.post(f"{path}/nhan").status_code == 303
    assert chair.post(f"{path}/giao", data={"agency": "police", "words": "Anh Cường đến ngay"}).status_code == 303
    assert chair.post(f"{path}/tra-loi", data={"words": "Đã đến"}).status_code == 303
    assert "Chủ tịch xã có trả lời mới" in sender.get("/").text
    assert "Anh Cường đến ngay" in sender.get(path).text
    assert "Chủ tịch xã có trả lời mới" not in sender.get("/").text


def test_the_chair_reads_no_name_and_no_other_word_of_the_case(house: House, browser, lan):
    marked = a_case(house)
    notice = told(house, case_id=marked.id)
    for steps in ((), ("open",), ("assign",), ("answer",)):
        notice.goes(*steps)
        pages = chair_pages(browser, notice)
        assert notice.path in pages
        assert [section for section, word in marked.markers.items() if word in pages] == []
        assert label_of(lan, marked.id).nickname not in pages
    assert browser("chinh").get(f"/vu-viec/{marked.id}").status_code == 404


def test_what_was_typed_comes_back_with_a_sentence_that_says_what_to_do(house: House, browser, lan):
    case_id = lan.opens_a_case(kept_from("Đặng Văn Chính", "Tạ Quang Vinh"))
    sender = browser("lan")
    page = sender.get(f"/vu-viec/{case_id}/tin-bao/gui").text
    assert "Không còn ai ở Ủy ban xã nhận được tin báo" in page
    path = sender.post(f"/vu-viec/{case_id}/tin-bao/gui", data={"asks": "handle"}).location
    again = sender.post(f"{path}/goi", data={"hour": "25:00", "who": CITY.who, "phone": "12", "reached": "yes"})
    assert again.status_code == 422
    assert CITY.who in again.text
    done = sender.post(f"{path}/goi", data={"hour": "0:00", "who": CITY.who, "phone": CITY.phone, "reached": "yes"})
    assert done.status_code == 303
    assert "Đã báo cấp trên" in sender.get(path).text


def test_a_notice_to_nobody_or_to_a_stranger_is_refused_on_its_own_page(house: House, browser, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    for readers in ([], [str(house["cuong"].id)], ["x"]):
        answer = browser("lan").post(f"/vu-viec/{case_id}/tin-bao/gui", data={"readers": readers, "asks": "handle"})
        assert answer.status_code == 422
    assert lan.does(actions.list_notices).lines == ()


def test_a_notice_given_by_word_is_written_down_in_two_answers(house: House, browser, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    sender = browser("lan")
    assert sender.post(f"/vu-viec/{case_id}/tin-bao/bang-loi", data={"hour": "0:00"}).status_code == 422
    told_by_word = {"hour": "0:00", "who": "Ông Chính, Chủ tịch xã"}
    path = sender.post(f"/vu-viec/{case_id}/tin-bao/bang-loi", data=told_by_word).location
    assert "Ông Chính, Chủ tịch xã" in sender.get(path).text
    assert "Chưa báo" not in sender.get(f"/vu-viec/{case_id}").text


def test_outside_the_family_the_page_says_why_there_is_no_notice(house: House, browser, lan):
    away = {"incident": Incident(other=("QUAY_ROI_TINH_DUC",)), "perpetrator": Perpetrator(relation="NGUOI_LA")}
    case_id = lan.opens_a_case(dao(grounds=(), **away))
    page = browser("lan").get(f"/vu-viec/{case_id}/tin-bao/gui").text
    assert "chỉ dành cho bạo lực trong gia đình" in page
    assert 'name="readers"' not in page
    assert "Báo Chủ tịch xã" not in browser("lan").get(f"/vu-viec/{case_id}").text


def test_the_name_of_the_person_never_stands_in_a_log_line_or_an_address(house: House, browser, lan):
    notice = told(house, identity=Identity(name=CANARIES["identity"], sex="NU"))
    assert CANARIES["identity"] not in chair_pages(browser, notice)
    assert label_of(lan, notice.case_id).code not in notice.path


def test_whoever_assigns_is_told_that_the_agency_gets_nothing_by_that_and_whom_to_call(house: House, browser):
    notice = told(house).goes("open")
    words = "không nhận gì từ trang này"
    assert words not in browser("chinh").get(notice.path).text
    notice.goes("assign")
    page = browser("chinh").get(notice.path).text
    assert words in page
    assert f'href="tel:{DUTY_PHONE.replace(" ", "")}"' in page
    assert words not in browser("lan").get(notice.path).text
    notice.goes("answer")
    assert words not in browser("chinh").get(notice.path).text


def test_a_notice_that_nobody_could_be_sent_is_not_called_sent_and_leads_to_the_call(browser, lan):
    case_id = lan.opens_a_case(kept_from("Đặng Văn Chính", "Tạ Quang Vinh"))
    sender = browser("lan")
    page = unescape(sender.get(f"/vu-viec/{case_id}/gui-ngay").text)
    assert "Ghi tin báo, rồi gọi cấp trên" in page
    assert "Báo Chủ tịch xã ngay" not in page
    answer = sender.post(f"/vu-viec/{case_id}/gui-ngay", data={"notice-chosen": "yes", "notice-asks": "handle"})
    led_to = unescape(sender.get(answer.location).text)
    assert "/tin-bao/" in answer.location
    assert "Hãy gọi cấp trên ngay" in led_to
    assert "Đã gửi." not in led_to
    called = {"hour": "0:00", "who": CITY.who, "phone": CITY.phone, "reached": "yes"}
    assert sender.post(f"{answer.location}/goi", data=called).status_code == 303
    for path in (answer.location, f"/vu-viec/{case_id}/dien-bien"):
        shown = unescape(sender.get(path).text)
        assert "Ghi tin báo để gọi cấp trên" in shown
        assert not re.search(r"Báo Chủ tịch(?: xã)?</(?:h3|a)>", shown)


def test_a_notice_given_by_word_in_the_step_that_sends_leads_back_to_what_is_left(house: House, browser, lan):
    case_id = lan.opens_a_case(dao())
    sender, step = browser("lan"), f"/vu-viec/{case_id}/gui-ngay"
    [way] = re.findall(r'value="([^"]*/tin-bao/bang-loi[^"]*)"', sender.get(step).text)
    [action] = re.findall(r'action="([^"]*/tin-bao/bang-loi[^"]*)"', sender.get(unescape(way)).text)
    said = {"hour": "0:00", "who": "Ông Chính, Chủ tịch xã"}
    assert sender.post(unescape(action), data=said).location == step
    left = unescape(sender.get(step).text)
    assert "Gửi ngay cho nơi này" in left
    assert "Báo Chủ tịch xã ngay" not in left
