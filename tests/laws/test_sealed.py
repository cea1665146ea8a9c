"""What holds a secret prints its class alone, in a log as in a traceback."""

import importlib
import pkgutil
from dataclasses import dataclass, fields
from typing import Any

import pytest

import casework
from casework.sealed import Sealed

MARK = "dưới gốc khế"


def sealed_classes(base: type[Any] = Sealed) -> list[type[Any]]:
    below = [cls for cls in base.__subclasses__() if cls.__module__.startswith("casework.")]
    return below + [deeper for cls in below for deeper in sealed_classes(cls)]


for module in pkgutil.walk_packages(casework.__path__, "casework."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)


@pytest.mark.parametrize("cls", sealed_classes(), ids=lambda cls: cls.__name__)
def test_a_sealed_class_prints_none_of_its_fields(cls):
    value = object.__new__(cls)
    for field in fields(cls):
        object.__setattr__(value, field.name, MARK)
    assert {repr(value), str(value), f"{value}"} == {f"<sealed {cls.__name__}>"}
    assert MARK not in repr([value])


def test_what_inherits_from_a_sealed_class_prints_none_of_its_fields_either():
    @dataclass(frozen=True)
    class Secret(Sealed):
        words: str

    @dataclass(frozen=True, slots=True)
    class More(Secret):
        other: str

    assert repr(More(MARK, MARK)) == "<sealed More>"
