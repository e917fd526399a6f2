from schemas import Match
from workers.cache.clock import ManualClock
from workers.cache.config import L1CacheConfig
from workers.cache.entry import Entry
from workers.cache.l1 import L1Cache, L1Record
from workers.cache.observer import L1Removal
from workers.cache.rules import PlacedRule, Replacement, Rule

NOW = ManualClock().monotonic()


def record(name: str, *, version: str = "a" * 16, lifetime: float = 60.0) -> L1Record:
    entry = Entry(
        entry_id=name,
        namespace="shop",
        context_key="-",
        prompt=name,
        response="answer",
        fence=5,
        created_at=0.0,
        expires_at=lifetime,
        tags=("t",),
        version=version,
    )
    return L1Record(entry, NOW + lifetime, Match.EXACT, 1.0)


def test_every_removal_is_told_with_its_reason() -> None:
    told: list[tuple[L1Removal, int]] = []
    l1 = L1Cache(L1CacheConfig(max_size=2), lambda reason, count: told.append((reason, count)))
    for name in ("a", "b", "c"):
        l1.put(name, record(name))
    l1.put("d", record("d", lifetime=1.0))
    assert l1.get("d", NOW + 2.0) is None
    l1.evict(Replacement(9, 0, "shop", "c", "b" * 16))
    l1.put("e", record("e"))
    l1.put("alias of e", record("e", version="b" * 16))
    l1.evict(PlacedRule(10, 0, Rule("shop", tags=frozenset(["t"]))))
    l1.put("f", record("f"))
    l1.clear()
    assert told == [
        (L1Removal.FULL, 1),
        (L1Removal.FULL, 1),
        (L1Removal.EXPIRED, 1),
        (L1Removal.REPLACED, 1),
        (L1Removal.REPLACED, 1),
        (L1Removal.INVALIDATED, 1),
        (L1Removal.RESET, 1),
    ]


def test_putting_again_removes_nothing() -> None:
    told: list[L1Removal] = []
    l1 = L1Cache(L1CacheConfig(max_size=2), lambda reason, _count: told.append(reason))
    for _ in range(3):
        l1.put("a", record("a"))
    assert told == []
