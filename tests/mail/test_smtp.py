"""The connection to a mail server: encrypted, verified, in time, and never more than the one sentence."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from casework import clock
from casework.config import Config
from casework.mail import message, smtp
from casework.mail.smtp import MailFailed
from tests.mail_server import HOST, PASSWORD, SENDER, MailServer, serving

TO = "hop.thu@noikhac.example"


def _config(folder: Path, server: MailServer) -> Config:
    return server.settings(Config(folder, "sqlite://", folder / "kek"))


def _send(config: Config, recipient: str = TO, password: str = PASSWORD) -> None:
    with smtp.connected(config, password) as mailer:
        mailer.send(message.reminder(sender=SENDER, recipient=recipient))


def _fault(config: Config, password: str = PASSWORD) -> tuple[str, bool]:
    with pytest.raises(MailFailed) as raised:
        _send(config, password=password)
    return raised.value.fault, raised.value.of_recipient


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_message_is_the_one_sentence_and_its_headers_say_no_more(tmp_path: Path, tls: str):
    with serving(tmp_path, tls=tls) as server:
        config = _config(tmp_path, server)
        _send(config)
        [(sender, recipient, raw)] = server.mailbox
        [sent] = server.messages()
    assert (sender, recipient) == (SENDER, TO)
    assert sent.get_content().rstrip() == message.SENTENCE
    headers = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}
    assert set(sent.keys()) == headers | {"Content-Type", "Content-Transfer-Encoding"}
    assert (sent["From"], sent["To"], sent["Subject"]) == (SENDER, TO, message.SUBJECT)
    assert sent["Date"].datetime.minute == sent["Date"].datetime.second == 0
    assert abs(sent["Date"].datetime - clock.now()).total_seconds() <= 3600
    assert sent["Message-ID"].endswith("@coquan.example>")
    # The name of this machine, which may name the office, is told to nobody.
    assert {line for line in server.lines if line.lower().startswith(("ehlo", "helo"))} == {"ehlo coquan.example"}
    for name in {socket.gethostname(), socket.getfqdn(), "Sổ ca", "casework"}:
        assert name.encode() not in raw


def test_nothing_is_sent_to_a_server_whose_certificate_is_not_signed_by_the_authority(tmp_path: Path):
    with serving(tmp_path) as server:
        config = _config(tmp_path, server)
        assert _fault(replace(config, mail_ca_file=str(tmp_path / "other-ca.pem"))) == ("tls", False)
        assert _fault(replace(config, mail_ca_file="")) == ("tls", False)
        assert _fault(replace(config, mail_ca_file=str(tmp_path / "missing.pem"))) == ("tls", False)
        # The certificate names the address, not this name of it.
        assert _fault(replace(config, mail_host="localhost")) == ("tls", False)
        assert server.mailbox == []
        assert not any(line.upper().startswith(("AUTH", "MAIL")) for line in server.lines)


def test_nothing_is_sent_without_encryption_and_no_password_is_told(tmp_path: Path):
    with serving(tmp_path, tls="none") as server:
        config = _config(tmp_path, server)
        assert _fault(config) == ("tls", False)
        assert not any(line.upper().startswith(("AUTH", "MAIL")) for line in server.lines)


def test_a_wrong_password_and_a_server_that_is_not_there_are_told_apart(tmp_path: Path):
    with serving(tmp_path) as server:
        config = _config(tmp_path, server)
        assert _fault(config, password="sai") == ("login", False)
        assert _fault(config, password="mật khẩu") == ("login", False)
    assert _fault(config) == ("connect", False)
    assert _fault(replace(config, mail_host="khong-co.invalid")) == ("connect", False)


@pytest.mark.parametrize(
    ("code", "fault"), [(550, smtp.REFUSED), (553, smtp.REFUSED), (450, smtp.LATER), (451, smtp.LATER)]
)
def test_a_recipient_that_is_refused_is_no_fault_of_the_server(tmp_path: Path, code: int, fault: str):
    with serving(tmp_path, answers={TO: [code]}) as server:
        assert _fault(_config(tmp_path, server)) == (fault, True)
        assert server.mailbox == []


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ({"sender_code": 550}, ("sender", False)),
        ({"sender_code": 451}, (smtp.LATER, False)),
        ({"data_code": 554}, (smtp.REFUSED, True)),
        ({"data_code": 452}, (smtp.LATER, True)),
    ],
)
def test_a_refused_sender_and_a_refused_text_are_told_apart(
    tmp_path: Path, behaviour: dict[str, object], expected: tuple[str, bool]
):
    with serving(tmp_path, **behaviour) as server:
        assert _fault(_config(tmp_path, server)) == expected


@pytest.mark.parametrize("where", ["connect", "EHLO", "STARTTLS", "AUTH", "MAIL", "DATA"])
def test_a_server_that_hangs_is_left_in_time(tmp_path: Path, where: str):
    with serving(tmp_path, hangs_at=where) as server:
        config = replace(_config(tmp_path, server), mail_timeout=1)
        with _at_most(5):
            assert _fault(config) == ("timeout", False)


def test_a_server_that_drips_is_cut_off_though_something_always_comes(tmp_path: Path):
    with serving(tmp_path, drips=True) as server:
        config = replace(_config(tmp_path, server), mail_timeout=1)
        with _at_most(5):
            assert _fault(config) == ("timeout", False)


@pytest.mark.parametrize("where", ["EHLO", "MAIL"])
def test_a_server_that_never_ends_an_answer_fills_no_memory(tmp_path: Path, where: str):
    with serving(tmp_path, floods=where) as server, _at_most(4):
        assert _fault(_config(tmp_path, server)) == ("protocol", False)


def test_a_server_that_keeps_silent_at_the_end_takes_nothing_back(tmp_path: Path):
    with serving(tmp_path, hangs_at="QUIT") as server:
        with _at_most(5):
            _send(replace(_config(tmp_path, server), mail_timeout=1))
        assert server.recipients == [TO]


def test_the_code_is_mailed_with_no_other_word(tmp_path: Path):
    with serving(tmp_path) as server:
        with smtp.connected(_config(tmp_path, server), PASSWORD) as mailer:
            mailer.send(message.confirmation("12345678", sender=SENDER, recipient=TO))
        [sent] = server.messages()
    assert sent.get_content().rstrip() == "Mã xác nhận địa chỉ này: 12345678"
    assert (sent["Subject"], HOST in sent.as_string()) == (message.SUBJECT, False)
