"""Which addresses are taken, and which settings."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.config import Config, ConfigurationError
from casework.errors import BadInput
from casework.mail import addresses, message
from casework.mail.state import Attempts

HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("typed", "sent_to"),
    [
        ("lan@gmail.com", "lan@gmail.com"),
        ("  Lan.Tran+soca@Gmail.COM ", "Lan.Tran+soca@gmail.com"),
        ("lan@thư.vn", "lan@xn--th-e0a.vn"),
        # NFD, as some keyboards type it.
        ("lan@thu\u031b.vn", "lan@xn--th-e0a.vn"),
        ("a@" + "b" * 63 + ".vn", "a@" + "b" * 63 + ".vn"),
    ],
)
def test_an_address_is_brought_into_the_form_in_which_it_is_sent_to(typed: str, sent_to: str):
    assert addresses.normalise(typed) == sent_to


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "lan",
        "lan@",
        "@gmail.com",
        "lan@localhost",
        "lan@127.0.0.1",
        "lan@[127.0.0.1]",
        "lan@gmail.com\r\nBcc: ai@khac.vn",
        "lan\r\nRCPT TO:<ai@khac.vn>@gmail.com",
        "lan@gmail.com, ai@khac.vn",
        "lan@gmail.com>",
        '"lan tran"@gmail.com',
        "Lan <lan@gmail.com>",
        "lần@gmail.com",
        "lan tran@gmail.com",
        ".lan@gmail.com",
        "lan..tran@gmail.com",
        "lan@-gmail.com",
        "lan@gmail..com",
        "lan@gmail.com.",
        "lan@" + "b" * 64 + ".vn",
        "l" * 65 + "@gmail.com",
        "a@" + ".".join(["b" * 60] * 5) + ".vn",
        "lan\u202e@gmail.com",
        "lan@gmail.com\x00",
        "lan\u200b@gmail.com",
    ],
)
def test_any_other_text_is_refused_in_words_and_reaches_no_header(typed: str):
    with pytest.raises(BadInput) as refused:
        addresses.normalise(typed)
    assert "Hãy xem lại" in str(refused.value)


@given(st.text(max_size=80))
def test_whatever_is_let_through_is_one_recipient_on_one_line(typed: str):
    for candidate in (typed, f"{typed}@gmail.com", f"lan@{typed}.vn"):
        try:
            address = addresses.normalise(candidate)
        except BadInput:
            continue
        assert address.isascii()
        assert not set(address) & set(' \r\n\t<>,;:"()[]\\\0')
        assert address.count("@") == 1
        sent = message.reminder(sender="nhac@coquan.example", recipient=address).as_bytes()
        assert [line for line in sent.split(b"\r\n") if line.lower().startswith((b"to:", b"bcc:", b"cc:"))] == [
            b"To: " + address.encode()
        ] or b"\r\n " in sent


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("mail_host", "https://smtp.coquan.vn", "mail_host"),
        ("mail_host", "smtp coquan", "mail_host"),
        ("mail_host", 5, "dấu ngoặc kép"),
        ("mail_port", "587", "mail_port"),
        ("mail_port", 0, "mail_port"),
        ("mail_port", True, "mail_port"),
        ("mail_port", 65536, "mail_port"),
        ("mail_tls", "none", "không bao giờ gửi không mã hóa"),
        ("mail_tls", "", "mail_tls"),
        ("mail_timeout", 0, "mail_timeout"),
        ("mail_timeout", 3600, "mail_timeout"),
        ("mail_user", "a\nb", "mail_user"),
        ("mail_from", "", "mail_from"),
        ("mail_from", "Nhắc <nhac@coquan.vn>", "mail_from"),
        ("mail_from", "nhac@coquan.vn\r\nBcc: a@b.vn", "mail_from"),
        ("alert_mail", "a b", "alert_mail"),
        ("alert_command", "bao-do", "alert_command"),
        ("alert_command", ["/bin/true"], "dấu ngoặc kép"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start_with_a_sentence(
    tmp_path: Path, setting: str, value: object, says: str
):
    usual = Config(tmp_path, "sqlite://", tmp_path / "kek")
    right = replace(usual, mail_host="smtp.coquan.vn", mail_from="nhac@coquan.vn")
    with pytest.raises(ConfigurationError, match=says):
        replace(right, **{setting: value})  # type: ignore[arg-type]


def test_an_alert_by_mail_needs_a_mail_server_and_none_is_set_at_first(tmp_path: Path):
    usual = Config(tmp_path, "sqlite://", tmp_path / "kek")
    assert (usual.mail_host, usual.alert_mail, usual.alert_command) == ("", "", "")
    with pytest.raises(ConfigurationError, match="alert_mail cần mail_host"):
        Config(tmp_path, "sqlite://", tmp_path / "kek", alert_mail="truc@coquan.vn")


def test_what_fails_is_tried_again_after_an_hour_then_two_then_four_and_daily_at_last():
    failed, at = Attempts(), 0
    waits = []
    for _ in range(8):
        failed = failed.fail(at, "connect")
        hours = next(hour for hour in range(100) if not failed.waits(at + hour * HOUR))
        waits.append(hours)
        at += hours * HOUR
    assert waits == [1, 2, 4, 7, 14, 24, 24, 24]
    # A clock that was moved back keeps nothing waiting for ever.
    assert not failed.waits(at - 100 * 24 * HOUR)
    assert not failed.succeed(at).waits(at)
