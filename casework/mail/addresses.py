"""Which e-mail addresses are taken: an ASCII part before the @, and a domain that may have Vietnamese letters.

Less than RFC 5321 allows, so that nothing in an address can end a line, name a second one or be quoted: no spaces, no
quotes, no comments, no address of a bare machine. The mail server says whether the mailbox exists.
"""

import re

from casework.errors import BadInput, gettext_noop

MOST = 254
_MOST_LOCAL = 64
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII | re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def normalise(typed: str) -> str:
    """Return an address as it is sent to, in ASCII and its domain in small letters; raise BadInput for any other."""
    local, at, domain = typed.strip().rpartition("@")
    if not at or not local or not domain:
        raise BadInput(gettext_noop("Địa chỉ thư phải có dạng ten@noi-gui.vn. Hãy xem lại."))
    if not _LOCAL.fullmatch(local) or len(local) > _MOST_LOCAL:
        raise BadInput(gettext_noop("Phần trước dấu @ chỉ nhận chữ không dấu, chữ số và dấu chấm. Hãy xem lại."))
    try:
        ascii_domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        ascii_domain = ""
    address = f"{local}@{ascii_domain}"
    if not _DOMAIN.fullmatch(ascii_domain) or len(address) > MOST:
        raise BadInput(gettext_noop("Phần sau dấu @ phải là tên miền, ví dụ gmail.com. Hãy xem lại."))
    return address


def domain_of(address: str) -> str:
    """Return what stands behind the @ of an address that `normalise` has let through."""
    return address.rpartition("@")[2]
