"""An installation that the program made is read with docs/protocol.md alone: file by file, from paper to plaintext."""

import base64
import json
import sqlite3
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.administration.new_installation import CODE, codes, founded, sheets_of
from tests.commands import call
from tests.source import ROOT
from tests.vault import second_implementation as second

UNION = "Hội Liên hiệp Phụ nữ xã Thanh Sơn"
Row = dict[str, Any]


@dataclass(frozen=True)
class ReadInstallation:
    """What somebody holds who has the folder and the papers; `shown` are the codes that a recovery has printed."""

    folder: Path
    shown: list[str]
    backup_seed: bytes

    def rows(self, table: str) -> list[Row]:
        """Every row of a table, ids as ids."""
        database = sqlite3.connect(f"file:{self.folder / 'casework.sqlite3'}?mode=ro", uri=True)
        kinds = {name: kind for _, name, kind, *_ in database.execute(f"PRAGMA table_info({table})")}
        rows = database.execute(f"SELECT {', '.join(kinds)} FROM {table}").fetchall()
        database.close()
        return [dict(zip(kinds, map(read, kinds.values(), row), strict=True)) for row in rows]

    @property
    def commune(self) -> UUID:
        [row] = self.rows("commune")
        return UUID(str(row["id"]))

    @property
    def kek(self) -> bytes:
        magic, number, key = (self.folder / "kek").read_text(encoding="ascii").split()
        assert (magic, number) == ("casework-kek-1", "1")
        return base64.b64decode(key)

    @property
    def k_ctl(self) -> bytes:
        return second.derived(self.kek, "ctl", self.commune)

    @property
    def signer(self) -> bytes:
        settings = tomllib.loads((self.folder / "casework.toml").read_text(encoding="utf-8"))
        return base64.b64decode(settings["checkpoint_public"][0])

    def revocation_log(self) -> list[list[str]]:
        return [line.split("\t") for line in (self.folder / "removals").read_text(encoding="ascii").splitlines()]


def read(kind: str, value: Any) -> Any:
    return UUID(hex=value) if kind == "CHAR(32)" and value is not None else value


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> ReadInstallation:
    """An installation after a recovery and a run of the periodic jobs."""
    folder = tmp_path_factory.mktemp("second") / "sổ"
    pages = founded(folder)
    dealt = sheets_of(pages, UNION)
    sheets = "\n".join(["hoa.hoi", "1", dealt[1], "3", dealt[3], ""])
    done = call("recover", "--data", str(folder), "--agency", "womens_union", typed=sheets)
    assert call("tick", "--data", str(folder)).exit_code == 0
    page = next(page for page in pages if page.title == "Tờ khóa sao lưu")
    return ReadInstallation(folder, CODE.findall(done.output), b"".join(map(second.paper_code, codes(page))))


def signed_tables() -> list[tuple[str, str, set[str]]]:
    """Each row of the table in section 6: name, column of the head, what is not signed."""
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    lines = text.partition("| table | key | bound to the head in | not signed |\n")[2].splitlines()[1:]
    rows = [[cell.strip(" `") for cell in line.split("|")] for line in lines[: lines.index("")]]
    return [(row[1], row[3], set(filter(None, row[4].split(", ")))) for row in rows]


def test_every_mac_of_every_row_is_the_one_that_the_page_says(installation):
    versions, checked = {row["id"]: row["v"] for row in installation.rows("head")}, 0
    for table, head, unsigned in signed_tables():
        for row in installation.rows(table):
            mac = row.pop("mac")
            columns = {name: value for name, value in row.items() if name not in unsigned}
            version = versions[row[head]] if head else 0
            assert second.row_mac(1, installation.k_ctl, table, columns, version) == mac, table
            checked += 1
    assert checked > 40


def test_the_log_is_one_chain_and_every_head_is_fresh(installation):
    h, fresh = bytes(32), {}
    for number, line in enumerate(sorted(installation.rows("audit_line"), key=lambda row: row["n"]), start=1):
        h = sha256(second.fields("cw/1/audit", number, h, line["body"])).digest()
        message = second.fields("cw/1/ctl", "audit_line", 1, installation.commune, number, h)
        assert (line["h"], line["mac"]) == (h, second.signed(1, installation.k_ctl, message))
        content = json.loads(line["body"])
        assert line["body"] == json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if content["head"]:
            fresh[UUID(hex=content["head"])] = (number, bytes.fromhex(content["head_mac"]))
    assert {row["id"]: (row["n"], row["mac"]) for row in installation.rows("head")} == fresh


def test_what_was_revoked_stands_in_the_revocation_log(installation):
    h = bytes(32)
    for number, (seq, text, digest, mac) in enumerate(installation.revocation_log(), start=1):
        h = sha256(second.fields("cw/1/removal", number, h, text)).digest()
        message = second.fields("cw/1/removal", installation.commune, number, h)
        assert (seq, digest, mac) == (str(number), h.hex(), second.signed(1, installation.k_ctl, message).hex())
    content = json.loads(installation.revocation_log()[-1][1])
    line = next(row for row in installation.rows("audit_line") if row["n"] == content["n"])
    assert line["h"].hex() == content["h"]
    wraps = [(row["member_id"], row["agency_id"]) for row in installation.rows("wrap")]
    marks = [sha256(second.fields("cw/1/row", "wrap", *key)).hexdigest()[:16] for key in wraps]
    assert all(mark in head["rows"] for head in content["heads"] for mark in marks)


def test_the_newest_checkpoint_is_signed_and_says_where_both_logs_end(installation):
    notes = sorted((installation.folder / "checkpoints" / installation.commune.hex).glob("*.note"))
    origin, n, h, *more = second.note(notes[-1].read_text(encoding="utf-8"), installation.signer)
    line = next(row for row in installation.rows("audit_line") if row["n"] == int(n))
    assert (origin, base64.b64decode(h)) == (f"casework/checkpoint/1/{installation.commune.hex}", line["h"])
    facts = dict(fact.split(" ", 1) for fact in more)
    assert facts["seq"] == str(len(notes))
    assert facts["removals"] == f"{len(installation.revocation_log())} {installation.revocation_log()[-1][2]}"


def test_a_backup_opens_with_the_paper_and_holds_every_sealed_row(installation):
    [file] = (installation.folder / "backups").glob("*.casework")
    header, plain = second.archive(file.read_bytes(), installation.backup_seed, installation.signer)
    assert header["kek"] == [1]
    lines = [json.loads(line) for line in plain.decode().splitlines()]
    assert (lines[0]["form"], lines[-1]) == (1, {"done": True})
    names, tables = [], dict[str, list[Mapping[str, Any]]]()
    for line in lines[1:-1]:
        if isinstance(line, dict) and "columns" in line:
            names, tables[line["table"]] = line["columns"], []
        elif isinstance(line, list):
            tables[list(tables)[-1]].append(dict(zip(names, line, strict=True)))
    for table in ("document", "envelope", "wrap", "recovery_pair"):
        blobs = {bytes.fromhex(row["mac"]["b"]) for row in tables[table]}
        assert blobs == {row["mac"] for row in installation.rows(table)}


def test_two_sheets_open_what_their_agency_holds(installation):
    agency, commune = (
        next(row["id"] for row in installation.rows("agency") if row["name"] == UNION),
        installation.commune,
    )
    first, other = (second.paper_code(code) for code in installation.shown[1:3])
    recovery = next(row for row in installation.rows("recovery") if row["agency_id"] == agency)
    pair = next(row for row in installation.rows("recovery_pair") if (row["agency_id"], row["second"]) == (agency, 2))
    place = (commune, agency, recovery["number"], 1, 2)
    key, context = second.derived(first + other, "pair", *place), second.fields("cw/1/pair", *place)
    seed = second.opened(key, pair["blob"], key_ref=recovery["number"], context=context)
    bound = second.fields("cw/1/recover", commune, agency, recovery["epoch"], recovery["number"])
    agency_secret = second.received(seed, recovery["blob"], context=bound)
    assert agency_secret == carried(installation, agency)
    envelope = next(row for row in installation.rows("envelope") if row["agency_id"] == agency)
    document = next(row for row in installation.rows("document") if row["id"] == envelope["document_id"])
    sent = second.fields("cw/1/sent", commune, document["id"], agency, envelope["epoch"])
    dek = second.received(second.derived(agency_secret, "kem"), envelope["blob"], context=sent)
    names = ("id", "case_id", "section", "series", "revision", "author_agency_id")
    body = second.fields("cw/1/body", commune, *(document[name] for name in names))
    content = json.loads(second.unpadded(second.opened(dek, document["body"], key_ref=0, context=body)))
    assert set(content) == {"at", "by", "data"}


def carried(installation: ReadInstallation, agency: UUID) -> bytes:
    """The agency's secret as the code of whoever comes back carries it."""
    code = second.paper_code(installation.shown[0])
    [row] = [
        admission for admission in installation.rows("admission") if admission["finder"] == finder(installation, code)
    ]
    context = second.fields("cw/1/carry", installation.commune, row["member_id"], agency, row["epoch"])
    return second.opened(second.derived(code, "carry"), row["carry"], key_ref=row["epoch"], context=context)


def finder(installation: ReadInstallation, code: bytes) -> bytes:
    return second.signed(1, installation.k_ctl, second.fields("cw/1/finder", installation.commune, code))[4:]
