"""What the operator is told when something is red: that, and nothing of what."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from casework import clock
from casework.administration import machine_check
from casework.config import SETTINGS, Config
from casework.mail import message, state
from casework.mail.state import Attempts, MailState
from casework.maintenance import red_alert
from tests.commands import call
from tests.house import only_sqlite
from tests.mail_server import MailServer, serving
from tests.maintenance.backed_up_house import BackedUpHouse

OPERATOR = "truc@noikhac.example"
HOUR = 3600 * clock.MICROSECOND


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with serving(tmp_path_factory.mktemp("mail")) as running:
        yield running


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """Return the file to which the operator's command writes how it was called."""
    script, ran = tmp_path / "bao-do", tmp_path / "ran"
    script.write_text(f'#!/bin/sh\necho "$# $(cat | wc -c) $(env | grep -ci casework)" >> {ran}\n', encoding="ascii")
    script.chmod(0o700)
    return ran


def _config(folder: Path, server: MailServer) -> Config:
    plain = Config(folder, "sqlite://", folder / "kek")
    return replace(server.settings(plain), alert_mail=OPERATOR, alert_command=str(folder / "bao-do"))


def test_the_command_gets_no_word_and_the_mail_is_the_one_sentence_once_a_day(
    tmp_path: Path, server: MailServer, ran: Path
):
    config, began = _config(tmp_path, server), clock.micros()
    told = []
    for hours, red in ((0, False), (1, True), (2, True), (24, True), (25.5, True), (26, False), (27, True)):
        moment = began + int(hours * HOUR)
        with clock.use_clock(lambda at=moment: at):  # type: ignore[misc]
            told.append(red_alert.tell(config, red=red))
    assert told == [False, True, False, False, True, False, True]
    assert ran.read_text(encoding="ascii") == "0 0 0\n" * 3
    assert server.recipients == [OPERATOR] * 3
    assert {sent.get_content().strip() for sent in server.messages()} == {message.SENTENCE}


def test_one_way_that_fails_keeps_nothing_from_the_other_and_both_are_tried_again(
    tmp_path: Path, server: MailServer, ran: Path
):
    config = _config(tmp_path, server)
    assert red_alert.tell(replace(config, mail_ca_file=""), red=True)
    assert (server.mailbox, ran.read_text(encoding="ascii")) == ([], "0 0 0\n")
    config.mail_state_file.unlink()
    assert red_alert.tell(replace(config, alert_command=str(tmp_path / "missing")), red=True)
    assert server.recipients == [OPERATOR]
    config.mail_state_file.unlink()
    silent = replace(config, alert_mail="", alert_command="/bin/false")
    assert not red_alert.tell(silent, red=True)
    assert not red_alert.tell(silent, red=True)
    assert red_alert.tell(replace(silent, alert_command=str(tmp_path / "bao-do")), red=True)


def test_nothing_is_noted_where_nobody_is_to_be_told(tmp_path: Path):
    config = Config(tmp_path, "sqlite://", tmp_path / "kek")
    assert not red_alert.tell(config, red=True)
    assert not config.mail_state_file.exists()


@only_sqlite
def test_a_run_by_command_tells_of_what_the_check_names(
    installation: BackedUpHouse, server: MailServer, tmp_path: Path
):
    installation.writes_settings()
    config = server.settings(installation.config)
    folder, ran = config.data, tmp_path / "ran"
    script = folder.parent / "bao-do"
    script.write_text(f"#!/bin/sh\necho ran >> {ran}\n", encoding="ascii")
    script.chmod(0o700)
    with (folder / SETTINGS).open("a", encoding="utf-8") as settings:
        settings.write(
            f'alert_mail = "{OPERATOR}"\nalert_command = "{script}"\nmail_host = "{config.mail_host}"\n'
            f'mail_port = {config.mail_port}\nmail_user = "{config.mail_user}"\nmail_from = "{config.mail_from}"\n'
            f'mail_ca_file = "{config.mail_ca_file}"\n'
        )
    done = call("tick", "--data", str(folder))
    assert done.exit_code == 0, done.output
    # The keys of this house lie beside its database, which the check names.
    assert ran.read_text(encoding="ascii") == "ran\n"
    assert server.recipients == [OPERATOR]
    checked = call("check", "--data", str(folder)).output
    sent = clock.local(state.read(config.mail_state_file).server.sent).isoformat(timespec="minutes")
    assert f"gửi được lần cuối {sent}; hỏng lần cuối -" in checked
    (folder / SETTINGS).write_text("", encoding="utf-8")
    assert "Thư: " not in call("check", "--data", str(folder)).output


@only_sqlite
def test_the_check_says_that_mail_fails_why_and_when_it_last_went_out(installation: BackedUpHouse, server: MailServer):
    config = server.settings(installation.config)

    def found() -> str:
        return "\n".join(f"{one.wrong} {one.todo}" for one in machine_check.check_mail(config))

    assert found() == ""
    sent, failed = clock.micros() - 5 * HOUR, clock.micros() - HOUR
    state.change(
        config.mail_state_file, lambda _: MailState(Attempts(sent=sent, failed=failed, failures=2, fault="tls"))
    )
    assert "chứng thư của nó không đúng" in found()
    state.change(config.mail_state_file, lambda known: replace(known, server=known.server.succeed(clock.micros())))
    assert found() == ""
    (config.data / "mail-password").chmod(0o644)
    assert "chmod 600" in found()
    (config.data / "mail-password").unlink()
    assert "mật khẩu thư" in found()
    assert "alert_command" in "".join(
        one.todo for one in machine_check.check_mail(replace(config, mail_host="", alert_command="/khong/co"))
    )
