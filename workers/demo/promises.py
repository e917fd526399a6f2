"""What the story claims, and whether it held."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """One claim, checked."""

    claim: str
    is_kept: bool
    detail: str = ""
    """What was seen."""


class Promises:
    """All claims of a run."""

    def __init__(self) -> None:
        self.made: list[Promise] = []

    def check(self, claim: str, is_kept: bool, detail: str = "") -> Promise:
        """Note whether a claim held."""
        promise = Promise(claim, is_kept, detail)
        self.made.append(promise)
        return promise

    @property
    def broken(self) -> list[Promise]:
        """Those that did not hold."""
        return [promise for promise in self.made if not promise.is_kept]
