"""What a newcomer's browser and phone do: new credentials, enrolment, sign-in."""

from uuid import UUID

from casework import clock
from casework.accounts import admission_actions
from casework.accounts.sign_in_actions import Unwrapped, second_factor, sign_in
from casework.vault.keys.enrolment import credentials, totp
from casework.vault.keys.enrolment.credentials import NewCredentials
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.web.session_loading import load_session
from tests.house import House
from tests.people import THANH_SON
from tests.tampering import stolen

SEED = bytes(range(20))


def new_credentials(house: House, member_id: UUID) -> NewCredentials:
    return credentials.new_credentials(house.gate.server_keys(THANH_SON), "nam tu ngan ghep lai", member_id)


def enrol(house: House, code: str, member_id: UUID, new: NewCredentials | None = None) -> bool:
    arguments = (read_code(code), new or new_credentials(house, member_id), PairedPhone(SEED, 0))
    return house.gate.perform(house.stranger(), admission_actions.enrol, *arguments)


def sign_in_newcomer(house: House, member_id: UUID, new: NewCredentials):
    """Sign in with the new key and phone; return the signed-in member."""
    unwrapped = Unwrapped(member_id, new.seed)
    started = house.gate.perform(house.stranger(), sign_in, unwrapped, before=None)
    digits = totp.code_at(SEED, clock.micros())
    token = house.gate.perform(house.stranger(), second_factor, started.token, digits).token
    return load_session(house.gate, house.config, token.cookie())


def member_state(house: House, member_id: UUID) -> str:
    with stolen(house) as thief:
        return thief.rows("member", id=member_id)[0]["state"]
