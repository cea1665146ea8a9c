"""Diagnostics of the machine: disk, Python, the address that people type; mail and the alert."""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from casework import clock, config
from casework.administration.command_failures import explained
from casework.administration.problem import Problem, Severity
from casework.config import Config
from casework.errors import CaseworkError
from casework.mail import state
from casework.mail.smtp import FAULTS
from casework.oversight.readiness import FREE_BYTES
from casework.vault.keys import kek, keyfile

_LEAST_FREE = 1024**3
_OLDEST_PYTHON, _OLDEST_LIBRARY = (3, 11), 50


def check_machine(settings: Config) -> Iterator[Problem]:
    if (free := shutil.disk_usage(settings.data).free) < _LEAST_FREE:
        yield Problem(
            "Đĩa còn dưới 1 GB. / Less than 1 GB of the disk is free.",
            "Dọn đĩa: hết chỗ thì sổ ngừng nhận, dù không mất gì. / Make room: a full disk loses nothing, but takes "
            "nothing either.",
            Severity.WARNING if free >= FREE_BYTES else Severity.ERROR,
        )
    if sys.version_info < _OLDEST_PYTHON or int(version("cryptography").split(".")[0]) < _OLDEST_LIBRARY:
        yield Problem(
            "Python hoặc thư viện cryptography quá cũ. / Python or the library cryptography is too old.",
            "Cần Python 3.11 và cryptography 50 trở lên. / Python 3.11 and cryptography 50 are needed.",
        )
    if not settings.demo and not settings.public_url.startswith("https://"):
        yield Problem(
            f"public_url là {settings.public_url or 'trống'}. / public_url is {settings.public_url or 'empty'}.",
            "Ghi địa chỉ https:// vào casework.toml. / Write the address with https:// into casework.toml.",
        )
    kek.self_test()


def check_mail(settings: Config) -> Iterator[Problem]:
    """The mail server takes messages, and what is run when something is red can be run."""
    if settings.mail_host and settings.mail_user and settings.mail_password_file is not None:
        try:
            keyfile.read(settings.mail_password_file)
        except CaseworkError as cause:
            file = settings.mail_password_file
            yield Problem(
                explained(cause)[0],
                f"Ghi mật khẩu thư vào {file}, chmod 600. / Write the password of mail into {file}, chmod 600.",
                Severity.WARNING,
            )
    server = state.read(settings.mail_state_file).server
    if settings.mail_host and server.fault:
        yield Problem(
            f"Thư không gửi được: {FAULTS[server.fault]}. / Mail is not sent: {server.fault}.",
            "Xem lại các dòng mail_ trong casework.toml, rồi gửi thử ở trang tài khoản. / Look at the lines mail_ of "
            "casework.toml, then send a test from the page of one's account.",
            Severity.WARNING,
        )
    if settings.alert_command and not os.access(settings.alert_command, os.X_OK):
        yield Problem(
            f"Không chạy được {settings.alert_command}. / {settings.alert_command} cannot be run.",
            "Sửa alert_command, hoặc chmod +x tệp ấy. / Mend alert_command, or chmod +x that file.",
            Severity.WARNING,
        )


def mail_in_words(folder: Path) -> str:
    """Say when mail last went out and last failed; empty where it is off or the settings cannot be read."""
    try:
        settings = config.load(folder)
    except (CaseworkError, ValueError, TypeError):
        return ""
    if not settings.mail_host:
        return ""
    server = state.read(settings.mail_state_file).server
    sent, failed = (_minute(at) if at else "-" for at in (server.sent, server.failed))
    return (
        f"Thư: gửi được lần cuối {sent}; hỏng lần cuối {failed}. / Mail was last sent {sent} and last failed {failed}."
    )


def _minute(at: int) -> str:
    return clock.local(at).isoformat(timespec="minutes")
