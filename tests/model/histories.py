"""Random histories of the world: who does what next is drawn; the judge sits in every lookup."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from schemas.lookup import LookupMode
from tests.model.world import BASE, NAMESPACE, PROMPTS, Answer, Change, Prompt, Worker, World, quiet
from workers.cache.lookup import Lookup
from workers.cache.rules import PlacedRule, Rule

MAX_LOOKUPS_IN_FLIGHT = 4


class Draw(Protocol):
    """Where the choices come from: hypothesis, or a seeded generator."""

    def index(self, count: int) -> int:
        """A number from 0 up to, not including, `count`."""
        ...


@dataclass(slots=True)
class Computing:
    """A caller between its miss and its store."""

    prompt: Prompt
    fence: int | None
    answer: Answer | None = None


@dataclass(slots=True)
class Request:
    """A store or an invalidation that a broker holds until a worker has acknowledged it."""

    name: str
    begin: Callable[[Worker], Coroutine[Any, Any, None]]
    on: str = ""
    """The worker that is at it."""


@dataclass(slots=True)
class History:
    """One run."""

    draw: Draw
    workers_count: int = 2
    with_losses: bool = True
    world: World = field(default_factory=World)
    workers: list[Worker] = field(default_factory=list)
    computing: list[Computing] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    counter: int = 0

    async def run(self, steps: int) -> None:
        """Take so many steps, then come to rest and look at everything once more."""
        self.workers = [Worker(self.world, f"w{i}") for i in range(self.workers_count)]
        actions = [
            (6, self.go_on),
            (4, self.follow),
            (5, self.ask),
            (4, self.compute_or_store),
            (3, self.probe),
            (2, self.change),
            (2, self.pass_time),
            (1, self.redeliver),
            (1, self.crash),
            (1, self.repair),
            (2, self.remember_less),
            (2, self.calm),
            (3, self.calm_but_for_one),
            (3, self.populate),
        ] + ([(1, self.persist), (1, self.lose)] if self.with_losses else [])
        wheel = [action for weight, action in actions for _ in range(weight)]
        for _ in range(steps):
            self.world.ticks += 1
            self.world.clock.advance(0.001)
            action = wheel[self.draw.index(len(wheel))]
            self.world.story.append(f"{self.world.ticks} {action.__name__}")
            await action()
            await self.world.scheduler.settle()
        await self.rest()

    # --- steps ------------------------------------------------------------------------------------------------

    async def go_on(self) -> None:
        """Somebody who waits for a shared part goes on."""
        gates = self.world.scheduler.gates
        if gates:
            await self.world.scheduler.release(self.draw.index(len(gates)))

    async def follow(self) -> None:
        """A worker sees the next record."""
        self.pick_worker().follow()

    async def probe(self) -> None:
        """A worker asks where the log ends."""
        self.pick_worker().ask_end()

    async def ask(self) -> None:
        """A caller asks a worker, perhaps with the token of an acknowledged change."""
        if sum(name.startswith("ask") for name in self.world.scheduler.tasks) >= MAX_LOOKUPS_IN_FLIGHT:
            return
        worker, prompt = self.pick_worker(), self.pick(PROMPTS)
        tokens = [None, None, *(c.token for c in self.world.changes if c.token is not None)]
        self.start("ask", worker, self.asking(worker, prompt, self.pick(tokens)))

    async def asking(self, worker: Worker, prompt: Prompt, after: str | None) -> None:
        fence = await worker.lookup(prompt, after)
        if fence is not None:
            self.computing.append(Computing(prompt, None if self.draw.index(4) == 0 else fence))

    async def compute_or_store(self) -> None:
        """A caller reads the source, or hands in what it has computed."""
        if not self.computing:
            return
        caller = self.pick(self.computing)
        if caller.answer is None:
            self.world.serial += 1
            caller.answer = Answer(caller.prompt, len(self.world.changes), self.world.serial)
            if caller.fence is not None:
                return
        # Without a fence the request must be written before anything else can change: see the contract.
        self.computing.remove(caller)
        answer, fence, record_ms = caller.answer, caller.fence, int(self.world.clock.wall() * 1000)
        self.counter += 1
        self.deliver(Request(f"store{self.counter}", lambda worker: worker.store(answer, fence, record_ms)))

    async def change(self) -> None:
        """What answers depend on changes; a rule is on its way."""
        if len(self.world.changes) >= 6:
            return
        change = Change(len(self.world.changes), self.pick(RULES))
        self.world.changes.append(change)
        self.counter += 1
        self.deliver(Request(f"rule{self.counter}", lambda worker: worker.invalidate(change)))

    async def pass_time(self) -> None:
        """Time goes by: a little, or more than the bound."""
        self.world.clock.advance(self.pick([0.1, 1.5]))

    async def redeliver(self) -> None:
        """The broker gives a request to somebody else as well."""
        if self.requests:
            self.deliver(self.pick(self.requests))

    async def crash(self) -> None:
        """A worker dies where it stands; another of its name starts; what it had begun goes to anyone."""
        index = self.draw.index(len(self.workers))
        name = self.workers[index].name
        await self.world.scheduler.cancel(lambda task: task.endswith(f"@{name}"))
        self.workers[index] = Worker(
            self.world, name, remembers_from=BASE + self.draw.index(len(self.world.records) + 1)
        )
        for request in [r for r in self.requests if r.on == name]:
            self.deliver(request)

    async def repair(self) -> None:
        """A worker compares the store with what it has seen."""
        worker = self.pick_worker()
        if not any(name.startswith("repair") for name in self.world.scheduler.tasks):
            self.start("repair", worker, worker.check())

    async def remember_less(self) -> None:
        """A worker's memory of rules is bounded."""
        worker = self.pick_worker()
        rules = worker.view.recent.rules()
        if rules:
            worker.view.recent.trim(self.pick(rules).timestamp_ms)

    async def persist(self) -> None:
        """The store's disk has caught up."""
        self.world.store.persist()

    async def lose(self) -> None:
        """The store crashes and loses what its disk has not."""
        self.world.lose_tail()

    async def calm(self) -> None:
        """Everybody finishes what they are at, and sees all there is to see."""
        await quiet(self.world, self.workers)

    async def calm_but_for_one(self) -> None:
        """The same, while one worker neither follows the log nor asks for its end."""
        await quiet(self.world, self.workers, [self.pick_worker()])

    async def populate(self) -> None:
        """A question is asked, computed and stored, with nothing else going on."""
        worker, prompt = self.pick_worker(), self.pick(PROMPTS)
        await self.calm()
        self.start("ask", worker, self.asking(worker, prompt, None))
        await self.calm()
        while self.computing:
            await self.compute_or_store()
        await self.calm()

    # --- the end ----------------------------------------------------------------------------------------------

    async def rest(self) -> None:
        """Everybody finishes; the store is repaired; every worker is asked everything once more."""
        await quiet(self.world, self.workers)
        self.world.clock.advance(1.0)
        for worker in self.workers:
            self.start("repair", worker, worker.check())
            await quiet(self.world, self.workers)
            self.start("repair", worker, worker.check())
            await quiet(self.world, self.workers)
        assert not self.world.is_lossy
        for worker in self.workers:
            for prompt in PROMPTS:
                self.world.ticks += 1
                self.start("ask", worker, worker.lookup(prompt, None))
                await quiet(self.world, self.workers)
        if self.world.losses == 0:
            await self.nothing_is_lost()

    async def nothing_is_lost(self) -> None:
        """The last acknowledged answer for a prompt is there, unless a rule at or above its fence names it."""
        for prompt in PROMPTS:
            mine = [kept for kept in self.world.kept.values() if kept.answer.prompt is prompt]
            last = max(mine, key=lambda kept: kept.ended, default=None)
            if last is None or last.fence is None or self.names(prompt, last.fence):
                continue
            question = self.workers[0].questioner.ask(Lookup(prompt.text, NAMESPACE, mode=LookupMode.EXACT))
            assert (await self.world.store.fetch([question.address]))[0].entry is not None, f"lost: {last}"

    def names(self, prompt: Prompt, fence: int) -> bool:
        """Whether a rule in the log, at or above the fence, concerns the prompt."""
        rules = [r for r in self.world.records if isinstance(r, PlacedRule) and r.offset >= fence]
        return any(Change(0, placed.rule).concerns(prompt) for placed in rules)

    # --- helpers ----------------------------------------------------------------------------------------------

    def deliver(self, request: Request) -> None:
        """Give a request to a worker; it is the broker's until it is done."""
        worker = self.pick_worker()
        request.on = worker.name
        if request not in self.requests:
            self.requests.append(request)
        self.start(request.name, worker, self.until_done(request, worker))

    async def until_done(self, request: Request, worker: Worker) -> None:
        await request.begin(worker)
        if request in self.requests and request.on == worker.name:
            self.requests.remove(request)

    def start(self, kind: str, worker: Worker, work: Coroutine[Any, Any, Any]) -> None:
        self.counter += 1
        self.world.scheduler.start(f"{kind}#{self.counter}@{worker.name}", work)

    def pick_worker(self) -> Worker:
        return self.workers[self.draw.index(len(self.workers))]

    def pick(self, things: Any) -> Any:  # noqa: ANN401 - any sequence gives one of its own
        return things[self.draw.index(len(things))]


RULES = (
    Rule(NAMESPACE, tags=frozenset(["a"])),
    Rule(NAMESPACE, tags=frozenset(["b", "c"])),
    Rule(NAMESPACE, tags=frozenset(["a", "x"]), match_all=True),
    Rule(NAMESPACE, entry_ids=frozenset([PROMPTS[1].entry_id])),
    Rule(NAMESPACE, everything=True),
)
