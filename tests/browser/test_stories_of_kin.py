"""Hard stories 3, 18 and 19: the officer or the lead is kin, and a Union of three people."""

from typing import Any
from uuid import UUID

from casework import clock
from casework.desk import actions as desk
from casework.statistics import actions as statistics
from casework.statistics.plan import TOTAL
from tests.browser.walking import Walk
from tests.house import House, only_sqlite
from tests.notices.scenes import kept_from
from tests.stories import CANARIES, dao

pytestmark = only_sqlite
ON = "main form .buttons .button:not(.quiet)"
NAME, WORDS = "Lò Thị Mẩy", "nó khóa cửa bếp"
BROTHER = "Vũ Mạnh Cường, công an xã, anh ruột chồng"


def text_of(walk: Walk, path: str) -> str:
    """What somebody reads at a path."""
    walk.page.goto(walk.site + path)
    return walk.page.inner_text("body")


def finds(walk: Walk, query: str) -> bool:
    """Search, and tell whether anything is found."""
    walk.page.goto(walk.site + "/tim")
    walk.page.fill("#query", query)
    walk.goes("main form .button", "main h1")
    return walk.page.query_selector(".cases") is not None


def records_with_a_brother_in_the_police(lan: Walk) -> None:
    """Say who must not know before the first name, and agree that the police are told."""
    page = lan.page
    lan.goes("text=Ghi nhận vụ việc", "#danger-0")
    page.check("[name=danger][value=no]")
    page.check("[name=mode][value=record]")
    lan.goes(ON, "#secret-0")
    page.check("[name=secret][value=somebody]")
    page.fill("#whom", BROTHER)
    page.get_by_label("Phạm Thu Mai").check()
    lan.goes(ON, "#call_her")
    page.fill("#call_her", "Chị Sen")
    page.select_option("#channel", "call")
    page.select_option("#reporter_type", "BAN_THAN")
    lan.goes(ON, "#birth_year")
    page.fill("#name", NAME)
    page.check("#sex-0")
    lan.goes(ON, "#words")
    page.check("#acts-0")
    page.fill("#words", WORDS)
    lan.goes(ON, "#relation")
    page.select_option("#relation", "VO_CHONG")
    page.check("#consent_police input[value=granted]")
    lan.goes(ON, "#consent_by-0")
    page.select_option("#consent_form", "spoken")
    page.check("#consent_by-0")
    lan.goes(ON, ".answers")


def test_3_the_officer_who_is_his_brother_finds_nothing_and_two_others_read(on_phone, house: House):
    for officer in ("dung", "kien"):
        house.hires(officer)
    lan = on_phone("lan", script=False)
    records_with_a_brother_in_the_police(lan)
    lan.goes(ON, "text=Gửi ngay những gì đã nói")
    case_id = lan.page.url.split("/")[4]
    police = lan.page.locator("article.receiver").first.inner_text()
    assert "Trịnh Văn Dũng" in police
    assert "Vũ Trung Kiên" in police
    lan.goes(ON, "text=Đã gửi.")
    code = house["lan"].does(desk.read_case, UUID(case_id)).line.code

    for username in ("cuong", "hoa", "son"):
        other = on_phone(username, script=False)
        seen = text_of(other, "/")
        for path in (f"/vu-viec/{case_id}", f"/vu-viec/{case_id}/identity", f"/vu-viec/{case_id}/chuyen-gui"):
            answer = other.page.goto(other.site + path)
            assert answer is not None
            assert answer.status in {403, 404}, (username, path)
        seen += text_of(other, "/nhat-ky") + text_of(other, "/chuyen-gui")
        assert not [word for word in (case_id, code, NAME, "Chị Sen") if word in seen], username
        assert username == "son" or not finds(other, "lo thi may"), username
    dung = on_phone("dung", script=False)
    dung.goes("table.referrals tbody a", "main form .button.big")
    dung.goes("main form .button.big", "text=Chỉ những người này ở cơ quan mình đọc được")
    dung.goes("text=Về vụ việc: cách liên lạc, ghi chú", ".safe")
    assert NAME in text_of(dung, f"/vu-viec/{case_id}/identity")
    assert WORDS not in text_of(dung, f"/vu-viec/{case_id}")


def counted(somebody: Any) -> int | None:
    """What somebody would count as the lead of the period that is over, after a year and more."""
    later = clock.micros() + 400 * 24 * 3600 * clock.MICROSECOND
    with clock.use_clock(lambda: later):
        somebody.leaves()
        closing = somebody.does(statistics.preview_period)
        somebody.leaves()
    return next(row.truth for _, _, rows in closing.tables for row in rows if row.cell == TOTAL)


def test_18_the_lead_is_kin_so_the_deputy_closes_and_counts(on_phone, house: House, lan, mai, hoa, binh):
    hidden = lan.opens_a_case(kept_from("Lê Thị Hòa"), circle=[mai, binh])
    mai.opens_a_case(dao(grounds=()))
    code = lan.does(desk.read_case, hidden).line.code
    lead = on_phone("hoa", script=False)
    seen = text_of(lead, "/") + text_of(lead, "/nhat-ky") + text_of(lead, "/da-dong")
    assert lead.page.goto(f"{lead.site}/vu-viec/{hidden}/dong").status == 404
    assert not [word for word in (str(hidden), code) if word in seen]
    assert not finds(lead, code)

    deputy = on_phone("binh", script=False)
    deputy.goes(f"main a[href='/vu-viec/{hidden}']", ".safe")
    assert "Vụ việc kín" in deputy.page.inner_text("main")
    deputy.goes("main a[href$='/dong']", "input[name=outcome]")
    deputy.page.check("input[name=outcome][value=needs_met]")
    deputy.goes(ON, "text=Đã đóng vụ việc")
    text_of(deputy, "/")
    assert "Vụ việc đã đóng (1)" in (deputy.page.text_content("main") or "")
    assert "Vụ việc đã đóng" not in text_of(lead, "/")
    assert (counted(hoa), counted(binh)) == (1, 2)


def test_19_in_a_union_of_three_the_second_person_is_never_the_first(on_phone, house: House, hoa):
    case_id = hoa.opens_a_case(dao(danger="yes", grounds=()))
    lead = on_phone("hoa", script=False)
    lead.goes(f"main a[href='/vu-viec/{case_id}']", ".safe")
    lead.goes("main a[href*='/can-cu/nguy-hiem?']", "#reason")
    assert "Tôi gọi công an bây giờ" in lead.page.inner_text(".aloud")
    lead.page.check("input[name=receiver][value=police]")
    lead.page.fill("#reason", "Cầm dao ngoài cổng")
    lead.page.check("input[name=told][value=yes]")
    lead.goes(ON, "input[name=sections]:checked")
    lead.goes(ON, "text=Đã ghi lý do chia sẻ.")
    assert lead.page.url.endswith("/gui-ngay"), "what was recorded in the danger is sent at once"
    assert lead.page.is_checked("main .receiver:has(h2:text('Công an')) input[name$=chosen]")
    assert lead.page.query_selector("main a[href$='/xem-lai']") is None
    lead.goes(".back", ".safe")
    lead.goes("text=Chuyển gửi, hỏi ý người ấy", "main .ground")
    assert "Người xem lại được: Nguyễn Thanh Bình" in lead.page.inner_text("main")
    assert lead.page.query_selector("main a[href$='/xem-lai']") is None
    review = lead.page.get_attribute("main .ground a[href$='/rut']", "href").removesuffix("rut") + "xem-lai"
    assert lead.page.goto(lead.site + review).status == 403

    counsellor, deputy = on_phone("lan", script=False), on_phone("binh", script=False)
    assert "Xem lại việc chuyển" not in text_of(counsellor, "/")
    assert counsellor.page.goto(counsellor.site + review).status == 404
    deputy.goes("text=Xem lại việc chuyển vì nguy hiểm", "input[name=answer]")
    shown = deputy.page.inner_text("main")
    assert "Cầm dao ngoài cổng" in shown
    assert CANARIES["identity"] not in shown
    deputy.page.check("input[name=answer][value=agreed]")
    deputy.goes(ON, "text=Đã ghi là đồng ý.")
    assert "Xem lại việc chuyển" not in text_of(deputy, "/")
