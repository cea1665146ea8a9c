"""Pages for the printer, as HTML or plain text: KEK, backup key, recovery sheets, admission codes, fingerprints.

One secret stands on a page, with who keeps it and what it is for.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from casework import clock, files
from casework.administration.agency_recovery import PlannedRecovery
from casework.administration.readmission import PlannedReadmission
from casework.codelists import codelist
from casework.config import resource
from casework.errors import BadInput
from casework.vault.crypto import signatures
from casework.vault.keys.enrolment.paper_codes import CODE_BYTES, write_code
from casework.vault.keys.kek import Kek
from casework.vault.keys.recovery.sheets import RecoverySheet

_TEMPLATES = Environment(
    loader=FileSystemLoader(resource("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_WIDTH = 64
_SIGNED_BY = "Dấu khóa ký"


@dataclass(frozen=True)
class PrintedPage:
    """A sheet of paper: `codes` are the lines to be copied, `steps` say in a few sentences what to do with them.

    A renewable one can be made again by a colleague at any time: nobody waits for it to be on paper.
    """

    title: str
    keeper: str
    facts: Sequence[tuple[str, str]]
    codes: Sequence[tuple[str, str]]
    steps: Sequence[str]
    renewable: bool = False

    @property
    def last_group(self) -> str:
        """Return the four signs that stand last on the paper, which somebody types who holds it in their hand."""
        _name, shown = (self.codes or [fact for fact in self.facts if fact[0] == _SIGNED_BY])[-1]
        return shown[-4:]

    def __repr__(self) -> str:
        return f"<paper {self.title}>"


def require_writable(file: Path | None) -> None:
    """Raise BadInput, before anything is done, if the pages could not be written to this file later."""
    if file is not None and file.exists():
        raise BadInput(
            f"{file} đã có, không ghi đè: hãy chọn tên khác. / {file} is there already: choose another name."
        )
    if file is not None and not os.access(file.absolute().parent, os.W_OK | os.X_OK):
        raise BadInput(
            f"Không ghi được vào {file.absolute().parent}. Hãy chọn chỗ khác. / Nothing can be written into "
            f"{file.absolute().parent}. Choose another place."
        )


def write(file: Path, pages: Sequence[PrintedPage]) -> None:
    """Write the pages to a new file of mode 0600; raise BadInput if the name is taken or the folder is not there."""
    try:
        files.write_new(file, as_html(pages))
    except FileExistsError:
        raise BadInput(
            f"{file} đã có, không ghi đè: hãy chọn tên khác. / {file} is there already: choose another name."
        ) from None
    except OSError as cause:
        raise BadInput(
            f"Không ghi được {file} ({cause.strerror}). Hãy chọn chỗ khác. / {file} cannot be written "
            f"({cause.strerror}). Choose another place."
        ) from cause


def as_html(pages: Sequence[PrintedPage]) -> str:
    """Lay the pages out for a browser to print, each on its own sheet; nothing is loaded from elsewhere."""
    layout = _TEMPLATES.get_template("administration/papers.html")
    return layout.render(title="Giấy tờ khóa – Sổ ca", product="Sổ ca", pages=pages)


def as_text(pages: Sequence[PrintedPage]) -> str:
    """Lay the pages out for a terminal or a printer of plain text, with a form feed between two of them."""
    return "\f".join(_as_text(page) for page in pages)


def _as_text(page: PrintedPage) -> str:
    line = "=" * _WIDTH
    facts = [f"{name}: {value}" for name, value in page.facts]
    codes = [part for name, code in page.codes for part in (f"{name}:", f"    {code}")]
    steps = [f"{number}. {step}" for number, step in enumerate(page.steps, start=1)]
    return "\n".join([line, page.title.upper(), page.keeper, line, *facts, "", *codes, "", *steps, ""])


_ALONE = "Cất một mình, trong phong bì dán kín có chữ ký. Không chụp ảnh, không gửi qua mạng, không nhập vào máy khác."


@dataclass(frozen=True)
class InstallationFacts:
    """What every sheet says about the installation it belongs to."""

    commune: str
    public_url: str
    checkpoint: bytes
    backup: bytes

    def lines(self) -> list[tuple[str, str]]:
        """Return the lines at the top of every page: commune, date, and the fingerprint of the signing key."""
        return [
            ("Sổ của", self.commune),
            ("Ngày làm", clock.local(clock.micros()).strftime("%d/%m/%Y %H:%M")),
            (_SIGNED_BY, signatures.fingerprint(self.checkpoint)),
        ]


@dataclass(frozen=True)
class Invitation:
    """A member to be enrolled, with the admission code that is handed over in person."""

    name: str
    username: str
    role: str
    agency: str
    code: str

    def __repr__(self) -> str:
        return f"<invited {self.username}>"


def key_lines(secret: bytes) -> list[tuple[str, str]]:
    """Write a key of 32 bytes as two lines, each with a checksum of its own."""
    return [
        ("Dòng 1", write_code(secret[:CODE_BYTES])),
        ("Dòng 2", write_code(secret[CODE_BYTES:])),
    ]


def kek_page(facts: InstallationFacts, kek: Kek) -> PrintedPage:
    return PrintedPage(
        "Tờ khóa máy chủ",
        "Giữ trong két, tách khỏi bản sao lưu và các tờ khôi phục",
        [*facts.lines(), ("Khóa số", str(kek.number))],
        key_lines(kek.secret),
        (
            "Mất tệp khóa mà không có tờ này thì phải lập khóa mới và mọi người vào lại bằng tờ khôi phục.",
            "Máy hỏng: dựng máy mới, chạy “casework key-file --data DIR --number N”, gõ hai dòng trên.",
            "Sau mỗi lần đổi khóa, giữ tờ cũ thêm 35 ngày rồi hủy.",
            _ALONE,
        ),
    )


def backup_pages(facts: InstallationFacts, seed: bytes) -> list[PrintedPage]:
    """Lay out the private half of the backup key (32 bytes) twice, for two safes."""
    shown = [*facts.lines(), ("Dấu khóa sao lưu", signatures.fingerprint(facts.backup))]
    steps = (
        "Chỉ tờ này mở được bản sao lưu. Nó không mở được vụ việc nào.",
        "Cần khi khôi phục: “casework restore” sẽ hỏi hai dòng trên.",
        "Khóa này không nằm trong máy. Mất cả hai tờ: chạy “casework rotate-keys backup” ngay.",
        _ALONE,
    )
    keepers = ("Tờ thứ nhất: két của Hội Phụ nữ xã", "Tờ thứ hai: két của UBND xã, nhà khác nếu có")
    return [PrintedPage("Tờ khóa sao lưu", keeper, shown, key_lines(seed), steps) for keeper in keepers]


def recovery_page(facts: InstallationFacts, agency: str, sheet: RecoverySheet, names: dict[int, str]) -> PrintedPage:
    """Lay out the recovery sheet of one officer, with the sheets that it may be combined with (`names` by seat)."""
    partners = ", ".join(f"{names[seat]} (tờ {seat})" for seat in sheet.partners)
    return PrintedPage(
        "Tờ khôi phục",
        f"Người giữ: {sheet.name}",
        [
            *facts.lines(),
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


def admission_page(facts: InstallationFacts, invited: Invitation) -> PrintedPage:
    return PrintedPage(
        "Mã nhận tài khoản",
        f"Trao tận tay: {invited.name}",
        [
            *facts.lines(),
            ("Cơ quan", invited.agency or "–"),
            ("Vai trò", invited.role),
            ("Tên đăng nhập", invited.username),
            ("Mở trang", f"{facts.public_url}/nhan-tai-khoan"),
        ],
        [("Mã, dùng một lần, trong 24 giờ", invited.code)],
        (
            "Tự mình mở trang trên, gõ mã, đặt mật khẩu của riêng mình và nối điện thoại.",
            "Chép mã ban đêm mà trang in ra, cất trong ví. Không ai khác đặt lại mật khẩu cho mình được.",
            "Xong thì xé nhỏ tờ này. Mã quá 24 giờ hoặc bị người khác xem: báo lại để có mã mới.",
        ),
        renewable=True,
    )


def readmission_pages(facts: InstallationFacts, planned: PlannedReadmission) -> list[PrintedPage]:
    """Lay out the code of somebody who is let in again, and the new sheets of those who vouched for them.

    The code is confirmed too: nobody may be left who could make another one.
    """
    roles = ", ".join(codelist("role").get(role).vi for role in planned.roles)
    invited = Invitation(planned.name, planned.username, roles, planned.agency, planned.code)
    code = replace(admission_page(facts, invited), title="Mã nhận lại tài khoản", renewable=False)
    return [code, *recovery_pages(facts, planned.vouching, planned.dealt)]


def fingerprints_page(facts: InstallationFacts, kek: Kek) -> PrintedPage:
    """Lay out what can be shown to anybody: the fingerprints by which backups and checkpoints are recognised."""
    return PrintedPage(
        "Dấu của các khóa",
        "Không bí mật: một tờ trong mỗi két, một tờ cạnh máy chủ, một tờ cho người giám sát",
        [
            *facts.lines(),
            ("Dấu khóa sao lưu", signatures.fingerprint(facts.backup)),
            ("Số khóa máy chủ", str(kek.number)),
            ("Địa chỉ", facts.public_url),
        ],
        [],
        (
            "Máy mất hẳn: “casework restore” trên máy mới hỏi dấu khóa ký này, cùng tờ khóa máy chủ và khóa sao lưu.",
            "Khi so mốc nhật ký, dấu trên màn hình phải giống dấu trên tờ này.",
            "Khác một chữ: dừng lại, đừng gõ gì thêm, gọi người phụ trách.",
        ),
    )


def planned_recovery_pages(facts: InstallationFacts, agency: str, planned: PlannedRecovery) -> list[PrintedPage]:
    """Lay out what a recovery needs: the code of the member who comes back, if they need one, and the new sheets."""
    roles = ", ".join(codelist("role").get(role).vi for role in planned.roles)
    invitation = admission_page(facts, Invitation(planned.name, planned.username, roles, agency, planned.code))
    return [*([invitation] if planned.code else []), *recovery_pages(facts, agency, planned.dealt)]


def recovery_pages(facts: InstallationFacts, agency: str, sheets: Sequence[RecoverySheet]) -> list[PrintedPage]:
    names = {sheet.seat: sheet.name for sheet in sheets}
    return [recovery_page(facts, agency, sheet, names) for sheet in sheets]
