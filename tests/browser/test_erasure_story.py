"""Two people erase a case in real browsers: one asks, another reads what will be gone and decides; nothing is left."""

from playwright.sync_api import Browser

from casework.desk import actions as desk
from tests.browser.walking import SCRIPTS, Walk
from tests.house import House, Someone, only_sqlite
from tests.retention.scenes import files, found_in, rows_of, sealed_in

pytestmark = only_sqlite
ON = "main form .buttons .button:not(.quiet)"
WHY = "Chị ấy xin xóa, có đơn"


@SCRIPTS
def test_two_people_erase_a_case_and_nothing_of_it_is_left(
    chromium: Browser, house: House, site: str, lan: Someone, script: bool
):
    case_id = lan.opens_a_case()
    code = lan.does(desk.read_case, case_id).line.code
    doomed = [part[:200] for part in sealed_in(rows_of(house, case_id))]
    assert found_in(doomed, files(house))
    asks, decides = Walk(chromium, site, 320, script=script), Walk(chromium, site, 1280, script=script)
    asks.comes_with(lan.cookie)
    asks.page.goto(f"{site}/vu-viec/{case_id}")
    asks.page.click("text=Ít dùng, khó lấy lại")
    asks.goes("main a[href$='/de-nghi-xoa']", "input[name=basis]")
    asks.page.fill("#words", WHY)
    asks.goes(ON, "[data-problems]")
    assert asks.page.input_value("#words") == WHY
    asks.page.check("input[name=basis][value=own_wish]")
    asks.page.check(f"input[name=second][value='{house['hoa'].id}']")
    asks.goes(ON, "text=Chưa có gì bị xóa")
    assert asks.page.query_selector("main .button.danger") is None

    decides.comes_with(house["hoa"].cookie)
    decides.page.goto(site)
    decides.goes(f"main a[href$='/vu-viec/{case_id}/xoa']", "main .button.danger")
    shown = decides.page.inner_text("main")
    assert all(words in shown for words in (code, WHY, "Trần Thị Lan", "Mất hẳn", "Vẫn còn"))
    decides.goes("main .button.danger", "text=Đã xóa hẳn")
    assert code not in decides.page.inner_text("main")

    assert asks.page.goto(f"{site}/vu-viec/{case_id}").status == 404  # type: ignore[union-attr]
    asks.page.goto(f"{site}/tim")
    asks.page.fill("#query", code)
    asks.goes("main form .button", "text=Không thấy vụ việc nào")
    assert not any(rows_of(house, case_id).values())
    assert found_in(doomed, files(house)) == []
    for walk in (asks, decides):
        walk.context.close()
        assert walk.wrong == []
