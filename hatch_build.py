"""Compiles the catalogues when the package is built, so that a wheel never holds an older one than its sources."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):
    """Called by hatchling before it collects the files of a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for written in Path(self.root, "casework", "translations").rglob("*.po"):
            unfinished = written.with_suffix(".mo.unfinished")
            with written.open("rb") as source, unfinished.open("wb") as target:
                write_mo(target, read_po(source))
            # Two builds at once, or a program that runs from here, never meet half a catalogue.
            unfinished.replace(written.with_suffix(".mo"))
