"""The settings of mail and of the alert in `casework.toml`: all off until the operator fills them in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casework.errors import BadInput
from casework.mail import addresses

TLS, STARTTLS = "tls", "starttls"
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45}")
_TEXTS = ("mail_host", "mail_tls", "mail_user", "mail_from", "mail_ca_file", "alert_mail", "alert_command")
_LAST_PORT = 65535
_SHORTEST, _LONGEST = 1, 120


@dataclass(frozen=True, kw_only=True)
class MailSettings:
    """Where mail is handed in; without `mail_host` there is none.

    The connection is always encrypted and the server's certificate verified, by the machine's own list of authorities
    or by the one in `mail_ca_file`. `mail_timeout` are the seconds that connecting, or one message, may take in all.
    `alert_mail` is told, and `alert_command` run without any argument, when `casework tick` finds something red.
    """

    mail_host: str = ""
    mail_port: int = 587
    mail_tls: str = STARTTLS
    mail_user: str = ""
    mail_password_file: Path | None = None
    mail_from: str = ""
    mail_ca_file: str = ""
    mail_timeout: int = 20
    alert_mail: str = ""
    alert_command: str = ""

    def mail_problems(self) -> Iterator[str]:
        """Yield a sentence for each setting that cannot be used, the first of which stops the start."""
        texts = [name for name in _TEXTS if not isinstance(getattr(self, name), str)]
        yield from (f'{name} phải là chữ trong dấu ngoặc kép, ví dụ {name} = "...".' for name in texts)
        if not texts:
            yield from self._problems_of_server()
            yield from self._problems_of_alert()

    def _problems_of_server(self) -> Iterator[str]:
        if self.mail_host and not _HOST.fullmatch(self.mail_host):
            yield "mail_host phải là tên máy chủ thư, ví dụ smtp.coquan.vn, không có http:// hay dấu cách."
        if self.mail_tls not in (TLS, STARTTLS):
            yield 'mail_tls phải là "starttls" (cổng 587) hoặc "tls" (cổng 465); thư không bao giờ gửi không mã hóa.'
        if not _whole(self.mail_port, 1, _LAST_PORT):
            yield "mail_port phải là số từ 1 đến 65535, không có dấu ngoặc kép."
        if not _whole(self.mail_timeout, _SHORTEST, _LONGEST):
            yield f"mail_timeout phải là số giây từ {_SHORTEST} đến {_LONGEST}, không có dấu ngoặc kép."
        if any(not letter.isprintable() for letter in self.mail_user):
            yield "mail_user có ký tự không đọc được. Hãy gõ lại."
        if self.mail_host and not _is_address(self.mail_from):
            yield "mail_from phải là địa chỉ thư gửi đi, ví dụ nhac@coquan.vn; đừng để tên Hội hay việc trong đó."

    def _problems_of_alert(self) -> Iterator[str]:
        if self.alert_mail and not self.mail_host:
            yield "alert_mail cần mail_host: hãy ghi máy chủ thư, hoặc bỏ alert_mail."
        if self.alert_mail and not _is_address(self.alert_mail):
            yield "alert_mail phải là một địa chỉ thư."
        if self.alert_command and not Path(self.alert_command).is_absolute():
            yield "alert_command phải là đường dẫn đầy đủ của một chương trình, ví dụ /usr/local/bin/bao-do."


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_address(text: str) -> bool:
    """Tell whether a setting is an address as it is sent to."""
    try:
        return addresses.normalise(text) == text
    except BadInput:
        return False
