"""Named errors, each with the HTTP status that web/errors.py answers with."""

from uuid import UUID


def gettext_noop(sentence: str) -> str:
    """Mark a Vietnamese sentence for the catalogue; a page shows it in the person's language."""
    return sentence


class CaseworkError(Exception):
    """Anything the product refuses or cannot do; `status` is what a browser is told.

    `about` is the id of the thing it was about, for the log alone.
    """

    status = 500

    def __init__(self, message: str = "", *, about: UUID | None = None) -> None:
        """Keep a sentence for the person and an id for the log."""
        super().__init__(message)
        self.about = about


class Refused(CaseworkError):
    """The role may not do this act, decided before any look-up."""

    status = 403


class SignInNeeded(CaseworkError):
    """Nobody is signed in, or the session has ended."""

    status = 401


class NotFound(CaseworkError):
    """The row is out of reach or does not exist; the two are never told apart."""

    status = 404


class BadInput(CaseworkError):
    """What was sent cannot be used; `str()` is a Vietnamese sentence that says what to do."""

    status = 422


class Ungrounded(BadInput):
    """Nothing allows this sharing; unlike other input it is a refusal, and stands in the log as one."""


class Superseded(CaseworkError):
    """What was shared has been rewritten since, and the new text was not shared; nothing older is shown instead."""

    status = 410


class Conflict(CaseworkError):
    """Somebody else wrote first; nothing is overwritten and what was typed is kept."""

    status = 409


class Throttled(CaseworkError):
    """Too many tries; wait."""

    status = 429


class Misdirected(CaseworkError):
    """The request was meant for another name than the one at which this installation answers."""

    status = 421


class Busy(CaseworkError):
    """A lock or a slot was not free in time, or the log could not be written; try again."""

    status = 503


class VaultError(CaseworkError):
    """A seal, a MAC or a head did not hold. A browser gets one answer for every cause, which tells an attacker nothing.

    `row` is the table of the row that did not hold, where one is known; for the machine's log alone.
    """

    status = 503

    def __init__(self, message: str = "unopened", *, row: str = "") -> None:
        """Keep a sentence for the operator and a table's name for the log."""
        super().__init__(message)
        self.row = row


class WrongSecret(VaultError):
    """A passphrase or a code on paper does not open a key whose outer seal, the server's own, has held."""


class AlteredRow(VaultError):
    """The MAC of a row does not fit: it was changed behind the program's back, or taken back since."""


class OutdatedHead(VaultError):
    """A head is not the one in the newest log line about it: one of the two was put back. `row` is the head's kind."""


class Unguarded(CaseworkError):
    """A statement reached a guarded table without a permit: a mistake of the program, never of a person."""
