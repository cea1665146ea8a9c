"""Acts on what one was typing and has not sent: keep it, read it again, throw it away."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.accounts.own_account_actions import own_session
from casework.audit import freshness
from casework.errors import BadInput, NotFound, VaultError, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.vault.keys import kept_forms, sessions
from casework.vault.keys.sessions import SessionToken
from casework.vault.models import KeptForm


@dataclass(frozen=True)
class TypedForm(Sealed):
    """A form that was typed into and not sent.

    `page` is the address where it stands, `action` the one where it is sent; `title` are the words of its page,
    `fields` pairs of (name, value), `waits` the act that waits for a proof. `at` is when it was kept, in microseconds,
    and `case_id` the case that it is about.
    """

    id: UUID
    page: str
    action: str
    title: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    waits: str = ""
    at: int = 0
    case_id: UUID | None = None

    def sealed_part(self) -> bytes:
        """Return what is encrypted of it: all that the row itself does not say."""
        parts = {"action": self.action, "title": self.title, "fields": self.fields, "waits": self.waits}
        return json.dumps(parts, ensure_ascii=False).encode()


@action(Act.KEEP)
def keep_form(context: ActContext, form: TypedForm, *, case_id: UUID | None) -> None:
    """Keep what was typed, sealed to the person; works on a locked screen, and after signing out.

    Raises BadInput for a text that is too long, and NotFound where the case has been erased meanwhile.
    """
    text = form.sealed_part()
    if len(text) > kept_forms.MOST_BYTES:
        raise BadInput(gettext_noop("Chữ đã gõ dài quá, không giữ lại được."))
    if case_id is not None and not kept_forms.case_is_there(context.session, context.commune_id, case_id):
        raise NotFound("case", about=case_id)
    member = freshness.member(context.session, context.commune_id, context.me)
    row = KeptForm(
        commune_id=context.commune_id, id=form.id, member_id=context.me, case_id=case_id, page=form.page, at=0, blob=b""
    )
    kept_forms.keep(context.crypto, member, row, text)


@action(Act.KEPT_READ)
def read_kept_forms(context: ActContext, *, token: SessionToken) -> tuple[TypedForm, ...]:
    """Open all that one has typed and not sent within a week, the newest first; of an erased case nothing is left."""
    seed = sessions.seed_of(own_session(context, token.sid), token, context.crypto.server_keys)
    member = freshness.member(context.session, context.commune_id, context.me)
    oldest = kept_forms.expires_before(context.crypto.at)
    rows = [row for row in kept_forms.of_member(context.session, member) if row.at >= oldest]
    return tuple(_opened(row, seed) for row in rows if row.case_id is None or _is_there(context, row.case_id))


def _is_there(context: ActContext, case_id: UUID) -> bool:
    """Tell whether a case is there still: a row of this table alone, put back after an erasure, brings nothing back."""
    try:
        freshness.head(context.session, context.commune_id, case_id)
    except (NotFound, VaultError):
        return False
    return True


@action(Act.KEPT_DISCARD)
def discard_kept_form(context: ActContext, form_id: UUID) -> None:
    """Delete what one has typed: it was sent, or is not wanted any more."""
    member = freshness.member(context.session, context.commune_id, context.me)
    kept_forms.delete_one(context.session, member, form_id)


def _opened(row: KeptForm, seed: bytes) -> TypedForm:
    parts: dict[str, Any] = json.loads(kept_forms.text_of(row, seed))
    fields = tuple((name, value) for name, value in parts.pop("fields"))
    return TypedForm(id=row.id, page=row.page, at=row.at, case_id=row.case_id, fields=fields, **parts)
