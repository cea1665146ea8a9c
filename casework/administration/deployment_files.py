"""The files with which a server is set up, as they travel with the program: units, proxies, grants, documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casework.config import resource

_FOLDER_MODE, _FILE_MODE, _PROGRAM_MODE = 0o755, 0o644, 0o755
_PROGRAM = b"#!"


@dataclass(frozen=True)
class WrittenFiles:
    """How many files are as in this version, and which differ and were left as they are."""

    count: int
    kept: tuple[Path, ...]


def write(folder: Path) -> WrittenFiles:
    """Write `deploy` and `docs` into a folder; a file that is there is never written over."""
    count, kept = 0, []
    for source, name in _sources():
        target = folder / name
        _make_folders(folder, target.parent)
        content = source.read_bytes()
        if not target.exists():
            target.write_bytes(content)
            target.chmod(_PROGRAM_MODE if content.startswith(_PROGRAM) else _FILE_MODE)
        if target.is_file() and target.read_bytes() == content:
            count += 1
        else:
            kept.append(target)
    return WrittenFiles(count, tuple(kept))


def _sources() -> Iterator[tuple[Path, Path]]:
    """Yield each file with its name in the folder; of the documents those of the operator, without the decisions."""
    deploy, docs = resource("deploy"), resource("docs")
    for file in sorted(deploy.rglob("*")):
        if file.is_file():
            yield file, Path("deploy", file.relative_to(deploy))
    for file in sorted(docs.glob("*.md")):
        yield file, Path("docs", file.name)


def _make_folders(top: Path, folder: Path) -> None:
    """Make a folder below the top one, and those between them, that everybody may read."""
    for one in (top, *reversed(folder.relative_to(top).parents), folder.relative_to(top)):
        place = top / one
        if not place.exists():
            place.mkdir(parents=True)
            place.chmod(_FOLDER_MODE)
