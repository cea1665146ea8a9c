"""Case codes: two plain words and two digits, easy to say and to remember, drawn at random."""

import secrets

from casework.audit import freshness
from casework.cases import scope
from casework.codelists import case_words, nicknames
from casework.gate import ActContext
from casework.vault.keys import blind_index
from casework.vietnamese_text import fold


def random_code() -> str:
    """Draw a code such as "sen-lúa-42"."""
    first = secrets.choice(case_words())
    second = secrets.choice([word for word in case_words() if word != first])
    return f"{first}-{second}-{secrets.randbelow(90) + 10}".replace(" ", "-")


def random_nickname() -> str:
    """Draw a neutral nickname that helps to recognise the right case."""
    return secrets.choice(nicknames())


def tag_of_code(context: ActContext, code: str) -> bytes:
    """Return the HMAC by which a code is kept unique without standing in the database."""
    return blind_index.compute(
        context.crypto.server_keys, freshness.commune(context.session, context.commune_id), "code", fold(code)
    )


def unused_code(context: ActContext) -> tuple[str, bytes]:
    """Draw a code that no case of this commune bears, in reach or not; return it with its tag."""
    while True:
        code = random_code()
        code_tag = tag_of_code(context, code)
        if not scope.code_taken(context.permit, code_tag).on(context.session).scalar_one():
            return code, code_tag
