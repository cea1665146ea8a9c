"""Whatever stops a command is told in one sentence with what to do, and by its exit status; there is no traceback.

0: done. 1: refused, or something could not be done, and the sentence says what has changed, if anything has. 2: the
command line cannot be used. 3: a mistake of the program, which the line of the log above the sentence locates.
130: stopped with Ctrl-C. `casework check` has 0, 1 and 2 for nothing, warnings, errors.
"""

import errno
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from gettext import gettext as words_of_click
from typing import Any

import click
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from casework.administration import console_output
from casework.administration.console_output import ENGLISH_OPTION, prefers_english, spoken
from casework.errors import CaseworkError, VaultError

REFUSED, USAGE, MISTAKE, STOPPED = 1, 2, 3, 130
log = logging.getLogger(__name__)
_STOPPED = "Đã dừng giữa chừng. Chạy lại lệnh này khi sẵn sàng. / Stopped. Run this command again when you are ready."
_MISTAKE = (
    "Lỗi của chương trình ({kind}), không phải của bạn: giữ nguyên máy, gửi dòng nhật ký ngay trên câu này cho người "
    "phụ trách. / A mistake of the program ({kind}), not yours: leave everything as it is and send the line of the log "
    "above to whoever looks after it."
)
_UNOPENED = (
    "Có dòng, tệp khóa hoặc tờ giấy không đúng, nên không mở. Hãy chạy `casework check` rồi `casework verify`. / A "
    "row, a key file or a sheet does not hold, so nothing is opened. Run `casework check`, then `casework verify`."
)
_CONFLICTS = {
    "Refused": "Sổ không cho phép việc này từ dòng lệnh. Xem `casework policy`. / This is not allowed at the console.",
    "NotFound": "Không thấy điều cần tìm trong sổ này. Hãy xem lại tên, số đã gõ. / It is not in this book.",
    "Busy": "Sổ đang bận. Đợi một phút rồi chạy lại. / The book is busy. Wait a minute and run it again.",
    "Throttled": "Thử quá nhiều lần. Đợi 15 phút rồi chạy lại. / Too many tries. Wait 15 minutes and run it again.",
    "Conflict": "Ai đó vừa đổi điều này. Xem lại rồi chạy lại. / Somebody has just changed this. Look, then run it "
    "again.",
}
_FULL = (
    "Đĩa đầy, không ghi được {place}. Dọn đĩa rồi chạy lại. / The disk is full, {place} was not written. Make room, "
    "then run it again."
)
_FORBIDDEN = (
    "Không có quyền với {place}. Chạy bằng chủ của thư mục dữ liệu (casework-as-service), hoặc xem quyền của tệp. / No "
    "right to {place}. Run it as the owner of the data folder (casework-as-service), or look at the file's mode."
)
_READ_ONLY = (
    "{place} nằm trên đĩa chỉ đọc. Gắn lại đĩa để ghi được, hoặc chọn chỗ khác. / {place} is on a read-only disk. "
    "Mount it for writing, or choose another place."
)
_MISSING = (
    "Không thấy {place}. Xem lại đường dẫn, và đĩa đã gắn chưa. / {place} is not there. Look at the path, and whether "
    "the disk is attached."
)
_NO_PATH = "Không dùng được đường dẫn {place}. Hãy gõ lại. / The path {place} cannot be used. Type another one."
_THERE = "{place} đã có, không ghi đè. Chọn tên khác. / {place} is there already. Choose another name."
_BROKEN_DISK = (
    "Đĩa không đọc hoặc ghi được {place}. Chép ngay thư mục dữ liệu sang đĩa khác, rồi kiểm đĩa. / The disk cannot "
    "read or write {place}. Copy the data folder to another disk at once, then check the disk."
)
_OTHER_FAULT = (
    "Không đọc hoặc ghi được {place} ({why}). Xem lại đường dẫn, quyền và đĩa. / {place} cannot be read or written "
    "({why}). Look at path, mode and disk."
)
_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: _READ_ONLY,
    errno.ENOENT: _MISSING,
    errno.EEXIST: _THERE,
    errno.ENOTDIR: _NO_PATH,
    errno.EISDIR: _NO_PATH,
    errno.ELOOP: _NO_PATH,
    errno.ENAMETOOLONG: _NO_PATH,
    errno.EIO: _BROKEN_DISK,
}
# The first words that fit what the driver says, in lower case.
_OF_DATABASE = (
    (
        "peer authentication",
        "PostgreSQL chỉ cho tài khoản máy trùng tên với vai vào (peer): thêm dòng của vai này vào pg_hba.conf như "
        "deploy/POSTGRESQL.md rồi `systemctl reload postgresql`. / PostgreSQL lets only an account of the same name in "
        "(peer): add the line of deploy/POSTGRESQL.md to pg_hba.conf, then reload it.",
    ),
    (
        "no pg_hba.conf entry",
        "pg_hba.conf không cho vai này vào từ máy này: xem deploy/POSTGRESQL.md. / pg_hba.conf does not let this role "
        "in from here: see deploy/POSTGRESQL.md.",
    ),
    (
        "no password supplied",
        "PostgreSQL đòi mật khẩu mà không thấy: ghi vào .pgpass (0600) của tài khoản chạy lệnh. / PostgreSQL wants a "
        "password: write it into .pgpass (0600) of the account that runs this.",
    ),
    (
        "password authentication failed",
        "PostgreSQL không nhận mật khẩu: xem .pgpass (0600) của tài khoản chạy lệnh. / PostgreSQL refuses the "
        "password: look at .pgpass (0600) of the account that runs this.",
    ),
    (
        "does not exist",
        "Trên máy chủ PostgreSQL không có vai hay cơ sở dữ liệu ấy: xem database_url, rồi deploy/postgresql/roles.sql. "
        "/ PostgreSQL has no such role or database: look at database_url, then at deploy/postgresql/roles.sql.",
    ),
    (
        "is locked",
        "Có chương trình khác đang ghi vào sổ. Đợi một phút rồi chạy lại. / Another program is writing to the book. "
        "Wait a minute and run it again.",
    ),
    (
        "readonly database",
        "Tệp cơ sở dữ liệu không ghi được. Chạy bằng chủ của thư mục dữ liệu, xem quyền của tệp và đĩa. / The database "
        "cannot be written. Run it as the owner of the data folder; look at mode and disk.",
    ),
    ("is full", _FULL.format(place="casework.sqlite3")),
    (
        "unable to open database file",
        "Không mở được tệp cơ sở dữ liệu. Xem database_url, quyền của thư mục, và đĩa đã gắn chưa. / The file of the "
        "database cannot be opened. Look at database_url, the mode of its folder, and whether the disk is attached.",
    ),
)
_NO_DATABASE = (
    "Không dùng được cơ sở dữ liệu ({why}). Xem nó có chạy không, database_url có đúng không, rồi chạy lại. / The "
    "database cannot be used ({why}). See whether it runs and database_url is right, then run it again."
)
_UNREADABLE = (
    "Tệp đưa vào không đọc được: {why}. Sửa tệp rồi chạy lại. / A file that was given cannot be read: {why}. Mend it, "
    "then run it again."
)


def explained(failure: BaseException) -> tuple[str, int]:
    """Return what is said about a failure, in both languages if it has both, and the exit status."""
    if isinstance(failure, CaseworkError):
        return _of_casework(failure), REFUSED
    if isinstance(failure, SQLAlchemyError):
        return _of_database(failure), REFUSED
    if isinstance(failure, OSError):
        place = failure.filename if isinstance(failure.filename, str) else str(failure.filename or "tệp")
        words = _OF_SYSTEM.get(failure.errno or 0, _OTHER_FAULT)
        return words.format(place=place, why=failure.strerror or type(failure).__name__), REFUSED
    if isinstance(failure, UnicodeDecodeError):
        return _UNREADABLE.format(why="không phải UTF-8"), REFUSED
    if isinstance(failure, KeyboardInterrupt | EOFError | click.Abort):
        return _STOPPED, STOPPED
    return _MISTAKE.format(kind=type(failure).__name__), MISTAKE


def _of_casework(failure: CaseworkError) -> str:
    told = str(failure)
    if not told or told == "unopened":
        return _UNOPENED if isinstance(failure, VaultError) else _of_kind(failure)
    return told


def _of_kind(failure: CaseworkError) -> str:
    names = (kind.__name__ for kind in type(failure).__mro__)
    return next((_CONFLICTS[name] for name in names if name in _CONFLICTS), _UNOPENED)


def _of_database(failure: SQLAlchemyError) -> str:
    cause = failure.orig if isinstance(failure, DBAPIError) else failure
    said = str(cause).strip()
    lowered = said.lower()
    for words, sentence in _OF_DATABASE:
        if words in lowered:
            return sentence
    why = said.partition("\n")[0] if isinstance(failure, DBAPIError) else ""
    return _NO_DATABASE.format(why=why or type(cause).__name__)


# Click would write its own in the language of the first help that it shows.
HELP_OPTION = click.help_option("-h", "--help", help="Hướng dẫn này. / This help.")


class OneLanguageContext(click.Context):
    """Lays help out in the chosen language."""

    class formatter_class(click.HelpFormatter):  # noqa: N801 -- the name that click looks up
        """Shows the chosen half of each text."""

        def write_text(self, text: str) -> None:
            """Write a paragraph."""
            super().write_text(spoken(text))

        def write_dl(self, rows: Iterable[tuple[str, str]], *given: Any, **named: Any) -> None:
            """Write a list of options or commands."""
            super().write_dl([(term, console_output.spoken_help(text)) for term, text in rows], *given, **named)


class Explained(click.Group):
    """Commands that speak one language and whose failures become one sentence."""

    context_class = OneLanguageContext

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Take a command, whose help is in one language from now on, and so is that of its own commands."""
        for command in _with_own_commands(cmd):
            command.context_class = OneLanguageContext
            HELP_OPTION(command)
        super().add_command(cmd, name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List each command with its whole sentence."""
        commands = [(name, command) for name, command in sorted(self.commands.items()) if not command.hidden]
        with formatter.section(words_of_click("Commands")):
            formatter.write_dl([(name, (command.help or "").partition("\n\n")[0]) for name, command in commands])

    def main(self, args: Sequence[str] | None = None, *given: Any, **named: Any) -> Any:
        """Run a command line and end the process with its status; `--english` may stand anywhere in it.

        Without `standalone_mode` failures are raised as they are, as click does.
        """
        words = list(sys.argv[1:] if args is None else args)
        console_output.choose(english=ENGLISH_OPTION in words or prefers_english(os.environ))
        words = [word for word in words if word != ENGLISH_OPTION]
        if not named.get("standalone_mode", True):
            return super().main(words, *given, **named)
        try:
            status = super().main(words, *given, **named | {"standalone_mode": False})
            sys.stdout.flush()
        except BrokenPipeError:
            _close_output()
            status = REFUSED
        except click.ClickException as misuse:
            status = _tell_misuse(misuse)
        except Exception as failure:  # noqa: BLE001 -- the last place that can tell a person
            status = _tell(failure)
        except KeyboardInterrupt as stop:
            status = _tell(stop)
        sys.exit(status if isinstance(status, int) else 0)


def _with_own_commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for own in command.commands.values():
            yield from _with_own_commands(own)


def _tell(failure: BaseException) -> int:
    sentence, status = explained(failure)
    if status == MISTAKE:
        log.critical("nobody caught this", exc_info=failure)
    _print(sentence)
    return status


def _tell_misuse(misuse: click.ClickException) -> int:
    """Say in one line what is wrong with a command line; a group that is called alone shows its help."""
    if isinstance(misuse, click.exceptions.NoArgsIsHelpError):
        click.echo(misuse.format_message(), err=True)
        return misuse.exit_code
    words = " ".join(misuse.format_message().split())
    context = getattr(misuse, "ctx", None)
    hint = (
        words_of_click("Try '{command} {option}' for help.").format(command=context.command_path, option="--help")
        if context
        else ""
    )
    _print(f"{words} {hint}".strip())
    return misuse.exit_code


def _print(sentence: str) -> None:
    """Print the one sentence, even if nobody listens any more."""
    with suppress(OSError):
        click.echo(words_of_click("Error: {message}").format(message=spoken(sentence)), err=True)


def _close_output() -> None:
    """Let what is still to be printed go nowhere: Python would complain when it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
