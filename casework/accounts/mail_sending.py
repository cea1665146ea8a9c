"""Hands one message in at the mail server of the settings and notes how that went; addresses reach no log."""

import logging
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

from filelock import Timeout

from casework import clock
from casework.config import Config
from casework.errors import VaultError
from casework.mail import smtp, state
from casework.mail.smtp import MailFailed
from casework.mail.state import MailState
from casework.vault.keys import keyfile

log = logging.getLogger(__name__)


def send(config: Config, message: EmailMessage) -> None:
    """Send one message; raise MailFailed if it was not taken. The server's part of the state says how it went."""
    try:
        with smtp.connected(config, _password(config)) as mailer:
            mailer.send(message)
    except MailFailed as failure:
        fault = failure.fault
        log.warning("fault=%s row=mail", fault)
        if not failure.of_recipient:
            note(config, lambda known: replace(known, server=known.server.fail(clock.micros(), fault)))
        raise
    note(config, lambda known: replace(known, server=known.server.succeed(clock.micros())))


def note(config: Config, how: Callable[[MailState], MailState]) -> None:
    """Change the state of mail; that it could not be written stops nothing."""
    try:
        state.change(config.mail_state_file, how)
    except (OSError, Timeout):
        log.exception("fault=mail-state")


def _password(config: Config) -> str:
    if not config.mail_user or config.mail_password_file is None:
        return ""
    try:
        return keyfile.read(config.mail_password_file).rstrip("\r\n")
    except VaultError as cause:
        raise MailFailed("password") from cause
