"""The main job in a real browser: five people, from a live ground to counts that say nothing about anybody."""

from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from casework import clock
from tests.browser.walking import SCREENS_IF_LONG, Walk
from tests.house import House, only_sqlite
from tests.statistics.timeline import Timeline, first_of
from tests.stories import CANARIES, dao

pytestmark = only_sqlite
LETTER, QUESTION, REPLY = "Xin đến buổi sáng, đi cổng sau", "Giờ nào chỉ có chị ở nhà?", "Từ tám giờ đến mười giờ"
DONE = {"cuong": "Đã gặp và lập biên bản", "tam": "Đã khám, hẹn năm ngày nữa"}
ON = "main form .buttons .button:not(.quiet)"
HIDDEN = {
    "cuong": ("story", "safety_plan", "assessment"),
    "tam": ("story", "safety_plan", "assessment", "perpetrator"),
}
SHARED = {"cuong": ("identity", "contact", "perpetrator"), "tam": ("identity", "contact", "children")}


@pytest.fixture
def walk(chromium: Browser, site: str):
    """Open a window for somebody; whatever they find wrong fails the test."""
    walks: list[Walk] = []

    def opened(username: str, width: int, *, script: bool) -> Walk:
        walks.append(Walk(chromium, site, width, script=script))
        walks[-1].signs_in(username)
        return walks[-1]

    yield opened
    for walk in walks:
        walk.context.close()
    assert [walk.wrong for walk in walks if walk.wrong] == []


def records_a_ground(lan: Walk, case_id: UUID, kind: str, receiver: str) -> None:
    """Write a live ground into the ledger; an empty answer is asked for again."""
    page = lan.page
    page.goto(f"{lan.site}/vu-viec/{case_id}/chuyen-gui")
    lan.goes(f"main a[href$='/can-cu/{kind}']", "input[name=receiver]")
    lan.goes(ON, "[data-problems]")
    page.check(f"input[name=receiver][value={receiver}]")
    if kind == "dong-y":
        page.check("input[name=consent][value=granted]")
    else:
        page.fill("#reason", "Bị bóp cổ đêm qua")
        page.check("input[name=told][value=yes]")
    lan.goes(ON, "input[name=sections]:checked")
    if kind == "dong-y":
        page.check("input[name=how][value=spoken]")
        page.check("input[name=consent_by][value=herself]")
    lan.goes(ON, "text=Đã ghi lý do chia sẻ.")


def sends(lan: Walk, need: str) -> str:
    """Preview what they will and will not see, and refer; return the address of the referral."""
    page = lan.page
    lan.goes("text=Xem trước rồi chuyển gửi", "text=Nơi nhận sẽ thấy")
    seen, unseen = (page.inner_text(f".seen section >> nth={number}") for number in (0, 1))
    assert "Liên lạc an toàn" in seen
    assert "Lời kể" in unseen
    page.check(f"input[name=asks][value={need}]")
    page.fill("#words", LETTER)
    lan.goes(ON, "text=Đã chuyển gửi.")
    return page.url


def calls(lan: Walk) -> None:
    """Call about what is urgent: nobody answers, then somebody does; an hour that there is not is asked for again."""
    page = lan.page
    assert page.get_attribute(".urgent .phone >> nth=0", "href") == "tel:0203555017"
    page.fill("#hour", "25:99")
    lan.goes("text=Chưa gọi được", "[data-problems]")
    assert page.input_value("#hour") == "25:99"
    page.fill("#hour", "0:00")
    lan.goes("text=Chưa gọi được", "text=Đã ghi cuộc gọi.")
    page.fill("#hour", "0:00")
    page.fill("#who", "chị Tâm")
    lan.goes("button:text-is('Đã gọi được')", "text=Đã ghi cuộc gọi.")
    letters = page.inner_text(".letters")
    assert "Gọi chưa được" in letters
    assert "Đã gọi điện" in letters
    assert "chị Tâm" in letters


def opens(receiver: Walk, username: str, case_id: UUID) -> None:
    """Find the row on the first page, open it, and read the shared part and nothing else."""
    page = receiver.page
    receiver.goes("table.referrals tbody a", "main form .button.big")
    assert LETTER not in page.content()
    assert page.goto(f"{receiver.site}/vu-viec/{case_id}").status == 404  # type: ignore[union-attr]
    page.go_back()
    receiver.goes("main form .button.big", "text=Thư từ")
    assert LETTER in page.inner_text("main")
    receiver.goes("text=Về vụ việc: cách liên lạc, ghi chú", ".safe")
    read = reads_everything(page, f"{receiver.site}/vu-viec/{case_id}")
    assert [word for word in SHARED[username] if CANARIES[word] not in read] == []
    assert [word for word in HIDDEN[username] if CANARIES[word] in read] == []
    receiver.looks()


def reads_everything(page: Page, case_url: str) -> str:
    """Open every section that the page of the case offers, and try those that it does not."""
    paths = page.eval_on_selector_all("main .index a", "all => all.map((one) => one.pathname)")
    read = page.content()
    for path in paths:
        page.goto(case_url.partition("/vu-viec")[0] + path)
        read += page.content()
    for word in ("story", "safety_plan", "assessment"):
        answer = page.goto(f"{case_url}/{word}")
        assert answer is not None
        assert answer.status in {403, 404}
        read += page.content()
    page.goto(case_url)
    return read


def accepts(receiver: Walk, url: str) -> None:
    receiver.page.goto(url)
    receiver.goes("button:text-is('Nhận')", "text=Đã nhận. Nơi gửi được báo ngay.")


def asks_back(receiver: Walk) -> None:
    """Ask the sender something; an empty question is asked for again."""
    receiver.goes("text=Hỏi lại", "#words")
    receiver.goes(ON, "[data-problems]")
    receiver.page.fill("#words", QUESTION)
    receiver.goes(ON, ".letters")


def answers(receiver: Walk, username: str, url: str) -> None:
    """Say what was done."""
    receiver.page.goto(url)
    receiver.goes("main a:text-is('Trả lời')", "#words")
    receiver.page.check("input[name=outcome][value=provided]")
    receiver.page.fill("#words", DONE[username])
    receiver.goes(ON, "text=Đã trả lời nơi gửi.")


def replies(lan: Walk, url: str) -> None:
    """See that a question came back, and answer it."""
    lan.page.goto(url)
    assert QUESTION in lan.page.inner_text(".letters")
    lan.goes("text=Trả lời câu hỏi", "#words")
    lan.page.fill("#words", REPLY)
    lan.goes(ON, "text=Đã gửi.")


def finds_the_answers(lan: Walk) -> None:
    """Find the answers on top of the first page; once read they are no news any more."""
    page = lan.page
    page.goto(lan.site + "/")
    lan.looks()
    heads = [head for head in page.locator("main h2").all_inner_texts() if head not in ("Cần làm ngay", "Hôm nay")]
    assert heads[0] == "Có trả lời mới"
    answered = page.locator("section:has(h2:text-is('Có trả lời mới')) table.referrals")
    paths = answered.locator("tbody a").evaluate_all("all => all.map((one) => one.pathname)")
    read = ""
    for path in paths:
        page.goto(lan.site + path)
        lan.looks()
        read += page.inner_text(".letters")
    assert [done for done in DONE.values() if read.count(done) != 1] == []
    page.goto(lan.site + "/")
    assert "Có trả lời mới" not in page.inner_text("main")


def closes_the_quarter(hoa: Walk) -> None:
    """Follow the note on the lead's first page, see the truth beside what is published, and agree."""
    hoa.goes("text=Xem số liệu rồi chốt kỳ", "text=Số thật")
    hoa.goes("main form .button:not(.quiet)", "text=Đã công bố.")


def sees_counts_and_nothing_else(thu: Walk, case_id: UUID, url: str) -> None:
    """See the picture and the tables; every other way is closed."""
    page = thu.page
    page.goto(thu.site + "/so-lieu")
    thu.looks()
    assert page.locator("main svg[role=img] rect").count() >= 1
    text = page.inner_text("main")
    for words in ("Giới tính của người bị bạo lực", "Hình thức bạo lực", "≈6", "không cộng lại", "lệch tối đa 2"):
        assert words in text, words
    for path in ("/chuyen-gui", "/chot-ky", "/tim", "/nhat-ky", f"/vu-viec/{case_id}", url.removeprefix(thu.site)):
        answer = page.goto(thu.site + path)
        assert answer is not None
        assert answer.status == 403, path
        assert not any(word in page.content() for word in (*CANARIES.values(), *DONE.values(), str(case_id)))


@SCREENS_IF_LONG
def test_five_people_do_the_main_job(walk, house: House, width, script):
    house["hoa"].opens_a_case(dao(grounds=()))
    for _ in range(4):
        house["mai"].opens_a_case(dao(grounds=()))
    case_id = house["lan"].opens_a_case(dao(grounds=()))
    lan = walk("lan", width, script=script)
    records_a_ground(lan, case_id, "dong-y", "police")
    police = sends(lan, "police")
    records_a_ground(lan, case_id, "nguy-hiem", "health_station")
    health = sends(lan, "health")
    calls(lan)

    cuong, tam = (walk(name, width, script=script) for name in ("cuong", "tam"))
    opens(cuong, "cuong", case_id)
    accepts(cuong, police)
    asks_back(cuong)
    opens(tam, "tam", case_id)
    accepts(tam, health)
    answers(tam, "tam", health)
    replies(lan, police)
    answers(cuong, "cuong", police)
    finds_the_answers(lan)

    timeline = Timeline(house, first_of(house))
    with timeline.on(timeline.first.next_day):
        closes_the_quarter(walk("hoa", width, script=script))
        sees_counts_and_nothing_else(walk("thu", width, script=script), case_id, police)
    assert clock.today() <= timeline.first.last


def test_the_sender_s_urgent_referral_stays_on_top_until_it_is_opened(walk, house: House):
    house["lan"].opens_a_case(dao(danger="yes", grounds=()))
    case_id = house["lan"].opens_a_case(dao(grounds=()))
    lan = walk("lan", 320, script=True)
    records_a_ground(lan, case_id, "nguy-hiem", "police")
    url = sends(lan, "police")
    lan.page.goto(lan.site + "/")
    assert lan.page.inner_text("main h2 >> nth=0") == "Gấp, chưa ai mở"
    cuong = walk("cuong", 1280, script=True)
    cuong.page.goto(url)
    cuong.goes("main form .button.big", "text=Thư từ")
    lan.page.goto(lan.site + "/")
    assert "Gấp, chưa ai mở" not in lan.page.inner_text("main")
