"""Blank sheets ask what the screens ask, page by page, and have nobody's name."""

import html
import re

import pytest

from casework.codelists import codelist, said_to
from casework.intake.actions import begin_intake
from casework.intake.forms import Offers
from casework.intake.page_flow import FORMS
from tests.house import only_sqlite
from tests.intake.filling import shown
from tests.people import STAFF, THANH_SON

pytestmark = only_sqlite
SHEETS = ("/giay/ghi-nhan", "/giay/mat-may", "/giay/noi-truoc", "/giay/dong-y", "/don-dem/giay")
NAMES = [one.name for one in STAFF.values() if one.commune_id == THANH_SON]


def test_the_blank_intake_asks_every_question_of_every_page_in_its_words(app, lan, browser):
    articles = re.findall(r"<article.*?</article>", browser("lan").get("/giay/ghi-nhan").text, re.S)
    assert len(articles) == len(FORMS) == 7
    setting = lan.does(begin_intake)
    with app.test_request_context():
        for article, (number, form) in zip(articles, FORMS.items(), strict=True):
            fields = [field for field in form(None, Offers(setting=setting, danger=True)) if hasattr(field, "source")]
            labels = {html.escape(str(field.label.text)) for field in fields}
            asked = set(re.findall(r"<h2>(.*?)</h2>", article))
            assert f"trang {number} trong 7" in article
            assert labels - asked - {""} == set(), number


@pytest.mark.parametrize("path", SHEETS)
def test_a_blank_sheet_has_nobodys_name_also_in_its_foot(lan, hoa, browser, path):
    text = browser("lan").get(path).text
    sheet = "".join(re.findall(r"<article.*?</article>", text, re.S))
    assert sheet
    assert [name for name in NAMES if name in sheet] == []
    assert "In từ Sổ ca" not in text


def test_what_the_law_asks_when_the_machine_is_lost_is_said_with_its_hours(browser):
    page = shown(browser("lan").get("/giay/mat-may"))
    assert "Trong 24 giờ" in page
    assert "Trong 72 giờ" in page


def test_all_sheets_are_found_from_one_page(browser):
    client = browser("lan")
    page = client.get("/giay").text
    for path in (*SHEETS, "/noi-the-nao"):
        assert f'href="{path}"' in page
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("username", ["thu", "rang", "hien"])
def test_who_records_nothing_prints_none(browser, username):
    assert browser(username).get("/giay").status_code == 403


@pytest.mark.parametrize(("path", "name"), [("/giay/noi-truoc", "told"), ("/giay/dong-y", "told_at_consent")])
def test_what_is_read_aloud_stands_on_its_sheet_word_for_word_as_this_agency_says_it(browser, path, name):
    for username, agency in (("lan", "womens_union"), ("tam", "health_station")):
        page = shown(browser(username).get(f"{path}?goi=bac"))
        parts = [part for part in codelist(name).active() if agency not in part.texts("not_by")]
        said = [said_to(part.text(f"by_{agency}") or part.label("vi"), "bac") for part in parts]
        assert [sentence for sentence in said if sentence not in page] == []


def test_the_sheet_of_consent_names_each_receiver_with_the_parts_that_would_be_read(browser):
    page = shown(browser("lan").get("/giay/dong-y"))
    for bundle in codelist("bundle").active():
        assert bundle.label("vi") in page
        for section in bundle.texts("sections"):
            assert codelist("section").label(section, "vi") in page
