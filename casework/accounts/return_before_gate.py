"""Coming back before the gate: each try of the paper code or of the six digits is counted, and a failure is logged."""

from contextlib import suppress
from uuid import UUID

from casework.accounts import authentication, login_rate_limit, return_actions
from casework.accounts.session_cookies import session_token
from casework.accounts.sign_in_actions import StartedSession
from casework.accounts.sign_in_before_gate import failures_logged, login_attempt, visitor
from casework.errors import BadInput
from casework.vault.keys import sessions
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.web.current_user import gate, me, perform


def door_code() -> str:
    """Return the six digits of this session in two groups, to be read aloud."""
    keys, here = gate().server_keys(me().person.commune_id), me()
    digits = sessions.door_code(here.person.commune_id, here.id, here.sid, keys)
    return f"{digits[:3]} {digits[3:]}"


def return_by_paper(typed: str) -> StartedSession:
    """Try the paper code for who was away; both factors are those of this session."""
    person, attempt, paper = visitor(me().person.commune_id), login_attempt(me().username, ""), None
    with failures_logged(person, return_actions.return_by_paper), suppress(BadInput):
        paper = authentication.authenticate_by_paper_code(gate(), person.commune_id, attempt, read_code(typed))
    return gate().perform(person, return_actions.return_by_paper, session_token(), paper)


def confirm_return(member_id: UUID, typed: str) -> str:
    """Try the digits that a colleague has read aloud; return the colleague's name."""
    person = me().person
    with failures_logged(person, return_actions.confirm_return):
        buckets = login_rate_limit.of_return(gate().server_keys(person.commune_id), member_id)
        login_rate_limit.count(gate(), person.commune_id, buckets)
    return perform(return_actions.confirm_return, member_id, "".join(typed.split()))
