"""Readiness: the conditions that must all hold before a worker is sent work, each with the reason why it does not."""

from collections.abc import Callable
from enum import StrEnum

ConditionObserver = Callable[["Condition", bool], None]


class Condition(StrEnum):
    """What a worker cannot do without."""

    KAFKA = "kafka"
    """Connected, and a member of its group."""
    REDIS = "redis"
    """The shared level answers."""
    MODEL = "model"
    """The embedding model is loaded."""
    LOG = "log"
    """The recent past of the coherence log is replayed, and the view of it is fresh."""


class Readiness:
    """Set by whoever knows; asked by the HTTP side. At first nothing holds."""

    def __init__(self) -> None:
        self._failing: dict[Condition, str] = dict.fromkeys(Condition, "not started yet")
        self._observers: list[ConditionObserver] = []

    @property
    def is_ready(self) -> bool:
        """Whether every condition holds."""
        return not self._failing

    @property
    def failing(self) -> dict[Condition, str]:
        """The conditions that do not hold, each with its reason."""
        return dict(self._failing)

    def on_change(self, observer: ConditionObserver) -> None:
        """Call `observer(condition, holds)` for every condition now, and for each one that changes later."""
        self._observers.append(observer)
        for condition in Condition:
            observer(condition, condition not in self._failing)

    def holds(self, condition: Condition) -> None:
        """The condition is met from now on."""
        if self._failing.pop(condition, None) is not None:
            self._tell(condition, holds=True)

    def fails(self, condition: Condition, reason: str) -> None:
        """The condition is not met; the reason is for people, and the latest one is kept."""
        held = condition not in self._failing
        self._failing[condition] = reason
        if held:
            self._tell(condition, holds=False)

    def _tell(self, condition: Condition, *, holds: bool) -> None:
        for observer in self._observers:
            observer(condition, holds)
