"""Who was locked for absence comes back by a third proof, beside both factors; whoever a lead has locked does not."""

import threading
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient

from casework import clock
from casework.accounts import absence, key_holders, return_actions
from casework.accounts import login_rate_limit as rate_limit
from casework.accounts.sign_in_actions import (
    InactiveAccount,
    StartedSession,
    WrongCode,
    WrongPassphrase,
    second_factor,
    sign_in,
)
from casework.errors import BadInput, CaseworkError, NotFound, Refused, SignInNeeded
from casework.intake import actions as intake
from casework.maintenance.idle_accounts import lock_idle_accounts
from casework.policy.vocabulary import Role
from casework.staffing import actions as staffing
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys import sessions
from casework.vault.keys.context import CryptoContext
from casework.web.session_loading import COOKIE, load_session
from tests.accounts.newcomers import member_state
from tests.accounts.sign_in import new_paper_code, sign_in_by_paper, signed_in_member, try_paper_code
from tests.accounts.sign_in import unwrapped_by_passphrase as unwrapped
from tests.browsing import application, browser_of
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import THANH_SON

MINUTE = 60 * clock.MICROSECOND
DAY = 24 * 60 * MINUTE
pytestmark = pytest.mark.usefixtures("quick")
Clock = Callable[[int], None]


@pytest.fixture
def at_day(house: House):
    """Return what moves the clock to some days after the commune was founded, for the rest of the test."""
    began = clock.micros()
    moved = [began]
    with clock.use_clock(lambda: moved[0]):

        def move(days: float) -> None:
            moved[0] = began + int(days * DAY)

        yield move


def comes_to_the_door(house: House, member: Someone) -> StartedSession:
    """Sign in with passphrase and phone, as anybody does."""
    started = house.gate.perform(house.stranger(), sign_in, unwrapped(member), before=None)
    member.waits_for_new_digits()
    return house.gate.perform(house.stranger(), second_factor, started.token, member.digits())


def shown_code(house: House, started: StartedSession) -> str:
    here = signed_in_member(house, started)
    assert here.state == "away"
    return sessions.door_code(THANH_SON, here.id, here.sid, house.gate.server_keys(THANH_SON))


def locks_who_was_away(house: House, at_day: Clock, *, active: str = "hoa") -> None:
    """Let 46 days pass in which one person of the Union signs in at the end, then run the job of the clock."""
    at_day(46)
    house[active].leaves()
    house[active].sign_in()
    house.gate.perform(house.stranger(Role.SYSTEM), lock_idle_accounts)


def returns_by_paper(house: House, started: StartedSession, member: Someone, code: str) -> StartedSession:
    paper = try_paper_code(house, member.card.username, code)
    return house.gate.perform(house.stranger(), return_actions.return_by_paper, started.token, paper)


@both_databases
def test_with_both_factors_and_the_paper_code_she_is_in_and_opens_what_she_could_before(house: House, at_day: Clock):
    lan = house["lan"]
    case_id, code = lan.opens_a_case(), new_paper_code(lan)
    locks_who_was_away(house, at_day)
    assert member_state(house, lan.id) == "away"
    door = comes_to_the_door(house, lan)
    at_door = signed_in_member(house, door)
    assert (at_door.state, at_door.person.keyring) == ("away", None)
    begun = returns_by_paper(house, door, lan, code)
    inside = signed_in_member(house, begun)
    assert inside.state == "open"
    assert at_door.person.actor.agency_id in inside.person.keyring.agencies
    assert load_session(house.gate, house.config, door.token.cookie()) is None
    assert case_id


@both_databases
def test_a_colleague_s_word_lets_in_the_session_that_shows_the_digits_and_no_other(house: House, at_day: Clock):
    lan, hoa = house["lan"], house["hoa"]
    locks_who_was_away(house, at_day)
    door, other = comes_to_the_door(house, lan), comes_to_the_door(house, lan)
    waiting = hoa.does(return_actions.list_at_door)
    assert [one.name for one in waiting] == [lan.card.name]
    assert hoa.does(return_actions.confirm_return, lan.id, shown_code(house, door)) == lan.card.name
    assert signed_in_member(house, door).state == "open"
    assert load_session(house.gate, house.config, other.token.cookie()) is None
    assert hoa.does(return_actions.list_at_door) == []


@only_sqlite
def test_phone_and_passphrase_alone_open_nothing_and_neither_do_passphrase_and_paper(house: House, at_day: Clock):
    lan = house["lan"]
    code = new_paper_code(lan)
    locks_who_was_away(house, at_day)
    for lost in ("phone", "passphrase"):
        with pytest.raises(InactiveAccount):
            sign_in_by_paper(house, lan, code, lost=lost)
    door = comes_to_the_door(house, lan)
    with pytest.raises(WrongPassphrase):
        house.gate.perform(house.stranger(), return_actions.return_by_paper, door.token, None)
    pending = house.gate.perform(house.stranger(), sign_in, unwrapped(lan), before=None)
    with pytest.raises(SignInNeeded):
        returns_by_paper(house, pending, lan, code)
    page = browser(house, door)
    for path in ("/", "/tim", "/tai-khoan/cua-toi", "/tai-khoan/tro-lai"):
        answer = page.get(path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (HTTPStatus.SEE_OTHER, "/tro-lai"), path
    assert member_state(house, lan.id) == "away"


@only_sqlite
def test_another_s_paper_code_does_not_do_and_is_not_spent(house: House, at_day: Clock):
    lan, mai = house["lan"], house["mai"]
    hers = new_paper_code(mai)
    locks_who_was_away(house, at_day)
    with pytest.raises(WrongPassphrase):
        returns_by_paper(house, comes_to_the_door(house, lan), mai, hers)
    assert try_paper_code(house, mai.card.username, hers)
    assert member_state(house, lan.id) == "away"


@only_sqlite
def test_a_colleague_of_another_agency_a_stranger_and_she_herself_cannot_give_the_word(house: House, at_day: Clock):
    lan = house["lan"]
    locks_who_was_away(house, at_day)
    door = comes_to_the_door(house, lan)
    digits, here = shown_code(house, door), signed_in_member(house, door)
    for name in ("cuong", "tam", "son", "quang"):
        house[name].leaves()
        house[name].sign_in()
        assert house[name].does(return_actions.list_at_door) == []
        with pytest.raises(NotFound):
            house[name].does(return_actions.confirm_return, lan.id, digits)
    with pytest.raises(Refused):
        house.gate.perform(house.stranger(), return_actions.confirm_return, lan.id, digits)
    with pytest.raises(NotFound):
        house.gate.perform(here.person, return_actions.confirm_return, lan.id, digits)
    assert member_state(house, lan.id) == "away"


@only_sqlite
@pytest.mark.parametrize("ending", ["lock", "leave"])
def test_whom_the_lead_has_locked_or_let_go_has_no_way_back(house: House, at_day: Clock, ending: str):
    lan, hoa = house["lan"], house["hoa"]
    code = new_paper_code(lan)
    locks_who_was_away(house, at_day)
    door = comes_to_the_door(house, lan)
    digits = shown_code(house, door)
    hoa.does(getattr(staffing, ending), lan.id)
    assert load_session(house.gate, house.config, door.token.cookie()) is None
    with pytest.raises(SignInNeeded):
        house.gate.perform(
            house.stranger(), return_actions.return_by_paper, door.token, try_paper_code(house, "lan", code)
        )
    with pytest.raises(BadInput):
        hoa.does(return_actions.confirm_return, lan.id, digits)
    with pytest.raises(InactiveAccount):
        house.gate.perform(house.stranger(), sign_in, unwrapped(lan), before=None)


@only_sqlite
def test_the_lead_still_opens_an_account_that_was_locked_for_absence(house: House, at_day: Clock):
    lan, hoa = house["lan"], house["hoa"]
    locks_who_was_away(house, at_day)
    hoa.does(staffing.unlock_account, lan.id)
    assert member_state(house, lan.id) == "active"


@only_sqlite
def test_the_door_closes_after_15_minutes_and_a_clock_moved_back_revives_nothing(house: House, at_day: Clock):
    lan, hoa = house["lan"], house["hoa"]
    code = new_paper_code(lan)
    locks_who_was_away(house, at_day)
    door = comes_to_the_door(house, lan)
    digits, paper, now = shown_code(house, door), try_paper_code(house, "lan", code), clock.micros()
    for after in (15 * MINUTE, -1 * MINUTE):
        with clock.use_clock(partial(int, now + after)):
            with pytest.raises(SignInNeeded):
                house.gate.perform(house.stranger(), return_actions.return_by_paper, door.token, paper)
            if after > 0:
                with pytest.raises(BadInput):
                    hoa.does(return_actions.confirm_return, lan.id, digits)
            assert signed_in_member(house, door).state == "ended"
    assert member_state(house, lan.id) == "away"


@only_sqlite
def test_who_waits_at_the_door_too_long_can_write_into_no_draft_of_the_account(house: House, at_day: Clock):
    """A locked screen lets its owner save a page of a draft, for that only seals; at the door nobody owns anything."""
    lan = house["lan"]
    draft = lan.does(intake.start_draft, {3: {"phone": ["0912345678"]}})
    locks_who_was_away(house, at_day)
    door = comes_to_the_door(house, lan)
    client = browser_of(application(house), None)
    client.set_cookie(COOKIE, door.token.cookie(), secure=True)
    for minutes in (1, 16):
        with clock.use_clock(partial(int, clock.micros() + minutes * MINUTE)):
            answer = client.post(f"/ghi-nhan/{draft}/3?luu=1", data={"phone": "0999999999", "draft": "1"})
            assert not (answer.location or "").startswith("/ghi-nhan/")
    house["hoa"].does(staffing.unlock_account, lan.id)
    lan.leaves()
    assert lan.does(intake.open_draft, draft).pages[3] == {"phone": ["0912345678"]}


@only_sqlite
def test_digits_and_paper_are_good_once_and_not_at_the_next_absence(house: House, at_day: Clock):
    lan, hoa = house["lan"], house["hoa"]
    code = new_paper_code(lan)
    locks_who_was_away(house, at_day)
    door = comes_to_the_door(house, lan)
    digits = shown_code(house, door)
    begun = returns_by_paper(house, door, lan, code)
    with pytest.raises(BadInput):
        hoa.does(return_actions.confirm_return, lan.id, digits)
    with pytest.raises(SignInNeeded):
        returns_by_paper(house, door, lan, code)
    with pytest.raises(SignInNeeded):
        house.gate.perform(house.stranger(), return_actions.return_by_paper, begun.token, None)
    at_day(92)
    hoa.leaves()
    hoa.sign_in()
    house.gate.perform(house.stranger(Role.SYSTEM), lock_idle_accounts)
    again = comes_to_the_door(house, lan)
    assert try_paper_code(house, "lan", code) is None
    assert shown_code(house, again) != digits
    with pytest.raises(WrongCode):
        hoa.does(return_actions.confirm_return, lan.id, digits)


@both_databases
def test_both_ways_at_once_are_one_return(house: House, at_day: Clock):
    lan, hoa = house["lan"], house["hoa"]
    code = new_paper_code(lan)
    locks_who_was_away(house, at_day)
    door = comes_to_the_door(house, lan)
    digits, paper = shown_code(house, door), try_paper_code(house, "lan", code)
    person, done, server = hoa.person, [], house.stranger()

    def once(act: Callable[[], object]) -> None:
        try:
            act()
            done.append(True)
        except CaseworkError:
            done.append(False)

    ways = [
        partial(house.gate.perform, server, return_actions.return_by_paper, door.token, paper),
        partial(house.gate.perform, person, return_actions.confirm_return, lan.id, digits),
    ]
    threads = [threading.Thread(target=once, args=(way,)) for way in ways * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]
    assert member_state(house, lan.id) == "active"


@only_sqlite
def test_digits_cannot_be_guessed_and_a_wrong_try_says_what_to_do(house: House, at_day: Clock):
    lan, hoa = house["lan"], house["hoa"]
    locks_who_was_away(house, at_day)
    door = comes_to_the_door(house, lan)
    digits = shown_code(house, door)
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    page, path = browser_of(application(house), hoa), f"/tai-khoan/tro-lai/{lan.id}"
    hoa.proves()
    page.set_cookie(COOKIE, hoa.cookie, secure=True)
    for typed in (wrong, "", "12", "٣٤٥٦٧٨", "x" * 21):
        answer = page.post(path, data={"digits": typed})
        assert answer.status_code in (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.BAD_REQUEST), typed
    assert "6 số" in page.post(path, data={"digits": wrong}).text
    for _ in range(5):
        page.post(path, data={"digits": wrong})
    answer = page.post(path, data={"digits": digits})
    assert "quá nhiều lần" in answer.text
    assert member_state(house, lan.id) == "away"
    assert rate_limit.of_return(house.gate.server_keys(THANH_SON), lan.id)


@only_sqlite
def test_the_lead_reads_who_came_back_and_on_whose_word(house: House, at_day: Clock):
    lan, hoa = house["lan"], house["hoa"]
    locks_who_was_away(house, at_day)
    door = comes_to_the_door(house, lan)
    home = browser_of(application(house), hoa)
    assert "đang chờ ở cửa: 1" in home.get("/").text
    hoa.does(return_actions.confirm_return, lan.id, shown_code(house, door))
    home.set_cookie(COOKIE, hoa.cookie, secure=True)
    text = home.get("/").text
    assert "Vừa trở lại sau thời gian vắng" in text
    assert f"{hoa.card.name} xác nhận" in text
    assert "đang chờ ở cửa: 1" not in text
    at_day(54)
    hoa.leaves()
    hoa.sign_in()
    home.set_cookie(COOKIE, hoa.cookie, secure=True)
    assert "Vừa trở lại" not in home.get("/").text


@only_sqlite
def test_ten_days_before_the_lead_is_told_by_name_and_in_red_where_too_few_would_be_left(house: House, at_day: Clock):
    lan, hoa = house["lan"], house["hoa"]
    at_day(34)
    hoa.leaves()
    hoa.sign_in()
    home = browser_of(application(house), hoa)
    assert "sắp tự khóa" not in home.get("/").text
    at_day(36)
    hoa.leaves()
    hoa.sign_in()
    home.set_cookie(COOKIE, hoa.cookie, secure=True)
    text = home.get("/").text
    assert "Tài khoản sắp tự khóa vì lâu không vào" in text
    assert lan.card.name in text
    assert "sẽ khóa trong 10 ngày tới" in text
    assert "tự khóa" in home.get("/tai-khoan").text
    house["tam"].leaves()
    house["tam"].sign_in()
    assert "sắp tự khóa" not in browser_of(application(house), house["tam"]).get("/").text
    locks_who_was_away(house, at_day)
    home.set_cookie(COOKIE, hoa.cookie, secure=True)
    assert "tài khoản đang khóa vì lâu không vào" in home.get("/").text
    with house.gate.reading() as session:
        attach_keys(session, house.gate.server_keys(THANH_SON))
        crypto = CryptoContext(session, house.gate.server_keys(THANH_SON), None, clock.micros())
        assert {one.name: (one.holders, bool(one.away)) for one in key_holders.agencies_at_risk(crypto)}[
            "Hội Liên hiệp Phụ nữ xã"
        ] == (1, True)
        assert absence.absences(crypto) == []


@only_sqlite
def test_the_pages_of_the_door_say_what_to_do_and_take_the_paper_code(house: House, at_day: Clock):
    lan = house["lan"]
    code = new_paper_code(lan)
    locks_who_was_away(house, at_day)
    door = comes_to_the_door(house, lan)
    page, digits = browser(house, door), shown_code(house, door)
    text = page.get("/tro-lai").text
    assert f"{digits[:3]} {digits[3:]}" in text
    assert "không ai khóa bạn" in text
    for typed in ("", "không phải mã", "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"):
        assert page.post("/tro-lai", data={"code": typed}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = page.post("/tro-lai", data={"code": code.lower()})
    assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, "/")
    assert page.get("/").status_code == HTTPStatus.OK
    assert page.get("/tro-lai").status_code == HTTPStatus.SEE_OTHER


def browser(house: House, started: StartedSession) -> FlaskClient:
    client = browser_of(application(house), house["hoa"])
    client.set_cookie(COOKIE, started.token.cookie(), secure=True)
    return client
