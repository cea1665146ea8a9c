"""The program's own files, for the tests that read them."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def python_files(*folders: str) -> list[Path]:
    """Return every Python file below these folders, relative to the root, in order."""
    return sorted(path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py"))


@cache
def syntax_tree(path: Path) -> ast.Module:
    """Return the parsed file, relative to the root; it is parsed once for all tests of a worker that read it."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))
