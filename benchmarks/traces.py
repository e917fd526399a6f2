"""Traces: which key is asked for when; generated, or recorded by a user. And the best that any strategy could do."""

import heapq
import math
import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from pathlib import Path

FAR = math.inf


@dataclass(frozen=True, slots=True)
class Trace:
    """Requests in their order. Time is the place in it."""

    name: str
    keys: Sequence[int]
    deadlines: Sequence[float]
    """When what is asked for there expires: the same for all copies of it, as entries have it."""

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def distinct(self) -> int:
        """Different keys in it."""
        return len(set(self.keys))


def generated(keys: int, length: int, seed: int = 0) -> list[Trace]:
    """The kinds that caches are told apart by, over some `keys` keys."""
    rng = random.Random(seed)

    def lasting(name: str, asked: Iterator[int]) -> Trace:
        taken = list(islice(asked, length))
        return Trace(name, taken, [FAR] * len(taken))

    return [
        *(lasting(f"Zipf {s:g}", _zipf(keys, s, rng)) for s in (0.8, 1.0, 1.2)),
        lasting("Zipf 1, drifting", _drifting(keys, rng, passed=length // 2)),
        lasting("Zipf 1 with scans", _with_scans(keys, rng)),
        lasting("Zipf 1 with a loop", _with_loop(keys, rng)),
        lasting("Zipf 0.8 with bursts", _with_bursts(keys, rng)),
        expiring("Zipf 1, expiring", list(islice(_zipf(keys, 1.0, rng), length)), rng),
    ]


def recorded(path: Path) -> Trace:
    """A user's own trace: a text file with a key a line, in the order of asking; blank lines are left out.

    Raises:
        ValueError: there is none in it.
    """
    numbers: dict[str, int] = {}
    with path.open(encoding="utf-8") as lines:
        keys = [numbers.setdefault(line.strip(), len(numbers)) for line in lines if line.strip()]
    if not keys:
        raise ValueError(f"{path}: no keys; one a line is expected")
    return Trace(path.name, keys, [FAR] * len(keys))


def expiring(name: str, keys: Sequence[int], rng: random.Random) -> Trace:
    """The same with lifetimes: some keys change ten times over the trace, some a hundred times, some never."""
    length = len(keys)
    lives = {key: rng.choice((length / 100, length / 10, FAR)) for key in set(keys)}
    births = {key: rng.random() * min(life, length) for key, life in lives.items()}
    return Trace(name, keys, [_deadline(at, lives[key], births[key]) for at, key in enumerate(keys)])


def _deadline(at: int, life: float, birth: float) -> float:
    if life == FAR:
        return FAR
    return birth + life * math.floor((at - birth) / life + 1)


def best_hits(trace: Trace, size: int) -> int:
    """Hits of the best cache of `size` entries that anybody could build who knew the future.

    Belady's MIN (1966): whatever is asked for last, or never, goes first; what has just been asked for may be the one
    that goes, since no cache must keep it. A key is another thing after it has expired.
    """
    things = list(zip(trace.keys, trace.deadlines, strict=True))
    held: dict[tuple[int, float], float] = {}
    """Things in the cache, and when each is asked for next."""
    farthest: list[tuple[float, tuple[int, float]]] = []
    hits = 0
    for thing, next_use in zip(things, _next_uses(things), strict=True):
        hits += thing in held
        held[thing] = next_use
        heapq.heappush(farthest, (-next_use, thing))
        while len(held) > size:
            when, doomed = heapq.heappop(farthest)
            if held.get(doomed) == -when:
                del held[doomed]
    return hits


def _next_uses(things: Sequence[object]) -> list[float]:
    coming: dict[object, float] = {}
    next_uses = [FAR] * len(things)
    for at in range(len(things) - 1, -1, -1):
        next_uses[at] = coming.get(things[at], FAR)
        coming[things[at]] = at
    return next_uses


# --- kinds, each without end ----------------------------------------------------------------------------------------


def ranks(count: int, exponent: float, rng: random.Random) -> Callable[[], int]:
    """Draws 0 … count − 1; number k is 1 / (k + 1)^exponent as likely as number 0."""
    sums = list(accumulate((k + 1) ** -exponent for k in range(count)))

    def draw() -> int:
        return min(bisect_right(sums, rng.random() * sums[-1]), count - 1)

    return draw


def _zipf(keys: int, exponent: float, rng: random.Random) -> Iterator[int]:
    draw = ranks(keys, exponent, rng)
    while True:
        yield draw()


def _drifting(keys: int, rng: random.Random, passed: int) -> Iterator[int]:
    """New keys become the most popular, the others fall by a rank each time: a quarter of the keys within `passed`."""
    draw, each = ranks(keys, 1.0, rng), max(4 * passed // keys, 1)
    at = 0
    while True:
        yield draw() - at // each
        at += 1


def _with_scans(keys: int, rng: random.Random) -> Iterator[int]:
    """Now and then somebody reads a fifth as many keys once, one after the other: an import, a crawler."""
    draw, fresh = ranks(keys, 1.0, rng), keys
    while True:
        yield from (draw() for _ in range(keys))
        yield from range(fresh, fresh + keys // 5)
        fresh += keys // 5


def _with_loop(keys: int, rng: random.Random) -> Iterator[int]:
    """Every fourth request belongs to a loop over a tenth as many keys: a monitor, a test suite."""
    draw, length, at = ranks(keys, 1.0, rng), keys // 10, 0
    while True:
        yield from (draw(), draw(), draw())
        yield keys + at % length
        at += 1


def _with_bursts(keys: int, rng: random.Random) -> Iterator[int]:
    """Four of ten requests belong to a question that nobody asked before, is asked 40 times soon, and never again."""
    draw = ranks(keys, 0.8, rng)
    fresh = keys
    while True:
        crowd = list(chain.from_iterable([key] * 40 for key in range(fresh, fresh + 5)))
        calm = [draw() for _ in range(len(crowd) * 3 // 2)]
        both = crowd + calm
        rng.shuffle(both)
        yield from both
        fresh += 5
