"""Hard stories 2, 4, 7, 10, 11: told first, made to withdraw, a girl of 14, a husband who looks, a silent station."""

from datetime import timedelta
from uuid import UUID

from casework import clock
from casework.cases.sections import Contact, Identity, Perpetrator
from casework.desk import actions as desk
from tests.browser.walking import SCRIPTS, Walk
from tests.house import House, only_sqlite
from tests.referrals.scenes import ground, referred
from tests.stories import CANARIES, dao

pytestmark = only_sqlite
ON = "main form .buttons .button:not(.quiet)"
ASKED = "hỏi ly hôn thì con ở với ai"


def reads(walk: Walk, path: str) -> str:
    """What somebody reads at a path."""
    walk.page.goto(walk.site + path)
    return walk.page.inner_text("main")


def status(walk: Walk, path: str) -> int:
    answer = walk.page.goto(walk.site + path)
    assert answer is not None
    return answer.status


@SCRIPTS
def test_2_she_hears_what_goes_to_the_chair_before_she_tells_and_may_choose_only_to_ask(on_phone, script: bool):
    lan = on_phone("lan", script=script)
    page = lan.page
    lan.goes("text=Ghi nhận vụ việc", "#danger-0")
    told = page.locator(".must").first
    assert "tôi báo Chủ tịch xã, không ghi tên" in told.inner_text()
    assert told.bounding_box()["y"] < page.locator("fieldset").first.bounding_box()["y"]
    assert page.locator("main textarea, main input[type=text]").count() == 0, "nothing is asked of her before"
    page.check("[name=danger][value=no]")
    page.check("[name=mode][value=advice]")
    lan.goes(ON, "#words")
    page.select_option("#channel", "TRUC_TIEP")
    page.check("[name=topics][value=divorce]")
    page.check("[name=child][value=no]")
    page.fill("#words", ASKED)
    lan.goes(ON, "text=Không có vụ việc nào được mở, không ai được báo")
    assert "Chưa báo Chủ tịch" not in reads(lan, "/")
    assert ASKED not in reads(lan, "/tu-van"), "a list shows no words"
    for username in ("chinh", "mai"):
        other = on_phone(username, script=False)
        seen = "".join(reads(other, path) for path in ("/", "/tin-bao")) if username == "chinh" else reads(other, "/")
        assert ASKED not in seen
        assert "Tin báo gửi đích danh bạn" not in seen


def test_4_he_makes_her_withdraw_and_the_police_keep_the_least(on_phone, house: House, lan):
    referral = referred(house).goes("open", "accept")
    ground(house, referral.case_id, kind="duty", consent="", form="", duty="L13_20_4")
    case = f"/vu-viec/{referral.case_id}"
    counsellor, officer = on_phone("lan", script=False), on_phone("cuong", script=False)
    assert status(officer, f"{case}/injuries") == 200
    page = counsellor.page
    reads(counsellor, f"{case}/chuyen-gui")
    counsellor.goes(f"main a[href$='{referral.ground_id}/rut']", "input[name=pressed]")
    said = page.inner_text("main")
    assert said.index("Chấm dứt ngay") < said.index("vẫn đọc được") < said.index("Gọi hỏi thăm")
    assert "Điều 20 khoản 4" in said
    page.check("input[name=pressed][value=yes]")
    page.fill("#call_how", "gọi trạm, hỏi buổi tiêm")
    counsellor.goes("main form .button.danger", "text=Đã rút.")
    assert "Có người bảo, ép người ấy nói vậy" in page.inner_text("main")
    assert [status(officer, f"{case}/{word}") for word in ("identity", "injuries", "children")] == [200, 404, 404]
    assert "Có người bảo, ép người ấy nói vậy" not in reads(officer, f"{case}/grounds")
    assert "buổi tiêm" not in officer.page.content()

    tomorrow = clock.midnight(clock.today() + timedelta(days=1))
    with clock.use_clock(lambda: tomorrow):
        lan.leaves()
        next_day = on_phone("lan", script=False)
        next_day.goes("h2:text-is('Gọi hỏi thăm') + ul a", "#words")
        assert "gọi trạm, hỏi buổi tiêm" in next_day.page.inner_text("main")
        next_day.page.fill("#words", "Chị ấy nghe máy, đang yên")
        next_day.goes(ON, "main h1")
        assert "Gọi hỏi thăm" not in reads(next_day, "/")
        lan.leaves()


def asks_the_father(lan: Walk) -> None:
    """Record the girl's consent together with her father, who may have done it; without a reason it is refused."""
    page = lan.page
    lan.goes("main a[href$='/can-cu/dong-y']", "input[name=receiver]")
    page.check("input[name=receiver][value=police]")
    page.check("input[name=consent][value=granted]")
    lan.goes(ON, "input[name=sections]:checked")
    page.check("input[name=how][value=spoken]")
    page.check("input[name=consent_by][value=herself]")
    lan.goes(ON, "text=phải cả cháu và người đại diện cùng đồng ý")
    page.check("input[name=consent_by][value=both]")
    page.click("summary:has-text('Người đại diện')")
    page.fill("#representative", CANARIES["perpetrator"])
    page.select_option("#representative_relation", "CHA_ME")
    page.check("input[name=represented_because][value=from_7]")
    page.check("input[name=suspected][value=yes]")
    page.fill("#no_other", "Mẹ cháu đi làm xa")
    lan.goes(ON, "text=Đã ghi lý do chia sẻ.")


def sends_at_once(lan: Walk) -> None:
    """Send from the step that follows a recorded ground: to who protects children, and not to the police."""
    page = lan.page
    assert page.url.endswith("/gui-ngay")
    assert page.locator("main .receiver h2").all_inner_texts() == ["Người làm công tác bảo vệ trẻ em", "Chủ tịch xã"]
    assert "Công an xã: người xem lại không đồng ý: Hỏi mẹ cháu qua điện thoại" in page.inner_text("main")
    child_officer = page.locator("main .receiver").first
    asked = child_officer.locator("input[name$=asks]:checked").evaluate_all("all => all.map((one) => one.value)")
    assert asked == ["child_protection"]
    lan.goes(ON, "text=Đã gửi. Nơi nhận mở lúc nào thì hiện ở trang đầu.")


def test_7_a_girl_of_14_whose_father_answers_for_her(on_phone, house: House, lan):
    girl = Identity(name=CANARIES["identity"], sex="NU", birth_year=clock.today().year - 14)
    father = Perpetrator(name=CANARIES["perpetrator"], relation="CHA_ME")
    case_id = lan.opens_a_case(dao(identity=girl, perpetrator=father, grounds=()))
    counsellor = on_phone("lan", script=False)
    page = counsellor.page
    counsellor.goes(f"main a[href='/vu-viec/{case_id}']", ".safe")
    assert all(words in page.inner_text("main") for words in ("Dưới 16 tuổi", "Nghị định 56/2017/NĐ-CP"))
    assert "Trẻ em đi cùng" in page.inner_text("main"), "what was written of her brother stays"
    counsellor.goes("text=Chuyển gửi, hỏi ý người ấy", "text=Ghi một lý do mới")
    asks_the_father(counsellor)
    assert "Chưa chuyển được" in page.inner_text("main")
    assert page.query_selector("text=Xem trước rồi chuyển gửi") is None

    lead = on_phone("hoa", script=False)
    lead.goes("text=Xem lại người đại diện", "input[name=answer]")
    assert "Mẹ cháu đi làm xa" in lead.page.inner_text("main")
    lead.page.check("input[name=answer][value=disagreed]")
    lead.page.fill("#words", "Hỏi mẹ cháu qua điện thoại")
    lead.goes(ON, "text=Lý do này đã hết hiệu lực.")

    page.goto(f"{counsellor.site}/vu-viec/{case_id}")
    counsellor.goes("text=Ghi lý do để báo người bảo vệ trẻ em", "input[name=duty]")
    page.check("input[name=receiver][value=child_protection]")
    page.check("input[name=duty][value=LTE_51]")
    page.check("input[name=told][value=yes]")
    counsellor.goes(ON, "input[name=sections]:checked")
    counsellor.goes(ON, "text=Đã ghi lý do chia sẻ.")
    sends_at_once(counsellor)
    child_officer = on_phone("nga", script=False)
    child_officer.goes("table.referrals tbody a", "main form .button.big")
    child_officer.goes("main form .button.big", "text=Thư từ")
    child_officer.goes("text=Về vụ việc: cách liên lạc, ghi chú", "main h1")
    assert "Thời hạn theo luật" in child_officer.page.inner_text("main")
    assert CANARIES["story"] not in child_officer.page.content()
    officer = on_phone("cuong", script=False)
    assert str(case_id) not in officer.page.content()
    assert [status(officer, f"/vu-viec/{case_id}"), status(on_phone("thu", script=False), f"/vu-viec/{case_id}")] == [
        404,
        403,
    ]


SAFE = Contact(
    call_her="Chị Sen",
    channel="call",
    phone="0987612345",
    may_answer="nói nhầm số rồi tắt",
    say_you_are="người bán giống lúa",
    never_say="đừng nói tên cơ quan",
)


@SCRIPTS
def test_10_the_husband_looks_at_the_phone(on_phone, lan, script: bool):
    case_id = lan.opens_a_case(dao(contact=SAFE, grounds=()))
    walk = on_phone("lan", script=script)
    page = walk.page
    page.route("https://www.google.com/**", lambda route: route.fulfill(body="trời nắng"))
    walk.goes(f"main a[href='/vu-viec/{case_id}']", ".safe")
    card = page.inner_text(".safe")
    order = ("người bán giống lúa", "nói nhầm số rồi tắt", "đừng nói tên cơ quan", "0987 612 345")
    places = [card.index(words) for words in order]
    assert places[-2:] == sorted(places)[-2:], "what must never be said stands right above the number"
    assert places[-1] == max(places)
    for told in (page.title(), page.url):
        assert not [word for word in ("Sen", "0987", "bạo lực", "lúa", CANARIES["identity"]) if word in told]
    assert "không xóa lịch sử của trình duyệt" in reads(walk, "/noi-the-nao")
    page.goto(f"{walk.site}/vu-viec/{case_id}")
    page.click(".exit button")
    page.wait_for_url("https://www.google.com/**")
    for _ in range(2):
        page.go_back()
        assert not [word for word in (*order, "Chị Sen", CANARIES["identity"]) if word in page.content()]
    page.goto(f"{walk.site}/vu-viec/{case_id}")
    assert "/dang-nhap" in page.url


def test_11_the_station_never_signs_in_and_nothing_waits_on_it(on_phone, house: House, lan):
    case_id = lan.opens_a_case(dao(danger="yes", grounds=()))
    ground(house, case_id, "health_station", kind="danger", consent="", form="", reason="Bị bóp cổ đêm qua")
    walk = on_phone("lan", script=False)
    page = walk.page
    walk.goes("text=đã nói mà chưa gửi", "text=Gửi ngay những gì đã nói")
    page.set_checked("article.receiver >> nth=1 >> input[type=checkbox] >> nth=0", False)
    walk.goes(ON, "text=Đã gửi.")
    page.goto(walk.site + "/")
    walk.goes("h2:text-is('Gấp, chưa ai mở') ~ table tbody a", ".urgent")
    assert page.get_attribute(".urgent .phone >> nth=0", "href") == "tel:0203555017"
    page.fill("#hour", "0:00")
    walk.goes("text=Chưa gọi được", "text=Đã ghi cuộc gọi.")
    page.fill("#hour", "0:00")
    page.fill("#who", "chị Tâm")
    walk.goes("button:text-is('Đã gọi được')", "text=Đã ghi cuộc gọi.")
    walk.goes("text=Ghi hộ câu trả lời", "#who")
    page.check("input[name=outcome][value=provided]")
    page.fill("#words", "Đã khám tại nhà")
    page.fill("#who", "chị Tâm, trực trạm")
    walk.goes(ON, "main h1")
    assert all(words in page.inner_text(".letters") for words in ("Đã khám tại nhà", "chị Tâm, trực trạm"))
    home = reads(walk, "/")
    assert "Gấp, chưa ai mở" not in home
    assert "Có trả lời mới" not in home, "one's own record is no news"
    assert "đã nói mà chưa gửi" not in home
    assert house["tam"]._cookie is None
    assert UUID(str(case_id)) in {line.id for line in lan.does(desk.list_cases).cases}
