"""One's own account: step-up, a new passphrase, phone or paper code, sessions, and sign-in by paper code."""

import threading
from functools import partial

import pytest

from casework import clock
from casework.accounts import authentication, own_account_actions
from casework.accounts.authentication import LoginAttempt
from casework.accounts.sign_in_actions import (
    PaperSignIn,
    WrongCode,
    WrongPassphrase,
    second_factor,
    sign_in,
    sign_in_by_paper_code,
)
from casework.desk import actions as desk
from casework.errors import CaseworkError, NotFound, SignInNeeded
from casework.vault.keys.enrolment import credentials, totp
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.web.session_loading import load_session
from tests.accounts.sign_in import (
    new_paper_code,
    session_token,
    sign_in_by_paper,
    signed_in_member,
    try_paper_code,
    unwrapped_by_passphrase,
)
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import STAFF, THANH_SON
from tests.tampering import stolen

MINUTE = 60 * clock.MICROSECOND
SEED = bytes(range(20))


def test_a_session_with_one_factor_holds_no_key(house: House, lan: Someone):
    started = house.gate.perform(house.stranger(), sign_in, unwrapped_by_passphrase(lan), before=None)
    member = signed_in_member(house, started)
    assert (member.state, member.person.keyring, started.kind) == ("pending", None, "pending")
    now = clock.micros()
    with clock.use_clock(lambda: now + 5 * MINUTE + 1):
        assert load_session(house.gate, house.config, started.token.cookie()) is None
        with pytest.raises(SignInNeeded):
            house.gate.perform(house.stranger(), second_factor, started.token, lan.digits())


@both_databases
def test_digits_begin_one_session_in_whichever_worker(house: House, lan: Someone):
    tokens = [
        house.gate.perform(house.stranger(), sign_in, unwrapped_by_passphrase(lan), before=None).token for _ in range(4)
    ]
    digits, done = lan.digits(), []

    def second(pending) -> None:
        try:
            house.gate.perform(house.stranger(), second_factor, pending, digits)
            done.append(True)
        except CaseworkError:
            done.append(False)

    threads = [threading.Thread(target=second, args=(pending,)) for pending in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]


@only_sqlite
def test_the_digits_of_another_person_open_nothing(house: House, lan: Someone, mai: Someone):
    started = house.gate.perform(house.stranger(), sign_in, unwrapped_by_passphrase(lan), before=None)
    with pytest.raises(WrongCode):
        house.gate.perform(house.stranger(), second_factor, started.token, mai.digits())


@pytest.mark.parametrize(("lost", "kind", "state"), [("phone", "night", "open"), ("passphrase", "renew", "renew")])
def test_the_code_on_paper_stands_in_for_one_lost_thing_and_ends_the_other_sessions(house, lan, lost, kind, state):
    case_id, code = lan.opens_a_case(), new_paper_code(lan)
    before = lan.cookie
    started = sign_in_by_paper(house, lan, code, lost=lost)
    member = signed_in_member(house, started)
    assert (started.kind, member.state) == (kind, state)
    assert load_session(house.gate, house.config, before) is None
    assert house.gate.perform(member.person, desk.read_case, case_id).line.id == case_id
    assert try_paper_code(house, "lan", code) is None


@both_databases
def test_the_code_on_paper_is_spent_once_in_whichever_worker(house: House, lan: Someone):
    paper = try_paper_code(house, "lan", new_paper_code(lan))
    paper_sign_in, done = PaperSignIn(paper, unwrapped_by_passphrase(lan), "", "phone"), []

    def spend() -> None:
        try:
            house.gate.perform(house.stranger(), sign_in_by_paper_code, paper_sign_in, before=None)
            done.append(True)
        except CaseworkError:
            done.append(False)

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]


def test_a_spent_slot_that_is_put_back_opens_nothing(house: House, lan: Someone):
    code = new_paper_code(lan)
    with stolen(house) as thief:
        kept = thief.rows("slot", member_id=lan.id, kind="code")
    sign_in_by_paper(house, lan, code, lost="phone")
    with stolen(house) as thief:
        thief.put("slot", *kept)
    with pytest.raises(CaseworkError):
        try_paper_code(house, "lan", code)


@only_sqlite
def test_the_code_alone_and_the_code_of_another_person_open_nothing(house: House, lan: Someone, mai: Someone):
    code = new_paper_code(lan)
    assert try_paper_code(house, "mai", code) is None
    assert try_paper_code(house, "nobody", code) is None
    paper = try_paper_code(house, "lan", code)
    for paper_sign_in in (
        PaperSignIn(paper, None, "", "phone"),
        PaperSignIn(paper, unwrapped_by_passphrase(mai), "", "phone"),
        PaperSignIn(None, unwrapped_by_passphrase(lan), lan.digits(), "phone"),
    ):
        with pytest.raises(WrongPassphrase):
            house.gate.perform(house.stranger(), sign_in_by_paper_code, paper_sign_in, before=None)
    with pytest.raises(WrongCode):
        house.gate.perform(
            house.stranger(), sign_in_by_paper_code, PaperSignIn(paper, None, "000000", "passphrase"), before=None
        )
    assert try_paper_code(house, "lan", code) is not None, "a failed try spends nothing"


@only_sqlite
def test_who_forgot_the_passphrase_sets_a_new_one_within_a_quarter(house: House, lan: Someone):
    case_id, code = lan.opens_a_case(), new_paper_code(lan)
    started, now = sign_in_by_paper(house, lan, code, lost="passphrase"), clock.micros()
    with clock.use_clock(lambda: now + 16 * MINUTE):
        assert load_session(house.gate, house.config, started.token.cookie()) is None
    with clock.use_clock(lambda: now + 14 * MINUTE):
        check_renewed(house, signed_in_member(house, started).person, started, case_id)


def check_renewed(house: House, person, started, case_id) -> None:
    new = credentials.new_credentials(house.gate.server_keys(THANH_SON), "mot hai ba bon nam sau", person.member_id)
    changed = house.gate.perform(person, own_account_actions.change_passphrase, new, token=started.token)
    member = signed_in_member(house, changed.begun)
    assert (member.kind, member.state) == ("full", "open")
    assert house.gate.perform(member.person, desk.read_case, case_id).line.id == case_id
    assert try_paper_code(house, "lan", changed.code) is not None
    for passphrase, opens in ((STAFF["lan"].passphrase, False), ("mot hai ba bon nam sau", True)):
        unwrapped = authentication.authenticate(house.gate, THANH_SON, LoginAttempt("lan", passphrase, ""))
        assert (unwrapped is not None) == opens


def test_a_new_passphrase_is_a_new_key_and_ends_the_other_sessions(house: House, lan: Someone):
    case_id, other = lan.opens_a_case(), lan.sign_in()
    lan.leaves()
    with stolen(house) as thief:
        old = thief.rows("member", id=lan.id)[0]["public_key"]
    new = credentials.new_credentials(house.gate.server_keys(THANH_SON), "mot hai ba bon nam sau", lan.id)
    first = lan.cookie
    changed = lan.does(own_account_actions.change_passphrase, new, token=session_token(lan))
    assert load_session(house.gate, house.config, other) is None
    assert load_session(house.gate, house.config, first) is None
    member = signed_in_member(house, changed.begun)
    assert house.gate.perform(member.person, desk.read_case, case_id).line.id == case_id
    with stolen(house) as thief:
        assert thief.rows("member", id=lan.id)[0]["public_key"] != old
        assert sorted(row["kind"] for row in thief.rows("slot", member_id=lan.id)) == ["code", "password"]


def test_a_new_phone_takes_the_place_of_the_one_before(house: House, lan: Someone):
    changed = lan.does(own_account_actions.change_phone, PairedPhone(SEED, 0), token=session_token(lan))
    assert signed_in_member(house, changed.begun).kind == "full"
    for seed, good in ((None, False), (SEED, True)):
        started = house.gate.perform(house.stranger(), sign_in, unwrapped_by_passphrase(lan), before=None)
        digits = totp.code_at(seed, clock.micros()) if seed else lan.digits()
        if good:
            house.gate.perform(house.stranger(), second_factor, started.token, digits)
        else:
            with pytest.raises(WrongCode):
                house.gate.perform(house.stranger(), second_factor, started.token, digits)


@only_sqlite
def test_after_five_minutes_a_change_needs_a_proof(house: House, lan: Someone):
    now = clock.micros()
    assert lan.cookie
    with clock.use_clock(lambda: now + 6 * MINUTE):
        with pytest.raises(SignInNeeded):
            house.gate.perform(lan.person, own_account_actions.new_paper_code, token=session_token(lan))
        lan.waits_for_new_digits()
        old = session_token(lan)
        started = lan.does(
            own_account_actions.step_up, unwrapped_by_passphrase(lan), lan.digits(), token=old, about=None
        )
        assert load_session(house.gate, house.config, old.cookie()) is None
        member = signed_in_member(house, started)
        assert member.person.proof.covers()
        assert house.gate.perform(member.person, own_account_actions.new_paper_code, token=started.token).code


@only_sqlite
def test_a_proof_about_a_case_covers_that_case_for_half_an_hour(house: House, lan: Someone, mai: Someone):
    case_id, now = lan.opens_a_case(), clock.micros()
    with clock.use_clock(lambda: now + 6 * MINUTE):
        lan.waits_for_new_digits()
        started = lan.does(
            own_account_actions.step_up,
            unwrapped_by_passphrase(lan),
            lan.digits(),
            token=session_token(lan),
            about=case_id,
        )
    for after, anything, this_case in ((10, True, True), (20, False, True), (30, False, True), (36, False, False)):
        with clock.use_clock(partial(int, now + after * MINUTE)):
            proof = signed_in_member(house, started).person.proof
            assert (proof.covers(), proof.covers(case_id), proof.covers(mai.id)) == (anything, this_case, anything)


@only_sqlite
@pytest.mark.parametrize("wrong", ["passphrase", "digits", "somebody else"])
def test_a_step_up_needs_both_factors_of_one_s_own(house: House, lan: Someone, mai: Someone, wrong):
    lan.waits_for_new_digits() if lan.cookie else None
    unwrapped = {"passphrase": None, "somebody else": unwrapped_by_passphrase(mai)}.get(
        wrong, unwrapped_by_passphrase(lan)
    )
    digits = "000000" if wrong == "digits" else lan.digits()
    with pytest.raises((WrongPassphrase, WrongCode)):
        lan.does(own_account_actions.step_up, unwrapped, digits, token=session_token(lan), about=None)


@only_sqlite
def test_by_night_without_a_phone_the_passphrase_is_proof_enough(house: House, lan: Someone):
    started = sign_in_by_paper(house, lan, new_paper_code(lan), lost="phone")
    person = signed_in_member(house, started).person
    after = house.gate.perform(
        person, own_account_actions.step_up, unwrapped_by_passphrase(lan), "", token=started.token, about=None
    )
    changed = house.gate.perform(
        signed_in_member(house, after).person, own_account_actions.change_phone, PairedPhone(SEED, 0), token=after.token
    )
    assert signed_in_member(house, changed.begun).kind == "full"


@only_sqlite
def test_a_member_lists_and_ends_their_sessions_and_sees_a_second_one(house: House, lan: Someone, mai: Someone):
    assert lan.cookie
    assert mai.cookie
    assert lan.presence.elsewhere == 0
    now = clock.micros()
    with clock.use_clock(lambda: now + MINUTE):
        second = lan.sign_in()
        assert lan.presence.elsewhere == now + MINUTE
        rows = lan.does(own_account_actions.list_sessions, sid=session_token(lan).sid)
        assert [(row.number, row.this) for row in rows] == [(1, False), (2, True)]
        with pytest.raises(NotFound):
            lan.does(own_account_actions.end_session, 3, rows[0].created)
        with pytest.raises(NotFound):
            mai.does(own_account_actions.end_session, 1, rows[0].created)
        lan.does(own_account_actions.end_session, 1, rows[0].created)
        assert load_session(house.gate, house.config, second) is None
        assert lan.presence.elsewhere == 0
        assert mai.presence.state == "open"
