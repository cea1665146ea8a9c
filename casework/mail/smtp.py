"""Hands messages in at the mail server: always encrypted, its certificate verified, and never for longer than it may.

The name that is told the server, and stands in `Received`, is the domain of the sender, not the name of this machine.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from io import BufferedIOBase
from typing import Any

from casework.errors import CaseworkError, gettext_noop
from casework.mail.addresses import domain_of
from casework.mail.mail_settings import TLS, MailSettings

REFUSED, LATER = "refused", "later"
# What went wrong, in words that a page and `casework check` show.
FAULTS = {
    "connect": gettext_noop("không nối được với máy chủ thư"),
    "tls": gettext_noop("máy chủ thư không mã hóa, hoặc chứng thư của nó không đúng"),
    "login": gettext_noop("máy chủ thư không nhận tên hoặc mật khẩu"),
    "password": gettext_noop("không đọc được tệp mật khẩu thư"),
    "timeout": gettext_noop("máy chủ thư không trả lời kịp"),
    "protocol": gettext_noop("máy chủ thư trả lời không đúng cách"),
    "sender": gettext_noop("máy chủ thư không nhận địa chỉ gửi đi"),
    REFUSED: gettext_noop("máy chủ thư không nhận địa chỉ này"),
    LATER: gettext_noop("máy chủ thư bảo chờ rồi gửi lại"),
}
# A server that goes on answering one question is cut off before it fills the memory.
_MOST_LINES = 100
_SERVER_ERROR = 500


class MailFailed(CaseworkError):
    """A message was not taken: `fault` says why (FAULTS), `of_recipient` whether only this recipient is concerned."""

    status = 503

    def __init__(self, fault: str, *, of_recipient: bool = False) -> None:
        super().__init__(FAULTS[fault])
        self.fault, self.of_recipient = fault, of_recipient


class Mailer:
    """An open connection to the mail server; one message has one recipient."""

    def __init__(self, server: smtplib.SMTP, seconds: float) -> None:
        self._server, self._seconds = server, seconds

    def send(self, message: EmailMessage) -> None:
        """Hand in one message; raise MailFailed if it was not taken."""
        with _in_time(self._server, self._seconds):
            self._server.send_message(message)


@contextmanager
def connected(settings: MailSettings, password: str) -> Iterator[Mailer]:
    """Connect, verify the certificate and sign in; raise MailFailed if any of it fails. No message goes without TLS."""
    server = _server_of(settings)
    try:
        with _in_time(server, settings.mail_timeout):
            server.connect(settings.mail_host, settings.mail_port)
            if settings.mail_tls != TLS:
                _start_tls(server, settings)
            if settings.mail_user:
                _sign_in(server, settings.mail_user, password)
        yield Mailer(server, settings.mail_timeout)
        with suppress(MailFailed), _in_time(server, settings.mail_timeout):
            server.quit()
    finally:
        server.close()


def _server_of(settings: MailSettings) -> "_Server":
    name, seconds = domain_of(settings.mail_from), settings.mail_timeout
    if settings.mail_tls != TLS:
        return _Server(settings.mail_host, local_hostname=name, timeout=seconds)
    return _ServerOverTls(settings.mail_host, local_hostname=name, timeout=seconds, context=_verifying(settings))


def _start_tls(server: smtplib.SMTP, settings: MailSettings) -> None:
    try:
        server.starttls(context=_verifying(settings))
    except (smtplib.SMTPNotSupportedError, smtplib.SMTPResponseException) as cause:
        raise MailFailed("tls") from cause


def _sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    try:
        server.login(user, password)
    except (smtplib.SMTPNotSupportedError, UnicodeError) as cause:
        raise MailFailed("login") from cause


def _verifying(settings: MailSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.mail_ca_file or None)
    except OSError as cause:
        raise MailFailed("tls") from cause


class _ShortReplies:
    """What a server sends, of which one reply has so many lines at most."""

    def __init__(self, file: BufferedIOBase) -> None:
        self._file, self.lines = file, 0

    def readline(self, size: int) -> bytes:
        self.lines += 1
        if self.lines > _MOST_LINES:
            raise smtplib.SMTPServerDisconnected("too many lines")
        return self._file.readline(size)

    def close(self) -> None:
        self._file.close()


class _Server(smtplib.SMTP):
    """A server that is not connected to before its replies are limited; `_host` is what its certificate must name."""

    file: Any

    def __init__(self, host: str, **options: Any) -> None:
        super().__init__(**options)
        self._host = host

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _ShortReplies(self.sock.makefile("rb"))
        if self.file is not None:
            self.file.lines = 0
        return super().getreply()


class _ServerOverTls(_Server, smtplib.SMTP_SSL):
    pass


@contextmanager
def _in_time(server: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Cut the connection off after so many seconds, however the server drips; translate what smtplib raises."""
    late = threading.Event()

    def cut_off() -> None:
        late.set()
        if server.sock is not None:
            with suppress(OSError):
                # The socket's own shutdown: that of a TLS socket would let the other thread go on in clear.
                socket.socket.shutdown(server.sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut_off)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (smtplib.SMTPException, OSError, ValueError) as cause:
        # What times out by itself at that very moment smtplib calls a lost connection.
        too_late = late.is_set() or isinstance(cause.__context__, TimeoutError)
        raise MailFailed("timeout") if too_late else _failure_of(cause) from cause
    finally:
        timer.cancel()


def _failure_of(cause: Exception) -> MailFailed:
    """Say what an error of smtplib or of the connection means."""
    if isinstance(cause, smtplib.SMTPRecipientsRefused):
        return _refusal(*(code for code, _ in cause.recipients.values()), of_recipient=True)
    if isinstance(cause, smtplib.SMTPDataError):
        return _refusal(cause.smtp_code, of_recipient=True)
    if isinstance(cause, smtplib.SMTPSenderRefused):
        return _refusal(cause.smtp_code, fault="sender")
    if isinstance(cause, smtplib.SMTPResponseException) and not isinstance(cause, smtplib.SMTPAuthenticationError):
        return _refusal(cause.smtp_code, fault="protocol")
    return MailFailed(next(fault for kind, fault in _MEANING if isinstance(cause, kind)))


# The first that fits: those of smtplib are errors of the system too, and so are the others.
_MEANING: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "login"),
    (smtplib.SMTPException, "protocol"),
    (TimeoutError, "timeout"),
    (ssl.SSLError, "tls"),
    (Exception, "connect"),
)


def _refusal(*codes: int, fault: str = REFUSED, of_recipient: bool = False) -> MailFailed:
    """Return what an answer of the server means: 4xx is for now, 5xx for good."""
    return MailFailed(fault if max(codes) >= _SERVER_ERROR else LATER, of_recipient=of_recipient)
