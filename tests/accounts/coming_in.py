"""Ways of coming in that the tests of accounts share."""

from casework.accounts import authentication, own_account
from casework.accounts.actions import Unwrapped
from casework.accounts.authentication import LoginAttempt
from casework.accounts.sign_in_acts import PaperSignIn, sign_in_by_paper_code
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vault.keys.sessions import token_from
from casework.web.session_loading import load_session
from tests.house import House, Someone
from tests.people import THANH_SON, keys


def token(somebody: Someone):
    found = token_from(somebody.cookie)
    assert found is not None
    return found


def presence(house: House, begun):
    found = load_session(house.gate, house.config, begun.token.cookie())
    assert found is not None
    return found


def sheet(somebody: Someone) -> str:
    """Print a new code for the night and return it; she goes on in the session that follows."""
    changed = somebody.does(own_account.new_paper_code, token=token(somebody))
    somebody._cookie = changed.begun.token.cookie()
    return changed.code


def tried(house: House, username: str, code: str) -> Unwrapped | None:
    return authentication.authenticate_by_paper_code(
        house.gate, THANH_SON, LoginAttempt(username, "", ""), read_code(code)
    )


def right(somebody: Someone) -> Unwrapped:
    return Unwrapped(somebody.id, keys()[somebody.card.username].seed)


def by_night(house: House, somebody: Someone, code: str, *, lost: str):
    paper = tried(house, somebody.card.username, code)
    passphrase = right(somebody) if lost == "phone" else None
    somebody.waits_for_new_digits()
    digits = "" if lost == "phone" else somebody.digits()
    return house.gate.perform(
        house.stranger(), sign_in_by_paper_code, PaperSignIn(paper, passphrase, digits, lost), before=None
    )
