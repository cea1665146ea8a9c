"""Re-admission: an administrator only starts it, and what was lost opens nothing any more."""

import pytest

from casework.accounts import admission_actions
from casework.accounts.sign_in_actions import WrongPassphrase
from casework.desk import actions as desk
from casework.errors import BadInput, CaseworkError, VaultError
from casework.vault.crypto.hpke import public_key
from casework.vault.keys.enrolment.passphrase_words import fingerprint
from casework.web.session_loading import load_session
from tests.accounts.authenticator import Authenticator, enrols
from tests.accounts.newcomers import enrol, member_state, new_credentials, sign_in_newcomer
from tests.house import House, only_sqlite
from tests.tampering import stolen

pytestmark = pytest.mark.usefixtures("quick")


def test_who_forgot_everything_is_started_by_the_administrator_and_let_in_by_a_colleague(house: House, lan, mai):
    """The canary: the administrator who starts it can never open a case, and the lost ways in open nothing."""
    enrols(house, mai, Authenticator())
    case_id, old_cookie = mai.opens_a_case(), mai.cookie
    house["son"].does(admission_actions.restart, mai.id)
    assert load_session(house.gate, house.config, old_cookie) is None
    with pytest.raises(WrongPassphrase):
        mai.sign_in()
    with pytest.raises(BadInput):
        house["son"].does(admission_actions.invite, mai.id)
    ring = house["son"].presence.person.keyring
    assert ring is not None
    assert ring.agencies == {}
    _, code = lan.does(admission_actions.invite, mai.id)
    with stolen(house) as thief:
        slots, phones = thief.rows("slot", member_id=mai.id), thief.rows("totp", member_id=mai.id)
        passkeys = thief.rows("passkey", member_id=mai.id)
    new = new_credentials(house, mai.id)
    enrol(house, code, mai.id, new)
    lan.does(admission_actions.confirm, mai.id, fingerprint(public_key(new.seed)))
    again = sign_in_newcomer(house, mai.id, new)
    with stolen(house) as thief:
        assert passkeys
        assert thief.rows("passkey", member_id=mai.id) == []
    assert house.gate.perform(again.person, desk.read_case, case_id).line.id == case_id
    with pytest.raises(CaseworkError):
        mai.sign_in()
    with stolen(house) as thief:
        thief.put("slot", *slots)
        thief.put_back("totp", ("member_id",), *phones)
    with pytest.raises(VaultError):
        sign_in_newcomer(house, mai.id, new)


@only_sqlite
def test_the_last_who_holds_a_key_is_not_started_anew(house: House, cuong):
    with pytest.raises(BadInput, match="hai phiếu"):
        house["son"].does(admission_actions.restart, cuong.id)
    assert member_state(house, cuong.id) == "active"
