"""What is true of a tree in which every recipe was followed; `test_recipes.py` runs this in such a copy.

It has one house for all and no `conftest.py`, whose libraries take as long to load as all of this takes to run.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import casework
from casework import list_consistency
from casework.app import create_app
from casework.db import upgrade
from casework.demo import cards, folder, founding
from casework.demo.content import demo_people
from casework.desk import actions as desk
from casework.gate import open_gate
from casework.policy.vocabulary import Act, Section
from casework.vault.keys import kek
from tests.browsing import application, browser_of
from tests.house import House, built, copied
from tests.intake.filling import PERSON, SHARING, fills, shown, submits
from tests.laws.acts_of_routes import ACTS
from tests.source import ROOT

Browser = Callable[[str], FlaskClient]
LABEL, ENGLISH, ANSWER = "Nói tiếng gì", "Which language the person speaks", "tiếng Dao Tuyển"
CONSENT = {"consent_border_guard": "granted", "consent_form": "spoken"}
NOTHING_WAITS = "Chưa có việc chuyển đến Đồn Biên phòng"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with built("sqlite", tmp_path_factory.mktemp("built")) as url, copied(url, tmp_path_factory.mktemp("copy")) as copy:
        yield copy


@pytest.fixture(scope="module")
def browser(house: House) -> Iterator[Browser]:
    app = application(house)
    yield lambda username: browser_of(app, house[username] if username else None)
    app.extensions["casework.gate"].database.engine.dispose()


def test_the_program_is_that_of_the_copy():
    assert Path(casework.__file__).parents[1] == ROOT == Path.cwd()


def test_the_question_is_asked_at_intake_and_printed(browser: Browser):
    lan = browser("lan")
    case_id = fills(lan, {4: {**PERSON, "language": ANSWER}})
    assert LABEL in shown(lan.get(f"/ghi-nhan/{case_id}/4"))
    submits(lan, case_id)
    page = shown(lan.get(f"/vu-viec/{case_id}/identity"))
    assert page.index(LABEL) < page.index(ANSWER)


def test_the_question_is_asked_by_the_edit_form_and_printed_in_both_languages(house: House, browser: Browser):
    lan = house["lan"]
    client, case_id = browser("lan"), lan.opens_a_case()
    address = f"/vu-viec/{case_id}/identity"
    assert LABEL in shown(client.get(f"{address}/sua"))
    assert client.post(f"{address}/sua", data={"base": "1", "sex": "NU", "language": ANSWER}).status_code == 303
    assert lan.does(desk.read_section, case_id, Section.IDENTITY)[0].data.to_json()["language"] == ANSWER
    client.post("/ngon-ngu", data={"lang": "en", "back": "/"})
    assert ENGLISH in shown(client.get(address))


def test_the_act_answers_whoever_may_do_it_on_its_page(browser: Browser):
    answers = {username: browser(username).get("/dia-chi/cho-o") for username in ("lan", "chinh", "thu", "")}
    assert {username: answer.status_code for username, answer in answers.items()} == {
        "lan": 200,
        "chinh": 200,
        "thu": 403,
        "": 303,
    }
    assert "<h1>Chỗ ở tạm của từng thôn</h1>" in answers["lan"].text
    client = browser("lan")
    client.post("/ngon-ngu", data={"lang": "en", "back": "/"})
    assert "<h1>Places to stay in each hamlet</h1>" in client.get("/dia-chi/cho-o").text
    assert ACTS["GET", "addresses.room"] == "address.room"


def test_nothing_is_missing_in_the_lists_and_the_table():
    assert list(list_consistency.gaps(set(Act))) == []


def test_the_agency_is_asked_about_at_intake_and_its_consent_kept(browser: Browser):
    lan = browser("lan")
    draft_id = fills(lan, {6: {**SHARING, **CONSENT}})
    assert "Biên phòng tìm, đưa về" in lan.get(f"/ghi-nhan/{draft_id}/6").text
    case = (submits(lan, draft_id).location or "").partition("?")[0].removesuffix("/gui-ngay")
    assert "Đồn Biên phòng xã" in lan.get(f"{case}/chuyen-gui").text


def test_somebody_of_the_role_signs_in_to_the_demo_and_gets_their_pages(tmp_path: Path):
    demo = tmp_path / "demo"
    folder.claim(demo)
    config = folder.configure(demo, port=8000)
    upgrade(config.database_url)
    gate = open_gate(config, kek.create(config.kek_file, kek.DEMO_ID))
    [card] = cards.make_cards([person for person in demo_people() if person.username == "linh.bienphong"])
    founding.found_commune(gate, {card.username: card.password})
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    card_typed = {"username": card.username, "passphrase": card.password}
    answer = client.post("/dang-nhap", data=card_typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303
    pages = {path: client.get(path) for path in ("/", "/chuyen-gui", "/tim", "/nhat-ky")}
    for engine in (gate.database.engine, app.extensions["casework.gate"].database.engine):
        engine.dispose()
    assert [page.status_code for page in pages.values()] == [200, 200, 200, 403]
    assert NOTHING_WAITS in pages["/"].text
    assert "Đồn Biên phòng xã" in cards.table([card])
