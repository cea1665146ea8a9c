"""Templates and URL rules are compiled once in a worker, not once for each application that a test makes."""

from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

_PARSED = ("_parts", "_trace", "_converters", "arguments")
_BUILDERS = ("_build", "_build_unknown")


class CompiledTemplates(BytecodeCache):
    """Compiled templates in memory; one whose source has changed is compiled anew."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give back what was compiled before, if it was."""
        if known := self._known.get(bucket.key):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember what was compiled just now."""
        self._known[bucket.key] = bucket.bytecode_to_string()


class CompiledRule(Rule):
    """A route that is parsed and compiled once: what comes of it depends on its text and its defaults alone."""

    _known: dict[tuple[object, ...], dict[str, Any]] = {}

    def compile(self) -> None:
        """Compile the rule, or take what was made of an equal one before."""
        key = (self.subdomain, self.host, self.rule, repr(self.defaults), self.merge_slashes)
        if key not in self._known:
            super().compile()
            made = {name: getattr(self, name) for name in _PARSED}
            self._known[key] = made | {name: vars(self)[name].__func__ for name in _BUILDERS}
            return
        made = self._known[key]
        vars(self).update(made | {name: made[name].__get__(self) for name in _BUILDERS})
