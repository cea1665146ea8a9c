"""A progress bar for a command that reads or writes much."""

import sys

import click

from casework.administration.console_output import spoken
from casework.maintenance import dump


def progress_bar(label: str) -> dump.Progress:
    """Return a progress bar for a terminal; elsewhere its label alone is printed."""

    def progress(size: int) -> dump.Advance:
        bar = click.progressbar(length=size, label=spoken(label), file=sys.stderr)
        bar.render_progress()

        def advance(count: int) -> None:
            bar.update(count)
            if bar.finished:
                bar.render_finish()

        return advance

    return progress
