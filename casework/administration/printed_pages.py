"""What stands on each sheet of paper: the server's key, the backup key, recovery sheets, codes of admission."""

from collections.abc import Sequence
from dataclasses import dataclass

from casework import clock
from casework.administration.page_rendering import PrintedPage
from casework.codelists import codelist
from casework.vault.crypto import signatures
from casework.vault.keys.enrolment.paper_codes import CODE_BYTES, write_code
from casework.vault.keys.kek import Kek
from casework.vault.keys.recovery.recovery_sheets import RecoverySheet
from casework.vault.models import Member

_ALONE = "Cất một mình, trong phong bì dán kín có chữ ký. Không chụp ảnh, không gửi qua mạng, không nhập vào máy khác."


@dataclass(frozen=True)
class InstallationFacts:
    """What every sheet says about the installation it belongs to."""

    commune: str
    public_url: str
    checkpoint: bytes
    backup: bytes

    def facts(self) -> list[tuple[str, str]]:
        """Return the lines at the top of every sheet: whose it is, from which day, and which key signs backups."""
        return [
            ("Sổ của", self.commune),
            ("Ngày làm", clock.local(clock.micros()).strftime("%d/%m/%Y %H:%M")),
            ("Dấu khóa ký", signatures.fingerprint(self.checkpoint)),
        ]


@dataclass(frozen=True)
class Invited:
    """Somebody who is to come and take her account, with the code that goes from hand to hand."""

    name: str
    username: str
    role: str
    agency: str
    code: str

    def __repr__(self) -> str:
        """Never print the code."""
        return f"<invited {self.username}>"


def halves(secret: bytes) -> list[tuple[str, str]]:
    """Write a key of 32 bytes as two lines, each with a checksum of its own."""
    return [
        ("Dòng 1", write_code(secret[:CODE_BYTES])),
        ("Dòng 2", write_code(secret[CODE_BYTES:])),
    ]


def kek_page(place: InstallationFacts, kek: Kek) -> PrintedPage:
    """Lay out the sheet of the server's key."""
    return PrintedPage(
        "Tờ khóa máy chủ",
        "Giữ trong két, tách khỏi bản sao lưu và các tờ khôi phục",
        [*place.facts(), ("Khóa số", str(kek.number))],
        halves(kek.secret),
        (
            "Mất tệp khóa mà không có tờ này thì phải lập khóa mới và mọi người vào lại bằng tờ khôi phục.",
            "Máy hỏng: dựng máy mới, chạy “casework key-file --data DIR --number N”, gõ hai dòng trên.",
            "Sau mỗi lần đổi khóa, giữ tờ cũ thêm 35 ngày rồi hủy.",
            _ALONE,
        ),
    )


def backup_pages(place: InstallationFacts, seed: bytes) -> list[PrintedPage]:
    """Lay out the private half of the backup key twice, for two safes."""
    shown = [*place.facts(), ("Dấu khóa sao lưu", signatures.fingerprint(place.backup))]
    steps = (
        "Chỉ tờ này mở được bản sao lưu. Nó không mở được vụ việc nào.",
        "Cần khi khôi phục: “casework restore” sẽ hỏi hai dòng trên.",
        "Khóa này không nằm trong máy. Mất cả hai tờ: chạy “casework rotate-keys backup” ngay.",
        _ALONE,
    )
    keepers = ("Tờ thứ nhất: két của Hội Phụ nữ xã", "Tờ thứ hai: két của UBND xã, nhà khác nếu có")
    return [PrintedPage("Tờ khóa sao lưu", keeper, shown, halves(seed), steps) for keeper in keepers]


def recovery_page(place: InstallationFacts, agency: str, sheet: RecoverySheet, names: dict[int, str]) -> PrintedPage:
    """Lay out the sheet of one officer; it says with whose sheet it opens, and for which agency."""
    partners = ", ".join(f"{names[seat]} (tờ {seat})" for seat in sheet.partners)
    return PrintedPage(
        "Tờ khôi phục",
        f"Người giữ: {sheet.name}",
        [
            *place.facts(),
            ("Cơ quan", agency),
            ("Bộ số", str(sheet.number)),
            ("Tờ số", str(sheet.seat)),
            ("Dùng cùng tờ của", partners),
        ],
        [("Mã trên tờ", write_code(sheet.secret))],
        (
            "Một tờ không mở được gì. Hai tờ đúng cặp mở lại lối vào cho một người của cơ quan này.",
            "Khi cần: hai người giữ cùng đến máy chủ, chạy “casework recover”, mỗi người tự gõ mã của mình.",
            "Nửa năm một lần: chạy “casework drill” để biết tờ này còn đúng.",
            _ALONE,
        ),
    )


def admission_page(place: InstallationFacts, invited: Invited) -> PrintedPage:
    """Lay out the code with which one person takes her account."""
    return PrintedPage(
        "Mã nhận tài khoản",
        f"Trao tận tay: {invited.name}",
        [
            *place.facts(),
            ("Cơ quan", invited.agency or "–"),
            ("Vai trò", invited.role),
            ("Tên đăng nhập", invited.username),
            ("Mở trang", f"{place.public_url}/nhan-tai-khoan"),
        ],
        [("Mã, dùng một lần, trong 24 giờ", invited.code)],
        (
            "Tự mình mở trang trên, gõ mã, đặt mật khẩu của riêng mình và nối điện thoại.",
            "Chép mã ban đêm mà trang in ra, cất trong ví. Không ai khác đặt lại mật khẩu cho mình được.",
            "Xong thì xé nhỏ tờ này. Mã quá 24 giờ hoặc bị người khác xem: báo lại để có mã mới.",
        ),
    )


def fingerprints_page(place: InstallationFacts, kek: Kek) -> PrintedPage:
    """Lay out what can be shown to anybody: the fingerprints by which backups and checkpoints are recognised."""
    return PrintedPage(
        "Dấu của các khóa",
        "Không bí mật: dán cạnh máy chủ và gửi cho người giám sát",
        [
            *place.facts(),
            ("Dấu khóa sao lưu", signatures.fingerprint(place.backup)),
            ("Số khóa máy chủ", str(kek.number)),
            ("Địa chỉ", place.public_url),
        ],
        [],
        (
            "Khi khôi phục hoặc so mốc nhật ký, dấu trên màn hình phải giống dấu trên tờ này.",
            "Khác một chữ: dừng lại, đừng gõ gì thêm, gọi người phụ trách.",
        ),
    )


def recovered(
    place: InstallationFacts, agency: str, member: Member, code: str, dealt: Sequence[RecoverySheet]
) -> list[PrintedPage]:
    """Lay out what follows a recovery: the code of whoever comes back, if she needs one, and the new sheets."""
    roles = ", ".join(codelist("role").get(role).vi for role in member.roles.split(","))
    back = admission_page(place, Invited(member.name, member.username, roles, agency, code))
    return [*([back] if code else []), *recovery_pages(place, agency, dealt)]


def recovery_pages(place: InstallationFacts, agency: str, dealt: Sequence[RecoverySheet]) -> list[PrintedPage]:
    """Lay out all sheets of an agency or circle."""
    names = {one.seat: one.name for one in dealt}
    return [recovery_page(place, agency, one, names) for one in dealt]
