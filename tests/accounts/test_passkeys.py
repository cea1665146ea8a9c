"""Passkeys in place of the six digits: what is taken, and what a stranger, a thief or a database administrator gets."""

import json
import logging
from uuid import uuid4

import pytest

from casework import clock
from casework.accounts import own_account_actions, passkey_actions
from casework.accounts.sign_in_actions import PasskeyAnswer, WrongCode, second_factor, sign_in
from casework.errors import BadInput, NotFound, SignInNeeded, VaultError
from casework.policy.step_up import ProofNeeded
from casework.policy.vocabulary import Act
from casework.staffing import actions as staffing
from casework.vault.keys.enrolment import totp
from casework.vault.keys.enrolment.passkey_challenges import ENROL, SIGN_IN, STEP_UP, Ceremony
from casework.vault.keys.enrolment.passkeys import FallenCounter, SpentChallenge, WrongPasskey
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.web.session_loading import load_session
from tests.accounts.authenticator import HERE, ORIGIN, Authenticator, enrols, read, text
from tests.accounts.sign_in import session_token, signed_in_member, unwrapped_by_passphrase
from tests.house import House, Someone, both_databases, only_sqlite
from tests.tampering import Row, stolen

MINUTE = 60 * clock.MICROSECOND


def waits(house: House, member: Someone):
    """Begin a sign-in with the passphrase; return its token and what its page asks the browser for."""
    token = house.gate.perform(house.stranger(), sign_in, unwrapped_by_passphrase(member), before=None).token
    return token, house.gate.perform(
        house.stranger(), passkey_actions.ask_for_passkey, Ceremony(token.sid, SIGN_IN, HERE)
    )


def goes_in(house: House, token, answer: str):
    return house.gate.perform(house.stranger(), second_factor, token, PasskeyAnswer(answer, HERE))


def rows_of(house: House, member: Someone) -> list[Row]:
    with stolen(house) as thief:
        return thief.rows("passkey", member_id=member.id)


def newest_reasons(house: House, act: Act) -> list[str]:
    with stolen(house) as thief:
        lines = sorted(thief.rows("audit_line", act=act.value), key=lambda line: line["n"])
    return [json.loads(line["body"])["reason"] for line in lines]


@both_databases
def test_a_passkey_stands_in_for_the_digits_at_sign_in_and_the_log_says_so(house: House, lan: Someone):
    device = Authenticator()
    enrols(house, lan, device)
    token, options = waits(house, lan)
    asked = json.loads(options)
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "preferred")
    assert [read(one["id"]) for one in asked["allowCredentials"]] == [device.credential_id]
    member = signed_in_member(house, goes_in(house, token, device.signs(options)))
    assert (member.state, member.id) == ("open", lan.id)
    assert newest_reasons(house, Act.SECOND_FACTOR)[-1] == "passkey"
    token, options = waits(house, lan)
    assert signed_in_member(house, goes_in(house, token, device.signs(options))).state == "open", "again and again"


@only_sqlite
def test_a_passkey_stands_in_for_the_digits_at_a_step_up_for_its_case_alone(house: House, lan: Someone):
    device, case_id = Authenticator(), lan.opens_a_case()
    enrols(house, lan, device)
    now = clock.micros()
    with clock.use_clock(lambda: now + 6 * MINUTE):
        with pytest.raises(ProofNeeded):
            house.gate.perform(lan.person, own_account_actions.new_paper_code, token=session_token(lan))
        token = session_token(lan)
        options = lan.does(passkey_actions.ask_for_passkey, Ceremony(token.sid, STEP_UP, HERE, case_id))
        signed = PasskeyAnswer(device.signs(options), HERE)
        opened = unwrapped_by_passphrase(lan)
        with pytest.raises(SpentChallenge):
            house.gate.perform(lan.person, own_account_actions.step_up, opened, signed, token=token, about=None)
        begun = house.gate.perform(lan.person, own_account_actions.step_up, opened, signed, token=token, about=case_id)
        lan._cookie = begun.token.cookie()
        assert house.gate.perform(lan.person, own_account_actions.new_paper_code, token=begun.token).code


@only_sqlite
def test_without_a_passkey_the_browser_is_asked_for_none(house: House, lan: Someone):
    token, options = waits(house, lan)
    assert options == ""
    with pytest.raises(WrongPasskey):
        goes_in(house, token, "{}")


@only_sqlite
def test_what_was_signed_on_a_false_page_opens_nothing_here(house: House, lan: Someone):
    device = Authenticator()
    enrols(house, lan, device)
    token, options = waits(house, lan)
    device.origin = "https://localhost.example"
    with pytest.raises(WrongPasskey):
        goes_in(house, token, device.signs(options))
    device.origin = ORIGIN
    with pytest.raises(WrongPasskey):
        goes_in(house, token, device.signs(options, rp="localhost.example"))
    with pytest.raises(WrongPasskey):
        goes_in(house, token, Authenticator(credential_id=device.credential_id).signs(options))
    assert goes_in(house, token, device.signs(options)).kind == "full"


@only_sqlite
def test_a_passkey_that_was_made_on_a_false_page_is_not_added(house: House, lan: Someone):
    with pytest.raises(WrongPasskey):
        enrols(house, lan, Authenticator(origin="https://localhost.example"))
    ceremony = Ceremony(session_token(lan).sid, ENROL, HERE)
    for nonsense in ("", "null", "{}", "[" * 20_000, '{"id": "x", "rawId": "é", "response": {}, "type": "public-key"}'):
        with pytest.raises(WrongPasskey):
            lan.does(passkey_actions.add_passkey, "x", nonsense, ceremony=ceremony)
    assert rows_of(house, lan) == []


@both_databases
def test_a_challenge_is_good_once_for_its_session_and_purpose_and_five_minutes(house: House, lan: Someone):
    device = Authenticator()
    enrols(house, lan, device)
    token, options = waits(house, lan)
    other, _ = waits(house, lan)
    signed = device.signs(options)
    with pytest.raises(SpentChallenge):
        goes_in(house, other, signed)
    for_step_up = lan.does(passkey_actions.ask_for_passkey, Ceremony(session_token(lan).sid, STEP_UP, HERE))
    with pytest.raises(SpentChallenge):
        goes_in(house, token, device.signs(for_step_up))
    for made_up in (text(bytes(56)), text(b"short"), ""):
        with pytest.raises(SpentChallenge):
            goes_in(house, token, device.signs(options, challenge=made_up))
    with stolen(house) as thief:
        [row] = thief.rows("session", sid=token.sid)
    assert goes_in(house, token, signed).kind == "full"
    with stolen(house) as thief:
        thief.put("session", row)
    device.count = 0
    with pytest.raises(SpentChallenge):
        goes_in(house, token, signed)
    with pytest.raises(SpentChallenge):
        goes_in(house, token, device.signs(options))


@only_sqlite
def test_a_step_up_page_that_stood_for_five_minutes_asks_anew(house: House, lan: Someone):
    device = Authenticator()
    enrols(house, lan, device)
    token = session_token(lan)
    options = lan.does(passkey_actions.ask_for_passkey, Ceremony(token.sid, STEP_UP, HERE))
    later = clock.micros() + 5 * MINUTE
    signed, opened = PasskeyAnswer(device.signs(options), HERE), unwrapped_by_passphrase(lan)
    with clock.use_clock(lambda: later), pytest.raises(SpentChallenge):
        house.gate.perform(lan.person, own_account_actions.step_up, opened, signed, token=token, about=None)


@only_sqlite
def test_the_passkey_of_another_member_opens_nothing(house: House, lan: Someone, mai: Someone):
    hers, his = Authenticator(), Authenticator()
    enrols(house, lan, hers)
    enrols(house, mai, his)
    token, options = waits(house, lan)
    with pytest.raises(WrongPasskey):
        goes_in(house, token, his.signs(options))
    with stolen(house) as thief:
        [theirs] = thief.rows("passkey", member_id=mai.id)
        thief.change("passkey", {"id": theirs["id"]}, member_id=lan.id)
    with pytest.raises(VaultError):
        goes_in(house, token, his.signs(options))


@only_sqlite
def test_nobody_asks_for_the_passkeys_of_a_session_that_is_not_theirs(house: House, lan: Someone, mai: Someone):
    enrols(house, lan, Authenticator())
    for person, sid in (
        (house.stranger(), session_token(lan).sid),
        (mai.person, session_token(lan).sid),
        (house.stranger(), bytes(32)),
    ):
        with pytest.raises(SignInNeeded):
            house.gate.perform(person, passkey_actions.ask_for_passkey, Ceremony(sid, STEP_UP, HERE))


@both_databases
def test_a_counter_that_fell_is_refused_and_logged_and_the_digits_still_work(house: House, lan: Someone, caplog):
    device = Authenticator()
    enrols(house, lan, device)
    token, options = waits(house, lan)
    goes_in(house, token, device.signs(options))
    device.count = 0
    token, options = waits(house, lan)
    with caplog.at_level(logging.WARNING), pytest.raises(FallenCounter):
        goes_in(house, token, device.signs(options))
    assert "fault=FallenCounter row=passkey" in caplog.text
    assert newest_reasons(house, Act.SECOND_FACTOR)[-1] == "FallenCounter"
    lan.waits_for_new_digits()
    assert house.gate.perform(house.stranger(), second_factor, token, lan.digits()).kind == "full"


@only_sqlite
def test_a_passkey_that_counts_nothing_is_taken_each_time(house: House, lan: Someone):
    device = Authenticator()
    enrols(house, lan, device)
    for _ in range(2):
        device.count = -1
        token, options = waits(house, lan)
        assert goes_in(house, token, device.signs(options)).kind == "full"


@both_databases
def test_a_removed_passkey_that_is_put_back_by_sql_opens_nothing(house: House, lan: Someone):
    device = Authenticator()
    enrols(house, lan, device)
    [row] = rows_of(house, lan)
    [own] = lan.does(passkey_actions.list_passkeys)
    assert (own.name, own.id) == ("máy ở trụ sở", row["id"])
    lan.does(passkey_actions.remove_passkey, own.id)
    assert lan.does(passkey_actions.list_passkeys) == []
    with stolen(house) as thief:
        thief.put("passkey", row)
    token = house.gate.perform(house.stranger(), sign_in, unwrapped_by_passphrase(lan), before=None).token
    with pytest.raises(VaultError):
        house.gate.perform(house.stranger(), passkey_actions.ask_for_passkey, Ceremony(token.sid, SIGN_IN, HERE))
    with pytest.raises(VaultError):
        goes_in(house, token, device.signs('{"challenge": "", "rpId": "localhost"}'))


@both_databases
def test_the_passkey_of_somebody_who_left_is_gone_and_stays_refused(house: House, lan: Someone, hoa: Someone):
    device = Authenticator()
    enrols(house, lan, device)
    [row] = rows_of(house, lan)
    pending, options = waits(house, lan)
    hoa.proves()
    hoa.does(staffing.leave, lan.id)
    assert rows_of(house, lan) == []
    with pytest.raises(SignInNeeded):
        goes_in(house, pending, device.signs(options))
    with stolen(house) as thief:
        thief.put("passkey", row)
    assert load_session(house.gate, house.config, lan.cookie) is None


@only_sqlite
def test_a_new_phone_takes_all_passkeys_away_and_a_new_passphrase_none(house: House, lan: Someone):
    enrols(house, lan, Authenticator())
    enrols(house, lan, Authenticator(), "điện thoại")
    assert [own.name for own in lan.does(passkey_actions.list_passkeys)] == ["máy ở trụ sở", "điện thoại"]
    changed = lan.does(own_account_actions.new_paper_code, token=session_token(lan))
    lan._cookie = changed.begun.token.cookie()
    assert len(rows_of(house, lan)) == 2
    lan.does(own_account_actions.change_phone, PairedPhone(totp.new_seed(), 0), token=session_token(lan))
    assert rows_of(house, lan) == []


@only_sqlite
def test_a_device_is_added_once_and_ten_are_the_most(house: House, lan: Someone):
    device = Authenticator()
    enrols(house, lan, device)
    with pytest.raises(BadInput):
        enrols(house, lan, device)
    for _ in range(passkey_actions.MOST - 1):
        enrols(house, lan, Authenticator())
    with pytest.raises(BadInput):
        enrols(house, lan, Authenticator())
    assert len(rows_of(house, lan)) == passkey_actions.MOST


@only_sqlite
def test_a_passkey_is_removed_only_by_its_owner_and_never_as_the_last_second_factor(
    house: House, lan: Someone, mai: Someone
):
    enrols(house, lan, Authenticator())
    [own] = lan.does(passkey_actions.list_passkeys)
    for member, passkey_id in ((mai, own.id), (lan, uuid4()), (lan, None)):
        member.proves()
        with pytest.raises(NotFound):
            member.does(passkey_actions.remove_passkey, passkey_id)
    with stolen(house) as thief:
        thief.delete("totp", member_id=lan.id)
    with pytest.raises(BadInput):
        lan.does(passkey_actions.remove_passkey, own.id)
    assert len(rows_of(house, lan)) == 1


@only_sqlite
def test_the_row_shows_neither_name_nor_key_and_wrong_digits_stay_wrong(house: House, lan: Someone):
    device = Authenticator()
    enrols(house, lan, device, "điện thoại của tôi")
    [row] = rows_of(house, lan)
    assert set(row) == {"commune_id", "id", "member_id", "created", "blob", "mac"}
    assert device.credential_id not in row["blob"]
    assert "điện thoại".encode() not in row["blob"]
    token, _ = waits(house, lan)
    with pytest.raises(WrongCode):
        house.gate.perform(house.stranger(), second_factor, token, "000000")
