"""What was typed and not sent: sealed to one person, few, small, for a week, and gone with its case and its owner."""

from uuid import UUID, uuid4

import pytest

from casework import clock
from casework.accounts import own_account_actions
from casework.accounts.kept_form_actions import TypedForm, discard_kept_form, keep_form, read_kept_forms
from casework.errors import BadInput, NotFound, VaultError
from casework.intake import actions as intake
from casework.retention import actions as retention
from casework.staffing import actions as staffing
from casework.vault.crypto.aead import new_key
from casework.vault.keys import kept_forms
from casework.vault.keys.enrolment.credentials import new_credentials
from casework.vault.keys.kept_forms import DAYS, MOST_BYTES, MOST_FORMS
from casework.vault.keys.sessions import token_from
from casework.vault.models import KeptForm
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import keys
from tests.retention.scenes import asked, files, found_in
from tests.tampering import stolen

WORDS = "Hẹn chiều mai, đi cổng sau"
DAY = 24 * 3600 * clock.MICROSECOND


def typed(words: str = WORDS, *, form_id: UUID | None = None, page: str = "/tim") -> TypedForm:
    return TypedForm(form_id or uuid4(), page, page, "Trang", (("words", words), ("words", "lần hai")))


def kept_by(somebody: Someone) -> list[str]:
    token = token_from(somebody.cookie)
    assert token is not None
    return [form.fields[0][1] for form in somebody.does(read_kept_forms, token=token)]


def rows(house: House) -> list[dict[str, object]]:
    with stolen(house) as thief:
        return thief.rows("kept_form")


@both_databases
def test_what_was_typed_comes_back_as_it_was_to_its_author_alone(house: House, lan: Someone, mai: Someone):
    form = typed()
    lan.does(keep_form, form, case_id=None)
    token = token_from(lan.cookie)
    assert token
    [found] = lan.does(read_kept_forms, token=token)
    assert (found.id, found.page, found.action, found.title, found.fields) == (
        *(form.id, form.page, form.action, form.title),
        form.fields,
    )
    assert kept_by(mai) == []
    mai.does(discard_kept_form, form.id)
    assert kept_by(lan) == [WORDS]
    lan.does(discard_kept_form, form.id)
    assert rows(house) == []


@only_sqlite
def test_it_opens_with_no_other_key_and_at_no_other_place(house: House, lan: Someone):
    lan.does(keep_form, typed(), case_id=None)
    [row] = rows(house)
    like = KeptForm(**{name: value for name, value in row.items() if name != "mac"})
    assert WORDS in kept_forms.text_of(like, keys()["lan"].seed).decode()
    with pytest.raises(VaultError):
        kept_forms.text_of(like, new_key())
    like.page = "/khac"
    with pytest.raises(VaultError):
        kept_forms.text_of(like, keys()["lan"].seed)


@only_sqlite
def test_the_same_form_holds_its_newest_text_and_of_many_forms_the_oldest_goes(house: House, lan: Someone):
    form_id = uuid4()
    for number in range(3):
        lan.does(keep_form, typed(f"lần {number}", form_id=form_id), case_id=None)
    assert kept_by(lan) == ["lần 2"]
    now = clock.micros()
    for number in range(MOST_FORMS):
        with clock.use_clock(lambda number=number: now + number * clock.MICROSECOND):  # type: ignore[misc]
            lan.does(keep_form, typed(f"tờ {number}"), case_id=None)
    with clock.use_clock(lambda: now + MOST_FORMS * clock.MICROSECOND):
        lan.does(keep_form, typed("mới nhất"), case_id=None)
        left = kept_by(lan)
    assert (len(left), left[0]) == (MOST_FORMS, "mới nhất")
    assert "tờ 0" not in left


@only_sqlite
def test_after_a_week_it_is_offered_no_more_and_the_next_sign_in_deletes_it(house: House, lan: Someone, mai: Someone):
    lan.does(keep_form, typed(), case_id=None)
    later = clock.micros() + DAYS * DAY + clock.MICROSECOND
    with clock.use_clock(lambda: later):
        mai.sign_in()
        assert kept_by(mai) == []
    assert rows(house) == []


@only_sqlite
def test_a_text_that_is_too_long_and_one_of_an_erased_case_are_not_kept(house: House, lan: Someone):
    with pytest.raises(BadInput):
        lan.does(keep_form, typed("x" * MOST_BYTES), case_id=None)
    with pytest.raises(NotFound):
        lan.does(keep_form, typed(), case_id=uuid4())
    assert rows(house) == []


@only_sqlite
def test_nothing_that_anybody_typed_about_a_case_outlives_it(house: House, lan: Someone, mai: Someone, hoa: Someone):
    case_id, other = lan.opens_a_case(), lan.opens_a_case()
    for somebody in (lan, mai, hoa):
        somebody.does(keep_form, typed(page=f"/vu-viec/{case_id}"), case_id=case_id)
    lan.does(keep_form, typed("của vụ khác"), case_id=other)
    doomed = [bytes(row["blob"])[:200] for row in rows(house) if row["case_id"] == case_id]  # type: ignore[call-overload]
    assert len(found_in(doomed, files(house))) == 3
    asked(lan, case_id, hoa)
    hoa.does(retention.erase_case, case_id)
    assert found_in(doomed, files(house)) == []
    assert (kept_by(lan), kept_by(mai), kept_by(hoa)) == (["của vụ khác"], [], [])


@both_databases
def test_what_was_typed_about_an_erased_case_is_not_offered_although_its_row_was_put_back(
    house: House, lan: Someone, hoa: Someone
):
    """The attack: rows of this table alone, or with the head of the case that was erased."""
    case_id = lan.opens_a_case()
    lan.does(keep_form, typed(page=f"/vu-viec/{case_id}"), case_id=case_id)
    with stolen(house) as thief:
        typed_before, head = thief.rows("kept_form", case_id=case_id), thief.rows("head", id=case_id)
    asked(lan, case_id, hoa)
    hoa.does(retention.erase_case, case_id)
    for table, back in (("kept_form", typed_before), ("head", head)):
        with stolen(house) as thief:
            thief.put(table, *back)
        assert kept_by(lan) == []


@only_sqlite
def test_a_draft_that_is_thrown_away_takes_along_what_was_typed_into_it(house: House, lan: Someone):
    draft_id = lan.does(intake.start_draft, {1: {"danger": "no"}}, circle=[])
    lan.does(keep_form, typed(page=f"/ghi-nhan/{draft_id}/4"), case_id=draft_id)
    lan.does(intake.discard_draft, draft_id)
    assert rows(house) == []


@only_sqlite
def test_whoever_leaves_leaves_no_text_behind(house: House, mai: Someone, hoa: Someone):
    mai.does(keep_form, typed(), case_id=None)
    hoa.does(staffing.leave, mai.id)
    assert rows(house) == []


@only_sqlite
def test_a_new_passphrase_goes_on_opening_what_was_typed_before(house: House, lan: Someone):
    lan.does(keep_form, typed(), case_id=None)
    lan.proves()
    token = token_from(lan.cookie)
    assert token
    new = new_credentials(house.gate.server_keys(lan.person.commune_id), "mot cau that dai de nho 4711", lan.id)
    changed = lan.does(own_account_actions.change_passphrase, new, token=token)
    lan._cookie = changed.begun.token.cookie()
    assert kept_by(lan) == [WORDS]
