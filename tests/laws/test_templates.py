"""Laws of the templates: no raw markup, nothing inline, no word outside the catalogue."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
NAMES = [str(file.relative_to(ROOT)) for file in TEMPLATES]
# It is opened from a disk, without the program and its files of style.
ALONE = "office/papers.html"

EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.DOTALL)
NO_WORDS = re.compile(r"\{% block (?:width|here) %\}.*?\{% endblock %\}", re.DOTALL)
TAG = re.compile(r"<!doctype[^>]*>|</?[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
SPOKEN = re.compile(r"""\b(?:title|alt|placeholder|aria-label|aria-description)\s*=\s*["']([^"']*)["']""")
STRING = re.compile(r"""(_\(\s*)?(["'])((?:(?!\2).)*)\2""", re.DOTALL)
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)


def source(file: Path) -> str:
    """Read a template."""
    return file.read_text(encoding="utf-8")


def test_there_are_templates_to_judge():
    assert len(TEMPLATES) > 10


@pytest.mark.parametrize("file", TEMPLATES, ids=NAMES)
def test_no_template_trusts_raw_markup(file):
    for word in ("|safe", "| safe", "autoescape", "Markup("):
        assert word not in source(file)


@pytest.mark.parametrize("file", TEMPLATES, ids=NAMES)
def test_no_template_has_code_or_style_inside(file):
    page = source(file)
    if file == ROOT / ALONE:
        page = page.replace("<style>", "", 1)
    assert not re.search(r"<style\b|\bstyle\s*=|<script(?![^>]*\bsrc=)|\bon[a-z]+\s*=\s*[\"']|javascript:", page)


@pytest.mark.parametrize("file", TEMPLATES, ids=NAMES)
def test_no_template_takes_anything_from_elsewhere(file):
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", source(file))


@pytest.mark.parametrize("file", TEMPLATES, ids=NAMES)
def test_every_word_comes_from_the_catalogue(file):
    page = NO_WORDS.sub("", TRANSLATED.sub("", source(file)))
    said = EXPRESSION.sub(" ", page)
    spoken = [words for words in SPOKEN.findall(EXPRESSION.sub("", page)) if words.strip()]
    bare = re.findall(r"[^\W\d_]+", TAG.sub(" ", said))
    assert bare == []
    assert spoken == []


@pytest.mark.parametrize("file", TEMPLATES, ids=NAMES)
def test_every_vietnamese_string_in_an_expression_is_translated(file):
    expressions = [part for part in EXPRESSION.findall(source(file)) if not part.startswith("{#")]
    bare = [
        words
        for part in expressions
        for called, _, words in STRING.findall(part)
        if not called and VIETNAMESE.search(words)
    ]
    assert bare == []


@pytest.mark.parametrize("file", TEMPLATES, ids=NAMES)
def test_no_title_holds_a_name_or_a_word_of_the_case(file):
    for title in re.findall(r"<title>.*?</title>|\{% block title %\}.*?\{% endblock %\}", source(file), re.DOTALL):
        for word in ("bạo lực", "nạn nhân", ".name", "identity", "nickname"):
            assert word not in title
