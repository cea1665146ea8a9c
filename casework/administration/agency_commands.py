"""The console command that founds an agency of a commune in use, where its recovery sheets can be printed."""

from dataclasses import replace
from pathlib import Path

import click

from casework.administration import commune_founding, communes, printed_pages, setup_draft, setup_questions
from casework.administration.commune_commands import ANSWERS_OPTION, UNUSED, require_real, sign_now
from casework.administration.console_input import DATA_OPTION
from casework.administration.console_output import say
from casework.administration.installation import installation_facts
from casework.administration.maintenance_commands import opened
from casework.administration.paper_output import PAPERS_OPTION, put_on_paper
from casework.codelists import codelist
from casework.errors import BadInput
from casework.maintenance import evidence_check
from casework.maintenance.system_actors import console_of


@click.group()
def agency() -> None:
    """Các cơ quan của xã. / The agencies of a commune."""


@agency.command("add")
@DATA_OPTION
@PAPERS_OPTION
@ANSWERS_OPTION
@click.option("--agency", "code", required=True, metavar="CODE", help="Cơ quan nào, như legal_aid. / Which agency.")
@click.option("--commune", "name", metavar="NAME", help="Tên xã, khi sổ có nhiều xã. / The commune, if several.")
def add(data: Path, papers_file: Path | None, answers_file: Path | None, code: str, name: str | None) -> None:
    """Lập một cơ quan mới của xã, sổ vẫn chạy. / Found a new agency of a commune while the server runs."""
    printed_pages.require_writable(papers_file)
    if code not in codelist("agency"):
        known = ", ".join(codelist("agency").codes)
        raise BadInput(f"Cơ quan phải là một trong: {known}. / The agency is one of: {known}.")
    with opened(data) as installation:
        require_real(installation)
        evidence_check.require_agreement(installation.gate)
        commune_id = communes.find(installation, name)
        draft = setup_draft.file_for(installation.config.data, "agency")
        answers, first = setup_questions.complete_agency_answers(answers_file, draft, code)
        commune = installation.gate.perform(console_of(commune_id), communes.summarise)
        if code in commune.agencies:
            raise BadInput(f"{commune.name} đã có {answers.name} ({code}). / The commune has this agency already.")
        planned, people = commune_founding.plan_agency(answers), commune_founding.plan_people(first)
        with installation.gate.database.read_only() as session:
            communes.require_free_usernames(session, first)
        facts = replace(installation_facts(installation.config), commune=commune.name)
        with put_on_paper(papers_file, commune_founding.pages(facts, [planned], people), unused=UNUSED):
            installation.gate.perform(console_of(commune_id), commune_founding.found_agency, planned, people)
        sign_now(installation)
    setup_draft.discard(draft, answers_file)
    say(
        f"Đã lập {answers.name}. Chưa ai chuyển việc đến được cho tới khi Chủ tịch Hội Phụ nữ xác nhận ở trang “Tài "
        "khoản”. / Founded; the lead of the Women's Union confirms it before anything is sent there."
    )


COMMANDS = (agency,)
