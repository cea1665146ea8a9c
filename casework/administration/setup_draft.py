"""The draft of a founding: what was typed, on the disk after every answer, and offered at the next start."""

import os
import tomllib
from contextlib import suppress
from pathlib import Path

import click
import tomli_w

from casework import clock, files
from casework.administration import console_input
from casework.administration.console_output import say, spoken
from casework.administration.setup_record import Raw

# Where nothing can be written beside the data folder, as under systemd, the draft lies in it.
INSIDE = "init-answers.toml"


def file_for(folder: Path, what: str = "init") -> Path:
    """Return where the draft of what is founded lies: beside its data folder if that can be written to, else in it."""
    beside = folder.with_name(f"{folder.name}-{'' if what == 'init' else what + '-'}answers.toml")
    if os.access(folder.parent, os.W_OK | os.X_OK) or not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        return beside
    return folder / f"{what}-answers.toml"


class FoundingDraft:
    """A file of mode 0600 with the answers so far; `given` is the file that somebody named with --answers."""

    def __init__(self, path: Path, given: Path | None = None) -> None:
        self.path, self.is_resumed = path, False
        self._ours = given is not None and given.absolute() == path.absolute()
        self._kept = self._told = False

    def resumed(self) -> Raw:
        """Return the answers of an earlier try if somebody wants to go on with them, else none."""
        if not console_input.is_interactive() or not self.path.exists():
            return {}
        at = clock.local(int(self.path.stat().st_mtime * clock.MICROSECOND)).strftime("%H:%M %d/%m/%Y")
        try:
            answers = tomllib.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            say(
                f"Không đọc được {self.path}; tệp ấy để nguyên. / {self.path} cannot be read; it is left as it is.",
                to_stderr=True,
            )
            return {}
        question = f"Lần trước gõ đến {at}. Làm tiếp từ đó? / You typed until {at} last time. Go on from there?"
        if not click.confirm(spoken(question), default=True, err=True):
            return {}
        self._ours = self.is_resumed = True
        return answers

    def keep(self, answers: Raw) -> None:
        """Write the answers down; an earlier draft that was not taken up is set aside, never written over."""
        try:
            if not self._ours:
                self._set_aside()
            files.replace(self.path, tomli_w.dumps(answers))
        except OSError as cause:
            if not self._told:
                say(
                    f"Không ghi được {self.path} ({cause.strerror}): đừng ngắt giữa chừng. / {self.path} cannot be "
                    f"written ({cause.strerror}): do not break off.",
                    to_stderr=True,
                )
            self._told = True
            return
        self._ours = self._kept = True

    def say_where(self) -> None:
        """Say where the answers are, even if nobody listens any more."""
        if self._kept or self.is_resumed:
            with suppress(OSError):
                say(
                    f"Đã giữ những gì đã gõ ở {self.path}. Làm tiếp: chạy lại lệnh này. / What you typed is kept in "
                    f"{self.path}. To go on, run this command again.",
                    to_stderr=True,
                )

    def _set_aside(self) -> None:
        number = 1
        while self.path.exists():
            aside = self.path.with_name(f"{self.path.stem}-{number}.toml")
            if not aside.exists():
                self.path.rename(aside)
                say(
                    f"Bản gõ dở lần trước để ở {aside}. / What was typed before lies in {aside}.",
                    to_stderr=True,
                )
            number += 1


def kept_in_words(path: Path, unused: str) -> str:
    """Add to what is said of an unfinished folder where its answers are, and that they must not go with it."""
    if not path.exists():
        return unused
    vietnamese, _, english = unused.partition(" / ")
    if path.name == INSIDE:
        return (
            f"{vietnamese} Trước khi xóa, chép {path} ra ngoài: những gì đã gõ nằm ở đó. / {english} Copy {path} "
            "elsewhere first: it holds what was typed."
        )
    return (
        f"{vietnamese} Những gì đã gõ còn ở {path}: lần sau khỏi gõ lại. / {english} What was typed is still in "
        f"{path}, and need not be typed again."
    )


def discard(path: Path, given: Path | None) -> None:
    """Delete the draft once what was founded stands, for it says who keeps which sheet; not a file that was given."""
    if given is None or given.absolute() != path:
        path.unlink(missing_ok=True)
