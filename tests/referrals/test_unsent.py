"""Nothing that was said and ticked stays unsent in silence: it stands on the first page until sent or set aside."""

import re
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from lxml import html
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from casework import clock
from casework.accounts.kept_form_actions import TypedForm, read_kept_forms
from casework.audit.models import AuditLine
from casework.cases.sections import GroundEntry, Identity, Incident, Letter, Perpetrator
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, NotFound, Ungrounded, VaultError
from casework.notices import actions as notices
from casework.notices.view_models import NoticeChoice
from casework.policy.vocabulary import Act, Section
from casework.referrals import ground_actions, receiving_actions, unsent_actions
from casework.vault.keys.sessions import token_from
from tests.house import House, Someone, both_databases
from tests.people import STAFF
from tests.referrals.scenes import ASKED, HEALTH, POLICE, everything, ground, sections
from tests.stories import dao
from tests.tampering import stolen

STREET = Incident(other=("DANH_DAP",))
SAID = (
    GroundEntry(kind="danger", receiver="police", reason="Dọa giết, có dao", told="yes"),
    GroundEntry(kind="consent", receiver="health_station", consent="granted", form="spoken"),
    GroundEntry(kind="consent", receiver="legal_aid", consent="not_asked"),
)


@pytest.fixture
def night(lan: Someone) -> UUID:
    """A case of lan's with danger: the police at once, the station by consent, legal aid not asked."""
    return lan.opens_a_case(dao(danger="yes", grounds=SAID))


def page_of(somebody: Someone, case_id: UUID):
    return somebody.does(unsent_actions.read_unsent, case_id)


def letters_of(page) -> dict[UUID, Letter]:
    return {
        preview.ground.id: Letter(asks=tuple(page.asks(preview.ground.entry.receiver))) for preview in page.previews
    }


def unsent_of(somebody: Someone):
    return somebody.does(desk.list_cases, whole_page=True).unsent


@both_databases
def test_the_notice_to_the_chair_goes_in_the_same_commit_and_names_nobody(house: House, lan: Someone, night: UUID):
    page = page_of(lan, night)
    assert [someone.name for someone in page.notice.addressees] == [STAFF["chinh"].name, STAFF["vinh"].name]
    choice = NoticeChoice(page.notice.notice.asks, tuple(someone.id for someone in page.notice.addressees))
    assert lan.does(unsent_actions.send_unsent, night, letters_of(page), notice=choice)
    with house.crypto() as crypto:
        newest = select(AuditLine.act, AuditLine.at).order_by(AuditLine.n.desc()).limit(20)
        lines = crypto.session.execute(newest).all()
    sending = {Act.UNSENT_SEND, Act.REFERRAL_SEND, Act.NOTICE_SEND}
    assert len({line.at for line in lines if line.act in sending}) == 1
    [received] = house["chinh"].does(notices.list_notices).received
    assert received.first.danger == "yes"
    assert sections(house, night, "chairman") == set()
    assert page_of(lan, night).is_empty


@both_databases
def test_what_was_ticked_is_sent_to_everybody_in_one_commit(house: House, lan: Someone, night: UUID):
    page = page_of(lan, night)
    assert [preview.ground.entry.receiver for preview in page.previews] == ["police", "health_station"]
    assert lan.does(unsent_actions.send_unsent, night, letters_of(page)) is None
    assert sections(house, night, "police") >= POLICE
    assert sections(house, night, "health_station") >= HEALTH
    assert [line.asks for line in house["cuong"].does(receiving_actions.list_referrals).incoming] == [("police",)]
    assert page_of(lan, night).previews == ()
    assert unsent_of(lan) == ()


def test_if_the_notice_cannot_go_nothing_goes(house: House, lan: Someone, night: UUID):
    page, before = page_of(lan, night), everything(house, night)
    stranger = NoticeChoice((), (house["mai"].id,))
    with pytest.raises(Ungrounded):
        lan.does(unsent_actions.send_unsent, night, letters_of(page), notice=stranger)
    assert everything(house, night) == before


def test_it_stands_on_the_first_page_of_the_holder_and_of_the_lead_until_it_is_sent(
    lan: Someone, hoa: Someone, mai: Someone, night: UUID
):
    for somebody in (lan, hoa):
        [case] = unsent_of(somebody)
        assert (case.case_id, case.danger, case.receivers) == (night, True, ("police", "health_station"))
    assert unsent_of(mai) == ()
    first, second = page_of(lan, night).previews
    lan.does(unsent_actions.send_unsent, night, {first.ground.id: ASKED})
    [case] = unsent_of(lan)
    assert case.receivers == ("health_station",)
    lan.does(unsent_actions.set_aside, night, second.ground.id, "Đã tự đưa chị ấy đến trạm")
    assert unsent_of(lan) == unsent_of(hoa) == ()


def test_what_is_set_aside_carries_nothing_and_says_why_in_the_ledger(house: House, lan: Someone, night: UUID):
    police = page_of(lan, night).previews[0].ground.id
    lan.does(unsent_actions.set_aside, night, police, "Đã gọi 113, không cần thư")
    with pytest.raises(Ungrounded):
        lan.does(unsent_actions.send_unsent, night, {police: ASKED})
    assert sections(house, night, "police") == set()
    [line] = [line for line in lan.does(ground_actions.read_ledger, night).grounds if line.id == police]
    assert (line.live, line.entry.unsent, line.entry.reason) == (False, "Đã gọi 113, không cần thư", "Dọa giết, có dao")


def test_the_same_step_sent_twice_is_sent_once(lan: Someone, night: UUID):
    letters, once = letters_of(page_of(lan, night)), uuid4()
    lan.does(unsent_actions.send_unsent, night, letters, once=once)
    lan.does(unsent_actions.send_unsent, night, letters, once=once)
    assert len(lan.does(ground_actions.read_ledger, night).referrals) == 2
    with pytest.raises(Conflict):
        lan.does(unsent_actions.send_unsent, night, letters, once=uuid4())


def test_if_one_letter_cannot_go_none_goes(house: House, lan: Someone, night: UUID):
    letters = letters_of(page_of(lan, night))
    station = list(letters)[1]
    before = everything(house, night)
    with pytest.raises(BadInput):
        lan.does(unsent_actions.send_unsent, night, letters | {station: Letter()})
    assert everything(house, night) == before
    lan.does(ground_actions.withdraw_ground, night, station)
    before = everything(house, night)
    with pytest.raises(Ungrounded):
        lan.does(unsent_actions.send_unsent, night, letters)
    assert everything(house, night) == before


def test_a_ground_of_another_case_a_consent_that_was_not_asked_and_nothing_at_all_are_refused(
    house: House, lan: Someone, night: UUID
):
    other = ground(house, lan.opens_a_case(dao(grounds=())))
    [unasked] = [line.id for line in lan.does(ground_actions.read_ledger, night).grounds if line.without_consent]
    before = everything(house, night)
    for wrong, error in ((other, NotFound), (uuid4(), NotFound), (unasked, Ungrounded)):
        with pytest.raises(error):
            lan.does(unsent_actions.send_unsent, night, {wrong: ASKED})
    with pytest.raises(BadInput):
        lan.does(unsent_actions.send_unsent, night, {})
    assert everything(house, night) == before


def test_what_was_sent_or_is_withdrawn_cannot_be_set_aside_and_a_reason_is_needed(lan: Someone, night: UUID):
    police, station = (preview.ground.id for preview in page_of(lan, night).previews)
    with pytest.raises(BadInput):
        lan.does(unsent_actions.set_aside, night, police, "  ")
    lan.does(unsent_actions.send_unsent, night, {police: ASKED})
    with pytest.raises(Conflict):
        lan.does(unsent_actions.set_aside, night, police, "nhầm")
    lan.does(ground_actions.withdraw_ground, night, station)
    with pytest.raises(Conflict):
        lan.does(unsent_actions.set_aside, night, station, "nhầm")


def test_nobody_else_can_read_or_send_it(house: House, night: UUID, lan: Someone):
    letters = letters_of(page_of(lan, night))
    for name in ("mai", "cuong", "luu"):
        tries: tuple[tuple[Any, tuple[Any, ...]], ...] = (
            (unsent_actions.read_unsent, ()),
            (unsent_actions.send_unsent, (letters,)),
            (unsent_actions.set_aside, (next(iter(letters)), "nhầm")),
        )
        for doing, more in tries:
            with pytest.raises(NotFound):
                house[name].does(doing, night, *more)


def test_a_closed_case_has_nothing_left_to_send(lan: Someone, night: UUID):
    lan.does(desk.close_case, night, outcome="needs_met", words="", danger_over="Người kia đã bị tạm giam")
    assert page_of(lan, night).previews == ()
    assert unsent_of(lan) == ()


def test_the_page_comes_after_the_check_page_and_keeps_what_was_typed(browser, lan: Someone, night: UUID):
    user = browser("lan")
    url = f"/vu-viec/{night}/gui-ngay"
    page = unescape(user.get(url).text)
    assert "Gửi ngay những gì đã nói" in page
    assert all(name in page for name in ("Vũ Mạnh Cường", "Đỗ Thị Tâm"))
    names = re.findall(r'name="(\w{8}-)words"', page)
    fields = {f"{names[0]}chosen": "yes", f"{names[0]}words": "Đi cổng sau", f"{names[1]}chosen": "yes"}
    again = user.post(url, data=fields)
    assert again.status_code == 422
    assert "Đi cổng sau" in again.text
    chairs = re.findall(r'name="notice-readers" value="([^"]+)" checked', page)
    notice = {"notice-chosen": "yes", "notice-readers": chairs, "notice-asks": "handle"}
    sent = fields | notice | {f"{names[0]}asks": "police", f"{names[1]}asks": "health"}
    nobody = user.post(url, data=sent | {"notice-readers": []})
    assert nobody.status_code == 422
    assert "bỏ chọn “Báo Chủ tịch xã ngay”, hoặc bấm “Không báo Chủ tịch, ghi vì sao”" in unescape(nobody.text)
    assert "Đi cổng sau" in nobody.text
    assert user.post(url, data=sent).status_code == 303
    assert user.get(url).status_code == 303
    assert "đã nói mà chưa gửi" not in unescape(user.get("/").text)


def test_what_was_ticked_and_is_gone_since_is_said_and_nothing_else_goes(
    house: House, browser, lan: Someone, night: UUID
):
    user, url = browser("lan"), f"/vu-viec/{night}/gui-ngay"
    names = re.findall(r'name="(\w{8}-)words"', user.get(url).text)
    lan.does(ground_actions.withdraw_ground, night, page_of(lan, night).previews[1].ground.id)
    ticked = {f"{name}chosen": "yes" for name in names} | {f"{names[0]}asks": "police", f"{names[1]}asks": "health"}
    answer = user.post(url, data=ticked)
    assert answer.status_code == 422
    assert "nay không gửi được nữa" in unescape(answer.text)
    assert sections(house, night, "police") == set()


def drawn(page: str) -> dict[str, list[str]]:
    """Return the fields of the form that a page is about, as a browser sends it when nothing is touched."""
    found: dict[str, list[str]] = {}
    [form] = re.findall(r'<form id="f"(.*?)</form>', page, re.DOTALL)
    for tag in re.findall(r"<input[^>]*>", form):
        box = 'type="checkbox"' in tag
        if (name := re.search(r' name="([^"]+)"', tag)) and (not box or " checked" in tag):
            value = re.search(r' value="([^"]*)"', tag)
            found.setdefault(name.group(1), []).append(unescape(value.group(1)) if value else "")
    return {name: values for name, values in found.items() if name != "form_token"}


@pytest.mark.parametrize("one", [False, True], ids=["in one step", "to one receiver"])
def test_what_she_takes_back_while_the_page_is_open_does_not_go_with_it(
    house: House, browser, lan: Someone, night: UUID, one: bool
):
    lan.proves(night)
    user, entry = browser("lan"), page_of(lan, night).previews[0].ground.id
    preview = f"/vu-viec/{night}/chuyen-gui/can-cu/{entry}"
    url, post = (f"{preview}/xem-truoc", f"{preview}/gui") if one else [f"/vu-viec/{night}/gui-ngay"] * 2
    sent = drawn(user.get(url).text) | ({"asks": ["police"]} if one else {})
    ticks = f"{'' if one else f'{entry.hex[:8]}-'}sections"
    assert "injuries" in sent[ticks]
    said = GroundEntry("consent", "police", "refused", "spoken", consent_by="herself", refusal="Đừng kể về con")
    lan.does(ground_actions.record_ground, night, said)
    answer = user.post(post, data=sent)
    assert answer.status_code == 422
    assert "Từ lúc mở trang này đã có thay đổi" in unescape(answer.text)
    assert sections(house, night, "police") == sections(house, night, "health_station") == set()
    again = drawn(answer.text) | ({"asks": ["police"]} if one else {})
    assert not again.get(ticks)
    assert user.post(post, data=again).status_code == 303
    assert not sections(house, night, "police") & {Section.INJURIES, Section.CHILDREN}


def test_a_row_of_before_it_was_set_aside_is_not_believed(house: House, lan: Someone, night: UUID):
    police = page_of(lan, night).previews[0].ground.id
    with stolen(house) as thief:
        [before] = thief.rows("ground", id=police)
    lan.does(unsent_actions.set_aside, night, police, "Đã gọi 113")
    with stolen(house) as thief:
        thief.change("ground", {"id": police}, state=before["state"], mac=before["mac"])
    with pytest.raises(VaultError):
        lan.does(unsent_actions.send_unsent, night, {police: ASKED})
    assert sections(house, night, "police") == set()


def test_danger_without_a_ground_for_the_police_is_said(browser, lan: Someone, night: UUID):
    alone = lan.opens_a_case(dao(danger="yes", grounds=()))
    for case_id, said in ((alone, True), (night, False)):
        page = unescape(browser("lan").get(f"/vu-viec/{case_id}/gui-ngay").text)
        assert ("chưa ghi lý do để báo Công an" in page) is said
        on_case = unescape(browser("lan").get(f"/vu-viec/{case_id}").text)
        assert ("chưa ghi lý do để báo Công an" in on_case) is said


def test_a_consent_that_waits_for_a_second_person_is_said_beside_what_goes(browser, lan: Someone, night: UUID):
    father: dict[str, Any] = {
        "representative": "Lò Văn Páo",
        "representative_relation": "CHA_ME",
        "represented_because": "cannot_decide",
    }
    entry = GroundEntry("consent", "legal_aid", "granted", "spoken", consent_by="representative", suspected="yes")
    lan.does(
        ground_actions.record_ground,
        night,
        replace(entry, no_other="Không còn ai", **father),
    )
    page = unescape(browser("lan").get(f"/vu-viec/{night}/gui-ngay").text)
    assert "chờ người thứ hai xem lại rồi mới gửi được" in page
    assert len(page_of(lan, night).previews) == 2


def test_a_receiver_that_is_not_ticked_gets_nothing(house: House, browser, night: UUID):
    user, url = browser("lan"), f"/vu-viec/{night}/gui-ngay"
    names = re.findall(r'name="(\w{8}-)words"', user.get(url).text)
    assert user.post(url, data={f"{names[0]}chosen": "yes", f"{names[0]}asks": "police"}).status_code == 303
    assert sections(house, night, "health_station") == set()
    assert Section.IDENTITY in sections(house, night, "police")
    assert "Trạm Y tế" in unescape(user.get("/").text)


def kept_by(somebody: Someone) -> tuple[TypedForm, ...]:
    token = token_from(somebody.cookie)
    assert token is not None
    return somebody.does(read_kept_forms, token=token)


def test_every_way_out_keeps_what_was_typed_and_leaves_nothing_where_nothing_was(browser, lan: Someone):
    """The page proposes much: a proposal that nobody touched is no unfinished writing."""
    child, station = Identity(birth_year=clock.today().year - 9, sex="NU"), replace(SAID[0], receiver="health_station")
    case_id, user = lan.opens_a_case(dao(danger="yes", identity=child, grounds=(station,))), browser("lan")
    page = html.fromstring(user.get(f"/vu-viec/{case_id}/gui-ngay").text)
    assert page.xpath("//main//a[not(starts-with(@href, 'tel:'))]/@href") == []
    ways = page.xpath("//button[@name='roi']/@value")
    assert {f"/vu-viec/{case_id}", f"/vu-viec/{case_id}/chuyen-gui/can-cu/nguy-hiem?ve=gui-ngay"} <= set(ways)
    form: Any = page.get_element_by_id("f")
    untouched = list(form.form_values())
    assert user.post("/viet-do", data=MultiDict([*untouched, ("roi", f"/vu-viec/{case_id}")])).status_code == 303
    assert kept_by(lan) == ()
    unticked = [pair for pair in untouched if not pair[0].endswith("chosen")]
    typed = [(name, "Đi cổng sau" if name.endswith("words") else value) for name, value in untouched]
    for answers in (unticked, typed):
        answer = user.post("/viet-do", data=MultiDict([*answers, ("roi", f"/vu-viec/{case_id}/gui-ngay")]))
        assert len(kept_by(lan)) == 1
        assert "viet-do=" in answer.location


def test_a_page_from_which_nothing_can_be_sent_has_no_button_without_a_form(lan: Someone, browser):
    entry = GroundEntry("consent", "legal_aid", "granted", "spoken", consent_by="representative", suspected="yes")
    father: dict[str, Any] = {
        "representative": "Lò Văn Páo",
        "representative_relation": "CHA_ME",
        "no_other": "Không còn ai",
    }
    waiting = replace(entry, represented_because="cannot_decide", **father)
    case_id = lan.opens_a_case(dao(grounds=(waiting,), perpetrator=Perpetrator(relation="HANG_XOM"), incident=STREET))
    page = html.fromstring(browser("lan").get(f"/vu-viec/{case_id}/gui-ngay").text)
    assert page.xpath("//form[@id='f']") == []
    assert page.xpath("//button[@form='f'][not(@formaction)]") == []
