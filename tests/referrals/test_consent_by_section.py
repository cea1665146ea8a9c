"""Consent names sections and a receiver; who consented is known; what the law asks for comes from a list."""

from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.cases import ground_rules
from casework.cases.sections import GroundEntry, Identity, Perpetrator
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, Ungrounded
from casework.policy.vocabulary import Act, Section
from casework.referrals import ground_actions, sending_actions, unsent_actions
from casework.referrals.rendering import law_words
from tests.house import House, Someone, only_sqlite
from tests.intake.filling import CONSENT, SHARING, consents, fills, sends, submits, wrongs
from tests.referrals.scenes import ASKED, POLICE, everything, ground, sections
from tests.stories import dao
from tests.tampering import stolen

ALWAYS = {Section.LABEL, Section.LETTER, Section.GROUNDS}
GIRL = Identity(name="Bống", birth_year=2017, sex="NU")
FATHER = Perpetrator(name="Phùng Bá Lực Điền", relation="CHA_ME")
MOTHER = {
    "consent_by": "both",
    "representative": "Lê Thị Nhài",
    "representative_relation": "CHA_ME",
    "represented_because": "from_7",
    "suspected": "no",
}

pytestmark = only_sqlite


def a_case(lan: Someone, **changes: Any) -> UUID:
    return lan.opens_a_case(dao(grounds=(), **changes))


def test_the_police_are_told_but_not_about_the_children(house: House, lan: Someone):
    case_id = a_case(lan)
    agreed = POLICE - {Section.CHILDREN}
    ground_id = ground(house, case_id, sections=tuple(section.code for section in agreed))
    lan.does(sending_actions.send, case_id, ground_id, ASKED)
    assert sections(house, case_id, "police") == agreed | ALWAYS
    [line] = lan.does(ground_actions.read_ledger, case_id).grounds
    assert set(line.sections) == agreed


@pytest.mark.parametrize(
    ("receiver", "more"), [("child_protection", "injuries"), ("legal_aid", "incident"), ("police", "story")]
)
def test_the_person_may_add_a_section_to_the_suggestion(house: House, lan: Someone, receiver: str, more: str):
    case_id = a_case(lan)
    suggestion = codelist("bundle").get(receiver).texts("sections")
    assert more not in suggestion
    ground_id = ground(house, case_id, receiver, sections=(*suggestion, more))
    lan.does(sending_actions.send, case_id, ground_id, ASKED)
    assert sections(house, case_id, receiver) == {Section[code.upper()] for code in (*suggestion, more)} | ALWAYS


@pytest.mark.parametrize(
    ("kind", "receiver", "code"),
    [
        ("consent", "chairman", "story"),
        ("consent", "chairman", "children"),
        ("consent", "police", "safety_plan"),
        ("consent", "police", "police"),
        ("consent", "health_station", "incident"),
        ("consent", "police", "facts"),
        ("danger", "police", "story"),
        ("duty", "police", "story"),
        ("duty", "police", "label"),
        ("consent", "police", "khong_co"),
    ],
)
def test_a_section_that_the_receiver_may_not_open_is_refused_and_logged(
    house: House, lan: Someone, kind: str, receiver: str, code: str
):
    case_id = a_case(lan)
    before, refused = everything(house, case_id), denied(house)
    more = {"duty": {"duty": "TTHS_144"}, "danger": {"reason": "có dao"}}.get(kind, {"consent": "granted"})
    entry = GroundEntry(kind=kind, receiver=receiver, sections=("identity", code), **more)
    with pytest.raises(Ungrounded):
        lan.does(ground_actions.record_ground, case_id, entry)
    assert everything(house, case_id) == before
    assert denied(house) == refused + 1


def denied(house: House) -> int:
    with stolen(house) as thief:
        return len(thief.rows("audit_line", act=Act.GROUND_RECORD, outcome="denied"))


@pytest.mark.parametrize("article", ["", "abc", "Điều 20", "L13_20_1", "L13_29_2", "L13_20_2"])
def test_an_article_is_one_of_the_list_and_makes_this_agency_tell_that_one(house: House, lan: Someone, article: str):
    case_id = a_case(lan)
    before = everything(house, case_id)
    with pytest.raises(BadInput):
        lan.does(ground_actions.record_ground, case_id, GroundEntry(kind="duty", receiver="police", duty=article))
    assert everything(house, case_id) == before


@pytest.mark.parametrize("article", ["L13_20_2", "L13_20_1"])
def test_that_there_is_a_case_is_told_to_the_chair_by_the_notice_and_is_no_ground(
    house: House, lan: Someone, article: str
):
    case_id = a_case(lan)
    before = everything(house, case_id)
    with pytest.raises(Ungrounded, match="tin báo"):
        ground(house, case_id, "chairman", kind="duty", consent="", duty=article)
    with pytest.raises(Ungrounded, match="tin báo"):
        ground(house, case_id, "chairman", kind="danger", consent="", reason="có dao")
    assert everything(house, case_id) == before


def test_an_old_entry_with_a_typed_article_is_still_read(house: House, lan: Someone, browser):
    case_id = a_case(lan)
    typed = "Điều 51 Luật Trẻ em 2016, ghi tay"
    ground(house, case_id, kind="duty", consent="", duty="LTE_51", article=typed)
    page = browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui").text
    assert "Luật Trẻ em 2016, Điều 51" in page
    old = GroundEntry(kind="duty", receiver="police", article=typed)
    with browser("lan").application.test_request_context():
        assert law_words(old) == typed
    assert ground_rules.kept(old) == frozenset()


@pytest.mark.parametrize(
    ("birth_year", "answered"),
    [
        (2017, {}),
        (2017, {"consent_by": "herself"}),
        (2017, MOTHER | {"representative": " "}),
        (2017, MOTHER | {"representative_relation": ""}),
        (2017, MOTHER | {"represented_because": ""}),
        (2017, MOTHER | {"suspected": ""}),
        (2017, MOTHER | {"consent_by": "representative"}),
        (2017, MOTHER | {"consent_by": "representative", "represented_because": "under_7"}),
        (2024, {}),
        (2024, MOTHER),
        (1990, MOTHER),
        (1990, MOTHER | {"consent_by": "ai đó"}),
    ],
)
def test_a_child_does_not_consent_alone_and_nobody_consents_for_an_adult(
    house: House, lan: Someone, birth_year: int, answered: dict[str, str]
):
    case_id = a_case(lan, identity=Identity(name="Bống", birth_year=birth_year, sex="NU"))
    before = everything(house, case_id)
    with pytest.raises(BadInput):
        ground(house, case_id, **answered)
    assert everything(house, case_id) == before
    refused = ground(house, case_id, consent="refused", refusal="sợ bố biết")
    assert refused


@pytest.mark.parametrize(
    ("birth_year", "because", "by"),
    [(2017, "from_7", "both"), (2024, "under_7", "representative"), (1990, "cannot_decide", "representative")],
)
def test_a_representative_is_written_down_with_relation_and_reason(
    house: House, lan: Someone, browser, birth_year: int, because: str, by: str
):
    case_id = a_case(lan, identity=Identity(birth_year=birth_year, sex="NU"))
    ground_id = ground(house, case_id, **MOTHER | {"represented_because": because, "consent_by": by})
    lan.does(sending_actions.send, case_id, ground_id, ASKED)
    page = browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui").text
    assert "Lê Thị Nhài" in page
    assert "Cha hoặc mẹ" in page


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({"suspected": "yes"}, FATHER),
        ({"suspected": "unknown"}, FATHER),
        ({"representative": "phùng bá lực điền"}, FATHER),
        ({}, Perpetrator(relation="CHA_ME")),
    ],
)
def test_a_representative_who_may_have_done_it_is_reviewed_before_anything_is_sent(
    house: House, lan: Someone, changes: dict[str, str], who: Perpetrator
):
    case_id = a_case(lan, identity=GIRL, perpetrator=who)
    with pytest.raises(BadInput):
        ground(house, case_id, **MOTHER | changes)
    ground_id = ground(house, case_id, **MOTHER | changes | {"no_other": "Mẹ cháu đi xa"})
    with pytest.raises(Ungrounded):
        lan.does(sending_actions.send, case_id, ground_id, ASKED)
    [line] = lan.does(ground_actions.read_ledger, case_id).grounds
    assert (line.held_back, line.sendable, line.review is not None) == (True, False, True)
    [unsent] = lan.does(unsent_actions.list_unsent)
    assert (unsent.receivers, unsent.waiting) == ((), ("police",))
    [waiting] = house["hoa"].does(ground_actions.list_reviews)
    assert (waiting.ground_id, waiting.review.kind) == (ground_id, "consent")
    house["hoa"].does(ground_actions.review_ground, case_id, ground_id, agrees=True, words="Đã gặp bà nội")
    lan.does(sending_actions.send, case_id, ground_id, ASKED)
    assert Section.IDENTITY in sections(house, case_id, "police")


@pytest.mark.parametrize("identity", [GIRL, Identity(sex="NU", vulnerable=("TRE_EM",))], ids=["nine", "no-year"])
def test_a_representative_alone_for_a_child_whom_the_law_asks_is_a_reviewed_exception(
    house: House, lan: Someone, browser, identity: Identity
):
    case_id = a_case(lan, identity=identity, perpetrator=FATHER)
    alone = MOTHER | {"consent_by": "representative", "represented_because": "cannot_decide"}
    before = everything(house, case_id)
    with pytest.raises(Ungrounded, match="phải cả cháu và người đại diện cùng đồng ý"):
        ground(house, case_id, **alone)
    assert everything(house, case_id) == before
    ground_id = ground(house, case_id, **alone | {"unheard": "cháu không nói được từ nhỏ"})
    with pytest.raises(Ungrounded):
        lan.does(sending_actions.send, case_id, ground_id, ASKED)
    assert "chưa nghe được lời của chính cháu" in browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui").text
    review = browser("hoa").get(f"/vu-viec/{case_id}/chuyen-gui/can-cu/{ground_id}/xem-lai").text
    assert "cháu không nói được từ nhỏ" in review
    house["hoa"].does(ground_actions.review_ground, case_id, ground_id, agrees=True)
    lan.does(sending_actions.send, case_id, ground_id, ASKED)
    assert Section.IDENTITY in sections(house, case_id, "police")


def test_at_the_intake_too_a_representative_alone_says_why_the_child_was_not_asked(lan: Someone, browser):
    client, sharing = browser("lan"), {**SHARING, "relation": "KHAC", "consent_police": "granted"}
    draft_id = fills(client, {4: {"sex": "NU", "birth_year": "11 tuổi"}, 6: {**sharing, "consent_police": "refused"}})
    sends(client, draft_id, 6, sharing)
    alone = {**MOTHER, "consent_by": "representative", "represented_because": "cannot_decide"}
    refused = sends(client, draft_id, 7, {**consents(sharing), **alone})
    assert refused.status_code == 422
    assert "hãy ghi vì sao" in " ".join(wrongs(refused))
    reasoned = sends(client, draft_id, 7, {**consents(sharing), **alone, "unheard": "hôn mê"})
    assert reasoned.location == f"/ghi-nhan/{draft_id}/8"
    submits(client, draft_id)
    [line] = lan.does(ground_actions.read_ledger, draft_id).grounds
    assert (line.entry.unheard, line.held_back) == ("hôn mê", True)


def test_a_no_to_a_representative_ends_the_consent(house: House, lan: Someone, browser):
    case_id = a_case(lan, identity=GIRL, perpetrator=FATHER)
    ground_id = ground(house, case_id, **MOTHER | {"suspected": "yes", "no_other": "Chưa gặp được ai"})
    page = browser("hoa").get(f"/vu-viec/{case_id}/chuyen-gui/can-cu/{ground_id}/xem-lai").text
    assert "Người đại diện này trả lời thay được không?" in page
    assert "Chưa gặp được ai" in page
    house["hoa"].does(ground_actions.review_ground, case_id, ground_id, agrees=False, words="Hỏi bà ngoại")
    with pytest.raises(Ungrounded):
        lan.does(sending_actions.send, case_id, ground_id, ASKED)


def test_the_mother_of_a_girl_hurt_by_her_father_is_not_taken_for_him(house: House, lan: Someone):
    case_id = a_case(lan, identity=GIRL, perpetrator=FATHER)
    ground_id = ground(house, case_id, **MOTHER)
    lan.does(sending_actions.send, case_id, ground_id, ASKED)
    assert Section.IDENTITY in sections(house, case_id, "police")


def test_the_form_asks_first_for_whom_and_then_shows_the_suggestion_as_ticked(house: House, lan: Someone, browser):
    client, case_id = browser("lan"), a_case(lan)
    path = f"/vu-viec/{case_id}/chuyen-gui/can-cu/dong-y"
    assert "checked" not in client.get(path).text
    first = {"receiver": "police", "consent": "granted", "words": "dặn: gọi sau chín giờ"}
    page = client.post(path, data=first)
    assert page.status_code == 200
    assert page.text.count("checked") == len(codelist("bundle").get("police").texts("sections"))
    assert 'value="dặn: gọi sau chín giờ"' in page.text
    assert lan.does(ground_actions.read_ledger, case_id).grounds == ()
    chosen = {**first, "parts": "1", "sections": ["contact", "identity"], "how": "spoken", "consent_by": "herself"}
    assert client.post(path, data=chosen).status_code == 303
    [line] = lan.does(ground_actions.read_ledger, case_id).grounds
    assert line.sections == (Section.CONTACT, Section.IDENTITY)
    assert client.post(path, data={**chosen, "sections": []}).status_code == 422


def test_what_the_book_refuses_comes_back_on_the_form_with_what_was_typed(lan: Someone, browser):
    client, case_id = browser("lan"), a_case(lan, identity=GIRL)
    typed = {"receiver": "police", "consent": "granted", "parts": "1", "sections": "identity", "how": "spoken"}
    answer = client.post(
        f"/vu-viec/{case_id}/chuyen-gui/can-cu/dong-y",
        data={**typed, "consent_by": "herself", "representative": "Lê Thị Nhài"},
    )
    assert answer.status_code == 422
    assert "phải cả cháu và người đại diện cùng đồng ý" in answer.text
    assert "Lê Thị Nhài" in answer.text
    assert lan.does(ground_actions.read_ledger, case_id).grounds == ()


def test_a_form_sent_twice_records_one_ground(house: House, lan: Someone):
    case_id, once = a_case(lan), uuid4()
    entry = GroundEntry("consent", "police", "granted", "spoken")
    first = lan.does(ground_actions.record_ground, case_id, entry, once=once)
    assert lan.does(ground_actions.record_ground, case_id, entry, once=once) == first
    assert len(lan.does(ground_actions.read_ledger, case_id).grounds) == 1


def test_why_it_was_done_at_once_and_whether_she_was_told_are_two_answers(house: House, lan: Someone, browser):
    case_id = a_case(lan)
    told = {"told": "no", "words": "chưa kịp nói", "reason": "cầm dao ngoài cổng"}
    ground_id = ground(house, case_id, kind="danger", consent="", form="", **told)
    page = browser("hoa").get(f"/vu-viec/{case_id}/chuyen-gui/can-cu/{ground_id}/xem-lai").text
    [reason] = [part for part in page.split("<div>") if "Vì sao phải làm ngay" in part]
    assert "cầm dao ngoài cổng" in reason
    [words] = [part for part in page.split("<div>") if "Ghi thêm" in part]
    assert "chưa kịp nói" in words


def test_after_a_withdrawal_nothing_is_sent_and_nothing_is_withdrawn_again(house: House, lan: Someone):
    case_id = a_case(lan)
    ground_id = ground(house, case_id)
    lan.does(ground_actions.withdraw_ground, case_id, ground_id)
    before = everything(house, case_id)
    with pytest.raises(Ungrounded):
        lan.does(sending_actions.send, case_id, ground_id, ASKED)
    with pytest.raises(Conflict):
        lan.does(ground_actions.withdraw_ground, case_id, ground_id)
    assert everything(house, case_id) == before


def test_at_the_intake_the_page_on_consent_takes_sections_out(lan: Someone, browser):
    client = browser("lan")
    parts = {"consent_sections_police": ["contact", "identity", "incident"]}
    case_id = fills(client, {6: {**SHARING, "consent_police": "granted"}, 7: {**CONSENT, **parts}})
    check = client.get(f"/ghi-nhan/{case_id}/8").text
    assert "Ai được đọc phần nào" in check
    assert submits(client, case_id).status_code == 303
    [entry] = [page.data for page in lan.does(desk.read_section, case_id, Section.GROUNDS)]
    assert isinstance(entry, GroundEntry)
    assert entry.sections == ("contact", "identity", "incident")
    assert entry.consent_by == "herself"


def test_at_the_intake_a_child_is_not_asked_alone(lan: Someone, browser):
    client, sharing = browser("lan"), {**SHARING, "relation": "KHAC", "consent_police": "granted"}
    case_id = fills(client, {4: {"sex": "NU", "birth_year": "9"}, 6: {**sharing, "consent_police": "refused"}})
    assert sends(client, case_id, 6, sharing).location == f"/ghi-nhan/{case_id}/7"
    page = client.get(f"/ghi-nhan/{case_id}/7").text
    of_a_child = set(codelist("bundle").get("police").texts("sections")) - {"children"}
    assert page.count("checked") == len(of_a_child)
    alone = sends(client, case_id, 7, consents(sharing))
    assert alone.status_code == 422
    assert "phải cả cháu và người đại diện cùng đồng ý" in " ".join(wrongs(alone))
    assert submits(client, case_id).location.startswith(f"/ghi-nhan/{case_id}/7")
    together = sends(client, case_id, 7, {**consents(sharing), **CONSENT, **MOTHER})
    assert together.location == f"/ghi-nhan/{case_id}/8"
    assert submits(client, case_id).status_code == 303
    [entry] = [page.data for page in lan.does(desk.read_section, case_id, Section.GROUNDS)]
    assert isinstance(entry, GroundEntry)
    assert (entry.consent_by, entry.representative) == ("both", "Lê Thị Nhài")


def test_whatever_opens_a_case_with_the_consent_of_a_child_alone_opens_none(lan: Someone):
    alone = GroundEntry("consent", "police", "granted", "spoken", consent_by="herself")
    with pytest.raises(Ungrounded):
        lan.opens_a_case(dao(identity=GIRL, grounds=(alone,)))
    assert lan.does(desk.list_cases).cases == ()


def test_her_own_yes_is_sent_though_answers_about_a_representative_were_left(lan: Someone, house: House):
    case_id = a_case(lan)
    left = {"representative": "Lê Văn Bảo", "representative_relation": "CON", "suspected": "yes"}
    ground_id = ground(house, case_id, consent_by="herself", **left)
    [line] = lan.does(ground_actions.read_ledger, case_id).grounds
    assert (line.held_back, line.sendable) == (False, True)
    assert lan.does(sending_actions.send, case_id, ground_id, ASKED)


def test_a_no_is_recorded_on_a_page_that_says_no_and_a_consent_names_who_gave_it(house: House, lan: Someone, browser):
    case_id, client = a_case(lan, identity=GIRL), browser("lan")
    url, refused = f"/vu-viec/{case_id}/chuyen-gui/can-cu/dong-y", {"receiver": "police", "consent": "refused"}
    asked = unescape(client.post(url, data=refused).text).partition("<main")[2].partition("</form>")[0]
    assert "Không đồng ý" in asked
    assert "Người bị bạo lực đồng ý" not in asked
    answer = client.post(url, data={**refused, "parts": "1", "consent_by": "herself"})
    assert "Đã ghi câu trả lời." in unescape(client.get(answer.location).text)
    ground(house, case_id, "health_station", **MOTHER)
    for page in (f"/vu-viec/{case_id}/chuyen-gui", f"/vu-viec/{case_id}/gui-ngay"):
        shown = unescape(client.get(page).text)
        assert "Trẻ và người đại diện đồng ý" in shown
        assert "Người bị bạo lực đồng ý" not in shown


def test_a_mother_is_not_taken_for_a_father_whose_name_is_not_known(house: House, lan: Someone):
    case_id = a_case(lan, identity=GIRL, perpetrator=Perpetrator(relation="CHA_ME"))
    with pytest.raises(BadInput, match="Chưa ghi tên người gây bạo lực"):
        ground(house, case_id, **MOTHER)
    with pytest.raises(BadInput, match="vì sao không hỏi được người đại diện khác"):
        ground(house, case_id, **MOTHER | {"suspected": "unknown"})
    lan.does(desk.write_section, case_id, FATHER, base=1)
    assert ground(house, case_id, **MOTHER)
