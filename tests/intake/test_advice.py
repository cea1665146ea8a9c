"""Advice alone makes no case: who gave it keeps it, it comes back on its day, and becomes a case in one tap."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from casework import clock
from casework.cases.advice import Advice
from casework.cases.models import Case
from casework.cases.sections import Story
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, NotFound, Refused
from casework.intake import actions as intake
from casework.intake import advice_actions as advice
from casework.oversight import actions as oversight
from casework.policy.vocabulary import Section
from casework.staffing import actions as staffing
from casework.statistics import actions as statistics
from casework.statistics.plan import TOTAL
from tests.house import only_sqlite
from tests.intake.filling import TOLD, fills, shown, submits, value, wrongs
from tests.stories import dao
from tests.tampering import stolen

pytestmark = only_sqlite
WORDS = "hỏi ly hôn có phải hòa giải không"
ADVICE_ONLY = {**TOLD, "mode": "advice"}
ASKED = {"channel": "GOI_DIEN", "topics": ["divorce"], "child": "no", "words": WORDS}


def today() -> dict[str, str]:
    return day("asked_on", clock.today())


def day(name, on) -> dict[str, str]:
    return {f"{name}-{part}": str(getattr(on, part)) for part in ("day", "month", "year")}


def contact(**changes) -> Advice:
    """What a counsellor writes of a talk, as the form makes it."""
    told = Advice(clock.today().isoformat(), "GOI_DIEN", ("divorce",), "no", WORDS, danger="no", pronoun="chi")
    return replace(told, **changes)


def first_page(told: Advice):
    """The pages of a draft with what was asked first, as the view makes them."""
    return {1: {"danger": [told.danger]}}


def records(client, **changes):
    return client.post("/tu-van", data={**ADVICE_ONLY, **today(), **ASKED, **changes})


def test_the_choice_of_advice_leads_to_one_page_and_no_draft_is_begun(lan, browser):
    client = browser("lan")
    page = client.post("/ghi-nhan/tiep", data=ADVICE_ONLY)
    assert "Chỉ tư vấn, chưa báo tin" in shown(page)
    assert value(page, "asked_on-day") == str(clock.today().day)
    saved = records(client)
    assert saved.status_code == 303
    assert WORDS in shown(client.get(saved.location))
    assert lan.does(desk.list_cases).drafts == lan.does(desk.list_cases).cases == ()


def test_what_is_counted_listed_or_found_holds_no_advice(lan, hoa):
    contact_id = lan.does(advice.record_advice, contact())
    for somebody in (lan, hoa):
        home = somebody.does(desk.list_cases)
        assert (home.cases, home.drafts) == ((), ())
        assert somebody.does(desk.search, WORDS) == ()
        with pytest.raises(NotFound):
            somebody.does(desk.read_case, contact_id)
        with pytest.raises(NotFound):
            somebody.does(desk.read_section, contact_id, Section.ADVICE)


def test_a_period_counts_the_case_and_not_the_advice_beside_it(lan, hoa):
    later = clock.micros() + 400 * 24 * 3600 * clock.MICROSECOND
    lan.opens_a_case()
    lan.does(advice.record_advice, contact())
    with clock.use_clock(lambda: later):
        hoa.leaves()
        closing = hoa.does(statistics.preview_period)
    truth = {row.cell: row.truth for _, _, rows in closing.tables for row in rows}
    assert truth[TOTAL] == 1


def test_whoever_reads_the_contacts_is_told_how_many_there_were(lan, hoa, browser):
    topics, summer = codelist("advice_topic"), clock.midnight(date(2026, 8, 20))
    assert "năm nay" not in shown(browser("lan").get("/tu-van"))
    with clock.use_clock(lambda: summer):
        lan.leaves()
        for asked_on in ("2026-08-02", "2026-06-30", "2025-12-31"):
            lan.does(advice.record_advice, contact(asked_on=asked_on))
        lan.does(advice.record_advice, contact(asked_on="2026-07-31", topics=("divorce", "health")))
        hoa.leaves()
        for username in ("lan", "hoa"):
            told = shown(browser(username).get("/tu-van"))
            assert "Tháng này 1 lần, quý này 2 lần, năm nay 3 lần" in told
            assert f"{topics.get('divorce').vi} (3); {topics.get('health').vi} (1)." in told


def test_the_weekly_totals_of_the_observer_leave_advice_out(house, lan):
    lan.does(advice.record_advice, contact())
    week = house["quang"].does(oversight.read_log).week
    assert week is not None
    assert [act for act, _ in week.totals if act.startswith("advice.")] == []


def test_the_holder_and_the_leads_read_a_contact_and_nobody_else_learns_that_it_is_there(house, lan, hoa, binh):
    contact_id = lan.does(advice.record_advice, contact())
    for somebody in (lan, hoa, binh):
        assert somebody.does(advice.read_advice, contact_id).advice.words == WORDS
        assert [one.id for one in somebody.does(advice.list_advice)] == [contact_id]
    for name in ("mai", "tam", "phuc", "nga", "luu"):
        assert house[name].does(advice.list_advice) == ()
        for missing in (contact_id, uuid4()):
            with pytest.raises(NotFound):
                house[name].does(advice.read_advice, missing)


@pytest.mark.parametrize("username", ["cuong", "chinh"])
def test_whoever_tells_the_police_or_the_chair_has_reported_so_neither_offers_advice_alone(house, browser, username):
    page = browser(username).get("/ghi-nhan")
    assert 'name="mode"' not in page.text
    assert browser(username).post("/ghi-nhan/tiep", data={"danger": "no"}).status_code == 200
    assert records(browser(username)).status_code == 403
    with pytest.raises(Refused):
        house[username].does(advice.record_advice, contact())


def test_nothing_of_a_contact_stands_in_the_clear(house, lan):
    lan.does(advice.record_advice, contact(again_how="qua cô giáo Thảo"))
    with stolen(house) as thief:
        everything = b"".join(bytes(v) for row in thief.rows("document") for v in row.values() if isinstance(v, bytes))
    assert WORDS.encode() not in everything
    assert "cô giáo".encode() not in everything


@pytest.mark.parametrize("pronoun", ["chau"])
def test_a_child_in_danger_is_not_offered_advice_alone(browser, pronoun):
    client = browser("lan")
    in_danger = {**ADVICE_ONLY, "danger": "yes", "pronoun": pronoun}
    answer = client.post("/ghi-nhan/tiep", data=in_danger)
    assert answer.status_code == 422
    assert wrongs(answer) == ["Trẻ em đang gặp nguy hiểm thì luật bắt báo ngay. Hãy chọn “Ghi nhận và xử lý”."]
    posted = client.post("/tu-van", data={**in_danger, **today(), **ASKED})
    assert posted.status_code == 422
    assert client.post("/ghi-nhan/tiep", data={**in_danger, "pronoun": "chi"}).status_code == 200


def test_a_child_that_is_being_harmed_is_reported_and_what_was_typed_is_taken_along(lan, browser):
    client = browser("lan")
    refused = records(client, child="yes")
    assert refused.status_code == 422
    assert "luật bắt báo" in " ".join(wrongs(refused))
    assert value(refused, "words") == WORDS
    begun = records(client, child="yes", promote="1")
    draft_id = begun.location.split("/")[2]
    assert value(client.get(f"/ghi-nhan/{draft_id}/5"), "words") == "", "the counsellor's words are not the person's"
    assert WORDS in shown(client.get(f"/ghi-nhan/{draft_id}/5"))
    lan.does(intake.discard_draft, UUID(draft_id))
    (kept,) = lan.does(advice.list_advice)
    assert (kept.advice.words, kept.advice.topics, kept.advice.child) == (WORDS, ("divorce",), "yes")
    assert "Có trẻ em bị hại" in shown(client.get("/tu-van"))


def test_no_way_leads_around_the_question_about_a_child(lan):
    contact_id = lan.does(advice.record_advice, contact())
    with pytest.raises(BadInput):
        lan.does(advice.record_advice, contact(child="yes"))
    with pytest.raises(BadInput):
        lan.does(advice.change_advice, contact_id, contact(child="yes"), base=1)
    assert lan.does(advice.read_advice, contact_id).advice.child == "no"
    for asked in ({"age_group": "LT16"}, {"pronoun": "chau"}):
        with pytest.raises(BadInput):
            lan.does(advice.record_advice, contact(danger="yes", **asked))


@pytest.mark.parametrize("unseen", [" \n ", "\x00\x07", "\u200b\u202e", "\u200d\ufeff", "\u3000"])
def test_advice_that_nobody_can_read_is_refused_with_a_sentence(lan, browser, unseen):
    answer = records(browser("lan"), words=unseen)
    assert answer.status_code == 422
    assert wrongs(answer) == ["Hãy điền vào ô: Đã hỏi gì, đã trả lời gì"]
    contact_id = lan.does(advice.record_advice, contact())
    assert browser("lan").post(f"/tu-van/{contact_id}", data={**ASKED, **today(), "words": unseen}).status_code == 422
    for act in (
        lambda: lan.does(advice.record_advice, contact(words=unseen)),
        lambda: lan.does(advice.change_advice, contact_id, contact(words=unseen), base=1),
    ):
        with pytest.raises(BadInput, match="vài chữ đọc được"):
            act()
    assert [one.advice.words for one in lan.does(advice.list_advice)] == [WORDS]


@pytest.mark.parametrize("missing", ["channel", "topics", "child", "words"])
def test_what_is_missing_is_said_and_what_was_typed_comes_back(browser, missing):
    answer = records(browser("lan"), **{missing: ""}, again_how="phiên chợ sau")
    assert answer.status_code == 422
    assert len(wrongs(answer)) == 1
    assert value(answer, "again_how") == "phiên chợ sau"
    assert 'name="mode" value="advice"' in answer.text


def test_a_promise_to_speak_again_says_how(browser):
    promised = day("again_on", clock.today() + timedelta(days=3))
    assert "bằng cách nào" in " ".join(wrongs(records(browser("lan"), **promised)))
    assert records(browser("lan"), **promised, again_how="chị tự đến").status_code == 303


def test_two_taps_keep_one_contact(lan, browser):
    client, once = browser("lan"), uuid4().hex
    assert records(client, once=once).location == records(client, once=once).location
    assert len(lan.does(advice.list_advice)) == 1


def test_somebody_who_is_to_be_spoken_to_again_stands_at_home_on_that_day_and_not_before(lan, browser):
    tomorrow = clock.today() + timedelta(days=1)
    lan.does(advice.record_advice, contact(again_on=tomorrow.isoformat(), again_how="chị tự đến"))
    assert lan.does(desk.list_cases, whole_page=True).again == ()
    with clock.use_clock(lambda: clock.midnight(tomorrow)):
        lan.leaves()
        assert len(lan.does(desk.list_cases, whole_page=True).again) == 1
        assert "Hẹn nói chuyện lại" in shown(browser("lan").get("/"))


def test_whoever_wrote_meanwhile_loses_nothing_and_neither_does_who_comes_second(lan, hoa, browser):
    contact_id = lan.does(advice.record_advice, contact())
    hoa.does(advice.change_advice, contact_id, contact(words="đã gọi lại"), base=1)
    with pytest.raises(Conflict):
        lan.does(advice.change_advice, contact_id, contact(words="chị ấy đến"), base=1)
    sent = {**ASKED, **today(), "words": "chị ấy đến", "base": "1"}
    second = browser("lan").post(f"/tu-van/{contact_id}", data=sent)
    assert second.status_code == 409
    assert "đã gọi lại" in shown(second)
    assert value(second, "words") == "chị ấy đến"
    third = browser("lan").post(f"/tu-van/{contact_id}", data={**sent, "base": value(second, "base")})
    assert third.status_code == 303
    kept = lan.does(advice.read_advice, contact_id).advice
    assert (kept.words, kept.danger, kept.pronoun) == ("chị ấy đến", "no", "chi")


def promoted(client, contact_id: UUID, words: str = WORDS):
    sent = {**ASKED, **today(), "words": words, "base": "1", "promote": "1"}
    return client.post(f"/tu-van/{contact_id}", data=sent)


def test_one_tap_begins_an_intake_and_the_contact_stays_in_the_list_until_it_is_a_case(house, lan, hoa, browser):
    client, contact_id = browser("lan"), lan.does(advice.record_advice, contact(pronoun="bac"))
    first, again = promoted(client, contact_id), promoted(client, contact_id)
    assert first.location == f"/ghi-nhan/{contact_id}/2"
    assert again.location == first.location
    assert [draft.id for draft in lan.does(desk.list_cases).drafts] == [contact_id]
    assert value(client.get(f"/ghi-nhan/{contact_id}/5"), "words") == ""
    assert WORDS in shown(client.get(f"/ghi-nhan/{contact_id}/5"))
    assert "bác" in client.get(f"/ghi-nhan/{contact_id}/1").text
    assert "Hỏi trước khi ghi tên" in shown(client.get(f"/ghi-nhan/{contact_id}"))
    for somebody in (lan, hoa):
        assert [(one.id, one.drafted) for one in somebody.does(advice.list_advice)] == [(contact_id, True)]
    assert house["mai"].does(advice.list_advice) == ()
    assert f'href="/ghi-nhan/{contact_id}"' in client.get("/tu-van").text
    assert "Đang ghi thành vụ việc" in shown(browser("hoa").get("/tu-van"))
    assert str(contact_id) not in browser("hoa").get("/tu-van").text
    lan.does(intake.open_case, contact_id, dao())
    assert lan.does(advice.list_advice) == hoa.does(advice.list_advice) == ()


def test_what_was_typed_last_goes_along_with_topics_and_day(lan, browser):
    contact_id = lan.does(advice.record_advice, contact())
    asked_on = clock.today() - timedelta(days=2)
    typed = {**ASKED, **day("asked_on", asked_on), "topics": ["children"], "words": "hỏi thêm", "base": "1"}
    assert browser("lan").post(f"/tu-van/{contact_id}", data={**typed, "promote": "1"}).status_code == 303
    (kept,) = lan.does(advice.list_advice)
    assert (kept.advice.words, kept.advice.topics, kept.asked_on) == ("hỏi thêm", ("children",), asked_on)
    assert kept.advice.pronoun == "chi"
    lan.does(intake.open_case, contact_id, dao(story=Story()))
    written = lan.does(desk.read_section, contact_id, Section.ADVICE)[0].data
    assert (written.words, written.topics, written.asked_on) == ("hỏi thêm", ("children",), asked_on.isoformat())
    assert Section.STORY not in lan.does(desk.read_case, contact_id).sections


def test_what_cannot_be_kept_is_corrected_first_and_what_is_missing_is_not_asked_for(lan, browser):
    client = browser("lan")
    wrong = records(client, **{"promote": "1", "asked_on-day": "31", "asked_on-month": "2"})
    assert wrong.status_code == 422
    assert value(wrong, "words") == WORDS
    assert records(client, promote="1", channel="", child="").status_code == 303
    assert records(client, promote="1", channel="", child="", words="", topics=[]).status_code == 303
    assert [one.advice.words for one in lan.does(advice.list_advice)] == [WORDS], "an empty form is no advice"


def test_whoever_makes_a_case_of_what_somebody_else_just_changed_is_shown_both(lan, hoa, browser):
    contact_id = lan.does(advice.record_advice, contact())
    hoa.does(advice.change_advice, contact_id, contact(words="đã gọi lại"), base=1)
    sent = {**ASKED, **today(), "words": "chị ấy đến", "base": "1", "promote": "1"}
    second = browser("lan").post(f"/tu-van/{contact_id}", data=sent)
    assert second.status_code == 409
    assert "đã gọi lại" in shown(second)
    assert value(second, "words") == "chị ấy đến"
    third = browser("lan").post(f"/tu-van/{contact_id}", data={**sent, "base": value(second, "base")})
    assert third.status_code == 303


def test_a_contact_that_became_a_case_is_read_there(lan, hoa, browser):
    client, contact_id = browser("lan"), lan.does(advice.record_advice, contact())
    lan.does(advice.promote_advice, contact_id, first_page)
    for number, page in {1: TOLD, 2: {"secret": "nobody"}}.items():
        client.post(f"/ghi-nhan/{contact_id}/{number}", data=page)
    other = fills(client)
    pages = {page.series.int: page.data for page in _pages(lan, other)}
    lan.does(intake.discard_draft, other)
    for number, page in pages.items():
        lan.does(intake.save_draft, contact_id, number, page)
    assert submits(client, contact_id).location == f"/vu-viec/{contact_id}/gui-ngay"
    assert lan.does(desk.read_section, contact_id, Section.ADVICE)[0].data.words == WORDS
    assert hoa.does(desk.read_section, contact_id, Section.ADVICE)[0].data.words == WORDS
    assert WORDS in shown(client.get(f"/vu-viec/{contact_id}/advice"))
    assert lan.does(advice.promote_advice, contact_id, first_page) == contact_id


def _pages(somebody, draft_id):
    opened = somebody.does(intake.open_draft, draft_id)
    return [type("Page", (), {"series": UUID(int=number), "data": data}) for number, data in opened.pages.items()]


def test_a_draft_that_is_thrown_away_is_advice_again(lan):
    contact_id = lan.does(advice.record_advice, contact())
    lan.does(advice.promote_advice, contact_id, first_page)
    lan.does(intake.discard_draft, contact_id)
    assert lan.does(advice.read_advice, contact_id).advice.words == WORDS
    assert lan.does(desk.list_cases).drafts == ()


def test_who_must_not_know_reads_no_contact_any_more_once_it_is_sealed_to_named_people(house, lan, mai, hoa):
    contact_id = lan.does(advice.record_advice, contact())
    lan.does(advice.promote_advice, contact_id, first_page)
    sealed = lan.does(intake.start_draft, {1: {"danger": ["no"]}}, circle=[mai.id], instead_of=contact_id)
    assert hoa.does(advice.list_advice) == ()
    with pytest.raises(NotFound):
        hoa.does(advice.read_advice, contact_id)
    with stolen(house) as thief:
        assert thief.rows("document", case_id=contact_id) == []
        of_sealed = {row["section"] for row in thief.rows("document", case_id=sealed)}
    assert of_sealed == {Section.DRAFT, Section.ADVICE}


def test_the_lead_who_makes_a_case_of_a_contact_holds_it(lan, hoa):
    contact_id = lan.does(advice.record_advice, contact())
    hoa.does(advice.promote_advice, contact_id, first_page)
    assert [draft.id for draft in hoa.does(desk.list_cases).drafts if draft.mine] == [contact_id]
    with pytest.raises(NotFound):
        lan.does(advice.promote_advice, contact_id, first_page)


def test_the_contacts_of_somebody_who_leaves_pass_to_the_lead(house, lan, hoa):
    lan.does(advice.record_advice, contact())
    hoa.does(staffing.leave, lan.id)
    assert [one.holder for one in hoa.does(advice.list_advice)] == [hoa.card.name]


def test_an_older_draft_that_asked_for_advice_alone_still_becomes_a_case_that_says_so(lan, browser):
    client = browser("lan")
    case_id = fills(client)
    lan.does(intake.save_draft, case_id, 1, {**TOLD, "mode": "advice"})
    assert 'name="mode"' not in client.get(f"/ghi-nhan/{case_id}/1").text
    submits(client, case_id)
    assert lan.does(desk.read_section, case_id, Section.LABEL)[0].data.only_counselling == "yes"


def test_a_contact_is_a_row_of_its_own_state_with_a_holder(house, lan):
    contact_id = lan.does(advice.record_advice, contact())
    with stolen(house) as thief:
        (row,) = thief.rows(Case.__tablename__, id=contact_id)
    assert (row["state"], row["code_tag"], row["closed"]) == ("advice", None, None)
