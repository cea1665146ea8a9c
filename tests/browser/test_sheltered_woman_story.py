"""A woman with two children and no phone, met at a trusted address: from the seven pages to her coming back."""

from collections.abc import Iterator

import pytest

from casework.addresses import actions as addresses
from casework.app import create_app
from casework.cases.trusted_addresses import AddressEntry
from casework.desk import actions as desk
from tests.browser.serving import serving
from tests.browser.walking import Walk
from tests.house import House, only_sqlite

pytestmark = only_sqlite
PLACE = AddressEntry("Nhà bà Thơm", "Đoàn Thị Thơm", "Thôn Bãi Dâu", "culture_house", 4, "ngày và đêm", "0900000106")
ON = "main form .buttons .button:not(.quiet)"
SEND = "main form .button:has-text('Gửi ngay')"
TALL = 3_000
NOTE = "Đã gặp ở nhà bà Thơm, mai cùng đi khám."


@pytest.fixture
def site(house: House) -> Iterator[str]:
    house["hoa"].does(addresses.add_address, PLACE)
    with serving(create_app(house.config)) as address:
        yield address


def height(walk: Walk) -> int:
    return int(walk.page.evaluate("document.documentElement.scrollHeight"))


def before_names(lan: Walk) -> None:
    """Read aloud, call, and ask who must not know."""
    page = lan.page
    lan.goes("main a:has-text('Ghi nhận vụ việc')", "#danger-0")
    page.check("#danger-0")
    page.check("#mode-0")
    lan.goes(ON, "a[href='tel:113']")
    lan.goes(ON, "#secret-0")
    page.check("#secret-0")
    lan.goes(ON, "#call_her")


def who_she_is(lan: Walk) -> None:
    """Say that she can be met at the address alone, that two children came along, and that she needs a doctor."""
    page = lan.page
    page.fill("#call_her", "Chị Mít")
    page.select_option("#channel", "at_address")
    page.select_option("#reporter_type", "BAN_THAN")
    page.select_option("#address_id", index=1)
    lan.goes(ON, "#birth_year")
    page.fill("#name", "Lò Thị Mít")
    page.check("#sex-0")
    page.click("summary:has-text('Có trẻ em đi cùng')")
    page.fill("#count", "2")
    page.check("[name=needs][value=health]")
    lan.goes(ON, "#acts-0")
    page.check("#acts-0")
    lan.goes(ON, "#relation")


def what_she_agrees_to(lan: Walk) -> None:
    """She agrees to the station and to child protection; the police are told because of the danger."""
    page = lan.page
    page.select_option("#relation", "VO_CHONG")
    for agency, answer in (("health_station", "granted"), ("child_protection", "granted"), ("police", "refused")):
        page.check(f"[name=consent_{agency}][value={answer}]")
    page.check("[name=at_once][value=police]")
    lan.goes(ON, "#consent_by-0")
    page.check("#consent_by-0")
    page.fill("#at_once_reason", "Chồng dọa giết, đang đi tìm")
    page.check("[name=at_once_told][value=yes]")
    lan.goes(ON, ".answers")


def sends_at_once(lan: Walk) -> None:
    """Who reads what stands in the headings; what is folded opens with a tap, and one reader is taken out."""
    page = lan.page
    lan.goes(ON, SEND)
    assert height(lan) <= TALL + 600, "three agencies and the chair"
    station = page.locator("article.receiver", has_text="Trạm Y tế")
    assert "Trẻ em đi cùng" in station.locator("summary:has-text('Sẽ đọc được:')").inner_text()
    readers = station.locator("summary:has-text('Ai đọc:')")
    assert "Tâm" in readers.inner_text()
    assert not station.locator("text=Bỏ người này").first.is_visible()
    readers.click()
    assert station.locator("text=Bỏ người này").first.is_visible()
    lan.goes(SEND, "text=Đã gửi.")


def answers(tam: Walk) -> None:
    """Open what has come, take it on, and say what was done."""
    page = tam.page
    tam.goes("table.referrals tbody a", "main form .button.big")
    tam.goes("main form .button.big", "text=Thư từ")
    tam.goes("main button:text-is('Nhận')", "text=Đã nhận. Nơi gửi được báo ngay.")
    tam.goes("main .buttons >> text=Trả lời", "#words")
    assert height(tam) <= TALL
    page.check("input[name=outcome] >> nth=0")
    page.fill("#words", "Đã khám, vết thương ở đầu đã khâu.")
    tam.goes(ON, "text=Đã trả lời nơi gửi.")


def notes_and_plans(lan: Walk) -> None:
    """Nothing is planned yet: the line that says so leads to planning; a note brings the next contact along."""
    page = lan.page
    page.reload()
    assert height(lan) <= TALL + 100, "the page of a case with nine sections"
    lan.goes(".facts a:has-text('hẹn khi nào?')", "h1:has-text('Hẹn lần tới khi nào?')")
    lan.goes("main >> text=Chưa hẹn được", ".safe")
    page.fill("#words", NOTE)
    page.check("label:has-text('1 tuần nữa') input")
    lan.goes("text=Lưu ghi chú", "text=Đã lưu ghi chú và lần hẹn tới.")
    assert page.locator(".facts a:has-text('hẹn khi nào?')").count() == 0


def closes_and_opens_again(lan: Walk) -> None:
    """She goes home with a plan, which needs the word that the danger is over; then she knocks again."""
    page = lan.page
    lan.goes("main a:has-text('Đóng vụ việc')", "input[name=outcome]")
    assert page.locator("h2:text-is('Chấm dứt ngay')").count() == 1
    page.check("input[name=outcome][value=went_home]")
    lan.goes(ON, "[data-problems]")
    assert page.is_checked("input[name=outcome][value=went_home]")
    page.fill("#danger_over", "Người kia đã bị tạm giữ")
    lan.goes(ON, "text=Đã đóng vụ việc.")
    lan.goes("main a:has-text('Mở lại: người ấy trở lại')", ON)
    page.fill("#words", "Chị quay lại, cần nơi ở tạm")
    lan.goes(ON, "main .tag:has-text('Đang theo dõi')")


def test_she_is_heard_sent_on_answered_followed_closed_and_comes_back_on_a_phone(on_phone, lan):
    phone = on_phone("lan")
    before_names(phone)
    who_she_is(phone)
    what_she_agrees_to(phone)
    sends_at_once(phone)
    answers(on_phone("tam"))
    notes_and_plans(phone)
    closes_and_opens_again(phone)
    (line,) = lan.does(desk.list_cases).cases
    assert line.is_open
