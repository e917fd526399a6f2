"""Contrasts and restatements: what must not be served for a cached prompt, and what should be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.hit_quality.pairs import Asked
from benchmarks.hit_quality.retrieval import Retrieved, search
from benchmarks.hit_quality.vectors import VectorStore
from workers.cache.policy import Decision, HitPolicy

_OTHERS = -1
_HERE = Path(__file__).parent
DENSE = _HERE / "contrasts.jsonl"
"""The set that costs are measured on: many entries about few things."""
UNSEEN = tuple(sorted(_HERE.glob("unseen*.jsonl")))
"""The sets that nothing was made on, unlike `contrasts*`: what they say is what to expect of other questions."""


class House(StrEnum):
    """What else is in the cache."""

    ALONE = "alone"
    """Nothing: the cached prompt is the only entry."""
    TOGETHER = "together"
    """All cached prompts of the file: a few dense domains."""
    AMONG_OTHERS = "among others"
    """These, and thousands of unrelated questions."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A cached prompt and a question put to it.

    Attributes:
        kind: what was changed.
        cached: the prompt of the entry.
        question: what is asked.
        same: whether the entry answers the question.
    """

    kind: str
    cached: str
    question: str
    same: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a contrast in a house; `served` means: with the entry of `contrast.cached`."""

    contrast: Contrast
    house: House
    served: bool
    decision: Decision
    found: Retrieved

    @property
    def is_right(self) -> bool:
        """Served if it is the same, refused if not."""
        return self.served == self.contrast.same


def load_contrasts(path: Path) -> list[Contrast]:
    """Read `{"kind": …, "cached": …, "question": …, "same": …}` a line; further keys are ignored.

    Raises:
        ValueError: a line is something else; the message names it.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            found.append(Contrast(row.get("kind", "unnamed"), row["cached"], row["question"], row["same"]))
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}, line {number}: expected kind, cached, question and same.") from error
    return found


def load_all(paths: Sequence[Path]) -> tuple[Contrast, ...]:
    """The lines of several sets."""
    return tuple(contrast for path in paths for contrast in load_contrasts(path))


def found_in(
    house: House, contrasts: Sequence[Contrast], others: Sequence[Asked], store: VectorStore
) -> list[Retrieved]:
    """What a cache would find for each question; the entry of `cached` is the one marked right."""
    prompts = sorted({contrast.cached for contrast in contrasts})
    store.of(sorted({contrast.question for contrast in contrasts}.union(prompts)))  # embedded together, kept once
    number = {prompt: place for place, prompt in enumerate(prompts)}
    if house is House.ALONE:
        return [found for one in contrasts for found in search([Asked(one.question, 0)], [Asked(one.cached, 0)], store)]
    entries = [Asked(prompt, number[prompt]) for prompt in prompts]
    if house is House.AMONG_OTHERS:
        entries += [Asked(other.text, _OTHERS) for other in others if other.text not in number]
    return list(search([Asked(one.question, number[one.cached]) for one in contrasts], entries, store))


def judge(
    policy: HitPolicy, contrasts: Sequence[Contrast], found: Sequence[Retrieved], house: House, floor: float
) -> Iterator[Verdict]:
    """Let the policy decide on each question, as a worker with that floor would."""
    for contrast, one in zip(contrasts, found, strict=True):
        decision = policy.decide(one.asked.text, one.candidates, min_similarity=floor)
        served = decision.accepted is not None and one.is_right[decision.accepted]
        yield Verdict(contrast, house, served, decision, one)


def without_own(policy: HitPolicy, contrasts: Sequence[Contrast], store: VectorStore, floor: float) -> list[Verdict]:
    """Restatements asked when their entry is gone and all other prompts of the file are there: whatever is served is
    the answer to another question. `served` means: with any entry.
    """
    restatements = [contrast for contrast in contrasts if contrast.same]
    found = found_in(House.TOGETHER, contrasts, (), store)
    by_contrast = dict(zip(contrasts, found, strict=True))
    verdicts = []
    for contrast in restatements:
        one = _with_own_removed(by_contrast[contrast])
        decision = policy.decide(one.asked.text, one.candidates, min_similarity=floor)
        verdicts.append(Verdict(contrast, House.TOGETHER, decision.accepted is not None, decision, one))
    return verdicts


def share_served(verdicts: Iterable[Verdict]) -> float:
    """Served among all; 0 without any."""
    served = [verdict.served for verdict in verdicts]
    return sum(served) / len(served) if served else 0.0


def _with_own_removed(one: Retrieved) -> Retrieved:
    kept = [place for place, is_right in enumerate(one.is_right) if not is_right]
    return Retrieved(one.asked, tuple(one.candidates[place] for place in kept), (False,) * len(kept), False)
