"""The console commands about the program itself: its manual page, and the files with which a server is set up."""

from pathlib import Path

import click

from casework.administration import deployment_files, manual
from casework.administration.console_output import say


@click.command("man")
@click.pass_context
def print_manual(context: click.Context) -> None:
    """In trang hướng dẫn: casework man | man -l -. / Print the manual page: casework man | man -l -."""
    group = context.find_root().command
    if isinstance(group, click.Group):
        click.echo(manual.page(group), nl=False)


@click.command("deploy-files")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
def write_deployment_files(folder: Path) -> None:
    """Ghi ra deploy/ và docs/ của bản này. / Write out deploy/ and docs/, never over a file."""
    written = deployment_files.write(folder.absolute())
    for path in written.kept:
        say(f"Khác bản này, giữ nguyên: {path} / Differs from this version, left as it is: {path}", to_stderr=True)
    say(f"Đã ghi {written.count} tệp vào {folder}. / {written.count} files are in {folder}.")
    if written.kept:
        raise click.exceptions.Exit(1)


COMMANDS = (print_manual, write_deployment_files)
