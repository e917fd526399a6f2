"""How long steps tell what they are doing."""

from typing import Protocol


class Progress(Protocol):
    """Told of each step, from the event loop's thread.

    `fraction` is the share of this step that is done, 0 to 1, or None where it cannot be known.
    """

    def __call__(self, step: str, fraction: float | None = None, /) -> None:
        """Tell of a step."""


def silent(_step: str, _fraction: float | None = None, /) -> None:
    """The progress that nobody watches."""
