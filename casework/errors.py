"""Named errors, each with the HTTP status that web/errors.py answers with."""

from uuid import UUID


def gettext_noop(sentence: str) -> str:
    """Mark a Vietnamese sentence for the catalogue; a page shows it in the person's language."""
    return sentence


class CaseworkError(Exception):
    """Anything the product refuses or cannot do: `status` is for a browser, the id `about` for the log alone."""

    status = 500

    def __init__(self, message: str = "", *, about: UUID | None = None) -> None:
        super().__init__(message)
        self.about = about


class Refused(CaseworkError):
    """The role may not do this act. Raised by the policy before any look-up; the gate logs it as denied."""

    status = 403


class SignInNeeded(CaseworkError):
    """Nobody is signed in, or the session has ended or lost its rights. The web leads to the sign-in page."""

    status = 401


class NotFound(CaseworkError):
    """The row is out of reach or does not exist; the two are never told apart. Raised by look-ups inside an act."""

    status = 404


class BadInput(CaseworkError):
    """What was sent cannot be used; `str()` says in Vietnamese what to do, and is shown beside the field."""

    status = 422


class Ungrounded(BadInput):
    """Nothing allows this sharing. Raised by a referral; unlike other input the gate logs it as denied."""


class Superseded(CaseworkError):
    """What was shared has been rewritten since, and the new text was not shared; the page says to ask the sender."""

    status = 410


class Conflict(CaseworkError):
    """Somebody else wrote first, or the state no longer allows this step; nothing is overwritten."""

    status = 409


class CommuneMerged(Conflict):
    """The commune has gone into another one and takes no new cases; `into` names where to go, `since` is the day."""

    status = 423

    def __init__(self, into: str, since: str) -> None:
        super().__init__()
        self.into, self.since = into, since


class Throttled(CaseworkError):
    """Too many tries within a window. Raised by rate limits before the try is made; the caller waits."""

    status = 429


class Misdirected(CaseworkError):
    """The request names another host than the one of the settings. Raised before anything else is read."""

    status = 421


class Busy(CaseworkError):
    """A lock or an Argon2 slot was not free in time, or the log could not be written: nothing is kept, try again."""

    status = 503


class VaultError(CaseworkError):
    """A tag, a MAC, a signature or a head did not hold, or a key is missing; a browser gets one answer for every cause.

    Only `check`, restore and verification catch it, to report the place. `row` is the table of the row that did not
    hold, where one is known; for the machine's log alone.
    """

    status = 503

    def __init__(self, message: str = "unopened", *, row: str = "") -> None:
        super().__init__(message)
        self.row = row


class WrongSecret(VaultError):
    """A passphrase or code does not open a seed whose outer encryption held; answered as an unknown name is."""


class AlteredRow(VaultError):
    """The MAC of a loaded row does not fit: it was changed outside the program, or revoked and put back."""


class AlteredRows(VaultError):
    """The rows of a head are not those that it commits to: one was deleted, planted or put back. `row` is its kind."""


class MissingGrants(VaultError):
    """The tables are there, and the role of the program may not use them: after an upgrade, or somebody took it away.

    It stops the program as tampering does and is told to the operator; it leaves no mark, for it ends with its cause.
    """


class OutdatedHead(VaultError):
    """A head is not the one in the newest log line about it: one of the two was put back. `row` is the head's kind."""


class DamagedDatabase(VaultError):
    """The file of the database can no longer be read as one: a disk that fails, a file that was cut or overwritten."""

    def __init__(self) -> None:
        super().__init__(
            "Tệp cơ sở dữ liệu bị hỏng (đĩa hỏng, tệp bị cắt hoặc bị ghi đè). Hãy dừng sổ, chép nguyên thư mục dữ liệu "
            "sang đĩa khác, kiểm đĩa, rồi khôi phục từ bản sao lưu: `casework restore`. / The file of the database is "
            "damaged (a failing disk, or it was cut or overwritten). Stop the book, copy the whole folder to another "
            "disk, check the disk, then restore a backup: `casework restore`.",
            row="database",
        )


class LogRolledBack(VaultError):
    """The log lacks what stood in it before, by a file outside the database: nothing is run, shown or signed.

    `row` says which file: `watermark`, or `removals` for the revocation log.
    """

    def __init__(self, *, row: str) -> None:
        super().__init__(
            "Sổ không khớp với bằng chứng ngoài cơ sở dữ liệu: có thể ai đó đã đặt lại một bản cũ. "
            "Hãy giữ nguyên máy và gọi người phụ trách; xem lại rồi mới chạy `casework accept-log`. / The book differs "
            "from the evidence outside the database: somebody may have put an older one back. Leave the machine as it "
            "is and call for help; run `casework accept-log` only when it is known why.",
            row=row,
        )


class Unguarded(CaseworkError):
    """A statement reached a guarded table without a permit and was not run: a mistake of the program, never caught."""
