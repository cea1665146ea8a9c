"""Laws of the templates: no raw markup, nothing inline, no word outside the catalogue."""

import re
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
# It is opened from a disk, without the program and its files of style.
ALONE = "administration/papers.html"

EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.DOTALL)
NO_WORDS = re.compile(r"\{% block (?:width|here) %\}.*?\{% endblock %\}", re.DOTALL)
TAG = re.compile(r"<!doctype[^>]*>|</?[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
SPOKEN = re.compile(r"""\b(?:title|alt|placeholder|aria-label|aria-description)\s*=\s*["']([^"']*)["']""")
STRING = re.compile(r"""(_\(\s*)?(["'])((?:(?!\2).)*)\2""", re.DOTALL)
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
INLINE = re.compile(r"<style\b|\bstyle\s*=|<script(?![^>]*\bsrc=)|\bon[a-z]+\s*=\s*[\"']|javascript:")
ELSEWHERE = re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//")
TITLE = re.compile(r"<title>.*?</title>|\{% block title %\}.*?\{% endblock %\}", re.DOTALL)


def offending(findings_in: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """What is found in the source of each template, without those where nothing is."""
    every = {str(file.relative_to(ROOT)): findings_in(file.read_text(encoding="utf-8")) for file in TEMPLATES}
    return {name: parts for name, parts in every.items() if parts}


def test_there_are_templates_to_judge():
    assert len(TEMPLATES) > 10


def test_no_template_trusts_raw_markup():
    raw = ("|safe", "| safe", "autoescape", "Markup(")
    assert offending(lambda page: [word for word in raw if word in page]) == {}


def test_every_static_file_is_asked_for_under_an_address_that_names_its_content():
    assert offending(re.compile(r"url_for\(\s*.static.|[\"']/static/").findall) == {}


def test_no_template_has_code_or_style_inside():
    assert offending(INLINE.findall) == {ALONE: ["<style"]}


def test_no_template_takes_anything_from_elsewhere():
    assert offending(ELSEWHERE.findall) == {}


def bare_words(page: str) -> list[str]:
    """The words that stand between the tags, or in an attribute that is read aloud, outside every expression."""
    said = NO_WORDS.sub("", TRANSLATED.sub("", page))
    spoken = [words for words in SPOKEN.findall(EXPRESSION.sub("", said)) if words.strip()]
    return re.findall(r"[^\W\d_]+", TAG.sub(" ", EXPRESSION.sub(" ", said))) + spoken


def test_every_word_comes_from_the_catalogue():
    assert offending(bare_words) == {}


def bare_strings(page: str) -> list[str]:
    """The Vietnamese strings inside expressions that are not handed to the catalogue."""
    expressions = [part for part in EXPRESSION.findall(page) if not part.startswith("{#")]
    strings = [found for part in expressions for found in STRING.findall(part)]
    return [words for called, _, words in strings if not called and VIETNAMESE.search(words)]


def test_every_vietnamese_string_in_an_expression_is_translated():
    assert offending(bare_strings) == {}


def test_no_title_holds_a_name_or_a_word_of_the_case():
    told = ("bạo lực", "nạn nhân", ".name", "identity", "nickname")
    assert offending(lambda page: [title for title in TITLE.findall(page) if any(word in title for word in told)]) == {}


def test_the_laws_find_what_they_forbid():
    assert bare_words("<p title='Tên'>Chào {{ _('bạn') }}</p>") == ["Chào", "Tên"]
    assert bare_strings("{{ 'Chào' }} {{ _('Chào') }}") == ["Chào"]
    assert INLINE.search("<b onclick='x'>")
    assert ELSEWHERE.search("<img src='//example.org/x'>")
    assert TITLE.search("{% block title %}{{ case.name }}{% endblock %}")
