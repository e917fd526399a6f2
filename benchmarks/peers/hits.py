"""Part `peers-hits`: what other caches and this one answer rightly, and what with another question's answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.figures import Report
from benchmarks.peers.contender import Way
from benchmarks.peers.questions import CONTRASTS, HELD_OUT, QuestionSet, contrasts, judge, pairs, shop
from benchmarks.peers.remote import GPTCACHE, LANGCHAIN, OURS, REDISVL, Candidate, ContenderError, Remote, started
from benchmarks.questions import ANSWER
from benchmarks.stage import Stage

COMPARED_AT = 0.9
"""A cosine at which all peers are asked the same: they differ in speed and defaults, not in what they can tell."""


@dataclass(frozen=True, slots=True)
class _Threshold:
    """One setting of a cache."""

    name: str
    cosine: float | None
    """None: its own default."""


DEFAULT = _Threshold("its default", None)
SETTINGS: tuple[tuple[Candidate, tuple[_Threshold, ...]], ...] = (
    (REDISVL, (_Threshold("cosine ≥ .85", 0.85), _Threshold("≥ .90, its default", None), _Threshold("≥ .95", 0.95))),
    (LANGCHAIN, (_Threshold("≥ .80, its default", None),)),
    (GPTCACHE, (_Threshold("≥ .60, its default", None),)),
    (OURS, (DEFAULT, _Threshold("policy alone, no floor", 0.0))),
)


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How many of what."""

    entries: int = 3_000
    questions: int = 4_000
    contrasts: int = 10_000
    """At most: all."""


QUICK = _Sizes(entries=40, questions=24, contrasts=20)


async def run(stage: Stage, rounds: int, report: Report) -> None:  # noqa: ARG001 - every round would say the same
    """Each set in a cache of its own, at each threshold."""
    sizes = stage.pick(_Sizes(), quick=QUICK)
    for asked in _sets(stage, sizes):
        alike: dict[str, Sequence[int | None]] = {}
        for candidate, thresholds in SETTINGS:
            try:
                async with started(candidate, stage.redis_url) as remote:
                    await remote.fill(asked.cached, ANSWER)
                    for threshold in thresholds:
                        await _ask(report, remote, asked, threshold)
                    if not candidate.is_ours and asked.is_of_contrasts:
                        await remote.accept_from(COMPARED_AT)
                        alike[remote.name] = await _numbers(remote, asked)
            except ContenderError as exc:
                report.note(f"{candidate.name} left out: {exc}")
        report.note(f"{asked.name}: {len(asked.cached):,} entries, {len(asked.asked):,} questions")
        if alike:
            _tell_agreement(report, asked, alike)
    if stage.pairs is None:
        report.note("labelled pairs of your own are judged as well: --pairs FILE")


def _sets(stage: Stage, sizes: _Sizes) -> list[QuestionSet]:
    sets = [contrasts("contrasts", CONTRASTS, sizes.contrasts), shop(sizes.entries, sizes.questions)]
    if not stage.is_quick:
        sets.append(contrasts("contrasts held out", HELD_OUT, sizes.contrasts))
    if stage.pairs is not None:
        sets.append(pairs(stage.pairs, sizes.entries, sizes.questions))
    return sets


async def _ask(report: Report, remote: Remote, asked: QuestionSet, threshold: _Threshold) -> None:
    await remote.accept_from(threshold.cosine)
    verdict = judge(asked, await _numbers(remote, asked))
    who = f"{asked.name}: {remote.name} ({threshold.name})"
    right, wrong = ("restatements served", "contrasts served") if asked.is_of_contrasts else ("right", "wrong, of all")
    report.figure(f"{who}, {right}", "%").add(verdict.right)
    report.figure(f"{who}, {wrong}", "%").add(verdict.wrong)
    if not asked.is_of_contrasts:
        report.figure(f"{who}, wrong, of its answers", "%").add(verdict.wrong_answers)


async def _numbers(remote: Remote, asked: QuestionSet) -> Sequence[int | None]:
    """Whose answer each question gets, asked in the quickest way that there is."""
    way = max(remote.ways, key=list(Way).index)
    return (await remote.ask(way, [question.text for question in asked.asked])).numbers


def _tell_agreement(report: Report, asked: QuestionSet, alike: dict[str, Sequence[int | None]]) -> None:
    same = sum(len(set(numbers)) == 1 for numbers in zip(*alike.values(), strict=True))
    names = ", ".join(alike)
    report.note(f"{asked.name}: at a cosine of {COMPARED_AT} {names} answer {same} of {len(asked.asked)} alike")
