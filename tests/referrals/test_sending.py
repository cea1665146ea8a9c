"""Sending: only from a live ground, exactly the agreed sections, whatever is posted."""

from dataclasses import replace

import pytest

from casework import clock
from casework.cases.sections import Children, GroundEntry, Letter
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, NotFound, Refused, Ungrounded
from casework.policy.vocabulary import Act, Section
from casework.referrals import ground_actions, reader_actions, receiving_actions
from casework.referrals import sending_actions as sending
from tests.house import both_databases, only_sqlite
from tests.referrals.scenes import ASKED, AT, HEALTH, POLICE, envelopes, everything, ground, referred, sections
from tests.stories import CANARIES, dao
from tests.tampering import stolen

DAY = 86_400 * clock.MICROSECOND
ALWAYS = {Section.LABEL, Section.LETTER, Section.GROUNDS}


def denied(house, act: Act) -> int:
    with stolen(house) as thief:
        return len(thief.rows("audit_line", act=act, outcome="denied"))


@only_sqlite
@pytest.mark.parametrize(
    "extra", [{"override": "1"}, {"consent": "granted"}, {"state": "live"}, {"role": "counsellor"}]
)
def test_an_extra_field_gives_nobody_a_right_and_the_try_is_in_the_log(house, browser, extra):
    referral = referred(house)
    before, lines = everything(house, referral.case_id), denied(house, Act.REFERRAL_SEND)
    path = f"/vu-viec/{referral.case_id}/chuyen-gui/can-cu/{referral.ground_id}/gui"
    refused = [(name, 403) for name in ("thu", "rang", "quang", "son")]
    for name, status in (*refused, ("chinh", 404), ("mai", 404), ("tam", 404)):
        assert browser(name).post(path, data={"asks": "police", **extra}).status_code == status
    assert denied(house, Act.REFERRAL_SEND) == lines + 7
    assert everything(house, referral.case_id) == before


@only_sqlite
@pytest.mark.parametrize("answer", ["not_asked", "refused"])
def test_without_a_live_ground_the_server_refuses_whatever_is_posted(house, browser, answer):
    lan = house["lan"]
    case_id = lan.opens_a_case(dao(grounds=()))
    entry = lan.does(
        ground_actions.record_ground, case_id, GroundEntry(kind="consent", receiver="police", consent=answer)
    )
    lines = denied(house, Act.REFERRAL_SEND)
    path = f"/vu-viec/{case_id}/chuyen-gui/can-cu/{entry}/gui"
    sent = browser("lan").post(path, data={"asks": "police", "override": "1", "consent": "granted"})
    assert sent.status_code == 422
    assert "Chưa có lý do chia sẻ" in sent.text
    assert denied(house, Act.REFERRAL_SEND) == lines + 1
    assert envelopes(house, case_id, "police") == set()
    assert browser("lan").get(path.replace("/gui", "/xem-truoc")).status_code == 422


def test_consent_for_health_alone_opens_nothing_to_the_police(house, lan):
    referral = referred(house, "health_station")
    refused = lan.does(ground_actions.record_ground, referral.case_id, GroundEntry("consent", "police", "refused"))
    with pytest.raises(Ungrounded):
        lan.does(sending.send, referral.case_id, refused, ASKED)
    assert envelopes(house, referral.case_id, "police") == set()
    assert house["cuong"].does(receiving_actions.list_referrals).lines == ()
    with pytest.raises(NotFound):
        house["cuong"].does(desk.read_case, referral.case_id)


@both_databases
@pytest.mark.parametrize(("receiver", "agreed"), [("police", POLICE), ("health_station", HEALTH)])
def test_the_receiver_gets_envelopes_for_exactly_what_was_agreed(house, receiver, agreed):
    referral = referred(house, receiver)
    assert sections(house, referral.case_id, receiver) == agreed | ALWAYS
    others = {code for code in AT if code != receiver}
    assert [sections(house, referral.case_id, code) for code in others] == [set()] * len(others)


@only_sqlite
def test_a_receiver_reads_each_agreed_section_and_no_other(house):
    referral = referred(house).goes("open")
    for section in Section:
        if section in POLICE | ALWAYS:
            assert referral.to.does(desk.read_section, referral.case_id, section)
        else:
            with pytest.raises((Refused, NotFound)):
                referral.to.does(desk.read_section, referral.case_id, section)


@only_sqlite
def test_no_word_of_another_section_is_on_any_page_of_the_receiver(house, browser):
    referral = referred(house, "health_station").goes("open", "accept")
    tam, shown = browser("tam"), ""
    for path in ("/", "/chuyen-gui", referral.path, f"/vu-viec/{referral.case_id}"):
        shown += tam.get(path).text
    for section in Section:
        shown += tam.get(f"/vu-viec/{referral.case_id}/{section.code}").text
    for known in ("identity", "contact", "children"):
        assert CANARIES[known] in shown
    for hidden in ("story", "perpetrator", "safety_plan", "assessment", "grounds"):
        assert CANARIES[hidden] not in shown


@only_sqlite
def test_a_preview_says_what_will_be_read_once_it_is_written(lan, browser):
    case_id = lan.opens_a_case(dao(grounds=(), children=Children()))
    consent = GroundEntry("consent", "police", "granted", "spoken", sections=("incident", "children"))
    ground_id = lan.does(ground_actions.record_ground, case_id, consent)
    assert Section.CHILDREN in lan.does(sending.preview, case_id, ground_id).to_come
    said = "Chưa ghi; ghi sau thì nơi ấy đọc được."
    assert said in browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui/can-cu/{ground_id}/xem-truoc").text
    assert said in browser("lan").get(f"/vu-viec/{case_id}/gui-ngay").text


@only_sqlite
def test_a_preview_says_who_will_see_what_before_anything_is_sent(house, lan):
    case_id = lan.opens_a_case(dao(danger="yes", only_counselling="yes", grounds=()))
    entry = ground(house, case_id)
    before = everything(house, case_id)
    preview = lan.does(sending.preview, case_id, entry)
    assert set(preview.will_see) == POLICE
    assert set(preview.will_not_see) == {Section.STORY, Section.SAFETY_PLAN, Section.ASSESSMENT}
    assert [(reader.name, reader.reason) for reader in preview.side.readers] == [("Vũ Mạnh Cường", "")]
    assert preview.urgent
    assert preview.only_counselling
    assert preview.numbers.office
    assert everything(house, case_id) == before


@only_sqlite
def test_a_ground_of_danger_makes_a_referral_urgent(house, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    entry = ground(house, case_id, kind="danger", consent="", reason="Bị bóp cổ đêm qua")
    referral_id = lan.does(sending.send, case_id, entry, ASKED)
    line = lan.does(receiving_actions.read_referral, case_id, referral_id).line
    assert line.urgent
    assert line.due - line.sent == 120 * 60 * clock.MICROSECOND
    assert line.unopened


@both_databases
def test_a_form_sent_twice_refers_once(house, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    entry = ground(house, case_id)
    once = case_id
    first = lan.does(sending.send, case_id, entry, ASKED, once=once)
    assert lan.does(sending.send, case_id, entry, ASKED, once=once) == first
    with pytest.raises(Conflict):
        lan.does(sending.send, case_id, entry, ASKED)
    assert len(lan.does(receiving_actions.list_referrals).lines) == 1


@only_sqlite
def test_a_closed_case_is_not_referred(house, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    entry = ground(house, case_id)
    lan.does(desk.close_case, case_id, outcome="needs_met", words="")
    for doing in (sending.preview, sending.send):
        with pytest.raises(Conflict):
            lan.does(doing, case_id, entry, *([ASKED] if doing is sending.send else []))


@only_sqlite
def test_a_ground_that_has_run_out_carries_nothing(house, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    entry = ground(house, case_id)
    later = clock.micros() + 184 * DAY
    with clock.use_clock(lambda: later):
        lan._cookie = None
        with pytest.raises(Ungrounded):
            lan.does(sending.send, case_id, entry, ASKED)


@only_sqlite
def test_a_letter_must_ask_for_something(house, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    entry = ground(house, case_id)
    with pytest.raises(BadInput):
        lan.does(sending.send, case_id, entry, replace(ASKED, asks=()))
    with pytest.raises(BadInput):
        lan.does(ground_actions.record_ground, case_id, GroundEntry(kind="duty", receiver="police"))
    with pytest.raises(BadInput):
        lan.does(ground_actions.record_ground, case_id, GroundEntry(kind="danger", receiver="police"))
    for receiver in ("womens_union", "statistics", "nobody"):
        with pytest.raises(BadInput):
            lan.does(ground_actions.record_ground, case_id, GroundEntry("consent", receiver, "granted"))
    with pytest.raises(BadInput):
        lan.does(ground_actions.record_ground, case_id, GroundEntry("wish", "police", "granted"))
    with pytest.raises(BadInput):
        lan.does(ground_actions.record_ground, case_id, GroundEntry("consent", "police", ""))


@only_sqlite
def test_what_was_refused_or_not_asked_stands_in_the_ledger(house, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    for answer in ("not_asked", "refused"):
        lan.does(ground_actions.record_ground, case_id, GroundEntry("consent", "police", answer))
    lines = lan.does(ground_actions.read_ledger, case_id).grounds
    assert [line.entry.consent for line in lines] == ["refused", "not_asked"]
    assert not any(line.live or line.sendable for line in lines)


@only_sqlite
def test_a_case_sealed_to_named_people_goes_out_under_the_name_of_their_agency(house, lan, mai):
    case_id = lan.opens_a_case(dao(grounds=()), circle=[mai])
    entry = ground(house, case_id)
    referral_id = lan.does(sending.send, case_id, entry, ASKED)
    [line] = house["cuong"].does(receiving_actions.list_referrals).lines
    assert line.other == "Hội Liên hiệp Phụ nữ xã"
    assert house["hoa"].does(receiving_actions.list_referrals).lines == ()
    house["cuong"].does(receiving_actions.open_referral, case_id, referral_id)
    house["cuong"].does(receiving_actions.accept, case_id, referral_id)
    assert mai.does(receiving_actions.read_referral, case_id, referral_id).line.state == "accepted"
    with pytest.raises(NotFound):
        house["hoa"].does(receiving_actions.read_referral, case_id, referral_id)


@only_sqlite
def test_a_colleague_who_does_not_hold_the_case_sees_no_referral_of_it(house, mai):
    referral = referred(house)
    assert mai.does(receiving_actions.list_referrals).lines == ()
    for doing, more in ((receiving_actions.read_referral, ()), (sending.withdraw, ()), (sending.reply, ("x",))):
        with pytest.raises(NotFound):
            mai.does(doing, *referral.at, *more)
    assert referral.house["hoa"].does(receiving_actions.read_referral, *referral.at).line.state == "sent"


@only_sqlite
def test_letters_are_sealed_to_both_ends_alone(house):
    referral = referred(house).goes("open", "accept")
    referral.lan.does(sending.record_call, *referral.at, Letter(who="anh Cường", when="2026-11-23T20:15"), reached=True)
    letters = [row for row in envelopes(house, referral.case_id, "police") if row[0] is Section.LETTER]
    assert letters
    assert Section.LETTER not in sections(house, referral.case_id, "health_station")
    steps = [sheet.letter.step for sheet in referral.to.does(receiving_actions.read_referral, *referral.at).sheets]
    assert steps == ["send", "accept"]
    mine = referral.lan.does(receiving_actions.read_referral, *referral.at).sheets
    assert [sheet.letter.step for sheet in mine] == ["send", "accept", "called"]


@only_sqlite
def test_who_answered_a_call_is_told_to_nobody_at_the_receiver_whoever_reads_there_later(house):
    kien = [house.hires(name) for name in ("dung", "kien")][-1]
    referral = referred(house, danger="yes").goes("open")
    call = Letter(who="Anh Kiên nghe máy, em dừng lại", when="2026-11-23T20:15")
    referral.lan.does(sending.record_call, *referral.at, call, reached=True)
    assert referral.lan.does(receiving_actions.read_referral, *referral.at).line.call
    referral.lan.does(reader_actions.change_readers, *referral.at, [kien.id])
    for officer in ("cuong", "dung"):
        page = house[officer].does(receiving_actions.read_referral, *referral.at)
        assert [sheet.letter.step for sheet in page.sheets] == ["send"]
        assert page.line.call is None
