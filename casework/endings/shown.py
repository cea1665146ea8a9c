"""Draws the pages of endings that have more than one form, and reads ids that a form sent back."""

from typing import Any
from uuid import UUID

from flask import render_template

from casework.endings.actions import Ending
from casework.endings.forms import MergeForm, VoidForm
from casework.policy.words import Act
from casework.web.presence import may


def hold_page(found: Ending, form: Any) -> str:
    """Draw the page on which a case is held or released."""
    return render_template("endings/hold.html", found=found, form=form, releases=may(Act.CASE_RELEASE))


def mistake_page(found: Ending, *, void: Any = None, merge: Any = None) -> str:
    """Draw the page about a mistake, with the form that came back wrong, if one did."""
    forms = {"void": void or VoidForm(formdata=None), "merge": merge or MergeForm(formdata=None)}  # type: ignore[no-untyped-call]
    return render_template("endings/mistake.html", found=found, wrong=void or merge, **forms)


def id_of(text: str) -> UUID | None:
    """Read an id that a form sent back; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
