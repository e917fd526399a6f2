"""Scenes: the histories that make a safeguard necessary, played step by step.

Random histories find some of them within seconds and others within hours; these are what they would find.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.model.world import NAMESPACE, PROMPTS, Answer, Change, Prompt, Worker, World, quiet
from workers.cache.rules import Rule

ONE, TWO, THREE = PROMPTS
A = Rule(NAMESPACE, tags=frozenset(["a"]))
UNRELATED = Rule(NAMESPACE, tags=frozenset(["nothing"]))


@dataclass(slots=True)
class Stage:
    """Two workers, and the words for what happens to them."""

    world: World = field(default_factory=World)
    first: Worker = field(init=False)
    second: Worker = field(init=False)
    names: int = 0

    def __post_init__(self) -> None:
        self.first, self.second = Worker(self.world, "first"), Worker(self.world, "second")

    async def rest(self, *, lagging: Worker | None = None) -> None:
        """All finish and follow, but for one."""
        self.world.ticks += 1
        await quiet(self.world, [self.first, self.second], [lagging] if lagging else [])

    async def ask(self, worker: Worker, prompt: Prompt = TWO, after: str | None = None) -> int | None:
        """A question, all the way."""
        fences: list[int | None] = []

        async def asking() -> None:
            fences.append(await worker.lookup(prompt, after))

        self.begin("ask", asking())
        self.world.ticks += 1
        await self.world.scheduler.finish()
        await self.world.scheduler.settle()
        return fences[0] if fences else None

    def computed(self, prompt: Prompt = TWO) -> Answer:
        """An answer computed from the source as it is now."""
        self.world.serial += 1
        return Answer(prompt, len(self.world.changes), self.world.serial)

    async def keep(self, worker: Worker, answer: Answer, fence: int | None) -> None:
        """A store, all the way, all following."""
        self.begin("store", worker.store(answer, fence, self.now_ms()))
        await self.rest()

    async def populate(self, prompt: Prompt = TWO) -> None:
        """An answer in L2 and in both L1s."""
        await self.rest()
        await self.keep(self.first, self.computed(prompt), self.world.end)
        await self.ask(self.first, prompt)
        await self.ask(self.second, prompt)

    def change(self, rule: Rule = A) -> Change:
        """The source changes."""
        self.world.changes.append(Change(len(self.world.changes), rule))
        return self.world.changes[-1]

    def begin(self, name: str, work: Awaitable[None]) -> str:
        """Start something; it stands at its first gate."""
        self.names += 1
        name = f"{name}#{self.names}"
        self.world.scheduler.start(name, work)  # type: ignore[arg-type]
        return name

    async def go(self, name: str, place: str) -> None:
        """Let one task go on to a place, and nobody else."""
        scheduler = self.world.scheduler
        await scheduler.settle()
        for _ in range(50):
            mine = [i for i, gate in enumerate(scheduler.gates) if gate.task == name]
            if mine and scheduler.gates[mine[0]].place == place:
                return
            if mine:
                await scheduler.release(mine[0])
            for worker in (self.first, self.second):
                if worker.name in name:
                    worker.follow()
            await scheduler.settle()
        raise AssertionError(f"{name} never came to {place}: {scheduler.gates}")

    async def end_of(self, name: str, following: Worker | None = None) -> None:
        """Let one task finish, and nobody else; one worker follows the log meanwhile."""
        scheduler = self.world.scheduler
        await scheduler.settle()
        while name in scheduler.tasks:
            if following is not None:
                following.follow()
                await scheduler.settle()
            mine = [i for i, gate in enumerate(scheduler.gates) if gate.task == name]
            if mine:
                await scheduler.release(mine[0])
            assert mine or following, f"{name} waits for something that is not a gate"
        self.world.ticks += 1

    def now_ms(self) -> int:
        """Broker time; it moves on."""
        self.world.clock.advance(0.001)
        return int(self.world.clock.wall() * 1000)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.world.clock.advance(seconds)
        self.world.ticks += 1


async def l1_of_a_worker_that_lags(stage: Stage) -> None:
    """Needs: L1 answers only while fresh."""
    await stage.populate()
    stage.begin("first-rule", stage.first.invalidate(stage.change()))
    await stage.rest(lagging=stage.second)
    stage.wait(1.5)
    await stage.ask(stage.second)


async def probe_answered_late(stage: Stage) -> None:
    """Needs: the age of a probe counts from its asking."""
    await stage.populate()
    stage.begin("first-rule", stage.first.invalidate(stage.change(UNRELATED)))
    await stage.rest(lagging=stage.second)
    stage.second.ask_end()
    stage.begin("first-rule", stage.first.invalidate(stage.change()))
    await stage.rest(lagging=stage.second)
    stage.wait(0.9)
    stage.second.follow()
    stage.wait(0.5)
    await stage.ask(stage.second)


async def token_at_a_worker_that_lags(stage: Stage) -> None:
    """Needs: with a token, L1 answers only once its rule was seen."""
    await stage.populate()
    change = stage.change()
    stage.begin("first-rule", stage.first.invalidate(change))
    await stage.rest(lagging=stage.second)
    await stage.ask(stage.second, after=change.token)


async def store_between_the_halves_of_a_rule(stage: Stage) -> None:
    """Needs: the rule is written before anything is deleted, and stores ask for it."""
    await stage.rest()
    fence, answer = stage.world.end, stage.computed()
    rule = stage.begin("first-rule", stage.first.invalidate(stage.change()))
    await stage.go(rule, "store.apply: deleted")
    store = stage.begin("second-store", stage.second.store(answer, fence, stage.now_ms()))
    await stage.end_of(store)
    await stage.rest()
    await later_with_a_short_memory(stage)


async def loss_while_a_rule_is_applied(stage: Stage) -> None:
    """Needs: the mark comes last, and only if nothing was lost since the rule was written."""
    await stage.populate()
    stage.world.store.persist()
    rule = stage.begin("first-rule", stage.first.invalidate(stage.change()))
    await stage.go(rule, "store.apply: deleted")
    stage.world.lose_tail()
    await stage.rest()
    await later_with_a_short_memory(stage)


async def crash_before_the_deletes(stage: Stage) -> None:
    """Needs: a rule that was begun, and whose worker died, counts as missing; somebody applies it again."""
    await stage.populate()
    rule = stage.begin("first-rule", stage.first.invalidate(stage.change()))
    await stage.go(rule, "store.apply: rule written")
    await stage.world.scheduler.cancel(lambda name: name == rule)
    stage.world.changes[-1].acknowledged_at = stage.world.clock.monotonic()
    stage.world.is_lossy = True
    await later_with_a_short_memory(stage)


async def later_with_a_short_memory(stage: Stage) -> None:
    """Repair runs, then a worker starts that remembers nothing: what it is served, the store must vouch for."""
    stage.wait(1.5)
    await stage.rest()
    stage.begin("repair", stage.second.check())
    await stage.rest()
    stage.second = Worker(stage.world, "second", remembers_from=stage.world.end)
    await stage.rest()
    await stage.ask(stage.second)


async def answer_rewritten_while_it_is_deleted(stage: Stage) -> None:
    """Needs: a delete asks again whether the rule kills what stands there now."""
    await stage.populate()
    rule = stage.begin("first-rule", stage.first.invalidate(stage.change()))
    await stage.go(rule, "store.apply: searched")
    stage.second.ask_end()
    stage.second.follow()
    fence, answer = stage.world.end, stage.computed()
    store = stage.begin("second-store", stage.second.store(answer, fence, stage.now_ms()))
    await stage.go(store, "store.save done")
    await stage.rest()
    stage.second.l1.clear()
    assert (await stage.ask(stage.second)) is None, "lost: the newer answer"


async def lost_tail_read_by_a_worker_that_lags(stage: Stage) -> None:
    """Needs: L2 is believed only by a worker that knows the log as of the bound."""
    await stage.populate()
    stage.world.store.persist()
    stage.begin("first-rule", stage.first.invalidate(stage.change()))
    await stage.rest(lagging=stage.second)
    stage.world.lose_tail()
    stage.wait(1.5)
    await stage.ask(stage.second)


async def replaced_between_read_and_admission(stage: Stage) -> None:
    """Needs: a replacement is announced, and admission asks whether one came since the read began."""
    await stage.populate()
    stage.second.l1.clear()
    read = stage.begin("second-read", reading(stage.second))
    await stage.go(read, "store.fetch done")
    store = stage.begin("first-store", stage.first.store(stage.computed(), stage.world.end, stage.now_ms()))
    await stage.end_of(store, stage.first)
    stage.second.follow()
    await stage.end_of(read)
    stage.wait(1.5)
    stage.second.ask_end()
    await stage.ask(stage.second)


async def reading(worker: Worker) -> None:
    """A lookup whose answer nobody looks at."""
    await worker.lookup(TWO, None)


async def a_store_without_a_fence_that_waited(stage: Stage) -> None:
    """Needs: a store without a fence is as old as its record."""
    await stage.rest()
    answer, written_ms = stage.computed(), stage.now_ms()
    stage.wait(0.1)
    stage.begin("first-rule", stage.first.invalidate(stage.change()))
    await stage.rest()
    stage.begin("first-store", stage.first.store(answer, None, written_ms))
    await stage.rest()
    stage.wait(1.5)
    await stage.rest()
    await stage.ask(stage.first)


async def a_tail_that_nobody_repairs(stage: Stage) -> None:
    """Needs: repair, before memories forget the rule."""
    await stage.populate()
    stage.world.store.persist()
    stage.begin("first-rule", stage.first.invalidate(stage.change()))
    await stage.rest()
    stage.world.lose_tail()
    await later_with_a_short_memory(stage)


Scene = Callable[[Stage], Awaitable[None]]
