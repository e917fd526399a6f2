"""What the demo has seen: which way each answer came, how long it took, what it saved."""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum

from client import Answer
from schemas import Layer, Match
from workers.demo.model import DOLLARS_A_CALL, THINKING_SECONDS


class Way(StrEnum):
    """How an answer came to who asked."""

    L1 = "L1 memory"
    L2_EXACT = "L2 exact"
    L2_SEMANTIC = "L2 semantic"
    SHARED = "waited for"
    """Computed for another caller, while this one waited."""
    COMPUTED = "computed"


def way_of(answer: Answer, seconds: float) -> Way:
    """Sort an answer by what its reply says. One that is younger than its question was waited for."""
    found = answer.lookup
    if not answer.is_from_cache or found is None:
        return Way.COMPUTED
    if found.age_seconds is not None and found.age_seconds < seconds:
        return Way.SHARED
    if found.layer is Layer.L1:
        return Way.L1
    return Way.L2_EXACT if found.match is Match.EXACT else Way.L2_SEMANTIC


@dataclass(slots=True)
class Tally:
    """Counts and latencies by way. Latencies are the caller's: Kafka there and back included."""

    seconds: defaultdict[Way, list[float]] = field(default_factory=lambda: defaultdict(list))
    by_meaning: int = 0
    """Hits on a question that was stored in other words."""
    wrong: list[str] = field(default_factory=list)
    """Hits that answered another question, a sentence each."""

    def add(self, way: Way, seconds: float) -> None:
        """One more answer."""
        self.seconds[way].append(seconds)

    def count(self, way: Way) -> int:
        """Answers that came this way."""
        return len(self.seconds[way])

    @property
    def total(self) -> int:
        """All answers."""
        return sum(len(each) for each in self.seconds.values())

    @property
    def hits(self) -> int:
        """Answers that no model call was made for."""
        return self.total - self.count(Way.COMPUTED)

    @property
    def hit_rate(self) -> float:
        """0 to 1."""
        return self.hits / self.total if self.total else 0.0

    @property
    def saved_seconds(self) -> float:
        """Waiting that people were spared: a model call each, less what the hits took."""
        spent = sum(sum(each) for way, each in self.seconds.items() if way is not Way.COMPUTED)
        return max(0.0, self.hits * THINKING_SECONDS - spent)

    @property
    def saved_dollars(self) -> float:
        """Model calls that were not made, at the assumed price."""
        return self.hits * DOLLARS_A_CALL

    def percentile_ms(self, way: Way, share: float) -> float | None:
        """Milliseconds that this share of the answers did not exceed; None without answers."""
        ordered = sorted(self.seconds[way])
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else None
