"""A small world: a log, a store that can forget, workers with the real reading, writing and repairing code, callers.

And a judge, who knows what each answer may be. He knows only what a user knows: what had changed, when that change
was acknowledged, when a question was sent, and from what an answer was computed.
"""

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from schemas.lookup import Layer, LookupMode
from schemas.store import StoreStatus
from tests.model.scheduler import Gated, Scheduler
from workers.cache.clock import ManualClock
from workers.cache.coherence_view import CoherenceView
from workers.cache.config import CacheConfig, CoherenceConfig, RedisConfig
from workers.cache.entry import Entry
from workers.cache.l1 import L1Cache
from workers.cache.lookup import Lookup, Store
from workers.cache.memory_store import MemoryStore
from workers.cache.observer import NullObserver
from workers.cache.policy import MarginPolicy
from workers.cache.ports import Vectors
from workers.cache.question import Questioner
from workers.cache.reader import Levels, Reader
from workers.cache.recent_rules import RecentRules
from workers.cache.repair import Repair
from workers.cache.rules import PlacedRule, Replacement, Rule, kills
from workers.cache.tokens import Token
from workers.cache.verdicts import PairRuling, PairVerdict
from workers.cache.writer import Writer

NAMESPACE = "shop"
BOUND_SECONDS = 1.0
BASE = 1_000
"""The first number of the log, so that zero is never a place in it."""
CONFIG = CacheConfig(
    coherence=CoherenceConfig(max_staleness_ms=int(BOUND_SECONDS * 1000), repair_after_ms=100, rule_memory_seconds=60),
    redis=RedisConfig(timeout_ms=60_000),
    default_ttl_seconds=1_000_000,
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question that callers ask, and what its answer depends on."""

    text: str
    tags: tuple[str, ...]

    @property
    def entry_id(self) -> str:
        """As the cache names it."""
        return Questioner(CONFIG).ask(Lookup(self.text, NAMESPACE)).entry_id


PROMPTS = (Prompt("one", ("a", "x")), Prompt("two", ("a",)), Prompt("three", ("b", "x")))


@dataclass(slots=True)
class Change:
    """Something that answers depend on is another from now on, and a rule says so, in the end."""

    index: int
    rule: Rule
    acknowledged_at: float | None = None
    token: str | None = None

    def concerns(self, prompt: Prompt) -> bool:
        """Written anew, so that the judge does not believe the code that he judges."""
        rule = self.rule
        if rule.everything or prompt.entry_id in rule.entry_ids:
            return True
        hits = [tag in prompt.tags for tag in rule.tags]
        return bool(hits) and (all(hits) if rule.match_all else any(hits))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller computed: it knows the changes before it."""

    prompt: Prompt
    knows: int
    """Changes with a lower index."""
    serial: int

    def encode(self) -> str:
        """As the response that is stored."""
        return json.dumps({"knows": self.knows, "serial": self.serial})


@dataclass(frozen=True, slots=True)
class Kept:
    """A store that was acknowledged."""

    answer: Answer
    fence: int | None
    began: int
    """Tick of its first delivery."""
    ended: int
    """Tick of its acknowledgement."""
    ended_at: float
    """The same by the clock, seconds."""
    losses: int
    """How often the shared store had lost its tail when this began."""

    def replaces(self, other: "Kept") -> bool:
        """Whether it was begun when the other was acknowledged already."""
        return self.answer.prompt is other.answer.prompt and self.began > other.ended


class StillEmbedder:
    """All prompts stand in one place: the model asks by exact key."""

    dimensions = 4
    fingerprint = "0" * 16

    async def open(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def embed(self, prompts: Sequence[str]) -> Vectors:
        """The same unit vector for each."""
        return np.tile(np.array([1, 0, 0, 0], dtype=np.float32), (len(prompts), 1))


class ForgetfulStore(MemoryStore):
    """The twin of L2, applying a rule in the steps that Redis takes, and able to lose what its disk has not."""

    def __init__(self, clock: ManualClock, scheduler: Scheduler) -> None:
        super().__init__(clock)
        self._scheduler = scheduler
        self._disk: dict[str, Any] = {}
        self.losses = 0

    async def incarnation(self) -> str:
        """Another after each loss."""
        return str(self.losses)

    def persist(self) -> None:
        """The disk catches up."""
        self._disk = copy.deepcopy(self._tenants)

    def lose_tail(self) -> None:
        """Crash, and come back as the disk has it."""
        self._tenants = copy.deepcopy(self._disk)
        self._leases.clear()
        self.losses += 1

    async def apply(self, placed: PlacedRule) -> int:
        """Write the rule; delete what it kills; mark it, unless something was lost meanwhile: then all again."""
        while True:
            losses = self.losses
            self._write_rule(placed)
            await self._scheduler.pause("store.apply: rule written")
            doomed = self._doomed(placed)
            await self._scheduler.pause("store.apply: searched")
            removed = self._delete_if_killed(placed, doomed)
            await self._scheduler.pause("store.apply: deleted")
            if self._mark(placed, losses):
                return removed

    def _write_rule(self, placed: PlacedRule) -> None:
        self._known(placed.rule.namespace).rules.append(placed)

    def _doomed(self, placed: PlacedRule) -> list[str]:
        return [e.entry_id for e in self._alive(self._known(placed.rule.namespace)) if kills(placed, e)]

    def _delete_if_killed(self, placed: PlacedRule, doomed: Sequence[str]) -> int:
        tenant = self._known(placed.rule.namespace)
        return self._delete(tenant, [i for i in doomed if (e := self._at(tenant, i)) and kills(placed, e)])

    def _mark(self, placed: PlacedRule, losses: int) -> bool:
        if losses != self.losses:
            return False
        self._known(placed.rule.namespace).marks.add((placed.offset, placed.timestamp_ms))
        return True


@dataclass(slots=True)
class World:
    """Everything that outlives a worker."""

    scheduler: Scheduler = field(default_factory=Scheduler)
    clock: ManualClock = field(default_factory=ManualClock)
    store: ForgetfulStore = field(init=False)
    records: list[PlacedRule | Replacement] = field(default_factory=list)
    begin: int = BASE
    changes: list[Change] = field(default_factory=list)
    kept: dict[int, Kept] = field(default_factory=dict)
    """Acknowledged stores by the serial of their answer."""
    ticks: int = 0
    """Steps taken."""
    serial: int = 0
    is_lossy: bool = False
    """The store has lost something that nobody has repaired yet."""
    story: list[str] = field(default_factory=list)
    """What happened, for whoever reads a failure."""

    def __post_init__(self) -> None:
        self.store = ForgetfulStore(self.clock, self.scheduler)

    @property
    def end(self) -> int:
        """The number after the last record."""
        return BASE + len(self.records)

    @property
    def losses(self) -> int:
        """How often the store has lost its tail."""
        return self.store.losses

    def lose_tail(self) -> None:
        """The store crashes and comes back as the disk has it."""
        self.store.lose_tail()
        self.is_lossy = True


class WorkerLog:
    """One worker's access to the log: what it appends, it has seen before `append` returns."""

    def __init__(self, world: World, view: CoherenceView) -> None:
        self._world = world
        self._view = view

    async def append(self, rules: Sequence[Rule]) -> list[PlacedRule]:
        """Append; come back when this worker has followed so far."""
        world = self._world
        placed = [PlacedRule(world.end + i, self._now(), rule) for i, rule in enumerate(rules)]
        world.records.extend(placed)
        await self._view.reached(placed[-1].offset + 1)
        return placed

    async def gave(self, number: int) -> bool:
        """This world has one log."""
        return number >= BASE

    async def announce(self, replaced: Sequence[Entry]) -> list[Replacement]:
        """The same for replaced answers."""
        world = self._world
        records = [
            Replacement(world.end + i, self._now(), e.namespace, e.entry_id, e.version) for i, e in enumerate(replaced)
        ]
        world.records.extend(records)
        await self._view.reached(records[-1].offset + 1)
        return records

    async def announce_ruling(self, verdict: PairVerdict) -> PairRuling:
        """No feedback in this world."""
        raise NotImplementedError

    async def end(self) -> int:
        """The number after the last record."""
        return self._world.end

    async def begin(self) -> int:
        """The first number still kept."""
        return self._world.begin

    async def read(self, start: int, stop: int) -> list[PlacedRule]:
        """The rules kept between."""
        kept = self._world.records[max(start, self._world.begin) - BASE : max(stop - BASE, 0)]
        return [record for record in kept if isinstance(record, PlacedRule)]

    def _now(self) -> int:
        return int(self._world.clock.wall() * 1000)


class Worker:
    """A worker process, without its Kafka: the cache's own parts, stopped at every call of a shared one."""

    def __init__(self, world: World, name: str, *, remembers_from: int | None = None) -> None:
        self.name = name
        self.world = world
        self.view = CoherenceView(RecentRules(max_count=1000), max_staleness_seconds=BOUND_SECONDS, clock=world.clock)
        self.l1 = L1Cache(CONFIG.l1)
        self.view.on_record(self.l1.evict)
        self.view.on_reset(self.l1.clear)
        log = Gated(WorkerLog(world, self.view), world.scheduler, "log")
        store = Gated(world.store, world.scheduler, "store")
        levels = Levels(self.l1, store, StillEmbedder(), MarginPolicy(), self.view, log)  # type: ignore[arg-type]
        self.levels = levels
        self.reader = Reader(CONFIG, levels, world.clock, NullObserver())
        self.writer = Writer(CONFIG, levels, self.reader, NullObserver())
        self.repair = Repair(CONFIG.coherence, store, log, self.view, world.clock, NullObserver())  # type: ignore[arg-type]
        self.questioner = Questioner(CONFIG)
        start = world.begin if remembers_from is None else max(remembers_from, world.begin)
        before = world.records[start - BASE - 1].timestamp_ms if start > BASE else -1
        self.view.reset(start, before)
        self.probe: tuple[float, int] | None = None
        while self.view.position < world.end:
            self.follow()
        self.view.trust()

    def follow(self) -> None:
        """See the next record, and settle a probe that it completes."""
        if self.view.position < self.world.end:
            self.view.observe(self.world.records[self.view.position - BASE])
        if self.probe is not None and self.view.position >= self.probe[1]:
            self.view.mark_fresh(self.probe[0])
            self.probe = None

    def ask_end(self) -> None:
        """Begin a probe."""
        self.probe = (self.world.clock.monotonic(), self.world.end)
        if self.view.position >= self.world.end:
            self.follow()

    async def lookup(self, prompt: Prompt, after: str | None) -> int | None:
        """Ask as a caller does; the fence of a miss. The judge looks at every hit."""
        world, sent = self.world, Sent.now(self.world, prompt, after)
        question = self.questioner.ask(Lookup(prompt.text, NAMESPACE, mode=LookupMode.EXACT, after=after))
        outcome = self.reader.in_l1(question, world.clock.monotonic())
        if outcome is None:
            outcome = (await self.reader.in_l2([question]))[0]
        if outcome.response is not None and outcome.layer is not None:
            sent.judge(json.loads(outcome.response), outcome.layer, self.name)
        return outcome.fence

    async def store(self, answer: Answer, fence: int | None, record_ms: int) -> None:
        """Keep an answer; an acknowledgement is noted."""
        began, losses = self.world.ticks, self.world.losses
        store = Store(
            answer.prompt.text,
            answer.encode(),
            NAMESPACE,
            tags=answer.prompt.tags,
            fence=fence,
            timestamp_ms=record_ms,
        )
        outcome = (await self.writer.store([store], self.world.clock))[0]
        if outcome.status in (StoreStatus.STORED, StoreStatus.REPLACED):
            ended = Kept(answer, fence, began, self.world.ticks, self.world.clock.monotonic(), losses)
            self.world.kept.setdefault(answer.serial, ended)

    async def invalidate(self, change: Change) -> None:
        """Both halves, then the acknowledgement."""
        placed = (await self.levels.log.append([change.rule]))[0]
        await self.levels.store.apply(placed)
        if change.acknowledged_at is None:
            change.acknowledged_at = self.world.clock.monotonic()
            change.token = Token.of(placed).encode()

    async def check(self) -> None:
        """One round of repair."""
        losses, position = self.world.losses, self.view.position
        await self.repair.check()
        is_whole = position == self.world.end == self.view.position and self.world.losses == losses
        is_due = all(
            record.timestamp_ms <= self.world.clock.wall() * 1000 - CONFIG.coherence.repair_after_ms
            for record in self.world.records
        )
        if is_whole and is_due:
            self.world.is_lossy = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A question at the moment when it was sent, with what its answer must know."""

    world: World
    prompt: Prompt
    due: int
    """Changes up to this index were acknowledged longer ago than the bound."""
    acknowledged: int
    """Changes up to this index were acknowledged."""
    asked_for: int
    """The change whose token was sent along, or −1."""
    at: float
    """When, by the clock, seconds."""
    tick: int
    losses: int
    was_lossy: bool

    @classmethod
    def now(cls, world: World, prompt: Prompt, after: str | None) -> "Sent":
        """Take down what is known now."""
        mine = [c for c in world.changes if c.concerns(prompt) and c.acknowledged_at is not None]
        bound = world.clock.monotonic() - BOUND_SECONDS
        due = [c.index for c in mine if c.acknowledged_at is not None and c.acknowledged_at < bound]
        asked = [c.index for c in mine if after is not None and c.token == after]
        return cls(
            world,
            prompt,
            max(due, default=-1),
            max((c.index for c in mine), default=-1),
            max(asked, default=-1),
            world.clock.monotonic(),
            world.ticks,
            world.losses,
            world.is_lossy,
        )

    def judge(self, answer: dict[str, int], layer: Layer, worker: str) -> None:
        """Raise if the answer may not be given."""
        needed = max(self.due, self.asked_for)
        had_loss = self.was_lossy or self.world.losses != self.losses
        if layer is Layer.L2 and not had_loss:
            needed = max(needed, self.acknowledged)
        self._judge_replaced(answer["serial"], layer, worker)
        knows = answer["knows"] - 1
        assert knows >= needed, (
            f"stale: {worker} answered {self.prompt.text!r} from {layer} with what knows changes up to {knows}; "
            f"it must know {needed}\n" + "\n".join(self.world.story)
        )

    def _judge_replaced(self, serial: int, layer: Layer, worker: str) -> None:
        """An answer that was replaced long enough ago may not come back, unless the store lost the new one."""
        mine = self.world.kept.get(serial)
        if mine is None:
            return
        bound = BOUND_SECONDS if layer is Layer.L1 else 0.0
        newer = [
            kept
            for kept in self.world.kept.values()
            if kept.replaces(mine)
            and mine.losses == kept.losses == self.world.losses
            and kept.ended < self.tick
            and kept.ended_at < self.at - bound + 1e-9
        ]
        assert not newer, (
            f"replaced: {worker} answered {self.prompt.text!r} from {layer} with {mine}, replaced by {newer}\n"
            + "\n".join(self.world.story)
        )


async def quiet(world: World, workers: Sequence[Worker], lagging: Sequence[Worker] = ()) -> None:
    """Let everybody finish and follow to the end, but for those that lag; what waits for them stays."""
    for _ in range(50):
        await world.scheduler.finish()
        for worker in workers:
            if worker in lagging:
                continue
            worker.ask_end()
            while worker.view.position < world.end:
                worker.follow()
            worker.follow()
        await world.scheduler.settle()
        if not world.scheduler.tasks or (lagging and not world.scheduler.gates):
            return
    raise AssertionError(f"never quiet: {list(world.scheduler.tasks)}")
