"""The privacy screen: no key while it is on, a short code with five attempts, in that browser alone."""

import pytest

from casework.accounts import own_account_actions
from casework.accounts.sign_in_actions import WrongPassphrase
from casework.errors import BadInput, SignInNeeded
from casework.vault.keys.enrolment import privacy_screen
from casework.vault.keys.sessions import token_from
from tests.accounts.sign_in import session_token, signed_in_member
from tests.house import House, Someone, only_sqlite
from tests.tampering import stolen


@pytest.fixture
def covered(house: House, lan: Someone) -> Someone:
    """A counsellor with a covered screen."""
    lan.does(own_account_actions.cover, "2580", token=session_token(lan))
    return lan


def uncover(house: House, member: Someone, code: str):
    with house.gate.database.transaction(None, None) as session:
        privacy_screen.count_try(session, session_token(member).sid)
    return member.does(own_account_actions.uncover, code, token=session_token(member))


def test_a_covered_screen_holds_no_key_and_opens_again_with_the_short_code(house: House, covered: Someone):
    assert (covered.presence.state, covered.presence.person.keyring) == ("covered", None)
    with pytest.raises(WrongPassphrase):
        uncover(house, covered, "2581")
    begun = uncover(house, covered, "2580")
    assert signed_in_member(house, begun).state == "open"
    assert begun.token.cookie() != covered.cookie
    with stolen(house) as thief:
        assert thief.rows("interview") == []


@only_sqlite
def test_after_five_wrong_tries_the_short_code_opens_nothing(house: House, covered: Someone):
    for _ in range(5):
        with pytest.raises(WrongPassphrase):
            uncover(house, covered, "0000")
    with pytest.raises(SignInNeeded):
        uncover(house, covered, "2580")


@only_sqlite
def test_the_short_code_opens_nothing_without_the_cookie_of_that_browser(house: House, covered: Someone):
    other = covered.sign_in()
    other_token = token_from(other)
    assert other_token is not None
    with pytest.raises(SignInNeeded):
        covered.does(own_account_actions.uncover, "2580", token=other_token)


@only_sqlite
@pytest.mark.parametrize("code", ["", "123", "1234567", "1111", "12a4", "١٢٣٤"])
def test_a_short_code_has_four_to_six_digits_that_are_not_all_alike(lan: Someone, code):
    with pytest.raises(BadInput):
        lan.does(own_account_actions.cover, code, token=session_token(lan))
