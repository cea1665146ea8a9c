"""Whom the settings of a backup would have a new machine talk to: an operator confirms it, or it is left out.

Whoever could write the old machine's settings could name a mail server of their own, which learns who gets a message
and when, or an address that people are to type their passphrase into. The signature says only that the old machine
wrote them.
"""

from dataclasses import replace

from casework.administration import console_input, setup_answers
from casework.administration.console_output import confirm, say
from casework.config import Config


def settled(settings: Config) -> Config:
    """Return the settings with what the operator agrees to; from a pipe there is no mail, and the address is told.

    The database of counts is never that of the backup: the operator writes it anew, as `database_url`.
    """
    if settings.counts_url:
        say(
            "Không lấy counts_url từ bản sao lưu: ghi lại vào casework.toml nếu cần. / counts_url is not taken from "
            "the backup: write it into casework.toml again if it is needed."
        )
    return _with_mail(_with_address(replace(settings, counts_url="")))


def _with_address(settings: Config) -> Config:
    url = settings.public_url
    say(f"Mọi người mở sổ ở {url}. / People open the book at {url}.")
    if not console_input.is_interactive() or confirm("Đúng địa chỉ ấy không? / Is that the right address?"):
        return settings
    words = "Địa chỉ người dùng gõ, như https://so.xa.vn / The address that people type, as https://so.xa.vn"
    return replace(settings, public_url=console_input.ask(words, setup_answers.url))


def _with_mail(settings: Config) -> Config:
    if not settings.mail_host:
        return settings
    host = f"{settings.mail_host}:{settings.mail_port}"
    say(f"Sổ cũ gửi thư qua {host}, {settings.mail_from}. / The old book sent mail by {host}, {settings.mail_from}.")
    question = "Máy này cũng gửi qua đó? / Shall this machine send by it too?"
    if console_input.is_interactive() and confirm(question):
        return settings
    say(
        "Chưa gửi thư: ghi lại các dòng mail_ vào casework.toml khi đã xem. / No mail is sent: write the lines mail_ "
        "into casework.toml again once you have looked."
    )
    return replace(settings, mail_host="", mail_user="", mail_from="", mail_ca_file="", alert_mail="")
