"""The manual page, made from the help of the commands, so that it says no other thing than they do."""

from collections.abc import Iterator

import click

from casework import __version__
from casework.administration.console_output import spoken, spoken_help

_STATUS = (
    ("0", "Xong. / Done."),
    (
        "1",
        "Bị từ chối hoặc không làm được; với check: có việc cần làm. / Refused, or it could not be done; of check: "
        "warnings.",
    ),
    ("2", "Gõ sai lệnh; với check: có chỗ sai. / The command line cannot be used; of check: errors."),
    ("3", "Lỗi của chương trình. / A mistake of the program."),
    ("130", "Bị dừng bằng Ctrl-C. / Stopped with Ctrl-C."),
)
_FILES = (
    ("casework.toml", "Cài đặt; không có bí mật. / Settings; no secrets."),
    ("kek", "Khóa máy chủ; để ngoài thư mục này (kek_file). / The server's key; keep it elsewhere (kek_file)."),
    ("casework.sqlite3", "Cơ sở dữ liệu, nếu không dùng PostgreSQL. / The database, unless it is in PostgreSQL."),
)


def page(group: click.Group) -> str:
    """Return a manual page of section 8 in roff, in the chosen language."""
    context = click.Context(group, info_name="casework")
    lines = [
        f'.TH CASEWORK 8 "" "casework {__version__}"',
        _heading("TÊN / NAME"),
        f"casework \\- {_text(group.help or '')}",
        _heading("CÁCH DÙNG / SYNOPSIS"),
        _text(group.get_usage(context).partition(":")[2].strip()),
        _heading("TÙY CHỌN / OPTIONS"),
        *_options(group, context),
        _heading("LỆNH / COMMANDS"),
        *(line for name, command in _commands(group, "casework") for line in _command(name, command)),
        _heading("TRẠNG THÁI THOÁT / EXIT STATUS"),
        *_terms(_STATUS),
        _heading("TỆP / FILES"),
        *_terms(_FILES),
    ]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command by its whole name, those of a group of commands too."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        elif not command.hidden:
            yield f"{path} {name}", command


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    yield f".SS {_text(' '.join([name, *command.collect_usage_pieces(context)]))}"
    yield from (_text(spoken(part)) for part in (command.help or "").split("\n\n"))
    yield from _options(command, context)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    records = (option.get_help_record(context) for option in command.get_params(context))
    yield from _terms([(term, spoken_help(words)) for term, words in filter(None, records)])


def _terms(rows: "tuple[tuple[str, str], ...] | list[tuple[str, str]]") -> Iterator[str]:
    for term, words in rows:
        yield from (".TP", f".B {_text(term)}", _text(spoken(words)))


def _heading(words: str) -> str:
    return f".SH {spoken(words)}"


def _text(words: str) -> str:
    """Return words on one line, in which roff finds nothing to obey."""
    return " ".join(spoken(words).split()).replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
