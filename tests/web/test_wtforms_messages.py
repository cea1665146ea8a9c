"""No message of WTForms or Flask-WTF is left in English."""

import ast
from pathlib import Path

import flask_wtf
import pytest
import wtforms

from casework.web.wtforms_messages import WORDS, VietnameseMessages
from tests.web.sample import sample_app

PACKAGES = [Path(module.__file__ or "").parent for module in (wtforms, flask_wtf)]


def messages() -> set[str]:
    """Every sentence that the two packages hand to gettext or ngettext."""
    messages = set()
    for package in PACKAGES:
        for file in package.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "").endswith("gettext"):
                    messages |= {
                        part.value
                        for part in node.args
                        if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    }
    return messages


def test_the_scan_sees_the_messages():
    assert len(messages()) > 35


def test_every_message_has_our_words():
    assert messages() - set(WORDS) == set()


@pytest.mark.parametrize("message", sorted(WORDS))
def test_our_words_take_no_value_that_the_message_does_not_give(message):
    with sample_app().test_request_context():
        ours = VietnameseMessages().gettext(message)
    values = {"min": 1, "max": 2, "values": "a", "min_size": 1, "max_size": 2, "extensions": "a"}
    filled = {name: value for name, value in values.items() if f"({name})" in message}
    assert "%" not in (ours % filled if "%(" in ours else ours)
    for name in values:
        assert f"{{{name}}}" not in ours or f"{{{name}}}" in message


def test_counted_messages_are_ours_too():
    with sample_app().test_request_context():
        message_shown = VietnameseMessages().ngettext(
            "Field must be at least %(min)d character long.",
            "Field must be at least %(min)d characters long.",
            3,
        )
    assert message_shown == "Hãy ghi ít nhất %(min)d ký tự."
