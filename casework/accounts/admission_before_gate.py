"""Admission before the gate: the code finds the commune, attempts are counted, Argon2id runs before any act."""

from typing import Any

from flask import request

from casework.accounts import admission_actions, authentication, credentials_before_gate, login_rate_limit
from casework.accounts.admission_actions import AdmittedMember
from casework.accounts.sign_in_before_gate import visitor
from casework.errors import CaseworkError
from casework.policy.vocabulary import Act
from casework.vault.crypto.hpke import public_key
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vault.keys.enrolment.passphrase_words import fingerprint
from casework.web.current_user import gate


def find_admission(text: str) -> AdmittedMember:
    """Find whom a code is for; raise BadInput for a mistyped code, WrongAdmission for one that opens nothing."""
    code = read_code(text)
    try:
        commune_id = admission_actions.commune_of(gate(), code)
    except CaseworkError as cause:
        _log_wrong_code(cause)
        raise
    return gate().perform(visitor(commune_id), admission_actions.find_by_code, code)


def enrol(text: str, passphrase: str, proof: str) -> dict[str, Any]:
    """Take up the account; return what `accounts/printed.html` prints, the paper code among it."""
    admitted = find_admission(text)
    phone = credentials_before_gate.open_phone(admitted.commune_id, admitted.member_id, proof)
    new = credentials_before_gate.first_credentials(admitted, passphrase)
    active = gate().perform(visitor(admitted.commune_id), admission_actions.enrol, read_code(text), new, phone)
    words = "" if active else fingerprint(public_key(new.seed))
    return {
        "code": new.paper.code,
        "name": admitted.name,
        "commune": admitted.commune_name,
        "next": "/dang-nhap",
        "words": words,
    }


def _log_wrong_code(cause: CaseworkError) -> None:
    """Count and log a code that nobody made, in the oldest commune."""
    commune_id = authentication.commune_of(gate(), "")
    if commune_id is not None:
        gate().refuse(visitor(commune_id), Act.ADMISSION_FIND, cause)
        login_rate_limit.count(
            gate(), commune_id, login_rate_limit.of_address(gate().server_keys(commune_id), request.remote_addr or "")
        )
