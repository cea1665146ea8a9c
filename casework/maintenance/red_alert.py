"""Tells the operator that something is red: a command without arguments, and the one sentence; once a day at most.

Neither says what is red: whoever reads that mailbox, or the list of processes, learns no more than that somebody should
look at the machine. `casework check` says the rest.
"""

import logging
import subprocess
from dataclasses import replace

from casework import clock
from casework.accounts import mail_sending
from casework.config import Config
from casework.mail import message, state
from casework.mail.smtp import MailFailed

_DAY = 86_400 * clock.MICROSECOND
_SECONDS = 60
log = logging.getLogger(__name__)


def tell(config: Config, *, red: bool) -> bool:
    """Alert the operator if something is red and they were not told for a day; return whether they were told now."""
    if not (config.alert_mail or config.alert_command):
        return False
    at, told = clock.micros(), state.read(config.mail_state_file).alarmed
    if red and 0 <= at - told < _DAY:
        return False
    # Both are tried: what brought one to fail is often what the other is to tell of.
    reached = [_run(config.alert_command), _mail(config)] if red else [False]
    if any(reached) or (told and not red):
        mail_sending.note(config, lambda known: replace(known, alarmed=at if red else 0))
    return any(reached)


def _run(command: str) -> bool:
    """Run the operator's command with nothing to read; tell whether it ended well."""
    if not command:
        return False
    nothing = subprocess.DEVNULL
    try:
        ended = subprocess.run(  # noqa: S603 -- the operator's own file, from settings that only they can write
            [command], stdin=nothing, stdout=nothing, stderr=nothing, timeout=_SECONDS, check=False, env={}
        )
    except (OSError, subprocess.SubprocessError) as fault:
        log.error("fault=%s row=alert_command", type(fault).__name__)
        return False
    if ended.returncode:
        log.error("fault=status row=alert_command")
    return not ended.returncode


def _mail(config: Config) -> bool:
    if not config.alert_mail:
        return False
    try:
        mail_sending.send(config, message.reminder(sender=config.mail_from, recipient=config.alert_mail))
    except MailFailed:
        return False
    return True
