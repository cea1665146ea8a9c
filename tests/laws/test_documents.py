"""What the documents name is there: files, folders, functions and links; and people in them are "they"."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.source import ROOT

# History names what was there at its date: of it only the links are checked.
RECORDS = sorted((ROOT / "docs" / "adr").glob("*.md"))
HISTORY = [ROOT / "CHANGELOG.md", *RECORDS]
FOUND = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
LIVE = [path for path in sorted(FOUND) if path not in HISTORY]
SUFFIX = r"\.(?:py|toml|md|html|css|js|json|sql|txt|yml)"
# In backticks: a file or a folder, and after a colon a name that is defined in the file.
NAMED = re.compile(rf"((?:[\w.*-]+/)*[\w.*-]+{SUFFIX}|(?:[\w.-]+/)+)(?:: (\w+))?")
# Anywhere, in commands too: what begins with a folder of the repository.
FOLDERS = "casework|tests|docs|templates|migrations|bench"
ROOTED = re.compile(
    rf"(?<![\w./@-])(?:(?:{FOLDERS})/[\w./*-]*(?:{SUFFIX}|/(?![\w*]))|deploy/[\w./*-]*\w|docs/adr/\d{{4}})(?![\w/])"
)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)")
SPAN = re.compile(r"`([^`\n]+)`")
SUPERSEDED = re.compile(r"superseded by \[\d+\]\(([^)]+)\)", re.IGNORECASE)
SUPERSEDES = re.compile(r"Supersedes [^.\[]*\[\d+\]\(([^)]+)\)")
GENDERED = re.compile(r"\b(?:she|her|hers|herself|he|him|his|himself)\b", re.IGNORECASE)


def disk() -> set[str]:
    """The names of files in the data folder, which are no files of the repository."""
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8").partition("\n## 15. Files\n")[2]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in SPAN.findall(row)}


def names_in(line: str) -> Iterator[tuple[str, str]]:
    """Every file or folder that a line names, with the function or class after it."""
    spans = [found for span in SPAN.findall(line) if (found := NAMED.fullmatch(span))]
    yield from ((found[1], found[2] or "") for found in spans)
    named = {found[1] for found in spans}
    yield from ((found[0], "") for found in ROOTED.finditer(line) if found[0] not in named)


def resolved(name: str, places: Iterable[Path]) -> Path | None:
    """The first file or folder of this name; of a pattern, the first that fits; a record is named by its number."""
    for place in places:
        pattern = f"{name}-*.md" if re.fullmatch(r"docs/adr/\d{4}", name) else name.rstrip("/")
        if found := next(iter(sorted(place.glob(pattern))), None):
            return found
    return None


def missing_in(text: str, folder: Path) -> Iterator[str]:
    """Every name in a document of a folder that stands for nothing, with the number of its line.

    A name without a folder is looked for beside those named before it in the same line, as in a row of a table.
    """
    known = disk()
    for number, line in enumerate(text.splitlines(), start=1):
        # A recipe tells of a file that whoever follows it makes.
        if re.match(r"\d+\. `[^`]+`, new: ", line):
            continue
        places = [ROOT, ROOT / "casework", folder]
        for name, defined in names_in(line):
            found = resolved(name, places)
            if found is None and name not in known:
                yield f"{number}: {name}"
            elif found is not None and defined and not defines(found, defined):
                yield f"{number}: {name}: {defined}"
            elif found is not None and "/" in name:
                places.append(found if found.is_dir() else found.parent)


def defines(file: Path, name: str) -> bool:
    return bool(re.search(rf"(?m)^\s*(?:def|class) {name}\b|^{name}\b", file.read_text(encoding="utf-8")))


def dead_links_in(path: Path) -> Iterator[str]:
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if "://" not in link and not (path.parent / link).exists():
            yield f"{path.relative_to(ROOT)}: {link}"


def gendered_in(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        yield from (f"{number}: {word}" for word in GENDERED.findall(line))


def test_no_document_names_a_file_that_is_not_there():
    texts = {path: path.read_text(encoding="utf-8") for path in LIVE}
    found = {str(path): list(missing_in(text, path.parent)) for path, text in texts.items()}
    assert {path: names for path, names in found.items() if names} == {}


def test_no_link_is_dead():
    assert [dead for path in [*LIVE, *HISTORY] for dead in dead_links_in(path)] == []


def test_every_record_has_a_number_of_its_own_and_bears_it():
    numbers = [path.name[:4] for path in RECORDS]
    assert numbers == sorted(set(numbers))
    heads = {path.name: path.read_text(encoding="utf-8").partition(".")[0] for path in RECORDS}
    assert {name: head for name, head in heads.items() if head != f"# {int(name[:4])}"} == {}


def test_what_supersedes_a_record_and_what_is_superseded_name_each_other():
    heads = {path.name: path.read_text(encoding="utf-8").partition("\n**")[0] for path in RECORDS}
    newer = {(name, older) for name, head in heads.items() for older in SUPERSEDES.findall(head)}
    marked = {(newer, name) for name, head in heads.items() for newer in SUPERSEDED.findall(head)}
    assert newer == marked
    assert newer, "this law finds nothing"


def test_people_are_they():
    found = {str(path): list(gendered_in(path.read_text(encoding="utf-8"))) for path in LIVE}
    assert {path: words for path, words in found.items() if words} == {}


def test_the_law_finds_what_it_forbids():
    row = "| row filters | `cases/scope.py`, `reading.py`, `nothing.py`; `casework.toml`; `tests/none/`, `accounts/` |"
    assert list(missing_in(row, ROOT)) == ["1: nothing.py", "1: tests/none/"]
    defined = "`casework/gate.py: perform`, `casework/gate.py: nothing`"
    assert list(missing_in(f"\n{defined}", ROOT)) == ["2: casework/gate.py: nothing"]
    command = "psql --file deploy/postgresql/none.sql; see docs/adr/0001 and docs/adr/9999, /opt/tests/x.py"
    assert list(missing_in(command, ROOT)) == ["1: deploy/postgresql/none.sql", "1: docs/adr/9999"]
    assert list(gendered_in("The sheriff\nShe does it herself")) == ["2: She", "2: herself"]
    assert {"README.md", "SECURITY.md", "docs", "deploy"} <= {path.relative_to(ROOT).parts[0] for path in LIVE}
