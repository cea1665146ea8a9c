"""What happened in a case, on its page: complete for its owner, and for anybody else only what is theirs to read."""

from contextlib import contextmanager
from datetime import timedelta

from lxml import html
from sqlalchemy import event

from casework import clock
from casework.cases.sections import Assessment, Identity, Plan
from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, unsent_actions
from casework.referrals import sending_actions as sending
from casework.web.list_pages import PAGE
from tests.house import only_sqlite
from tests.people import STAFF
from tests.referrals.scenes import ASKED, ground, referred
from tests.stories import CANARIES, dao

pytestmark = only_sqlite
TOMORROW = (clock.today() + timedelta(days=1)).isoformat()


def told(client, case_id):
    """Return the sentences of the timeline on the page of a case, the newest first."""
    page = html.fromstring(client.get(f"/vu-viec/{case_id}/dien-bien").text)
    return [" ".join(line.text_content().split()) for line in page.xpath("//ol[@class='timeline']/li/p[1]")]


@contextmanager
def counted(house):
    """Count the statements until the block ends."""
    seen, engine = [0], house.gate.database.engine

    def count(*_args: object) -> None:
        seen[0] += 1

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", count)


def test_the_owner_reads_all_that_happened_the_newest_first_with_its_author(house, lan, browser):
    referral = referred(house).goes("open", "accept")
    case_id = referral.case_id
    lan.does(desk.add_note, case_id, "Đã gọi.")
    lan.does(desk.write_section, case_id, Plan(actions="Đưa con đi học"), base=0)
    lan.does(desk.close_case, case_id, outcome="needs_met", words="Đã ổn.")
    lan.does(desk.close_case, case_id, outcome="", words="Chị ấy trở lại.", again=True)
    lines = told(browser("lan"), case_id)
    assert lines[-1] == "Ghi nhận vụ việc"
    order = ["Mở lại vụ việc", "Đóng vụ việc", "Ghi chú theo dõi"]
    order += ["Chuyển gửi: đã nhận · Công an", "Nơi nhận mở việc chuyển gửi"]
    assert [line for line in lines if line in order] == order
    assert "Chuyển gửi đến Công an: công an bảo vệ, ngăn chặn" in lines
    page = browser("lan").get(f"/vu-viec/{case_id}").text
    assert page.index("Mở lại vụ việc</p>") < page.index("Đóng vụ việc</p>")
    assert STAFF["lan"].name in html.fromstring(page).xpath("string(//ol)")


def test_the_page_says_no_word_of_what_is_written(lan, browser):
    case_id = lan.opens_a_case()
    lan.does(desk.add_note, case_id, "Chị ấy ngủ ở nhà bà ngoại")
    for path in ("", "/dien-bien"):
        page = browser("lan").get(f"/vu-viec/{case_id}{path}").text
        assert "nhà bà ngoại" not in page
        assert not [name for name in ("identity", "story", "perpetrator") if CANARIES[name] in page]


def test_a_receiver_reads_its_own_correspondence_and_notes_and_nothing_of_the_others(house, lan, browser):
    referral = referred(house).goes("open")
    case_id = referral.case_id
    lan.does(desk.add_note, case_id, "Chỉ cho mình")
    ground(house, case_id, "legal_aid")
    other = referred(house, "health_station", case_id=case_id).goes("open", "accept", "answer")
    house["cuong"].does(desk.add_note, case_id, "Đã đến nhà")
    lines = told(browser("cuong"), case_id)
    assert lines == ["Ghi chú theo dõi", "Chuyển gửi đi: công an bảo vệ, ngăn chặn"]
    page = html.fromstring(browser("cuong").get(f"/vu-viec/{case_id}").text)
    links = page.xpath("//ol[@class='timeline']//a/@href")
    assert str(other.referral_id) not in "".join(links)
    assert all(browser("cuong").get(link).status_code == 200 for link in links)
    assert "Tạ" not in "".join(page.xpath("//ol[@class='timeline']//text()"))


def test_a_receiver_reads_what_of_its_own_was_rewritten_and_not_what_was_kept_from_it(house, lan, browser):
    referral = referred(house).goes("open")
    page = lan.does(desk.read_section, referral.case_id, Section.IDENTITY)[0]
    lan.does(desk.write_section, referral.case_id, Identity(name="Đào", sex="NU"), base=page.revision)
    lan.does(desk.write_section, referral.case_id, Plan(actions="Học nghề"), base=0)
    lines = told(browser("cuong"), referral.case_id)
    assert "Sửa phần: Người bị bạo lực" in lines
    assert not [line for line in lines if "Kế hoạch" in line]


def test_whoever_may_not_open_the_case_finds_no_timeline(lan, browser):
    case_id = lan.opens_a_case()
    for name in ("mai", "cuong", "thu", "son"):
        assert browser(name).get(f"/vu-viec/{case_id}/dien-bien").status_code in (403, 404), name


def test_the_summary_says_level_last_note_and_the_next_step_that_is_due_first(lan, browser):
    case_id = lan.opens_a_case(dao(assessment=Assessment(level="high", next_review=TOMORROW)))
    lan.does(desk.add_note, case_id, "Đã gọi.")
    facts = html.fromstring(browser("lan").get(f"/vu-viec/{case_id}").text).xpath("//dl[@class='facts']")[0]
    said = " ".join(facts.text_content().split())
    assert "Cao vì sao" in said
    assert "Xem lại mức nguy hiểm" in said
    assert "hôm nay" in said.partition("Theo dõi gần nhất")[2]
    assert facts.xpath(".//a/@href") == [f"/vu-viec/{case_id}/assessment", f"/vu-viec/{case_id}/hen"]


def test_a_receiver_is_not_told_the_level(house, browser):
    referral = referred(house).goes("open")
    page = browser("cuong").get(f"/vu-viec/{referral.case_id}").text
    assert ">Mức<" not in page
    assert "/assessment" not in page


def test_opening_asks_as_many_statements_however_much_has_happened(house, lan):
    referral = referred(house).goes("open")
    with counted(house) as before:
        lan.does(desk.read_case, referral.case_id)
    for number in range(8):
        lan.does(desk.add_note, referral.case_id, f"Lần {number}")
        lan.does(sending.reply, *referral.at, f"Thêm {number}")
    with counted(house) as after:
        lan.does(desk.read_case, referral.case_id)
    assert after == before


def test_many_events_are_paged(lan, browser):
    case_id = lan.opens_a_case()
    for number in range(PAGE + 5):
        lan.does(desk.add_note, case_id, f"Lần {number}")
    first = told(browser("lan"), case_id)
    assert len(first) == PAGE
    second = browser("lan").get(f"/vu-viec/{case_id}/dien-bien?trang=1").text
    assert "Ghi nhận vụ việc</p>" in second


def test_a_ground_tells_what_was_done_with_it_last_and_not_how_it_began(house, lan, browser):
    case_id, danger = lan.opens_a_case(dao(grounds=())), {"kind": "danger", "consent": "", "form": "", "reason": "Dao"}
    refused, ended = ground(house, case_id, **danger), ground(house, case_id, "child_protection", **danger)
    aside, less = ground(house, case_id, "health_station"), ground(house, case_id, "legal_aid")
    lan.does(unsent_actions.set_aside, case_id, aside, "Chị tự đi khám")
    lan.does(sending.send, case_id, less, ASKED, leaving_out=[Section.PERPETRATOR])
    house["hoa"].does(ground_actions.review_ground, case_id, refused, agrees=False, words="Người kia đã bị tạm giữ")
    lan.does(ground_actions.withdraw_ground, case_id, ended)
    lines = told(browser("lan"), case_id)
    assert set(lines) == {
        "Ghi nhận vụ việc",
        "Để lại, không gửi cho Trạm Y tế",
        "Chuyển gửi đến Văn phòng: công an bảo vệ, ngăn chặn",
        "Bớt phần cho Văn phòng đọc",
        "Xem lại việc chia sẻ với Công an: không đồng ý",
        "Rút lại việc chia sẻ với Bảo vệ trẻ em",
    }
    again = ground(house, case_id, **danger)
    assert told(browser("lan"), case_id)[0] == "Ghi lý do chia sẻ với Công an: nguy hiểm đến tính mạng"
    house["hoa"].does(ground_actions.review_ground, case_id, again, agrees=True)
    assert told(browser("lan"), case_id)[0] == "Xem lại việc chia sẻ với Công an: đồng ý"
