"""The one message: the same sentence for everybody and on every occasion, and headers that say no more than it."""

from datetime import datetime
from email import utils
from email.message import EmailMessage
from email.policy import SMTP
from uuid import uuid4

from casework import clock
from casework.errors import gettext_noop
from casework.mail.addresses import domain_of

SUBJECT = "Thông báo"
SENTENCE = gettext_noop("Mời xem máy của cơ quan khi tiện.")
_CODE_SENTENCE = "Mã xác nhận địa chỉ này: {code}"


def reminder(*, sender: str, recipient: str) -> EmailMessage:
    """Return the message that somebody may look at the machine of their agency; nothing of why."""
    return _message(SENTENCE, sender, recipient)


def confirmation(code: str, *, sender: str, recipient: str) -> EmailMessage:
    """Return the only other message: the code by which somebody shows that they read this mailbox."""
    return _message(_CODE_SENTENCE.format(code=code), sender, recipient)


def _message(sentence: str, sender: str, recipient: str) -> EmailMessage:
    """Return a message whose date is a whole hour and whose id is random: the usual one holds time and process."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = SUBJECT
    message["Date"] = utils.format_datetime(_whole_hour())
    message["Message-ID"] = f"<{uuid4().hex}@{domain_of(sender)}>"
    # No answer of a machine (RFC 3834): somebody's note of absence would come back with a name in it.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(sentence + "\n", cte="base64")
    return message


def _whole_hour() -> datetime:
    return clock.local(clock.micros()).replace(minute=0, second=0, microsecond=0)
