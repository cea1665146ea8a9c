"""A QR code as one path of an SVG, so that no markup is trusted and no style stands inside."""

from dataclasses import dataclass

import segno

_QUIET = 4


@dataclass(frozen=True)
class Drawing:
    """The side of the drawing in modules, and the path that is filled black on white."""

    side: int
    path: str


def draw(text: str) -> Drawing:
    """Draw a text as a QR code with its quiet zone."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    squares = [
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    ]
    return Drawing(len(rows) + 2 * _QUIET, "".join(squares))
