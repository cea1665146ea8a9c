"""Whatever is typed or sent on a page of an intake: a clear answer in Vietnamese, the text kept, never a fault."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wtforms.fields.core import UnboundField

from casework.intake.page_flow import FORMS
from tests.house import only_sqlite
from tests.intake.filling import EVENT, PAGES, PERSON, REACH, SHARING, TOLD, begins, fills, sends, shown, value, wrongs

pytestmark = only_sqlite
CALM = {200, 302, 303, 400, 404, 413, 422}
# Every name that a page of an intake sends.
ASKED = {name for kind in FORMS.values() for name in dir(kind) if isinstance(getattr(kind, name), UnboundField)}
NAMES = sorted(ASKED | {"happened_on-day", "happened_on-month", "happened_on-year", "called", "draft"})
CODES = ["yes", "no", "unknown", "somebody", "record", "A", "NU", "VO_CHONG", "granted", "low", "call", "out", "police"]
TEXT = st.one_of(
    st.sampled_from(
        [*CODES, "31", "2", "2569", "-1", "0", "9" * 40, "\x00", "\u202e", "<b>", "{{ 7*7 }}", "%(x)s", "%s"]
    ),
    st.text(max_size=40),
    st.text(max_size=10).map(lambda text: unicodedata.normalize("NFD", text)),
)
FORM = st.dictionaries(st.sampled_from(NAMES), st.one_of(TEXT, st.lists(TEXT, max_size=3)), max_size=12)
# Each example is a dozen pages: four in every run, and many more in the long proofs.
FUZZED = settings(
    max_examples=settings().max_examples // 12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def sendable(form):
    """Replace what no browser can encode."""
    as_sent = lambda text: text.encode("utf-8", "replace")  # noqa: E731
    return {name: [as_sent(value) for value in ([x] if isinstance(x, str) else x)] for name, x in form.items()}


@FUZZED
@given(form=FORM, change=FORM)
def test_no_page_before_a_draft_answers_with_a_fault(browser, form, change):
    lan = browser("lan")
    for path in ("/ghi-nhan/tiep", "/ghi-nhan/bat-dau"):
        assert lan.post(path, data=sendable(form)).status_code in CALM
        assert lan.post(path, data=sendable({**TOLD, "secret": "nobody", **change})).status_code in CALM


@pytest.mark.parametrize("number", sorted(FORMS))
@FUZZED
@given(form=FORM)
def test_no_page_of_a_draft_answers_with_a_fault_and_none_breaks_it(browser, number, form):
    lan = browser("lan")
    draft_id = begins(lan)
    answer = sends(lan, draft_id, number, sendable(form))
    assert answer.status_code in CALM
    # Other readers are a new draft in place of the old one.
    at = answer.location.split("/")[2] if answer.status_code == 303 else draft_id
    assert [lan.get(f"/ghi-nhan/{at}/{page}").status_code for page in range(1, 9)] == [200] * 8


@FUZZED
@given(forms=st.lists(FORM, min_size=6, max_size=6))
def test_a_draft_of_anything_is_sent_back_to_be_corrected_or_becomes_a_case(browser, forms):
    lan = browser("lan")
    draft_id = begins(lan)
    for number in (1, 3, 4, 5, 6):
        sends(lan, draft_id, number, sendable({**PAGES[number], **forms[number - 1]}))
    answer = lan.post(f"/ghi-nhan/{draft_id}/8")
    assert answer.status_code == 303
    assert lan.get(answer.location, follow_redirects=True).status_code == 200


WRONG = [
    (3, REACH, {"phone": "12 34"}, "Số điện thoại"),
    (3, REACH, {"phone": "١٢٣"}, "Số điện thoại"),
    (3, REACH, {"happened_on-day": "31", "happened_on-month": "2", "happened_on-year": "2024"}, "chỉ có ngày 1 đến"),
    (3, REACH, {"happened_on-day": "1", "happened_on-month": "2", "happened_on-year": "2569"}, "Năm 2569 không đúng"),
    (3, REACH, {"happened_on-day": "1", "happened_on-month": "2", "happened_on-year": "2031"}, "chưa tới"),
    (3, REACH, {"happened_on-day": "1"}, "Còn thiếu tháng"),
    (3, REACH, {"call_her": "Út" * 101}, "Dài quá"),
    (4, PERSON, {"birth_year": "2569"}, "Năm 2569"),
    (4, PERSON, {"birth_year": "-1"}, "bằng chữ số"),
    (4, PERSON, {"name": "👩‍👧"}, "Tên phải có chữ cái"),
    (4, PERSON, {"count": "một"}, "Hãy ghi một con số"),
    (5, EVENT, {"words": "ă" * 20_001}, "Dài quá 1 ký tự"),
]
UNLISTED = [
    (3, REACH, {"channel": "khói"}),
    (3, REACH, {"address_id": "00000000-0000-0000-0000-000000000000"}),
    (4, PERSON, {"sex": "\x00"}),
    (5, EVENT, {"acts": ["A", "khác"]}),
    (6, SHARING, {"consent_police": "withdrawn"}),
    (6, SHARING, {"level": "rất cao"}),
]


@pytest.mark.parametrize(("number", "page", "change", "words"), WRONG)
def test_a_wrong_answer_is_explained_and_stays_on_the_page(browser, number, page, change, words):
    lan = browser("lan")
    answer = sends(lan, begins(lan), number, {**page, **change})
    assert answer.status_code == 422
    assert words in " ".join(wrongs(answer))
    assert answer.text.split("<title>")[1].startswith("Cần sửa:")
    assert {name: value(answer, name) for name in change} == change


@pytest.mark.parametrize(("number", "page", "change"), UNLISTED)
def test_an_answer_that_is_on_no_list_is_asked_for_again(browser, number, page, change):
    lan = browser("lan")
    answer = sends(lan, begins(lan), number, {**page, **change})
    assert answer.status_code == 422
    assert "không có trong danh sách" in " ".join(wrongs(answer))


def test_an_answer_that_comes_twice_is_asked_for_again(browser):
    lan = browser("lan")
    answer = sends(lan, begins(lan), 3, {**REACH, "call_her": ["Chị Hai", "Chị Ba"]})
    assert answer.status_code == 422
    assert "hai lần" in " ".join(wrongs(answer))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (unicodedata.normalize("NFD", "Nguyễn Thị Đào"), "Nguyễn Thị Đào"),
        ("Đào\x00 \u202e\u2066Thị\x07", "Đào Thị"),
        ("  Nguyễn \t Thị   Đào ", "Nguyễn Thị Đào"),
        ("Đào 👩‍👧", "Đào 👩‍👧"),
    ],
)
def test_letters_that_cannot_be_seen_are_dropped_and_marks_are_joined(browser, typed, kept):
    lan = browser("lan")
    draft_id = fills(lan, {4: {**PERSON, "name": typed}})
    assert kept in shown(lan.get(f"/ghi-nhan/{draft_id}/8"))


@pytest.mark.parametrize("username", ["thu", "rang", "quang", "son"])
def test_who_records_nothing_is_refused_on_every_page_alike(browser, username):
    other, draft_id = browser(username), begins(browser("lan"))
    assert other.get("/ghi-nhan").status_code == other.post("/ghi-nhan/tiep").status_code == 403
    assert {other.get(f"/ghi-nhan/{draft_id}/{number}").status_code for number in range(1, 9)} == {403}
    assert {sends(other, draft_id, number, EVENT).status_code for number in range(1, 9)} == {403}
