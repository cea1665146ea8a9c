"""Case codes: two plain words and two digits, easy to say and to remember, drawn at random."""

import secrets
from uuid import UUID

from casework.audit import freshness
from casework.cases import reading, scope
from casework.cases.sections import Label
from casework.codelists import case_words, nicknames
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.vault.keys import blind_index
from casework.vietnamese_text import fold


def random_code() -> str:
    """Draw a code such as "sen-lúa-42"."""
    first = secrets.choice(case_words())
    second = secrets.choice([word for word in case_words() if word != first])
    return f"{first}-{second}-{secrets.randbelow(90) + 10}".replace(" ", "-")


def unused_nickname(context: ActContext) -> str:
    """Draw a neutral nickname that no case in reach bears, so that nobody opens the wrong one; any, if all are used.

    What is out of reach is not looked at: whether a name is refused must not tell of a case that somebody hides.
    """
    taken = {fold(label.nickname) for label in _labels(context).values()}
    return secrets.choice([name for name in nicknames() if fold(name) not in taken] or nicknames())


def bearer_of_nickname(context: ActContext, nickname: str, *, but: UUID) -> str:
    """Return the code of another case in reach that bears a nickname, or an empty text."""
    sought = fold(nickname)
    others = (label for case_id, label in _labels(context).items() if case_id != but)
    return next((label.code for label in others if sought and fold(label.nickname) == sought), "")


def _labels(context: ActContext) -> dict[UUID, Label]:
    batch = reading.load_batch(context, passes_over=True)
    return {case_id: Label.from_json(page.data) for case_id, page in batch.each([Section.LABEL], once=True)}


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
