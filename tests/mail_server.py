"""A real mail server on loopback for tests: SMTP over TLS; it remembers every line and misbehaves on request."""

import base64
import contextlib
import ipaddress
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from casework.config import Config

HOST, SENDER = "127.0.0.1", "nhac@coquan.example"
USER, PASSWORD = "nhac", "mat-khau-cua-may"


@dataclass
class MailServer:
    """What it does, and what it was told: `mailbox` holds sender, recipient and the bytes of each message it took.

    `tls` is "starttls", "tls" or "none"; `hangs_at` a word of the client (or "connect") after which it says nothing
    more; `drips` lets every answer come a byte at a time, `floods` lets one never end. `answers` are codes for
    recipients, the first of which is used up.
    """

    folder: Path
    tls: str = "starttls"
    hangs_at: str = ""
    drips: bool = False
    floods: str = ""
    answers: dict[str, list[int]] = field(default_factory=dict)
    sender_code: int = 250
    data_code: int = 250
    lines: list[str] = field(default_factory=list)
    mailbox: list[tuple[str, str, bytes]] = field(default_factory=list)
    port: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for _, _, raw in self.mailbox]

    @property
    def recipients(self) -> list[str]:
        return [recipient for _, recipient, _ in self.mailbox]

    def settings(self, config: Config) -> Config:
        """Return the configuration of an installation that sends its mail here."""
        password = config.data / "mail-password"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(f"{PASSWORD}\n", encoding="ascii")
        return replace(
            config,
            mail_host=HOST,
            mail_port=self.port,
            mail_tls="tls" if self.tls == "tls" else "starttls",
            mail_user=USER,
            mail_password_file=password,
            mail_from=SENDER,
            mail_ca_file=str(self.folder / "ca.pem"),
            mail_timeout=5,
        )


@contextlib.contextmanager
def serving(folder: Path, **behaviour: object) -> Iterator[MailServer]:
    """Run a server with a certificate of its own authority until the block ends."""
    write_certificates(folder)
    told = MailServer(folder, **behaviour)  # type: ignore[arg-type]

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.ExitStack() as opened, contextlib.suppress(OSError, ValueError):
                _Conversation(self.request, told, opened).run()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True

    with Server((HOST, 0), Handler) as server:
        told.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield told
        finally:
            told.closing.set()
            server.shutdown()


class _Conversation:
    """One client: each word of SMTP is a method."""

    def __init__(self, plain: socket.socket, told: MailServer, opened: contextlib.ExitStack) -> None:
        self.plain, self.told, self.opened = plain, told, opened
        self.sender = self.recipient = ""
        self.encrypted = False

    def run(self) -> None:
        if self.told.hangs_at == "connect":
            self.told.closing.wait()
            return
        self.use(self.plain)
        if self.told.tls == "tls":
            self.encrypt()
        self.say("220 mail.example ESMTP")
        while words := self.hear():
            word = words.partition(" ")[0].upper()
            if word == self.told.hangs_at:
                self.told.closing.wait()
                return
            while word == self.told.floods and not self.told.closing.is_set():
                self.connection.sendall(b"250-" + b"x" * 60 + b"\r\n")
            getattr(self, f"on_{word.lower()}", self.on_other)(words)

    def use(self, connection: socket.socket) -> None:
        self.connection = connection
        self.file = self.opened.enter_context(connection.makefile("rb"))

    def encrypt(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.told.folder / "server.pem", self.told.folder / "server.key")
        self.use(self.opened.enter_context(context.wrap_socket(self.plain, server_side=True)))
        self.encrypted = True

    def say(self, words: str) -> None:
        for byte in f"{words}\r\n".encode():
            if self.told.drips and self.told.closing.wait(0.3):
                raise ConnectionError
            self.connection.sendall(bytes([byte]))

    def hear(self) -> str:
        words = self.file.readline().decode("utf-8", "replace").rstrip("\r\n")
        self.told.lines.append(words)
        return words

    def on_other(self, _words: str) -> None:
        self.say("250 ok")

    def on_ehlo(self, _words: str) -> None:
        offers = ["AUTH PLAIN LOGIN"] if self.encrypted else ["STARTTLS"] if self.told.tls == "starttls" else []
        for offer in ["mail.example", *offers]:
            self.say(f"250-{offer}")
        self.say("250 SIZE 100000")

    def on_starttls(self, _words: str) -> None:
        self.say("220 go on")
        self.encrypt()

    def on_auth(self, words: str) -> None:
        given = base64.b64decode(words.split()[2]).split(b"\0")
        self.say("235 welcome" if given[1:] == [USER.encode(), PASSWORD.encode()] else "535 5.7.8 no")

    def on_mail(self, words: str) -> None:
        self.sender = words.partition("<")[2].partition(">")[0]
        self.say(f"{self.told.sender_code} sender")

    def on_rcpt(self, words: str) -> None:
        self.recipient = words.partition("<")[2].partition(">")[0]
        codes = self.told.answers.get(self.recipient) or [250]
        code = codes.pop(0) if len(codes) > 1 else codes[0]
        self.say(f"{code} recipient")

    def on_data(self, _words: str) -> None:
        self.say("354 go on")
        parts = []
        while (part := self.file.readline()) not in (b".\r\n", b""):
            parts.append(part.removeprefix(b".") if part.startswith(b"..") else part)
        if self.told.data_code == 250:
            self.told.mailbox.append((self.sender, self.recipient, b"".join(parts)))
        self.say(f"{self.told.data_code} taken")

    def on_quit(self, _words: str) -> None:
        self.say("221 bye")
        raise ConnectionError


def write_certificates(folder: Path) -> None:
    """Write an authority (ca.pem), a server's certificate that it signed, and an authority that signed nothing."""
    for name, content in _certificates().items():
        (folder / name).write_bytes(content)


@cache
def _certificates() -> dict[str, bytes]:
    key, stranger = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    server = ec.generate_private_key(ec.SECP256R1())
    own = _certificate("tests", key.public_key(), "tests", key, authority=True)
    other = _certificate("others", stranger.public_key(), "others", stranger, authority=True)
    signed = _certificate(HOST, server.public_key(), "tests", key, authority=False)
    pem = serialization.Encoding.PEM
    secret = server.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return {
        "ca.pem": own.public_bytes(pem),
        "other-ca.pem": other.public_bytes(pem),
        "server.pem": signed.public_bytes(pem),
        "server.key": secret,
    }


def _certificate(
    name: str, public: ec.EllipticCurvePublicKey, issuer: str, key: ec.EllipticCurvePrivateKey, *, authority: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        public_key=public,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=2),
    ).add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    if not authority:
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, hashes.SHA256())
