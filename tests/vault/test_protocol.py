"""docs/protocol.md says what the program does: its tables are those of the source, its example comes out."""

import ast
import hmac
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

import casework.app  # noqa: F401 - every model of the program
from casework.audit.chain import START, LogEntry, canonical, link
from casework.audit.chain import sign as sign_line
from casework.cases.models import Case
from casework.db import Base
from casework.vault.crypto.aead import derive
from casework.vault.crypto.encoding import encode_fields
from casework.vault.integrity.commitments import Part, commitment, token
from casework.vault.integrity.signed_rows import SignedRow, row_mac, version_head
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.envelopes import open_newest
from casework.vault.keys.kek import Kek, server_keys_of
from casework.vault.keys.keyring import AgencyKeys, Keyring
from casework.vault.models import Document, Envelope, Head
from casework.vault.states import EnvelopeKind
from tests.source import ROOT, python_files, syntax_tree
from tests.vault import second_implementation as second

PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
WORD = re.compile(r"cw/1/[a-z]+")
VALUE = re.compile(r"(\w+) +(int|str|uuid|bytes) +(.+)")
READ: dict[str, Any] = {"int": int, "str": str, "uuid": lambda text: UUID(hex=text), "bytes": bytes.fromhex}


def section(title: str) -> str:
    """The text under one heading, down to the next of its level."""
    return re.split(r"(?m)^## ", PAGE.partition(f"\n## {title}\n")[2])[0]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def rows_below(title: str, head: str) -> list[list[str]]:
    """The rows of the table under a heading that begins with this line."""
    lines = section(title).partition(f"\n{head}\n")[2].splitlines()
    rows = []
    for line in lines[1:]:
        if not line.startswith("|"):
            break
        rows.append(cells(line))
    return rows


def example() -> dict[str, Any]:
    """Every line of the worked example, given or computed."""
    lines = section("16. Test vectors and a worked example").splitlines()
    return {found[1]: READ[found[2]](found[3]) for line in lines if (found := VALUE.fullmatch(line))}


def called(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def count(tree: ast.AST, arguments: list[ast.expr]) -> int | None:
    """How many fields are given; a list whose tuple stands elsewhere in the file counts, one that grows is None."""
    total = 0
    for argument in arguments:
        if not isinstance(argument, ast.Starred):
            total += 1
            continue
        found = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and _names(node, argument.value)]
        if len(found) != 1 or not isinstance(found[0], ast.Tuple):
            return None
        total += len(found[0].elts)
    return total


def _names(assignment: ast.Assign, name: ast.expr) -> bool:
    return [ast.unparse(target) for target in assignment.targets] == [ast.unparse(name)]


def text_of(node: ast.AST) -> str:
    value = node.value if isinstance(node, ast.Constant) else ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def contexts_of(tree: ast.AST) -> Iterator[tuple[str, int | None]]:
    """Every word of a context in a file, with how many fields follow it; 0 where it does not begin a list."""
    words = {id(node): text_of(node) for node in ast.walk(tree) if WORD.fullmatch(text_of(node))}
    for call in called(tree):
        if call.args and id(call.args[0]) in words:
            yield words.pop(id(call.args[0])), count(tree, call.args[1:])
        elif len(call.args) > 1 and id(call.args[1]) in words and text_of(call.args[0]).isdecimal():
            yield words.pop(id(call.args[1])), int(text_of(call.args[0])) - 1
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and node.elts and id(node.elts[0]) in words:
            yield words.pop(id(node.elts[0])), None
    yield from ((word, 0) for word in words.values())


def purposes_of(tree: ast.AST) -> Iterator[tuple[str, int | None]]:
    """Every purpose for which a key is derived, with how many fields follow it."""
    for call in called(tree):
        if ast.unparse(call.func) == derive.__name__ and len(call.args) > 1:
            more = count(tree, call.args[2:])
            yield from ((word, more) for word in _words(tree, call.args[1]))


def _words(tree: ast.AST, purpose: ast.expr) -> list[str]:
    """A purpose as it stands there, or those that a loop goes through."""
    if isinstance(purpose, ast.Constant):
        return [text_of(purpose)]
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.comprehension)]
    through = [loop.iter for loop in loops if ast.unparse(loop.target) == ast.unparse(purpose)]
    return [text_of(word) for iterable in through if isinstance(iterable, ast.Tuple) for word in iterable.elts]


def fields(cell: str) -> int | None:
    return None if "..." in cell else len(cell.split(", ")) if cell else 0


def test_every_context_stands_in_the_table_with_its_fields_and_its_file():
    rows = rows_below("3. Contexts", "| word | fields after the word | bound to it | file |")
    said = {(word.strip("`"), fields(more), file.strip("`")) for word, more, _, file in rows}
    files = python_files("casework")
    there = {(word, more, str(path)) for path in files for word, more in contexts_of(syntax_tree(path))}
    assert said == there
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_every_purpose_of_a_derived_key_stands_in_the_table():
    rows = rows_below("4. Keys derived by HKDF", "| purpose | secret | more fields | salt | key |")
    said = {(row[0].strip("`"), fields(row[2])) for row in rows}
    assert said == {purpose for path in python_files("casework/vault") for purpose in purposes_of(syntax_tree(path))}


def test_every_signed_table_stands_there_with_its_key_its_head_and_what_is_not_signed():
    rows = rows_below("6. MACs on rows", "| table | key | bound to the head in | not signed |")
    kinds: set[Any] = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, SignedRow)}
    there = {
        (
            f"`{kind.__tablename__}`",
            ", ".join(str(column.key) for column in kind.__table__.primary_key),
            version_head(kind) or "",
            ", ".join(sorted(kind.__unsigned__)),
        )
        for kind in kinds
    }
    assert {tuple(row) for row in rows} == there


def test_a_second_implementation_comes_to_every_line_of_the_example():
    lines = example()
    given = {name: lines.pop(name) for name in list(lines)[: list(lines).index("log_text") + 1]}
    assert second.example(given) == lines


@pytest.mark.parametrize("number", [0, -1, 1, 127, 128, -128, -129, 255, 256, 2**63])
def test_the_second_implementation_knows_the_numbers_of_the_program(number):
    assert second.fields(number, None, "Đ") == encode_fields(number, None, "Đ")


def test_the_program_opens_and_signs_what_the_example_says():
    at = example()
    commune, agency = at["commune"], at["agency"]
    keyring = Keyring(UUID(int=5), {agency: AgencyKeys(agency, at["epoch"], at["a"])})
    keys = server_keys_of(Kek(at["kek_number"], at["kek"]), commune)
    crypto = CryptoContext(Session(), keys, keyring, at=0)
    row = {"commune_id": commune, "case_id": at["case"]}
    placed = {"section": at["section"], "series": UUID(int=0), "revision": at["revision"], "author_agency_id": agency}
    document = Document(id=at["document"], commit_tag=at["commit_tag"], body=body_of(at), **row, **placed)
    envelope = Envelope(document_id=at["document"], agency_id=agency, epoch=at["epoch"], kind=EnvelopeKind.KEPT, **row)
    envelope.blob = at["envelope_blob"]
    assert open_newest(crypto, at["listing"], document, envelope).data == {"text": "Sổ ca"}
    assert row_mac(keys, Envelope, envelope, at["version"]) == at["envelope_mac"]
    document.owner_id = agency
    assert row_mac(keys, Document, document, at["version"]) == at["document_mac"]
    case = Case(commune_id=commune, id=at["case"], owner_id=agency, holder_id=at["holder"], state="open")
    case.opened = at["opened"]
    assert row_mac(keys, Case, case, at["version"]) == at["case_mac"]
    tokens = {Part.CASE: [at["case_mac"]], Part.DOCUMENTS: [at["document_mac"]]}
    assert commitment(tokens | {Part.ENVELOPES: [token((document.id, agency))]}) == at["bound"]
    head = Head(commune_id=commune, id=at["case"], kind="case", v=at["version"], n=1, listing=at["listing"])
    head.bound = at["bound"]
    assert row_mac(keys, Head, head, 0) == at["head_mac"]
    entry = LogEntry(
        1764000000000000, "section.write", "counsellor", UUID(int=5), head.id, "ok", "", head.id, at["head_mac"]
    )
    assert canonical(entry) == at["log_text"].replace("HEAD_MAC", at["head_mac"].hex())
    assert link(1, START, canonical(entry)) == at["log_hash"]
    assert hmac.compare_digest(sign_line(keys, 1, at["log_hash"]), at["log_mac"])


def body_of(at: dict[str, Any]) -> bytes:
    """The sealed body, of which the page shows the beginning and the hash."""
    padded = second.padded(at["plain"].encode())
    body = second.sealed(at["dek"], padded, nonce=at["body_nonce"], key_ref=0, context=at["body_context"])
    assert (body[:34], sha256(body).digest()) == (at["body_begins"], at["body_hash"])
    return body
