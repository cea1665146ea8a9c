"""Receiving: only the receiving side opens, accepts, declines, asks and answers; the sender sees what came back."""

import re
import time
from datetime import timedelta
from functools import partial

import pytest

from casework import clock
from casework.cases.sections import GroundEntry, Identity, Letter, Note
from casework.desk import actions as desk
from casework.errors import BadInput, NotFound, Refused
from casework.policy.vocabulary import Act, Section
from casework.referrals import ground_actions, receiving_actions, rendering
from casework.referrals import sending_actions as sending
from tests.house import only_sqlite
from tests.referrals.scenes import AT, POLICE, ground, referred, sections
from tests.stories import CANARIES, dao
from tests.tampering import stolen

pytestmark = only_sqlite
MINUTE = 60 * clock.MICROSECOND
RECEIVERS = {
    "mo": receiving_actions.open_referral,
    "nhan": receiving_actions.accept,
    "chua-nhan": receiving_actions.decline,
    "hoi-lai": receiving_actions.ask_back,
    "tra-loi": receiving_actions.answer,
}
TYPED = {"words": "x", "outcome": "provided"}


@pytest.mark.parametrize("step", RECEIVERS)
def test_only_the_receiving_agency_may_answer(house, browser, step):
    referral = referred(house).goes("open")
    for name in ("lan", "mai", "hoa", "binh", "thu", "rang", "hien", "quang", "son"):
        assert browser(name).post(f"{referral.path}/{step}", data=TYPED).status_code == 403, name
    for name in ("tam", "phuc", "nga", "chinh"):
        assert browser(name).post(f"{referral.path}/{step}", data=TYPED).status_code == 404, name
    assert referral.state == "opened"


def test_the_owner_of_a_case_cannot_answer_its_own_referral(house, cuong):
    own = cuong.opens_a_case(dao(grounds=()))
    consent = GroundEntry("consent", "health_station", "granted", "spoken")
    entry = cuong.does(ground_actions.record_ground, own, consent)
    referral_id = cuong.does(sending.send, own, entry, Letter(asks=("health",)))
    for doing in (receiving_actions.open_referral, receiving_actions.accept):
        with pytest.raises(NotFound):
            cuong.does(doing, own, referral_id)
    house["tam"].does(receiving_actions.open_referral, own, referral_id)
    house["tam"].does(receiving_actions.accept, own, referral_id)
    [line] = cuong.does(receiving_actions.list_referrals).lines
    assert (line.state, line.incoming, line.fresh) == ("accepted", False, True)


def test_before_it_is_opened_only_what_is_asked_is_seen(house, browser):
    referral = referred(house, danger="yes")
    cuong = browser("cuong")
    page, inbox = cuong.get(referral.path).text, cuong.get("/chuyen-gui").text
    for shown in (page, inbox):
        assert "Công an bảo vệ, ngăn chặn" in shown
        assert "Nguy hiểm" in shown
        assert "cổng sau" not in shown
    for path in ("", "/identity", "/letter", "/contact"):
        assert cuong.get(f"/vu-viec/{referral.case_id}{path}").status_code == 404
    assert cuong.post(f"/vu-viec/{referral.case_id}/ten").status_code == 404
    assert cuong.post("/tim", data={"query": "nguyen thi dao"}).text.count("/vu-viec/") == 0
    assert referral.state == "sent"


def test_opening_is_a_post_that_keeps_what_was_sent(house, browser):
    referral = referred(house)
    assert browser("cuong").get(f"{referral.path}/mo").status_code == 405
    assert browser("cuong").post(f"{referral.path}/mo").status_code == 303
    assert referral.state == "opened"
    with stolen(house) as thief:
        kinds = {row["kind"] for row in thief.rows("envelope", case_id=referral.case_id)}
    assert kinds == {"kept"}
    assert "cổng sau" in browser("cuong").get(referral.path).text
    assert CANARIES["identity"] in browser("cuong").post(f"/vu-viec/{referral.case_id}/ten").text


def test_a_newer_revision_of_an_agreed_section_reaches_the_receiver(house, lan):
    referral = referred(house).goes("open", "accept")
    lan.does(desk.write_section, referral.case_id, Identity(name="Nguyễn Thị Đào Tiên", sex="NU"), base=1)
    assert referral.to.does(desk.show_name, referral.case_id) == "Nguyễn Thị Đào Tiên"
    assert sections(house, referral.case_id, "health_station") == set()


def test_a_reason_is_needed_to_decline_and_a_question_to_ask(house, browser):
    referral = referred(house).goes("open")
    for step in ("chua-nhan", "hoi-lai"):
        for words in ("", "   ", "\u200b"):
            assert browser("cuong").post(f"{referral.path}/{step}", data={"words": words}).status_code == 422
    for doing in (receiving_actions.decline, receiving_actions.ask_back):
        with pytest.raises(BadInput):
            referral.to.does(doing, *referral.at, " ")
    with pytest.raises(BadInput):
        referral.lan.does(sending.reply, *referral.at, " ")
    assert referral.state == "opened"


def test_a_question_and_its_answer_go_to_and_fro(house, lan):
    referral = referred(house).goes("open", "ask")
    [line] = lan.does(receiving_actions.list_referrals).answered
    assert line.state == "asked"
    lan.does(sending.reply, *referral.at, "Chị đang ở nhà mẹ đẻ")
    assert referral.state == "opened"
    assert referral.to.does(receiving_actions.list_referrals).lines[0].fresh
    referral.goes("accept", "ask")
    lan.does(sending.reply, *referral.at, "Sáng mai chị về")
    assert referral.state == "accepted"
    sheets = referral.to.does(receiving_actions.read_referral, *referral.at).sheets
    assert [sheet.letter.step for sheet in sheets] == ["send", "ask", "reply", "accept", "ask", "reply"]
    assert [sheet.answers for sheet in sheets] == [False, True, False, True, True, False]


def test_an_answer_by_word_is_recorded_on_their_behalf(house, lan, browser):
    referral = referred(house).goes("record")
    assert referral.state == "done"
    page = browser("lan").get(referral.path).text
    assert "Ghi hộ câu trả lời" in page
    assert "anh Cường" in page
    assert "Trần Thị Lan" in page
    assert referral.to.does(receiving_actions.read_referral, *referral.at).sheets[-1].letter.step == "recorded"


def test_urgent_unopened_referrals_stand_on_top_and_turn_red_after_fifteen_minutes(house, lan, browser):
    calm = referred(house)
    urgent = referred(house, danger="yes")
    box = lan.does(receiving_actions.list_referrals)
    assert [line.id for line in box.lines] == [urgent.referral_id, calm.referral_id]
    assert [line.id for line in box.unopened] == [urgent.referral_id]
    page = browser("lan").get("/chuyen-gui").text
    assert page.index("Gấp, chưa ai mở") < page.index("Đang chờ nơi nhận")
    assert re.search("còn 1[45] phút", page)
    assert "quá hạn" not in page
    late = clock.micros() + 14 * MINUTE + 30 * clock.MICROSECOND
    with clock.use_clock(lambda: late):
        assert "quá hạn" not in browser("lan").get("/chuyen-gui").text
    later = clock.micros() + 17 * MINUTE
    with clock.use_clock(lambda: later):
        house["lan"]._cookie = None
        assert re.search("quá hạn [12] phút", browser("lan").get("/chuyen-gui").text)
        assert "Gọi tiếp:" in browser("lan").get(urgent.path).text
    urgent.goes("open")
    assert lan.does(receiving_actions.list_referrals).unopened == []


def test_the_sender_is_shown_the_duty_telephone_and_writes_down_the_call(house, browser, lan):
    # A minute before midnight "0:00" is the hour that comes.
    morning = clock.midnight(clock.today() + timedelta(days=1)) + 9 * 60 * MINUTE
    ahead = morning - time.time_ns() // 1000
    with clock.use_clock(lambda: time.time_ns() // 1000 + ahead):
        lan.leaves()
        _is_shown_the_telephone_and_writes_down_the_call(house, browser, lan)


def _is_shown_the_telephone_and_writes_down_the_call(house, browser, lan):
    referral = referred(house, danger="yes")
    page = browser("lan").get(referral.path).text
    assert "Gọi ngay" in page
    assert "Chưa gọi" in page
    assert "tel:0203555017" in page
    assert "Gọi ngay" not in browser("cuong").get(referral.path).text
    wrong = browser("lan").post(f"{referral.path}/goi", data={"hour": "29:99", "who": "chị Hà"})
    assert wrong.status_code == 422
    assert "chị Hà" in wrong.text
    assert browser("lan").post(f"{referral.path}/goi", data={"hour": "0:00", "reached": "no"}).status_code == 303
    assert all(
        "Chưa gọi được, lúc 00:00 hôm nay" in browser("lan").get(at).text for at in (referral.path, "/chuyen-gui")
    )
    told = {"hour": "0:00", "who": "chị Hà trực ban", "reached": "yes"}
    assert browser("lan").post(f"{referral.path}/goi", data=told).status_code == 303
    sheets = lan.does(receiving_actions.read_referral, *referral.at).sheets
    assert [sheet.letter.step for sheet in sheets] == ["send", "not_reached", "called"]
    said = "Đã gọi lúc 00:00 hôm nay, chị Hà trực ban nghe máy"
    assert all(said in browser("lan").get(at).text for at in (referral.path, "/chuyen-gui", "/"))
    assert "nghe máy" not in browser("cuong").get("/").text
    assert sheets[-1].letter.who == "chị Hà trực ban"
    assert sheets[-1].letter.when.endswith("T00:00+07:00")


@pytest.mark.parametrize("receiver", ["police", "health_station"])
def test_after_a_call_that_nobody_answered_the_next_number_stands_there_at_once(house, browser, lan, receiver):
    referral, other = referred(house, receiver, danger="yes"), referred(house, receiver)
    hotline = f'href="tel:{rendering.next_number(receiver)}"'
    at = (referral.path, "/chuyen-gui", "/")
    assert [path for path in at if "Gọi tiếp:" in browser("lan").get(path).text] == []
    assert browser("lan").post(f"{referral.path}/goi", data={"hour": "0:00", "reached": "no"}).status_code == 303
    for path in at:
        page = browser("lan").get(path).text
        assert re.search(rf'Gọi tiếp: <a class="phone[^"]*" {hotline}', page), path
    assert "Gọi tiếp:" not in browser("lan").get(other.path).text, (
        "a referral that is not urgent has nobody to be called"
    )
    assert "Gọi tiếp:" not in browser(referral.to.card.username).get(referral.path).text
    told = {"hour": "0:00", "who": "chị Hà", "reached": "yes"}
    assert browser("lan").post(f"{referral.path}/goi", data=told).status_code == 303
    assert "Gọi tiếp:" not in browser("lan").get("/").text


def test_fifteen_minutes_unopened_put_the_next_number_on_the_first_page_of_the_sender(house, browser, lan):
    referral = referred(house, danger="yes")
    sent = lan.does(receiving_actions.list_referrals).unopened[0].open_by
    for at, shown in ((sent - clock.MICROSECOND, False), (sent + clock.MICROSECOND, True)):
        with clock.use_clock(partial(int, at)):
            house["lan"].leaves()
            page = browser("lan").get("/").text
            assert bool(re.search(r'Gọi tiếp: <a class="phone[^"]*" href="tel:113"', page)) is shown
    referral.goes("open")
    assert "Gọi tiếp:" not in browser("lan").get("/").text


def test_lists_say_nothing_about_what_is_not_theirs(house, luu):
    referral = referred(house)
    for name in ("tam", "phuc", "nga", "chinh", "mai"):
        assert house[name].does(receiving_actions.list_referrals).lines == ()
    assert luu.does(receiving_actions.list_referrals).lines == ()
    for name in ("thu", "rang", "hien", "quang", "son"):
        with pytest.raises(Refused):
            house[name].does(receiving_actions.list_referrals)
    with pytest.raises(NotFound):
        luu.does(receiving_actions.read_referral, *referral.at)


def test_the_holder_is_told_who_of_the_receivers_opened_what(house, lan):
    referral = referred(house).goes("open", "accept")
    referral.to.does(desk.read_section, referral.case_id, Section.IDENTITY)
    openings = lan.does(desk.read_case, referral.case_id).opened_by
    assert ("Vũ Mạnh Cường", Act.SECTION_READ) in {(opening.name, opening.act) for opening in openings}


def test_a_receiver_keeps_a_record_of_its_own_that_the_sender_cannot_read(house, lan):
    referral = referred(house).goes("open", "accept")
    referral.to.does(desk.add_note, referral.case_id, "Đã gặp tổ trưởng, xe đi lối bờ mương")
    assert sections(house, referral.case_id, "police") == POLICE | {
        Section.LABEL,
        Section.LETTER,
        Section.GROUNDS,
        Section.POLICE,
    }
    with pytest.raises(NotFound):
        lan.does(desk.read_section, referral.case_id, Section.POLICE)
    [note] = referral.to.does(desk.read_section, referral.case_id, Section.POLICE)
    assert note.data == Note(words="Đã gặp tổ trưởng, xe đi lối bờ mương")


def test_a_receiver_changes_nothing_in_what_was_shared(house, browser):
    referral = referred(house).goes("open", "accept")
    cuong = browser("cuong")
    for method in (cuong.get, cuong.post):
        assert method(f"/vu-viec/{referral.case_id}/identity/sua").status_code == 404
    assert cuong.post(f"/vu-viec/{referral.case_id}/dong", data={"outcome": "needs_met"}).status_code == 404
    assert cuong.get(f"/vu-viec/{referral.case_id}/identity/cu").status_code == 404
    page = cuong.get(f"/vu-viec/{referral.case_id}").text
    assert "/dong" not in page
    assert "Được chuyển đến" in page


@pytest.mark.parametrize("receiver", AT)
def test_every_kind_of_receiver_can_take_a_referral_from_end_to_end(house, browser, receiver):
    referral = referred(house, receiver)
    name = AT[receiver]
    assert "Chuyển đến" in browser(name).get("/").text
    for step in ("mo", "nhan", "tra-loi"):
        assert browser(name).post(f"{referral.path}/{step}", data=TYPED).status_code == 303
    assert referral.state == "done"
    assert browser("lan").get("/").text.count("Có trả lời mới") >= 1


def test_a_ground_of_another_case_is_not_found(house, lan):
    referral, other = referred(house), referred(house)
    assert ground(house, other.case_id, "health_station")
    with pytest.raises(NotFound):
        lan.does(sending.preview, referral.case_id, other.ground_id)
