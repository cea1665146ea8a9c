"""The console command that lets a lost administrator in again."""

from pathlib import Path

import click

from casework.administration import console_input, printed_pages, readmission, setup_answers
from casework.administration.console_input import DATA_OPTION
from casework.administration.console_output import say
from casework.administration.installation import find_agency, installation_facts, open_installation
from casework.administration.paper_output import PAPERS_OPTION, put_on_paper
from casework.codelists import agencies
from casework.maintenance.system_actors import console_of


@click.command()
@DATA_OPTION
@PAPERS_OPTION
@click.option(
    "--agency", metavar="CODE", help="Tờ của cơ quan nào, nếu không phải Hội. / Whose sheets, if not the Union's."
)
@click.option("--commune", metavar="NAME", help="Tên xã, khi sổ có nhiều xã. / The commune, if several.")
def readmit(data: Path, papers_file: Path | None, agency: str | None, commune: str | None) -> None:
    """Người quản trị (ai không giữ khóa) nhận lại tài khoản bằng hai tờ. / Let an administrator in again."""
    printed_pages.require_writable(papers_file)
    with open_installation(data) as installation:
        commune_id, agency_id, _ = find_agency(installation, agency or agencies.coordinating(), commune)
        username = console_input.ask(
            "Ai nhận lại tài khoản (tên đăng nhập) / Who comes back (user name)", setup_answers.username
        )
        sheets = console_input.ask_two_sheets()
        gate, console = installation.gate, console_of(commune_id)
        planned = gate.perform(console, readmission.plan_readmission, agency_id, *sheets, username)
        facts = installation_facts(installation.config)
        with put_on_paper(papers_file, printed_pages.readmission_pages(facts, planned)):
            gate.perform(console, readmission.readmit, agency_id, *sheets, planned)
    say(
        f"{planned.name}: mật khẩu, điện thoại và phiên cũ hết giá trị ngay; mã mới dùng một lần, trong 24 giờ. Các tờ "
        f"khôi phục cũ không mở được gì nữa: hủy đi. / {planned.name}: passphrase, phone and sessions of before are "
        "void at once; the new code is good once, for 24 hours. The old recovery sheets open nothing: destroy them."
    )


COMMANDS: tuple[click.Command, ...] = (readmit,)
