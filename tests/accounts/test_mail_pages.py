"""The page of one's own mail address: off by default, confirmed by a code, nobody else's to see."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casework import clock
from casework.accounts import mail_actions
from casework.app import create_app
from casework.errors import VaultError
from casework.mail import message
from casework.maintenance import revocation_replay
from casework.staffing import actions as staffing
from casework.vault.keys import mail_addresses
from casework.vault.keys.kek import next_kek, server_keys_of
from casework.vault.models import MailAddress
from tests.browsing import browser_of
from tests.house import House, Someone, only_sqlite
from tests.mail_server import MailServer, serving
from tests.people import KEK, THANH_SON
from tests.tampering import stolen

MINE, PAGE = "/tai-khoan/cua-toi", "/tai-khoan/cua-toi/thu-nhac"
TO = "lan.tran@noikhac.example"
HOUR = 3600 * clock.MICROSECOND
pytestmark = only_sqlite


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with serving(tmp_path_factory.mktemp("mail")) as running:
        yield running


def mailing(house: House, server: MailServer, **settings: object) -> Flask:
    app = create_app(replace(server.settings(house.config), **settings))  # type: ignore[arg-type]
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def code_in(server: MailServer) -> str:
    found = re.search(r"\d{8}", server.messages()[-1].get_content())
    assert found
    return found[0]


def confirms(client: FlaskClient, server: MailServer, address: str = TO) -> None:
    assert client.post(PAGE, data={"address": address}).location == PAGE
    assert client.post(f"{PAGE}/ma", data={"code": code_in(server)}).location == PAGE


def test_without_a_mail_server_no_page_offers_mail_and_no_address_is_taken(app: Flask, house: House, lan: Someone):
    client = browser_of(app, lan)
    assert PAGE not in client.get(MINE).text
    assert "chưa bật thư" in client.get(PAGE).text
    answer = client.post(PAGE, data={"address": TO})
    assert (answer.status_code, "chưa bật thư" in answer.text) == (422, True)
    with stolen(house) as thief:
        assert thief.rows("mail_address") == []


def test_an_address_gets_its_code_first_and_nothing_else_before_it_is_confirmed(
    house: House, server: MailServer, lan: Someone
):
    client = browser_of(mailing(house, server), lan)
    assert PAGE in client.get(MINE).text
    assert client.post(PAGE, data={"address": TO}).location == PAGE
    assert server.recipients == [TO]
    page = client.get(PAGE).text
    assert "chưa xác nhận" in page
    wrong = client.post(f"{PAGE}/ma", data={"code": "00000000"})
    assert (wrong.status_code, "Mã chưa đúng" in wrong.text) == (422, True)
    assert "bỏ địa chỉ này rồi ghi lại để nhận mã mới" in wrong.text
    spaced = " ".join(code_in(server))
    assert client.post(f"{PAGE}/ma", data={"code": spaced}).location == PAGE
    page = client.get(PAGE).text
    assert TO in page
    assert "chưa xác nhận" not in page
    again = client.post(f"{PAGE}/ma", data={"code": code_in(server)})
    assert again.status_code == 422
    client.post(f"{PAGE}/bo")
    assert TO not in client.get(PAGE).text
    assert len(server.mailbox) == 1


def test_a_code_of_yesterday_is_refused_and_so_is_the_code_of_the_address_before(
    house: House, server: MailServer, lan: Someone
):
    client = browser_of(mailing(house, server), lan)
    client.post(PAGE, data={"address": TO})
    before = code_in(server)
    client.post(PAGE, data={"address": "khac@noikhac.example"})
    assert client.post(f"{PAGE}/ma", data={"code": before}).status_code == 422
    late = clock.micros() + 25 * HOUR
    code = code_in(server)
    with clock.use_clock(lambda: late):
        lan.leaves()
        later = browser_of(mailing(house, server), lan)
        assert later.post(f"{PAGE}/ma", data={"code": code}).status_code == 422


def test_codes_are_not_guessed_and_nobody_s_mailbox_is_flooded(house: House, server: MailServer, lan: Someone):
    client = browser_of(mailing(house, server), lan)
    for _ in range(4):
        client.post(PAGE, data={"address": TO})
        client.post(f"{PAGE}/bo")
    assert len(server.mailbox) == 2
    late = clock.micros() + HOUR
    lan.leaves()
    with clock.use_clock(lambda: late):
        _tries_codes(browser_of(mailing(house, server), lan), server)


def _tries_codes(client: FlaskClient, server: MailServer) -> None:
    client.post(PAGE, data={"address": TO})
    assert len(server.mailbox) == 3
    for _ in range(10):
        client.post(f"{PAGE}/ma", data={"code": "1"})
    answer = client.post(f"{PAGE}/ma", data={"code": code_in(server)})
    assert (answer.status_code, "Đã thử quá nhiều mã" in answer.text) == (422, True)


@pytest.mark.parametrize("typed", ["không phải thư", "lan@gmail.com\r\nBcc: ai@khac.vn", "lần@gmail.com", "lan@", ""])
def test_what_is_no_address_comes_back_with_what_to_do(house: House, server: MailServer, lan: Someone, typed: str):
    client = browser_of(mailing(house, server), lan)
    answer = client.post(PAGE, data={"address": typed})
    assert answer.status_code == 422
    assert "Hãy" in answer.text
    if typed and "\n" not in typed:
        assert f'value="{typed}"' in answer.text
    assert server.lines == []


def test_a_server_that_fails_is_said_in_words_and_the_address_stays_to_be_confirmed(
    house: House, server: MailServer, lan: Someone
):
    client = browser_of(mailing(house, server, mail_ca_file=""), lan)
    client.post(PAGE, data={"address": TO})
    page = client.get(PAGE).text
    assert "chứng thư của nó không đúng" in page
    assert "chưa xác nhận" in page


def test_the_database_holds_no_address_and_every_row_is_as_long(house: House, server: MailServer, lan: Someone, mai):
    app = mailing(house, server)
    confirms(browser_of(app, lan), server)
    browser_of(app, mai).post(PAGE, data={"address": "m@b.vn"})
    with stolen(house) as thief:
        rows = thief.rows("mail_address")
        assert {len(row["blob"]) for row in rows} == {1024 + 34}
        assert not any(b"noikhac" in row["blob"] for row in rows)
    database = house.config.data / "casework.sqlite3"
    assert b"noikhac" not in database.read_bytes()


def test_one_member_s_row_opens_for_nobody_else_and_not_under_another_key(house: House, lan: Someone, mai: Someone):
    lan.does(mail_actions.set_address, TO, "12345678")
    keys = house.gate.server_keys(THANH_SON)
    with stolen(house) as thief:
        [row] = thief.rows("mail_address")
    mine = MailAddress(**{name: value for name, value in row.items() if name != "mac"})
    assert mail_addresses.address_of(keys, mine).address == TO
    theirs = MailAddress(**{name: value for name, value in row.items() if name not in ("mac", "member_id")})
    theirs.member_id = mai.id
    with pytest.raises(VaultError):
        mail_addresses.address_of(keys, theirs)
    newer = server_keys_of(next_kek(KEK), THANH_SON)
    rewrapped = MailAddress(**{**row, "blob": mail_addresses.rewrap(keys, newer, mine)})
    assert mail_addresses.address_of(newer, rewrapped).address == TO
    with pytest.raises(VaultError):
        mail_addresses.address_of(newer, mine)


def test_whoever_is_not_the_administrator_sends_no_test_and_the_administrator_sends_it_to_themselves_alone(
    house: House, server: MailServer, lan: Someone
):
    app, son = mailing(house, server), house["son"]
    confirms(browser_of(app, lan), server)
    assert browser_of(app, lan).post(f"{PAGE}/gui-thu").status_code == 403
    assert "Máy chủ thư" not in browser_of(app, lan).get(PAGE).text
    client = browser_of(app, son)
    client.post(f"{PAGE}/gui-thu")
    page = client.get(PAGE).text
    assert "xác nhận địa chỉ của chính mình trước" in page
    assert TO not in page
    confirms(client, server, "son@noikhac.example")
    assert client.post(f"{PAGE}/gui-thu").location == PAGE
    assert server.recipients[-1] == "son@noikhac.example"
    assert server.messages()[-1].get_content().strip() == message.SENTENCE
    page = client.get(PAGE).text
    assert "Máy chủ thư đã nhận thư thử" in page
    assert "Gửi được lần cuối" in page


def test_who_leaves_takes_their_address_along_and_comes_back_in_another_agency_without_one(
    house: House, server: MailServer, lan: Someone
):
    confirms(browser_of(mailing(house, server), lan), server)
    house["hoa"].does(staffing.leave, lan.id)
    with stolen(house) as thief:
        assert thief.rows("mail_address") == []
        [police] = thief.rows("agency", kind="police", commune_id=THANH_SON)
    house["son"].does(staffing.move, lan.id, police["id"])
    with stolen(house) as thief:
        assert thief.rows("mail_address") == []
    assert MailAddress in revocation_replay._GIVING_ACCESS


def test_a_row_that_was_removed_and_put_back_is_refused(house: House, server: MailServer, lan: Someone):
    lan.does(mail_actions.set_address, TO, "12345678")
    with stolen(house) as thief:
        [row] = thief.rows("mail_address")
    lan.does(mail_actions.remove_address)
    lan.leaves()
    with stolen(house) as thief:
        thief.put("mail_address", row)
    with pytest.raises(VaultError):
        lan.does(mail_actions.own_address)


def test_nothing_is_set_without_a_fresh_proof_and_no_log_line_names_the_address(
    house: House, server: MailServer, lan: Someone, caplog: pytest.LogCaptureFixture
):
    client = browser_of(mailing(house, server), lan)
    confirms(client, server)
    asked = len(server.lines)
    late = clock.micros() + 6 * 60 * clock.MICROSECOND
    with clock.use_clock(lambda: late):
        answer = client.post(PAGE, data={"address": "khac@noikhac.example"})
        assert answer.location.startswith("/xac-nhan")
    assert len(server.lines) == asked
    assert "noikhac" not in caplog.text
    with stolen(house) as thief:
        assert not any("noikhac" in row["body"] for row in thief.rows("audit_line"))
