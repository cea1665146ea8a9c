"""The reminder by mail: who gets the one sentence, when, and that nobody can tell from it what it is about."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from casework import clock
from casework.accounts import absence, mail_actions
from casework.cases.sections import SafetyPlan
from casework.codelists.working_days import calendar, working_day_after
from casework.config import Config
from casework.desk import actions as desk
from casework.errors import Refused
from casework.mail import state
from casework.maintenance import mail_reminders, tick
from casework.notices import actions as notices
from casework.policy.vocabulary import Role
from casework.referrals import sending_actions as sending
from casework.staffing import actions as staffing
from tests.house import House, Someone, both_databases, only_sqlite
from tests.mail_server import MailServer, serving
from tests.notices.scenes import kept_from
from tests.referrals.scenes import ASKED, ground, referred
from tests.stories import dao

HOUR = 3600 * clock.MICROSECOND
DAY = 24 * HOUR
KIN = "Nguyễn Văn Thành, Vũ Trung Kiên"
Clock = Callable[..., None]


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with serving(tmp_path_factory.mktemp("mail")) as running:
        yield running


@pytest.fixture
def config(house: House, server: MailServer) -> Config:
    return server.settings(house.config)


@pytest.fixture
def at(house: House) -> Iterator[Clock]:
    """Return what moves the clock, which ticks with each look, to an hour of the n-th working day from now."""
    began, moved = clock.today(), [clock.micros()]

    def source() -> int:
        moved[0] += 1000
        return moved[0]

    def move(day: int, hour: float = 8) -> None:
        moved[0] = clock.midnight(working_day_after(began, day)) + int(hour * HOUR)
        for someone in house.people.values():
            someone.leaves()

    with clock.use_clock(source):
        yield move


def address(name: str) -> str:
    return f"{name}@noikhac.example"


def wants_mail(*people: Someone) -> None:
    for someone in people:
        someone.does(mail_actions.set_address, address(someone.card.username), "12345678")
        someone.does(mail_actions.confirm_address, "1234 5678")


def reminds(config: Config, house: House) -> None:
    mail_reminders.remind(config, house.gate)


def seen_by_server(server: MailServer) -> tuple[list[str], list[tuple[str, str, bytes]]]:
    """Return all that the server and the mailboxes hold, but for what is random in each message."""
    masked = [(sender, to, re.sub(rb"<[0-9a-f]{32}@", b"<id@", raw)) for sender, to, raw in server.mailbox]
    return list(server.lines), masked


@both_databases
def test_what_was_sent_yesterday_and_not_opened_reminds_the_agency_once_in_the_morning(
    house: House, config: Config, server: MailServer, at: Clock
):
    house.hires("dung")
    wants_mail(house["cuong"], house["dung"], house["tam"], house["lan"])
    referred(house)
    reminds(config, house)
    assert server.mailbox == []
    at(1, hour=5)
    reminds(config, house)
    at(1, hour=18)
    reminds(config, house)
    assert server.mailbox == []
    at(1)
    reminds(config, house)
    assert sorted(server.recipients) == [address("cuong"), address("dung")]
    at(1, hour=12)
    reminds(config, house)
    assert len(server.mailbox) == 2


@only_sqlite
def test_who_does_not_come_gets_the_next_one_after_three_days_and_who_has_come_gets_none(
    house: House, config: Config, server: MailServer, at: Clock
):
    house.hires("dung")
    wants_mail(house["cuong"], house["dung"])
    referred(house)
    at(1)
    reminds(config, house)
    house["dung"].does(desk.list_cases)
    at(2)
    reminds(config, house)
    assert len(server.mailbox) == 2
    at(5)
    reminds(config, house)
    assert server.recipients[2:] == [address("cuong")]


@only_sqlite
def test_an_opened_referral_and_one_that_was_sent_today_remind_nobody(
    house: House, config: Config, server: MailServer, at: Clock
):
    wants_mail(house["cuong"], house["tam"])
    at(1, hour=7)
    referred(house, "health_station")
    at(1, hour=10)
    reminds(config, house)
    assert server.mailbox == []
    opened = referred(house)
    opened.goes("open")
    at(2)
    reminds(config, house)
    assert server.recipients == [address("tam")]


@only_sqlite
def test_mail_of_a_commune_with_a_sealed_case_is_that_of_one_without_byte_for_byte(
    house: House, config: Config, server: MailServer, at: Clock
):
    for name in ("dung", "kien"):
        house.hires(name)
    at(1, hour=6)
    everybody = [house[name] for name in ("cuong", "dung", "kien", "tam", "lan", "mai", "hoa", "chinh", "vinh")]
    wants_mail(*everybody)
    at(1, hour=9)
    referred(house, "health_station")
    at(2)
    reminds(config, house)
    without = seen_by_server(server)
    assert server.recipients == [address("tam")]
    # The same morning once more, in a book where cases that some must not know were referred, and chairs told of them.
    config.mail_state_file.unlink()
    server.lines.clear()
    server.mailbox.clear()
    lan, mai = house["lan"], house["mai"]
    at(1, hour=9)
    sealed = lan.opens_a_case(dao(danger="yes", grounds=()), circle=[mai])
    lan.does(sending.send, sealed, ground(house, sealed), ASKED)
    lan.does(notices.send, sealed)
    by_name = lan.opens_a_case(dao(grounds=(), safety_plan=SafetyPlan(somebody="yes", who_must_not_know=KIN)))
    lan.does(sending.send, by_name, ground(house, by_name), ASKED, without=[house["kien"].id])
    at(2)
    reminds(config, house)
    assert seen_by_server(server) == without


@only_sqlite
def test_a_notice_to_all_chairs_reminds_them_and_one_that_passes_over_somebody_reminds_nobody(
    house: House, config: Config, server: MailServer, at: Clock
):
    wants_mail(house["chinh"], house["vinh"])
    lan = house["lan"]
    partly = lan.opens_a_case(kept_from("Đặng Văn Chính"))
    lan.does(notices.send, partly)
    at(1)
    reminds(config, house)
    assert server.mailbox == []
    lan.does(notices.send, lan.opens_a_case(kept_from()))
    at(2)
    reminds(config, house)
    assert sorted(server.recipients) == [address("chinh"), address("vinh")]


@only_sqlite
def test_who_will_soon_be_locked_for_absence_gets_the_same_message_as_who_has_work(
    house: House, config: Config, server: MailServer, at: Clock
):
    wants_mail(house["mai"], house["cuong"])
    at(26)
    house["lan"].does(desk.list_cases)
    house["hoa"].does(desk.list_cases)
    at(27)
    referred(house)
    at(28)
    reminds(config, house)
    assert sorted(server.recipients) == [address("cuong"), address("mai")]
    [one, other] = [re.sub(r"<[0-9a-f]{32}@", "<id@", raw.decode()).splitlines() for _, _, raw in server.mailbox]
    assert [line for line in one if not line.startswith("To:")] == [
        line for line in other if not line.startswith("To:")
    ]
    with house.crypto() as crypto:
        soon = absence.soon_locked_at(replace(crypto, at=clock.micros()))
    assert house["mai"].id in soon
    assert house["cuong"].id not in soon


@only_sqlite
def test_nothing_is_sent_before_an_address_is_confirmed_nor_after_it_was_removed(
    house: House, config: Config, server: MailServer, at: Clock
):
    cuong = house["cuong"]
    cuong.does(mail_actions.set_address, address("cuong"), "12345678")
    referred(house)
    at(1)
    reminds(config, house)
    wants_mail(cuong)
    cuong.does(mail_actions.remove_address)
    at(2)
    reminds(config, house)
    assert server.mailbox == []


@only_sqlite
def test_on_a_day_off_and_in_the_demo_nothing_is_sent(house: House, config: Config, server: MailServer, at: Clock):
    wants_mail(house["cuong"])
    referred(house)
    at(1)
    day = clock.today()
    while calendar().works(day):
        day += timedelta(days=1)
    off = clock.midnight(day) + 9 * HOUR
    with clock.use_clock(lambda: off):
        reminds(config, house)
    reminds(replace(config, demo=True), house)
    reminds(replace(config, mail_host=""), house)
    assert server.mailbox == []


@only_sqlite
def test_who_has_left_or_is_locked_gets_nothing_and_who_left_has_no_address_any_more(
    house: House, config: Config, server: MailServer, at: Clock
):
    for name in ("dung", "kien"):
        house.hires(name)
    wants_mail(house["cuong"], house["dung"], house["kien"])
    referred(house)
    lead = house["son"]
    lead.does(staffing.leave, house["dung"].id)
    lead.does(staffing.lock, house["kien"].id)
    at(1)
    reminds(config, house)
    assert server.recipients == [address("cuong")]
    with house.gate.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT member_id FROM mail_address").all()
    assert len(rows) == 2


@only_sqlite
def test_a_greylisted_address_is_tried_again_an_hour_later_and_a_refused_one_three_times_in_all(
    house: House, config: Config, server: MailServer, at: Clock
):
    house.hires("dung")
    wants_mail(house["cuong"], house["dung"])
    server.answers[address("cuong")] = [451, 250]
    server.answers[address("dung")] = [550]
    referred(house)
    for hour in (7, 7.1, 8.2):
        at(1, hour=hour)
        reminds(config, house)
    assert server.recipients == [address("cuong")]
    for day in range(2, 9):
        for hour in (7, 9, 12, 16):
            at(day, hour=hour)
            reminds(config, house)
    asked = [line for line in server.lines if address("dung") in line]
    assert len(asked) == 3
    # Written down and confirmed anew, it is a new address.
    wants_mail(house["dung"])
    at(9)
    assert [one.given_up for one in state.read(config.mail_state_file).rows.values()].count(True) == 1


@only_sqlite
def test_a_server_that_fails_stops_no_run_and_is_left_alone_longer_each_time(
    house: House, config: Config, server: MailServer, at: Clock
):
    wants_mail(house["cuong"])
    referred(house)
    broken = replace(config, mail_ca_file="")
    tried = []
    for hour in (7, 7.2, 8, 9, 10, 11, 12, 13, 14):
        at(1, hour=hour)
        reminds(broken, house)
        tried.append(state.read(config.mail_state_file).server.failures)
    assert tried == [1, 1, 2, 2, 3, 3, 3, 3, 4] or tried == [1, 1, 2, 3, 3, 3, 3, 4, 4]
    assert server.mailbox == []
    server_state = state.read(config.mail_state_file).server
    assert (server_state.fault, server_state.sent) == ("tls", 0)
    at(2)
    reminds(config, house)
    assert server.recipients == [address("cuong")]
    assert state.read(config.mail_state_file).server.fault == ""


@only_sqlite
def test_the_run_ends_well_with_a_server_that_hangs_and_its_log_names_no_address(
    house: House, config: Config, server: MailServer, at: Clock, caplog: pytest.LogCaptureFixture
):
    wants_mail(house["cuong"])
    referred(house)
    server.hangs_at = "MAIL"
    at(1)
    done = tick.tick(replace(config, mail_timeout=1), house.gate)
    assert done is not None
    assert (done.failed, done.done[-1]) == ([], "mail")
    assert "fault=timeout row=mail" in caplog.text
    assert "noikhac" not in caplog.text
    assert "noikhac" not in config.mail_state_file.read_text(encoding="ascii")


@only_sqlite
def test_an_address_that_does_not_open_keeps_nobody_else_from_being_reminded(
    house: House, config: Config, server: MailServer, at: Clock
):
    house.hires("dung")
    wants_mail(house["cuong"], house["dung"])
    referred(house)
    with house.gate.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE mail_address SET blob = zeroblob(1100) WHERE member_id = ?", (house["dung"].id.hex,)
        )
    at(1)
    reminds(config, house)
    assert server.recipients == [address("cuong")]


@only_sqlite
def test_only_the_system_can_ask_who_is_to_be_reminded(house: House):
    for role in (Role.VISITOR, Role.CONSOLE, Role.ADMINISTRATOR):
        with pytest.raises(Refused):
            house.gate.perform(house.stranger(role), mail_reminders.list_due, before=clock.micros())


@only_sqlite
def test_a_damaged_state_is_begun_anew(house: House, config: Config, server: MailServer, at: Clock, tmp_path: Path):
    wants_mail(house["cuong"])
    referred(house)
    for damaged in ("", "{", "[]", '{"server": {"sent": "x"}, "rows": {}, "alarmed": 0}'):
        config.mail_state_file.write_text(damaged, encoding="ascii")
        assert state.read(config.mail_state_file) == state.MailState()
    at(1)
    reminds(config, house)
    assert server.recipients == [address("cuong")]
    assert config.mail_state_file.stat().st_mode & 0o777 == 0o600
