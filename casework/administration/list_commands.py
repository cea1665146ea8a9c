"""The console commands about code lists: what they say, and what the office has overridden."""

from pathlib import Path

import click

from casework.administration.console_output import say, spoken
from casework.codelists import codelist, names, overrides
from casework.codelists.model import Code
from casework.codelists.toml_files import BadLocalFile
from casework.errors import BadInput

_DATA = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Thư mục dữ liệu; không ghi: danh mục có sẵn. / The data folder; without it: the lists of the program.",
)


@click.group("lists")
def lists() -> None:
    """Danh mục, số gọi, lời dặn; và điều cơ quan đã sửa. / Code lists, and what the office has overridden."""


@lists.command("check")
@_DATA
def check_lists(data: Path | None) -> None:
    """Xem cơ quan đã sửa gì, có gì sai không; sai thì trạng thái 2. / Status 2 if a file is wrong."""
    folder = data.absolute() / overrides.FOLDER if data else None
    wrong = overrides.find_wrong(folder) if folder else []
    for one in wrong:
        click.echo(f"{spoken('SAI / WRONG')}: {spoken(str(one))}")
    if wrong:
        raise click.exceptions.Exit(2)
    told = overrides.read(folder).told if folder else ()
    for line in told:
        click.echo(line)
    say(
        f"Đúng cả, {len(told)} chỗ đã sửa; mở lại sổ thì dùng. / All right, {len(told)} places are overridden; they "
        "count from the next start."
        if told
        else "Chưa sửa gì. / Nothing is overridden."
    )


@lists.command("show")
@_DATA
@click.argument("name")
def show_list(data: Path | None, name: str) -> None:
    """In một danh mục, kể cả điều cơ quan đã sửa. / Print a list as it counts."""
    if name not in names():
        known = ", ".join(names())
        raise BadInput(f"Không có danh mục {name}. Có: {known}. / There is no list {name}. There are: {known}.")
    if data:
        try:
            overrides.activate(data.absolute() / overrides.FOLDER)
        except BadLocalFile as wrong:
            raise BadInput(str(wrong)) from wrong
    shown = codelist(name)
    click.echo(f"{name}: {shown.vi} – {shown.en}")
    for code in shown:
        click.echo(f"{code.code}: {code.vi} – {code.en}{_rest(code)}")


def _rest(code: Code) -> str:
    """Say what else a code has, and that it is retired."""
    extra = {key: value for key, value in code.extra.items() if value not in ("", False, ())}
    retired = {"retired": code.retired} if code.retired else {}
    return "".join(f"\n    {key} = {value}" for key, value in {**extra, "source": code.source, **retired}.items())


COMMANDS: tuple[click.Command, ...] = (lists,)
