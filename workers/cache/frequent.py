"""How often each name occurred, in bounded memory and with totals that are exact."""

from collections.abc import Iterable

OTHER = "other"


class FrequentNames:
    """Counts of the most frequent names; all others under `other`.

    Space-saving (Metwally, Agrawal, El Abbadi, 2005), with the least frequent half dropped at once instead of one by
    one, so that a new name costs O(1) amortised. A name is *shown* with what was counted since it entered, so never
    with more than the truth; what it may have been counted before only decides whether it stays. The shown counts and
    `other` always add up to everything that was counted. While there were never more than `capacity` names, all is
    exact.
    """

    def __init__(self, *, shown: int = 100, capacity: int = 2000) -> None:
        self._shown = shown
        self._capacity = max(capacity, 2 * shown)
        self._counts: dict[str, int] = {}
        self._missed: dict[str, int] = {}
        """The most that a name may have been counted before it entered; absent: 0."""
        self._dropped_most = 0
        self._total = 0

    @property
    def total(self) -> int:
        """Everything that was counted."""
        return self._total

    def add(self, name: str) -> None:
        """Count one occurrence."""
        self._total += 1
        counts = self._counts
        if name in counts:
            counts[name] += 1
            return
        if len(counts) >= self._capacity:
            self._drop_rare()
        counts[name] = 1
        if self._dropped_most:
            self._missed[name] = self._dropped_most

    def add_all(self, names: Iterable[str]) -> None:
        """Count one occurrence of each."""
        for name in names:
            self.add(name)

    def snapshot(self) -> dict[str, int]:
        """The most frequent names with their counts, most frequent first, then `other` if there is more."""
        top = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))[: self._shown]
        result = {name: count for name, count in top if name != OTHER}
        rest = self._total - sum(result.values())
        return result | {OTHER: rest} if rest else result

    def _drop_rare(self) -> None:
        """Keep the half that may be the most frequent."""
        ranked = sorted(self._counts, key=self._at_most, reverse=True)
        kept, dropped = ranked[: self._capacity // 2], ranked[self._capacity // 2 :]
        self._dropped_most = max(self._dropped_most, self._at_most(dropped[0]))
        self._counts = {name: self._counts[name] for name in kept}
        self._missed = {name: self._missed[name] for name in kept if name in self._missed}

    def _at_most(self, name: str) -> int:
        return self._counts[name] + self._missed.get(name, 0)
