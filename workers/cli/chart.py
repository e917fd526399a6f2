"""A curve in the terminal, drawn with the dots of Braille characters: eight to a place."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

Point = tuple[float, float]

WIDTH, HEIGHT = 60, 12
"""Places across and down, without the axes."""
_DOTS_ACROSS, _DOTS_DOWN = 2, 4
_FIRST_BRAILLE = 0x2800
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Of each dot of a character, by row and column."""
_MARGIN = 6


@dataclass(frozen=True, slots=True)
class Axes:
    """What the plot shows: from the first to the last value, and what they are."""

    x: tuple[float, float]
    y: tuple[float, float]
    x_name: str
    y_name: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands out: a level across, and a point of the curve."""

    level: float
    point: Point


def plot(curve: Sequence[Point], axes: Axes, marks: Marks) -> Text:
    """The curve from point to point, the level as a line of dots, the marked point as a disc."""
    places = [[0] * WIDTH for _ in range(HEIGHT)]
    for x in range(0, WIDTH * _DOTS_ACROSS, 4):
        _dot(places, x, _row(marks.level, axes))
    ordered = sorted(curve)
    for (x0, y0), (x1, y1) in zip(ordered, ordered[1:] or ordered, strict=False):
        steps = max(abs(_column(x1, axes) - _column(x0, axes)), abs(_row(y1, axes) - _row(y0, axes)), 1)
        for step in range(steps + 1):
            share = step / steps
            _dot(places, _column(x0 + (x1 - x0) * share, axes), _row(y0 + (y1 - y0) * share, axes))
    at = (_row(marks.point[1], axes) // _DOTS_DOWN, _column(marks.point[0], axes) // _DOTS_ACROSS)
    return _framed(places, axes, at)


def _framed(places: list[list[int]], axes: Axes, at: tuple[int, int]) -> Text:
    text = Text(f"{axes.y_name}\n", no_wrap=True)
    for number, row in enumerate(places):
        share = 1 - number / (HEIGHT - 1)
        label = f"{axes.y[0] + (axes.y[1] - axes.y[0]) * share:.2f}" if number % 3 == 0 or share == 0 else ""
        text.append(f"{label:>{_MARGIN - 1}} ┤" if label else " " * _MARGIN + "│", "dim")
        for column, bits in enumerate(row):
            is_marked = (number, column) == at
            text.append("●" if is_marked else chr(_FIRST_BRAILLE + bits), "bold green" if is_marked else None)
        text.append("\n")
    left, right = f"{axes.x[0]:.2f}", f"{axes.x[1]:.2f} {axes.x_name}"
    text.append(" " * _MARGIN + "└" + "─" * WIDTH + "\n", "dim")
    text.append(" " * (_MARGIN - 1) + left + " " * (WIDTH - len(left) - len(right) + 2) + right, "dim")
    return text


def _dot(places: list[list[int]], x: int, y: int) -> None:
    places[y // _DOTS_DOWN][x // _DOTS_ACROSS] |= _BITS[y % _DOTS_DOWN][x % _DOTS_ACROSS]


def _column(x: float, axes: Axes) -> int:
    return _within(x, axes.x, WIDTH * _DOTS_ACROSS)


def _row(y: float, axes: Axes) -> int:
    """Counted from the top."""
    dots = HEIGHT * _DOTS_DOWN
    return dots - 1 - _within(y, axes.y, dots)


def _within(value: float, ends: tuple[float, float], dots: int) -> int:
    """The dot of a value; what lies outside is drawn at the edge."""
    share = (value - ends[0]) / (ends[1] - ends[0])
    return round(min(max(share, 0.0), 1.0) * (dots - 1))
