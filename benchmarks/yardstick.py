"""Part `echo`: what one process can move through this broker, whatever it does with the records."""

from contextlib import AsyncExitStack

from benchmarks.echo_process import EchoKind
from benchmarks.figures import Report
from benchmarks.load import Load
from benchmarks.questions import catalogue
from benchmarks.stage import Stage

RECORDS = 60_000


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Each kind of echo, saturated, in turn."""
    bodies = [{"prompt": prompt} for prompt in catalogue(1000)] * stage.pick(RECORDS // 1000, quick=1)
    async with AsyncExitStack() as stack:
        loads: dict[EchoKind, Load] = {}
        for kind in EchoKind:
            lane = await stack.enter_async_context(stage.echo(kind))
            loads[kind] = await stack.enter_async_context(stage.load(lane))
            await loads[kind].run(bodies[: stage.pick(2000, quick=100)])
        for _ in range(rounds):
            base = None
            for kind in (EchoKind.PYDANTIC, EchoKind.BYTES, EchoKind.FASTSTREAM):
                drained = await loads[kind].run(bodies)
                base = base or drained.rate
                report.figure(f"echo, {kind}", "records/s", against="echo, pydantic").add(drained.rate, base)
                report.figure("the sender alone", "records/s", against="echo, pydantic").add(drained.sent_rate, base)
