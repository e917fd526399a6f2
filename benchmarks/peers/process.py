"""One cache in a process of its own, in the interpreter that has it; speaks JSON, a line each way.

python -m benchmarks.peers.process MODULE:FACTORY
"""

import asyncio
import importlib
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.peers.contender import Answers, Ask, Contender, Surroundings, Way


async def ask(ask_it: Ask, way: Way, questions: Sequence[str]) -> dict[str, Any]:
    """Put all questions in that way; what they took in seconds, each call in milliseconds, and the answers' numbers."""
    batches = [questions[start : start + way.questions] for start in range(0, len(questions), way.questions)]
    answers: list[Answers] = [[] for _ in batches]
    milliseconds = [0.0] * len(batches)
    waiting = iter(range(len(batches)))

    async def one_after_the_other() -> None:
        for i in waiting:
            began = time.perf_counter()
            answers[i] = await ask_it(batches[i])
            milliseconds[i] = (time.perf_counter() - began) * 1000

    started = time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(way.calls)))
    seconds = time.perf_counter() - started
    numbers = [number_in(answer) for some in answers for answer in some]
    return {"seconds": seconds, "milliseconds": milliseconds, "numbers": numbers}


def with_number(number: int, answer: str) -> str:
    """An answer that says to which entry it belongs."""
    return f"{number}|{answer}"


def number_in(answer: str | None) -> int | None:
    """Whose answer it is."""
    return None if answer is None else int(answer.partition("|")[0])


async def _serve(contender: Contender, request: dict[str, Any]) -> dict[str, Any]:
    match request:
        case {"open": around}:
            await contender.open(Surroundings(**around))
            return {"version": contender.version, "ways": list(contender.ways())}
        case {"fill": questions, "answer": answer}:
            entries = {question: with_number(i, answer) for i, question in enumerate(questions)}
            await contender.fill(entries)
        case {"ask": questions, "way": way}:
            return await ask(contender.ways()[Way(way)], Way(way), questions)
        case {"accept_from": cosine}:
            await contender.accept_from(cosine)
        case {"close": True}:
            await contender.aclose()
    return {}


async def _run(factory: str) -> None:
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no reply
    module, _, name = factory.partition(":")
    contender: Contender | None = None
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            contender = contender or getattr(importlib.import_module(f"benchmarks.peers.{module}"), name)()
            reply = await _serve(contender, json.loads(line))
        except Exception as exc:  # noqa: BLE001 - whoever asked shall hear it
            reply = {"error": f"{type(exc).__name__}: {exc}"}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1]))
