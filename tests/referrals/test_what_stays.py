"""What ends and what stays, by article, when a consent is withdrawn or a case closes; and the promised call."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from casework import clock
from casework.cases.sections import Contact, GroundEntry, Identity
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, NotFound, Superseded
from casework.policy.vocabulary import Act, Role, Section
from casework.referrals import ground_actions, promise_actions, receiving_actions, sending_actions
from casework.referrals.ground_actions import SafetyCall
from casework.referrals.referral_lists import REGISTER
from casework.retention import voiding
from tests.house import House, Someone, both_databases, only_sqlite
from tests.referrals.scenes import ASKED, POLICE, Referred, everything, ground, referred, sections
from tests.stories import dao

DAY = 86_400 * clock.MICROSECOND
ALWAYS = {Section.LABEL, Section.LETTER, Section.GROUNDS}


def keeps(article: str) -> set[Section]:
    return {Section[code.upper()] for code in codelist("duty_article").get(article).texts("keeps")}


def duty(referral: Referred, article: str = "L13_20_4", **more: Any) -> UUID:
    """Record a duty by law towards the receiver of a referral, on which nothing is sent."""
    return ground(referral.house, referral.case_id, kind="duty", consent="", form="", duty=article, **more)


def withdraw(referral: Referred, ground_id: UUID | None = None, **more: Any) -> None:
    referral.lan.does(ground_actions.withdraw_ground, referral.case_id, ground_id or referral.ground_id, **more)


def planned(referral: Referred, ground_id: UUID | None = None, towards: Act = Act.GROUND_WITHDRAW):
    return referral.lan.does(ground_actions.read_ledger, referral.case_id, ground_id, towards=towards).endings


@both_databases
def test_who_makes_her_withdraw_does_not_cut_off_the_police_whom_the_law_sent(house: House, browser):
    referral = referred(house).goes("open", "accept")
    duty(referral)
    path = f"/vu-viec/{referral.case_id}/chuyen-gui/can-cu/{referral.ground_id}/rut"
    page = browser("lan").get(path).text
    assert "vẫn đọc được" in page
    assert "Điều 20 khoản 4" in page
    assert page.index("vẫn đọc được") < page.rindex('class="button danger"')
    withdraw(referral, pressed="yes", words="Chồng bảo rút")
    assert sections(house, referral.case_id, "police") - {Section.POLICE} == keeps("L13_20_4") | ALWAYS
    assert referral.to.does(desk.read_section, referral.case_id, Section.IDENTITY)
    assert referral.to.does(receiving_actions.read_referral, *referral.at).line.state == "accepted"
    [entry] = referral.to.does(desk.read_section, referral.case_id, Section.GROUNDS)
    assert isinstance(entry.data, GroundEntry)
    assert entry.data.kind == "duty"
    referral.lan.does(desk.write_section, referral.case_id, Identity(name="Đào", address="chỗ mới"), base=1)
    assert referral.to.does(desk.read_section, referral.case_id, Section.IDENTITY)[0].data.to_json()["address"]
    lines = {line.entry.kind: line for line in referral.lan.does(ground_actions.read_ledger, referral.case_id).grounds}
    assert (lines["consent"].withdrawn, lines["duty"].carrying) == (True, True)


@only_sqlite
def test_danger_to_life_keeps_the_police_too(house: House):
    referral = referred(house).goes("open")
    ground(house, referral.case_id, kind="danger", consent="", form="", reason="Dọa giết")
    withdraw(referral)
    kept = {Section[code.upper()] for code in codelist("ground_kind").get("danger").texts("keeps")}
    assert sections(house, referral.case_id, "police") == kept | ALWAYS


@only_sqlite
def test_a_withdrawal_gives_nobody_a_section_that_they_had_not(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    [ledger] = [lan.does(ground_actions.read_ledger, case_id)]
    lan.does(ground_actions.withdraw_ground, case_id, ledger.grounds[0].id)
    consent = ground(house, case_id, sections=("identity", "incident"))
    referral_id = lan.does(sending_actions.send, case_id, consent, ASKED)
    referral = Referred(house, case_id, consent, referral_id, house["cuong"])
    duty(referral)
    withdraw(referral)
    lan.does(desk.write_section, case_id, Contact(call_her="Chị Hai"), base=1)
    assert sections(house, case_id, "police") == {Section.IDENTITY, Section.INCIDENT} | ALWAYS


@only_sqlite
def test_without_a_ground_by_law_everything_ends(house: House):
    referral = referred(house).goes("open")
    [ending] = planned(referral, referral.ground_id)
    assert (set(ending.ends), ending.stays) == (POLICE, ())
    withdraw(referral)
    assert sections(house, referral.case_id, "police") == set()


@only_sqlite
def test_what_was_done_keeps_of_its_revisions_only_what_the_article_keeps(house: House):
    referral = referred(house).goes("open", "accept", "answer")
    duty(referral)
    withdraw(referral)
    assert sections(house, referral.case_id, "police") - {Section.POLICE} == keeps("L13_20_4") | ALWAYS
    referral.lan.does(desk.write_section, referral.case_id, Identity(name="Đào"), base=1)
    with pytest.raises(Superseded):
        referral.to.does(desk.read_section, referral.case_id, Section.IDENTITY)


@only_sqlite
def test_what_the_law_makes_pass_on_ends_only_with_a_reason(house: House, browser):
    referral = referred(house)
    duty_id = duty(referral)
    before = everything(house, referral.case_id)
    with pytest.raises(BadInput):
        withdraw(referral, duty_id)
    path = f"/vu-viec/{referral.case_id}/chuyen-gui/can-cu/{duty_id}/rut"
    assert browser("lan").post(path, data={}).status_code == 422
    assert everything(house, referral.case_id) == before
    withdraw(referral, duty_id, words="Tòa đã bác yêu cầu")


@only_sqlite
def test_a_ground_of_another_case_or_a_dead_one_cannot_be_withdrawn(house: House):
    referral, other = referred(house), referred(house)
    with pytest.raises(NotFound):
        withdraw(referral, other.ground_id)
    withdraw(referral)
    with pytest.raises(Conflict):
        withdraw(referral)


@only_sqlite
def test_the_withdrawal_of_a_consent_sets_a_call_for_tomorrow_or_the_day_that_was_agreed(house: House, browser):
    first, second = referred(house), referred(house)
    withdraw(first)
    in_three_days = clock.today() + timedelta(days=3)
    form = {f"call_on-{part}": str(getattr(in_three_days, part)) for part in ("day", "month", "year")}
    path = f"/vu-viec/{second.case_id}/chuyen-gui/can-cu/{second.ground_id}/rut"
    assert browser("lan").post(path, data={**form, "call_how": "gọi trạm"}).status_code == 303
    calls = first.lan.does(promise_actions.list_promises).calls
    assert [(call.case_id, call.on) for call in calls] == [
        (first.case_id, clock.today() + timedelta(days=1)),
        (second.case_id, in_three_days),
    ]
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    with pytest.raises(BadInput):
        withdraw(referred(house), call=SafetyCall(yesterday))


@only_sqlite
def test_a_promised_call_comes_up_on_its_day_until_it_was_made(house: House, browser):
    referral = referred(house)
    withdraw(referral, call=SafetyCall(clock.today().isoformat(), "nói là người bán giống lúa"))
    path = f"/vu-viec/{referral.case_id}/chuyen-gui/can-cu/{referral.ground_id}/da-goi"
    client = browser("lan")
    assert f'href="{path}"' in client.get("/").text
    assert f'href="{path}"' not in browser("hoa").get("/").text
    assert "nói là người bán giống lúa" in client.get(path).text
    assert client.post(path, data={"words": ""}).status_code == 422
    assert client.post(path, data={"words": "Chị nói vẫn ổn, đang ở nhà mẹ"}).status_code == 303
    assert f'href="{path}"' not in client.get("/").text
    assert client.post(path, data={"words": "lần nữa"}).status_code == 409
    assert "Chị nói vẫn ổn" in client.get(f"/vu-viec/{referral.case_id}/chuyen-gui").text
    assert house["mai"].does(promise_actions.list_promises).calls == ()
    with pytest.raises(NotFound):
        house["mai"].does(
            promise_actions.record_safety_call, referral.case_id, referral.ground_id, words="nghe nói vẫn ổn"
        )


@only_sqlite
def test_a_lead_is_told_of_a_call_that_is_late(house: House):
    referral = referred(house)
    withdraw(referral)
    late = clock.micros() + 3 * DAY
    with clock.use_clock(lambda: late):
        house["hoa"].leaves()
        [call] = house["hoa"].does(promise_actions.list_promises).calls
        assert (call.case_id, call.late) == (referral.case_id, True)
    house["hoa"].leaves()
    assert house["hoa"].does(promise_actions.list_promises).calls == ()


@only_sqlite
def test_who_was_not_asked_and_whose_consent_has_run_out_are_asked_again(house: House, lan: Someone, browser):
    case_id = lan.opens_a_case()
    ground(house, case_id, "health_station", consent="not_asked", form="")
    ground(house, case_id, "legal_aid", consent="not_asked", form="")
    ground(house, case_id, "legal_aid", consent="refused", form="")
    asks = lan.does(promise_actions.list_promises).asks
    assert [(ask.receiver, ask.expired) for ask in asks] == [("health_station", False)]
    assert "Hỏi lại ý người ấy" in browser("lan").get("/").text
    later = clock.micros() + 184 * DAY
    with clock.use_clock(lambda: later):
        lan.leaves()
        asks = lan.does(promise_actions.list_promises).asks
        assert {(ask.receiver, ask.expired) for ask in asks} == {("health_station", False), ("police", True)}
        lan.does(desk.close_case, case_id, outcome="needs_met", words="")
        assert lan.does(promise_actions.list_promises).asks == ()


@both_databases
def test_closing_keeps_the_child_track_for_its_days_and_ends_the_rest(house: House, lan: Someone, browser):
    referral = referred(house)
    child = ground(house, referral.case_id, "child_protection", kind="duty", consent="", form="", duty="LTE_51")
    child_referral = lan.does(sending_actions.send, referral.case_id, child, ASKED)
    house["nga"].does(receiving_actions.open_referral, referral.case_id, child_referral)
    page = browser("lan").get(f"/vu-viec/{referral.case_id}/dong").text
    assert "Luật Trẻ em 2016, Điều 51" in page
    assert "Chấm dứt ngay" in page
    [kept] = [line for line in planned(referral, towards=Act.CASE_CLOSE) if line.stays]
    lan.does(desk.close_case, referral.case_id, outcome="needs_met", words="")
    held = sections(house, referral.case_id, "child_protection")
    assert held == set(kept.stays[0].sections) | ALWAYS
    assert held <= keeps("LTE_51") | ALWAYS
    assert sections(house, referral.case_id, "police") == set()
    assert house["nga"].does(desk.read_section, referral.case_id, Section.IDENTITY)
    days = codelist("duty_article").get("LTE_51").number("days") or 0
    for after, left in ((days - 1, True), (days + 1, False)):
        later = clock.micros() + after * DAY
        with clock.use_clock(lambda: later):  # noqa: B023
            house.gate.perform(house.stranger(Role.SYSTEM), sending_actions.expire)
            assert (sections(house, referral.case_id, "child_protection") != set()) is left


@only_sqlite
def test_closing_keeps_what_a_duty_needs_though_it_was_sent_by_consent(house: House):
    referral = referred(house).goes("open")
    duty(referral, "TTHS_144")
    referral.lan.does(desk.close_case, referral.case_id, outcome="in_court", words="")
    assert sections(house, referral.case_id, "police") == (keeps("TTHS_144") & POLICE) | ALWAYS


@only_sqlite
def test_danger_ends_with_the_case(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    danger = ground(house, case_id, kind="danger", consent="", form="", reason="Dọa giết")
    lan.does(sending_actions.send, case_id, danger, ASKED)
    lan.does(desk.close_case, case_id, outcome="needs_met", words="")
    assert sections(house, case_id, "police") == set()


@only_sqlite
def test_a_case_that_was_a_mistake_keeps_nothing_for_anybody(house: House, lan: Someone):
    referral = referred(house).goes("open")
    duty(referral)
    lan.does(voiding.void_case, referral.case_id, "mở nhầm")
    assert sections(house, referral.case_id, "police") == set()


@only_sqlite
def test_the_register_says_what_was_shared_without_consent_by_which_law_and_who_reviewed_it(
    house: House, lan: Someone, browser
):
    referral = referred(house)
    sent = ground(house, referral.case_id, kind="danger", consent="", form="", reason="Bóp cổ đêm qua")
    lan.does(sending_actions.send, referral.case_id, sent, ASKED)
    house["hoa"].does(ground_actions.review_ground, referral.case_id, sent, agrees=True)
    unsent = duty(referral)
    register = house["binh"].does(promise_actions.read_register)
    [line], [waiting] = register.shared, register.not_sent
    assert (line.entry.kind, line.by, line.reviewer, line.unreviewed) == ("danger", "Trần Thị Lan", "Lê Thị Hòa", False)
    assert (line.code, waiting.entry.duty, register.cases) == (waiting.code, "L13_20_4", 1)
    assert set(line.sections) == POLICE
    page = browser("hoa").get("/chuyen-gui/khong-can-dong-y").text
    for words in ("Bóp cổ đêm qua", "Điều 20 khoản 4", "Đã chia sẻ 1 lần, trong 1 vụ việc"):
        assert words in page
    assert unsent != sent
    assert page.count("<article") == 2
    for name in ("lan", "cuong", "chinh", "quang", "thu", "son"):
        assert browser(name).get("/chuyen-gui/khong-can-dong-y").status_code == 403


@only_sqlite
def test_the_register_knows_no_case_that_is_sealed_to_others(house: House, lan: Someone, mai: Someone):
    case_id = lan.opens_a_case(dao(grounds=()), circle=[mai])
    ground(house, case_id, kind="danger", consent="", form="", reason="Dọa giết")
    assert house["hoa"].does(promise_actions.read_register).lines == ()


@only_sqlite
def test_the_register_is_read_page_by_page(house: House, lan: Someone, browser):
    case_id = lan.opens_a_case(dao(grounds=()))
    for number in range(REGISTER.size + 1):
        ground(house, case_id, kind="danger", consent="", form="", reason=f"lần {number}")
    first, second = (browser("hoa").get(f"/chuyen-gui/khong-can-dong-y?trang={number}") for number in (0, 1))
    assert [page.text.count("<article") for page in (first, second)] == [REGISTER.size, 1]
    assert len(first.data) < 15 * 1024
    assert ("lần 0<" in first.text, "lần 0<" in second.text) == (False, True)


@only_sqlite
def test_only_a_consent_is_asked_about_pressure_and_followed_by_a_call(house: House, lan: Someone, browser):
    case_id = lan.opens_a_case(dao(grounds=()))
    danger = ground(house, case_id, kind="danger", consent="", form="", reason="Dọa giết")
    consent = ground(house, case_id)
    pages = [browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui/can-cu/{one}/rut").text for one in (danger, consent)]
    assert ["Có ai bảo, ép người ấy nói vậy không" in page for page in pages] == [False, True]
    assert ["Gọi hỏi thăm" in page for page in pages] == [False, True]
    lan.does(ground_actions.withdraw_ground, case_id, danger)
    assert lan.does(promise_actions.list_promises).calls == ()
