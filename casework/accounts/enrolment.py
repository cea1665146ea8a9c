"""A newcomer before the gate: her code finds her commune, her tries are counted, Argon2 works before any act."""

from typing import Any

from flask import request

from casework.accounts import admission_acts, authentication, credential_steps, login_rate_limit
from casework.accounts.admission_acts import AdmittedMember
from casework.accounts.session_cookies import visitor
from casework.errors import CaseworkError
from casework.policy.words import Act
from casework.vault.crypto.hpke import public_key
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vault.keys.enrolment.wordlist import fingerprint
from casework.web.current_user import gate


def find_admission(text: str) -> AdmittedMember:
    """Tell whom a code is for; BadInput for a slip of the pen, WrongAdmission for a code that opens nothing."""
    code = read_code(text)
    try:
        commune_id = admission_acts.commune_of(gate(), code)
    except CaseworkError as cause:
        _told(cause)
        raise
    return gate().perform(visitor(commune_id), admission_acts.find_by_code, code)


def enrol(text: str, passphrase: str, proof: str) -> dict[str, Any]:
    """Take up the account; return what the page prints, the code for the night among it."""
    admitted = find_admission(text)
    phone = credential_steps.open_phone(admitted.commune_id, admitted.member_id, proof)
    new = credential_steps.first_credentials(admitted, passphrase)
    active = gate().perform(visitor(admitted.commune_id), admission_acts.enrol, read_code(text), new, phone)
    words = "" if active else fingerprint(public_key(new.seed))
    return {
        "code": new.paper.code,
        "name": admitted.name,
        "commune": admitted.commune_name,
        "next": "/dang-nhap",
        "words": words,
    }


def _told(cause: CaseworkError) -> None:
    """Count and log a code that nobody made, in the commune that was there first."""
    commune_id = authentication.commune_of(gate(), "")
    if commune_id is not None:
        gate().refuse(visitor(commune_id), Act.ADMISSION_FIND, cause)
        login_rate_limit.count(
            gate(), commune_id, login_rate_limit.of_address(gate().server_keys(commune_id), request.remote_addr or "")
        )
