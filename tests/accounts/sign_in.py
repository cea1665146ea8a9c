"""Sign-in by paper code and the session after it, for the tests of accounts."""

from casework.accounts import authentication, own_account_actions
from casework.accounts.authentication import LoginAttempt
from casework.accounts.sign_in_actions import PaperSignIn, Unwrapped, sign_in_by_paper_code
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vault.keys.sessions import token_from
from casework.web.session_loading import load_session
from tests.house import House, Someone
from tests.people import THANH_SON, keys


def session_token(member: Someone):
    token = token_from(member.cookie)
    assert token is not None
    return token


def signed_in_member(house: House, started):
    member = load_session(house.gate, house.config, started.token.cookie())
    assert member is not None
    return member


def new_paper_code(member: Someone) -> str:
    """Make a new paper code and return it; the member goes on in the session that follows."""
    changed = member.does(own_account_actions.new_paper_code, token=session_token(member))
    member._cookie = changed.begun.token.cookie()
    return changed.code


def try_paper_code(house: House, username: str, code: str) -> Unwrapped | None:
    return authentication.authenticate_by_paper_code(
        house.gate, THANH_SON, LoginAttempt(username, "", ""), read_code(code)
    )


def unwrapped_by_passphrase(member: Someone) -> Unwrapped:
    return Unwrapped(member.id, keys()[member.card.username].seed)


def sign_in_by_paper(house: House, member: Someone, code: str, *, lost: str):
    paper = try_paper_code(house, member.card.username, code)
    passphrase = unwrapped_by_passphrase(member) if lost == "phone" else None
    member.waits_for_new_digits()
    digits = "" if lost == "phone" else member.digits()
    return house.gate.perform(
        house.stranger(), sign_in_by_paper_code, PaperSignIn(paper, passphrase, digits, lost), before=None
    )
