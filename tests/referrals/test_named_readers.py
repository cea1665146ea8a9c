"""To named people: who would read is said by name, who must not know never reads, and nobody joins unasked."""

import re
from html import unescape
from uuid import UUID

import pytest

from casework import clock
from casework.accounts import admission_actions
from casework.cases import restriction
from casework.cases.sections import GroundEntry, Identity, Perpetrator, SafetyPlan
from casework.desk import actions as desk
from casework.errors import NotFound
from casework.notices import actions as notices
from casework.policy.vocabulary import Act, Role, Section
from casework.referrals import ground_actions, receiving_actions
from casework.referrals import sending_actions as sending
from casework.referrals.named_readers import WrongReaders
from tests.cases.keys import agency_id
from tests.house import House, Someone, both_databases, only_sqlite
from tests.referrals.scenes import ASKED, HEALTH, POLICE, everything, ground, sections
from tests.stories import dao
from tests.tampering import stolen

KIN = "Anh Kiên làm công an, em họ chồng."


@pytest.fixture
def police(house: House) -> tuple[Someone, Someone, Someone]:
    """Three officers; Kiên is kin."""
    return house["cuong"], house.hires("dung"), house.hires("kien")


def with_kin(lan: Someone, **changes) -> UUID:
    return lan.opens_a_case(dao(grounds=(), safety_plan=SafetyPlan(who_must_not_know=KIN), **changes))


def holders(house: House, case_id: UUID) -> set[UUID]:
    """Return who can open any document of a case: whoever holds the key of an agency that has an envelope of it."""
    with stolen(house) as thief:
        agencies = {row["agency_id"] for row in thief.rows("envelope", case_id=case_id)}
        return {row["member_id"] for row in thief.rows("wrap") if row["agency_id"] in agencies}


def refusals(house: House) -> int:
    with stolen(house) as thief:
        return len(thief.rows("audit_line", act=Act.REFERRAL_SEND, outcome="denied"))


@only_sqlite
def test_the_preview_names_who_would_read_and_takes_out_who_must_not_know(house, lan, police):
    case_id = with_kin(lan)
    side = lan.does(sending.preview, case_id, ground(house, case_id)).side
    assert {(reader.name, reader.reason) for reader in side.readers} == {
        ("Vũ Mạnh Cường", ""),
        ("Trịnh Văn Dũng", ""),
        ("Vũ Trung Kiên", "named"),
    }


@only_sqlite
@pytest.mark.parametrize("name", ["vũ trung kiên", "anh Kiên", "Vu  Trung  Kien (công an)"])
def test_an_officer_who_is_named_as_who_was_violent_is_taken_out_too(house, lan, police, name):
    case_id = lan.opens_a_case(dao(grounds=(), perpetrator=Perpetrator(name=name, relation="VO_CHONG")))
    side = lan.does(sending.preview, case_id, ground(house, case_id)).side
    assert [reader.name for reader in side.readers if reader.reason == "violent"] == ["Vũ Trung Kiên"]


@both_databases
def test_who_is_taken_out_holds_nothing_and_the_others_read(house, lan, police):
    cuong, dung, kien = police
    case_id = with_kin(lan)
    referral_id = lan.does(sending.send, case_id, ground(house, case_id), ASKED, without=[kien.id])
    assert kien.id not in holders(house, case_id)
    assert {cuong.id, dung.id} <= holders(house, case_id)
    assert sections(house, case_id, "police") == set()
    for reader in (cuong, dung):
        assert reader.does(receiving_actions.read_referral, case_id, referral_id).line.incoming
    cuong.does(receiving_actions.open_referral, case_id, referral_id)
    for section in POLICE:
        assert dung.does(desk.read_section, case_id, section)
    for doing, more in ((desk.read_case, ()), (receiving_actions.read_referral, (referral_id,))):
        with pytest.raises(NotFound):
            kien.does(doing, case_id, *more)
    assert kien.does(receiving_actions.list_referrals).lines == ()


@only_sqlite
def test_who_must_not_know_is_never_kept_whatever_is_posted(house, lan, police, browser):
    case_id = with_kin(lan)
    entry = ground(house, case_id)
    before, lines = everything(house, case_id), refusals(house)
    path = f"/vu-viec/{case_id}/chuyen-gui/can-cu/{entry}/gui"
    for without in ([], ["nobody"], [str(police[1].id)]):
        lan.proves(case_id)
        answer = browser("lan").post(path, data={"asks": "police", "words": "Đi cổng sau", "without": without})
        assert answer.status_code == 422
        assert "Hãy bỏ người ấy ra" in answer.text
        assert "Đi cổng sau" in answer.text
    assert refusals(house) == lines + 3
    assert everything(house, case_id) == before


@only_sqlite
def test_two_must_be_left_or_the_page_says_whom_to_call_and_nothing_is_sent(house, lan, browser):
    house.hires("kien")
    case_id = with_kin(lan)
    entry = ground(house, case_id)
    before = everything(house, case_id)
    page = browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui/can-cu/{entry}/xem-truoc")
    assert page.status_code == 200
    assert "Không gửi: hãy gọi điện" in page.text
    assert "0203 555 017" in page.text
    assert "113" in page.text
    assert "<textarea" not in page.text
    with pytest.raises(WrongReaders):
        lan.does(sending.send, case_id, entry, ASKED, without=[house["kien"].id])
    assert everything(house, case_id) == before


@only_sqlite
def test_the_sender_takes_out_whom_they_choose_but_leaves_two(house, lan, police, browser):
    cuong, dung, kien = police
    case_id = lan.opens_a_case(dao(grounds=()))
    entry = ground(house, case_id)
    with pytest.raises(WrongReaders):
        lan.does(sending.send, case_id, entry, ASKED, without=[dung.id, kien.id])
    lan.does(sending.send, case_id, entry, ASKED, without=[dung.id])
    assert {cuong.id, kien.id} <= holders(house, case_id)
    assert dung.id not in holders(house, case_id)


@only_sqlite
def test_nobody_who_joins_later_reads_what_was_sent_to_named_people(house, lan, police):
    case_id = with_kin(lan)
    referral_id = lan.does(sending.send, case_id, ground(house, case_id), ASKED, without=[police[2].id])
    oanh = house.hires("oanh")
    with pytest.raises(NotFound):
        oanh.does(receiving_actions.read_referral, case_id, referral_id)
    assert oanh.id not in holders(house, case_id)


@only_sqlite
@pytest.mark.parametrize("way", ["one receiver", "in one step", "changing readers"])
def test_who_joins_while_the_page_is_open_reads_nothing_before_they_were_seen_on_it(house, lan, police, browser, way):
    case_id, kien = with_kin(lan), police[2]
    entry = ground(house, case_id)
    url = f"/vu-viec/{case_id}/gui-ngay" if way == "in one step" else f"/vu-viec/{case_id}/chuyen-gui/can-cu/{entry}/"
    prefix = f"{entry.hex[:8]}-" if way == "in one step" else ""
    page, post = (url, url) if prefix else (f"{url}xem-truoc", f"{url}gui")
    if way == "changing readers":
        referral_id = lan.does(sending.send, case_id, entry, ASKED, without=[kien.id])
        page = post = f"/vu-viec/{case_id}/chuyen-gui/{referral_id}/nguoi-doc"
    lan.proves(case_id)
    user, out = browser("lan"), {"chosen": "yes", "asks": "police", "without": [str(kien.id)]}

    def sent(text: str) -> dict[str, object]:
        mark = re.search(rf'name="{prefix}shown"[^>]* value="(\w+)"', text)
        assert mark
        return {f"{prefix}{name}": value for name, value in (out | {"shown": mark.group(1)}).items()}

    old = sent(user.get(page).text)
    oanh = house.hires("oanh")
    answer = user.post(post, data=old)
    assert answer.status_code == 422
    assert oanh.id not in holders(house, case_id)
    assert "Đoàn Thị Oanh" in unescape(answer.text)
    assert user.post(post, data=sent(answer.text)).status_code == 303
    assert oanh.id in holders(house, case_id)


@only_sqlite
def test_a_case_sealed_to_named_people_is_referred_to_named_people(house, lan, mai, police):
    case_id = lan.opens_a_case(dao(grounds=()), circle=[mai])
    lan.does(sending.send, case_id, ground(house, case_id), ASKED)
    assert sections(house, case_id, "police") == set()
    oanh = house.hires("oanh")
    assert {member.id for member in police} <= holders(house, case_id)
    assert oanh.id not in holders(house, case_id)


@only_sqlite
def test_where_nobody_is_taken_out_it_goes_to_the_agency(house, lan, police):
    case_id = lan.opens_a_case(dao(grounds=()))
    lan.does(sending.send, case_id, ground(house, case_id), ASKED)
    assert sections(house, case_id, "police") >= POLICE
    with stolen(house) as thief:
        assert thief.rows("agency", kind="circle") == []


@only_sqlite
def test_the_sender_still_reads_the_name_and_the_telephone_of_the_agency(house, lan, police):
    case_id = with_kin(lan)
    referral_id = lan.does(sending.send, case_id, ground(house, case_id), ASKED, without=[police[2].id])
    for line in (
        lan.does(receiving_actions.read_referral, case_id, referral_id).line,
        lan.does(ground_actions.read_ledger, case_id).referrals[0],
        lan.does(receiving_actions.list_referrals).lines[0],
    ):
        assert (line.other, line.other_kind, line.numbers.agency) == ("Công an xã", "police", "police")
        assert line.numbers.office.number == "0203 555 017"
    [incoming] = police[0].does(receiving_actions.list_referrals).lines
    assert incoming.other == "Hội Liên hiệp Phụ nữ xã"


@only_sqlite
def test_what_a_named_reader_writes_down_stays_among_the_named(house, lan, police):
    cuong, dung, kien = police
    case_id = with_kin(lan)
    referral_id = lan.does(sending.send, case_id, ground(house, case_id), ASKED, without=[kien.id])
    cuong.does(receiving_actions.open_referral, case_id, referral_id)
    cuong.does(receiving_actions.accept, case_id, referral_id)
    cuong.does(desk.add_note, case_id, "Đã đến nhà, đi lối sau.")
    assert kien.id not in holders(house, case_id)
    assert dung.does(desk.read_section, case_id, Section.POLICE)


@only_sqlite
@pytest.mark.parametrize("way", ["withdraw", "decline", "ground", "review", "close", "expire"])
def test_the_end_cuts_off_named_people_as_it_does_an_agency(house, lan, hoa, police, way):
    cuong, dung, kien = police
    case_id = with_kin(lan)
    entry = ground(house, case_id, kind="danger", consent="", reason="Dọa giết") if way == "review" else None
    entry = entry or ground(house, case_id)
    referral_id = lan.does(sending.send, case_id, entry, ASKED, without=[kien.id])
    cuong.does(receiving_actions.open_referral, case_id, referral_id)
    assert dung.does(desk.read_section, case_id, Section.IDENTITY)
    if way == "withdraw":
        lan.does(sending.withdraw, case_id, referral_id)
    elif way == "decline":
        cuong.does(receiving_actions.decline, case_id, referral_id, "Hết người trực")
    elif way == "ground":
        lan.does(ground_actions.withdraw_ground, case_id, entry)
    elif way == "review":
        hoa.does(ground_actions.review_ground, case_id, entry, agrees=False, words="Không còn nguy hiểm")
    elif way == "close":
        lan.does(desk.close_case, case_id, outcome="needs_met", words="")
    else:
        later = clock.micros() + 184 * 86_400 * clock.MICROSECOND
        with clock.use_clock(lambda: later):
            assert house.gate.perform(house.stranger(Role.SYSTEM), sending.expire) == 1
    with stolen(house) as thief:
        circles = {row["id"] for row in thief.rows("agency", kind="circle")}
        documents = {row["id"]: row for row in thief.rows("document", case_id=case_id)}
        left = {
            documents[row["document_id"]]["section"]
            for row in thief.rows("envelope", case_id=case_id)
            if row["agency_id"] in circles
        }
    assert left == ({Section.LETTER} if way == "decline" else set())
    for reader in (cuong, dung):
        with pytest.raises(NotFound):
            reader.does(desk.read_section, case_id, Section.IDENTITY)


@only_sqlite
def test_named_readers_read_on_when_the_case_is_sealed_to_named_people_later(house, lan, mai, hoa, police):
    cuong, dung, kien = police
    case_id = with_kin(lan)
    referral_id = lan.does(sending.send, case_id, ground(house, case_id), ASKED, without=[kien.id])
    cuong.does(receiving_actions.open_referral, case_id, referral_id)
    lan.does(restriction.restrict, case_id, [mai.id])
    for somebody in (lan, mai, dung):
        somebody.leaves()
    mai.does(desk.write_section, case_id, Identity(name="Đào Tiên"), base=1)
    [page] = dung.does(desk.read_section, case_id, Section.IDENTITY)
    assert page.revision == 2
    assert {kien.id, hoa.id}.isdisjoint(holders(house, case_id))


@only_sqlite
def test_a_review_that_agrees_is_read_by_the_named_people(house, lan, hoa, police):
    cuong, _, kien = police
    case_id = with_kin(lan)
    entry = ground(house, case_id, kind="danger", consent="", reason="Dọa giết")
    referral_id = lan.does(sending.send, case_id, entry, ASKED, without=[kien.id])
    cuong.does(receiving_actions.open_referral, case_id, referral_id)
    hoa.does(ground_actions.review_ground, case_id, entry, agrees=True, words="Đúng là nguy hiểm")
    review = cuong.does(receiving_actions.read_referral, case_id, referral_id).review
    assert review.words == "Đúng là nguy hiểm"
    assert kien.id not in holders(house, case_id)


@only_sqlite
def test_nothing_more_is_sent_while_who_must_not_know_reads_by_an_earlier_referral(house, lan, police):
    cuong, dung, kien = police
    case_id = lan.opens_a_case(dao(grounds=()))
    first = lan.does(sending.send, case_id, ground(house, case_id), ASKED)
    lan.does(desk.write_section, case_id, SafetyPlan(who_must_not_know=KIN), base=1)
    entry = ground(house, case_id, kind="danger", consent="", reason="Dọa giết")
    assert lan.does(sending.preview, case_id, entry).side.reading == ("Vũ Trung Kiên",)
    with pytest.raises(WrongReaders):
        lan.does(sending.send, case_id, entry, ASKED, without=[kien.id])
    lan.does(sending.withdraw, case_id, first)
    lan.does(sending.send, case_id, entry, ASKED, without=[kien.id])
    assert kien.id not in holders(house, case_id)
    assert {cuong.id, dung.id} <= holders(house, case_id)


def unsent(browser, case_id: UUID) -> tuple[str, dict[str, str]]:
    """Return the page that sends everything at once, and the prefix of each receiver's questions."""
    page = unescape(browser("lan").get(f"/vu-viec/{case_id}/gui-ngay").text)
    receivers = re.findall(r"<h2>(Công an|Trạm Y tế)", page)
    return page, dict(zip(receivers, re.findall(r'id="(\w{8}-)without-0"', page), strict=True))


def in_one_step(lan: Someone, house: House) -> UUID:
    case_id = with_kin(lan)
    ground(house, case_id)
    ground(house, case_id, "health_station")
    return case_id


@only_sqlite
def test_in_one_step_too_kin_are_taken_out_and_never_kept(house, lan, police, browser):
    case_id = in_one_step(lan, house)
    page, prefix = unsent(browser, case_id)
    assert page.count(" checked") >= 1
    assert f'value="{police[2].id}" checked' in page
    sent = {f"{prefix['Công an']}chosen": "yes", f"{prefix['Công an']}asks": "police"}
    sent |= {f"{prefix['Trạm Y tế']}chosen": "yes", f"{prefix['Trạm Y tế']}asks": "health"}
    lan.proves(case_id)
    wrong = browser("lan").post(f"/vu-viec/{case_id}/gui-ngay", data=sent)
    assert wrong.status_code == 422
    assert "Hãy bỏ người ấy ra" in wrong.text
    assert sections(house, case_id, "health_station") == set()
    sent[f"{prefix['Công an']}without"] = str(police[2].id)
    assert browser("lan").post(f"/vu-viec/{case_id}/gui-ngay", data=sent).status_code == 303
    assert sections(house, case_id, "police") == set()
    assert sections(house, case_id, "health_station") >= HEALTH
    assert {police[0].id, police[1].id} <= holders(house, case_id)
    assert police[2].id not in holders(house, case_id)


@only_sqlite
def test_in_one_step_a_receiver_with_too_few_readers_is_called_and_the_others_are_sent_to(house, lan, browser):
    house.hires("kien")
    case_id = in_one_step(lan, house)
    page = unescape(browser("lan").get(f"/vu-viec/{case_id}/gui-ngay").text)
    assert page.count("Không gửi: hãy gọi điện") == 1
    [prefix] = re.findall(r'id="(\w{8}-)without-0"', page)
    lan.proves(case_id)
    sent = {f"{prefix}chosen": "yes", f"{prefix}asks": "health"}
    assert browser("lan").post(f"/vu-viec/{case_id}/gui-ngay", data=sent).status_code == 303
    assert sections(house, case_id, "health_station") >= HEALTH
    assert sections(house, case_id, "police") == set()
    assert house["kien"].id not in holders(house, case_id)


@only_sqlite
def test_kin_without_a_key_yet_are_taken_out_before_they_have_one(house, lan, cuong):
    house.hires("dung")
    son, oanh = house["son"], "Đoàn Thị Oanh"
    son.does(admission_actions.add_member, "oanh.moi", oanh, Role.OFFICER)
    case_id = lan.opens_a_case(dao(grounds=(), safety_plan=SafetyPlan(who_must_not_know="cô Oanh")))
    side = lan.does(sending.preview, case_id, ground(house, case_id)).side
    [kin] = [reader for reader in side.readers if reader.reason]
    assert (kin.name, kin.active) == (oanh, False)
    lan.does(sending.send, case_id, ground(house, case_id), ASKED, without=[kin.id])
    assert sections(house, case_id, "police") == set()


@only_sqlite
def test_the_same_form_sent_twice_makes_one_circle(house, lan, police):
    case_id = with_kin(lan)
    entry, out = ground(house, case_id), [police[2].id]
    first = lan.does(sending.send, case_id, entry, ASKED, once=case_id, without=out)
    assert lan.does(sending.send, case_id, entry, ASKED, once=case_id, without=out) == first
    with stolen(house) as thief:
        assert len(thief.rows("agency", kind="circle")) == 1


@only_sqlite
def test_consent_alone_is_asked_of_the_agency_whoever_reads(house, lan, police):
    case_id = with_kin(lan)
    lan.does(ground_actions.record_ground, case_id, GroundEntry("consent", "police", "granted", "spoken"))
    [line] = lan.does(ground_actions.read_ledger, case_id).grounds
    assert line.receiver == "Công an xã"
    assert line.receiver_id == agency_id(house, "police")


@only_sqlite
def test_somebody_who_is_named_after_it_was_sent_is_shown_in_red_until_they_are_cut_off(house, lan, browser):
    case_id = lan.opens_a_case(dao(grounds=(), safety_plan=SafetyPlan()))
    referral_id = lan.does(sending.send, case_id, ground(house, case_id), ASKED)
    lan.does(notices.send, case_id)
    said = "Người không được biết đang đọc được"
    assert said not in browser("lan").get(f"/vu-viec/{case_id}").text
    lan.does(desk.write_section, case_id, SafetyPlan(somebody="yes", who_must_not_know="anh Cường, ông Chính"), base=0)
    page = unescape(browser("lan").get(f"/vu-viec/{case_id}").text)
    assert f"{said}: Đặng Văn Chính, Vũ Mạnh Cường" in page or f"{said}: Vũ Mạnh Cường, Đặng Văn Chính" in page
    lan.does(sending.withdraw, case_id, referral_id)
    assert f"{said}: Đặng Văn Chính" in unescape(browser("lan").get(f"/vu-viec/{case_id}").text)
