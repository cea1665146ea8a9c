"""What holds a secret and may reach a log or a traceback prints its class alone."""


class Sealed:
    """A value that prints none of its fields; neither does a subclass, and a dataclass leaves this `repr` in place."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__repr__ = Sealed.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        return f"<sealed {type(self).__name__}>"
