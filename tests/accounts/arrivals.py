"""A newcomer in the tests: what her browser and her phone would do."""

from uuid import UUID

from casework import clock
from casework.accounts import admission_acts
from casework.accounts.actions import Unwrapped, sign_in
from casework.accounts.sign_in_acts import second_factor
from casework.vault.keys.enrolment import credentials, totp
from casework.vault.keys.enrolment.credentials import NewCredentials
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.web.session_loading import load_session
from tests.house import House
from tests.people import THANH_SON
from tests.tampering import stolen

SEED = bytes(range(20))


def made(house: House, member_id: UUID) -> NewCredentials:
    return credentials.new_credentials(house.gate.server_keys(THANH_SON), "nam tu ngan ghep lai", member_id)


def enrols(house: House, code: str, member_id: UUID, new: NewCredentials | None = None) -> bool:
    given = (read_code(code), new or made(house, member_id), PairedPhone(SEED, 0))
    return house.gate.perform(house.stranger(), admission_acts.enrol, *given)


def comes_in(house: House, member_id: UUID, new: NewCredentials):
    """Sign in with the new key and the new phone; return who she is then."""
    opened = Unwrapped(member_id, new.seed)
    begun = house.gate.perform(house.stranger(), sign_in, opened, before=None)
    digits = totp.code_at(SEED, clock.micros())
    token = house.gate.perform(house.stranger(), second_factor, begun.token, digits).token
    return load_session(house.gate, house.config, token.cookie())


def state_of(house: House, member_id: UUID) -> str:
    with stolen(house) as thief:
        return thief.rows("member", id=member_id)[0]["state"]
