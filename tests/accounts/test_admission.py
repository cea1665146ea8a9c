"""Admission: a code handed over, a key of one's own, a colleague's confirmation; and never an administrator alone."""

import threading
from functools import partial

import pytest

from casework import clock
from casework.accounts import admission_actions
from casework.accounts.admission_actions import WrongAdmission
from casework.audit import freshness
from casework.desk import actions as desk
from casework.errors import BadInput, CaseworkError, NotFound, Refused, VaultError
from casework.gate import ActContext, Action
from casework.policy.vocabulary import Act, Role
from casework.vault.crypto.hpke import public_key
from casework.vault.keys.enrolment.credentials import NewCredentials
from casework.vault.keys.enrolment.paper_codes import new_code, read_code
from casework.vault.keys.enrolment.passphrase_words import fingerprint
from tests.accounts.newcomers import enrol, new_credentials, sign_in_newcomer
from tests.house import House, both_databases, only_sqlite
from tests.people import THANH_SON
from tests.tampering import stolen

HOUR = 3600 * clock.MICROSECOND


pytestmark = pytest.mark.usefixtures("quick")


@both_databases
def test_a_newcomer_comes_in_by_a_code_a_phone_a_passphrase_and_a_colleague_s_word(house: House, lan, newcomer):
    case_id = lan.opens_a_case()
    who, code = lan.does(admission_actions.invite, newcomer)
    assert (who.name, who.username) == ("Cao Thị Thảo", "thao")
    admitted = house.gate.perform(house.stranger(), admission_actions.find_by_code, read_code(code))
    assert (admitted.member_id, admitted.name, admitted.commune_name) == (newcomer, "Cao Thị Thảo", "xã Thanh Sơn")
    new = new_credentials(house, newcomer)
    assert not enrol(house, code, newcomer, new)
    waiting = sign_in_newcomer(house, newcomer, new)
    assert (waiting.state, waiting.person.keyring) == ("waiting", None)
    [listed] = [row for row in lan.does(admission_actions.list_waiting) if row.who.id == newcomer]
    assert listed.mine
    assert listed.words == fingerprint(public_key(new.seed)) == waiting.fingerprint
    lan.does(admission_actions.confirm, newcomer, listed.words)
    with stolen(house) as thief:
        thief.change("totp", {"member_id": newcomer}, last_counter=0)
        assert thief.rows("admission") == []
    thao = sign_in_newcomer(house, newcomer, new)
    assert thao.state == "open"
    assert lan.presence.person.actor.agency_id in thao.person.keyring.agencies
    with pytest.raises(NotFound):
        house.gate.perform(thao.person, desk.read_case, case_id)


def test_the_code_stands_nowhere_and_is_good_once(house: House, lan, newcomer):
    _, code = lan.does(admission_actions.invite, newcomer)
    with stolen(house) as thief:
        rows = repr([thief.rows(name) for name in ("admission", "audit_line", "member", "tally")]).encode()
    assert code.encode() not in rows
    assert repr(read_code(code))[2:-1].encode() not in rows
    enrol(house, code, newcomer)
    with pytest.raises(WrongAdmission):
        enrol(house, code, newcomer)


@both_databases
def test_two_who_use_a_code_at_once_are_one_success(house: House, lan, newcomer):
    _, code = lan.does(admission_actions.invite, newcomer)
    prepared = [new_credentials(house, newcomer) for _ in range(4)]
    done: list[bool] = []

    def enrol_once(new: NewCredentials) -> None:
        try:
            enrol(house, code, newcomer, new)
            done.append(True)
        except CaseworkError:
            done.append(False)

    threads = [threading.Thread(target=enrol_once, args=(new,)) for new in prepared]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]


@only_sqlite
def test_a_code_dies_after_a_day_and_a_clock_moved_back_revives_nothing(house: House, lan, newcomer):
    _, code = lan.does(admission_actions.invite, newcomer)
    now = clock.micros()
    for after in (24 * HOUR, -HOUR):
        with clock.use_clock(partial(int, now + after)), pytest.raises(WrongAdmission):
            house.gate.perform(house.stranger(), admission_actions.find_by_code, read_code(code))
    with clock.use_clock(lambda: now + 23 * HOUR):
        assert (
            house.gate.perform(house.stranger(), admission_actions.find_by_code, read_code(code)).member_id == newcomer
        )


@only_sqlite
def test_a_code_that_nobody_made_or_that_was_replaced_opens_nothing(house: House, lan, newcomer):
    _, old = lan.does(admission_actions.invite, newcomer)
    with stolen(house) as thief:
        kept = thief.rows("admission")
    _, newer = lan.does(admission_actions.invite, newcomer)
    with pytest.raises(WrongAdmission):
        admission_actions.commune_of(house.gate, read_code(new_code()))
    with pytest.raises(WrongAdmission):
        admission_actions.commune_of(house.gate, read_code(old))
    with stolen(house) as thief:
        thief.put("admission", *kept)
    with pytest.raises(VaultError):
        enrol(house, old, newcomer)
    assert admission_actions.commune_of(house.gate, read_code(newer)) == THANH_SON


@only_sqlite
def test_an_administrator_makes_no_code_for_an_agency_with_a_key_and_confirms_nobody(house: House, newcomer):
    son = house["son"]
    with pytest.raises(BadInput, match="đồng nghiệp cùng cơ quan"):
        son.does(admission_actions.invite, newcomer)
    with pytest.raises(Refused):
        son.does(admission_actions.confirm, newcomer, "x")


@only_sqlite
def test_an_officer_of_another_agency_makes_no_code_and_confirms_nobody(house: House, lan, cuong, newcomer):
    with pytest.raises(BadInput, match="đồng nghiệp cùng cơ quan"):
        cuong.does(admission_actions.invite, newcomer)
    _, code = lan.does(admission_actions.invite, newcomer)
    new = new_credentials(house, newcomer)
    enrol(house, code, newcomer, new)
    with pytest.raises(NotFound):
        cuong.does(admission_actions.confirm, newcomer, fingerprint(public_key(new.seed)))
    assert [row for row in cuong.does(admission_actions.list_waiting) if row.who.id == newcomer] == []


@only_sqlite
def test_an_account_without_a_key_needs_an_administrator_s_code_and_nobody_s_word(house: House):
    clerk = house["son"].does(admission_actions.add_member, "hanh", "Vũ Thị Hạnh", Role.STATISTICIAN)
    _, code = house["son"].does(admission_actions.invite, clerk)
    new = new_credentials(house, clerk)
    assert enrol(house, code, clerk, new)
    assert sign_in_newcomer(house, clerk, new).state == "open"


@only_sqlite
def test_a_key_that_the_code_did_not_make_is_not_confirmed(house: House, lan, newcomer):
    """Whoever swaps the newcomer's key for another, even with the server's key, is not given the agency's."""
    _, code = lan.does(admission_actions.invite, newcomer)
    enrol(house, code, newcomer)
    evil = new_credentials(house, newcomer)

    def swap(context: ActContext) -> None:
        context.about = newcomer
        freshness.member(context.session, THANH_SON, newcomer).public_key = public_key(evil.seed)

    house.gate.perform(lan.person, Action(Act.ADMISSION_CONFIRM, swap))
    with pytest.raises(BadInput, match="không do người cầm mã"):
        lan.does(admission_actions.confirm, newcomer, fingerprint(public_key(evil.seed)))
    with stolen(house) as thief:
        assert thief.rows("wrap", member_id=newcomer) == []


@only_sqlite
def test_words_that_changed_meanwhile_are_compared_again(house: House, lan, newcomer):
    _, code = lan.does(admission_actions.invite, newcomer)
    enrol(house, code, newcomer)
    with pytest.raises(BadInput, match="so lại bốn từ"):
        lan.does(admission_actions.confirm, newcomer, "bon tu khac han")


@only_sqlite
@pytest.mark.parametrize("username", ["lan", "LAN", "a", "tên có dấu cách", "x" * 41, "<b>"])
def test_a_name_that_is_taken_or_cannot_be_typed_is_refused(house: House, username):
    with pytest.raises(BadInput):
        house["son"].does(admission_actions.add_member, username, "Ai Đó", Role.COUNSELLOR)


@only_sqlite
def test_nobody_makes_their_own_code_or_starts_their_own_re_admission(house: House, lan, mai):
    with pytest.raises(BadInput):
        lan.does(admission_actions.invite, lan.id)
    with pytest.raises(BadInput, match="đang dùng tài khoản"):
        lan.does(admission_actions.invite, mai.id)
    with pytest.raises(BadInput, match="cho chính mình"):
        house["son"].does(admission_actions.restart, house["son"].id)
