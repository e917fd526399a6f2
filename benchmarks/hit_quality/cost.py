"""What a decision costs: microseconds of one thread for a question and its five nearest entries, by part."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter_ns

from benchmarks.hit_quality.contrasts import Contrast, House, found_in
from benchmarks.hit_quality.pairs import Asked
from benchmarks.hit_quality.retrieval import NEAREST, Retrieved, search
from benchmarks.hit_quality.vectors import VectorStore
from workers.cache.policy import VerifiedPolicy
from workers.cache.policy.features import Lead, WordWeights, features
from workers.cache.policy.guards import GUARDS, Guard
from workers.cache.policy.pair import Pair
from workers.cache.policy.parameters import Parameters, load_parameters
from workers.cache.policy.reading import forget_readings, read

_ANY_LEAD = Lead(0.1, 0.1, 0.1)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one part, in microseconds for one question with all its candidates.

    Attributes:
        part: what was timed.
        mean: over the questions; of each the fastest round.
        p99: likewise.
    """

    part: str
    mean: float
    p99: float


def measure_cost(contrasts: Sequence[Contrast], store: VectorStore, rounds: int) -> list[Cost]:
    """Time decisions in the file's own cache of prompts, and in the densest: of all its texts, questions included.

    The parts are timed in the dense one, where most candidates are above the policy's floor and are read.
    """
    among_prompts = [one for one in found_in(House.TOGETHER, contrasts, (), store) if len(one.candidates) > 1]
    among_all = _dense(contrasts, store)
    parameters = load_parameters()
    policy = VerifiedPolicy(parameters)
    prompts, dense = _Timer(among_prompts, policy, rounds), _Timer(among_all, policy, rounds)
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        return [*prompts.decisions("prompts"), *dense.decisions("all wordings"), *dense.parts(parameters)]
    finally:
        gc.enable()
        gc.unfreeze()


def _dense(contrasts: Sequence[Contrast], store: VectorStore) -> list[Retrieved]:
    """For each question its nearest among all prompts and questions, itself apart."""
    texts = sorted({text for contrast in contrasts for text in (contrast.question, contrast.cached)})
    asked = [Asked(text, place) for place, text in enumerate(texts)]
    found = []
    for one in search(asked, asked, store, NEAREST + 1):
        others = tuple(candidate for candidate in one.candidates if candidate.prompt != one.asked.text)[:NEAREST]
        found.append(Retrieved(one.asked, others, (False,) * len(others), has_match=False))
    return found


def _forget(_: Retrieved) -> None:
    forget_readings()


class _Timer:
    def __init__(self, found: Sequence[Retrieved], policy: VerifiedPolicy, rounds: int) -> None:
        self._found = found
        self._policy = policy
        self._rounds = rounds

    def decisions(self, among: str) -> list[Cost]:
        """Whole decisions, by what was read before."""
        return [
            self._time(f"decide among {among}, nothing met before", self._decide, _forget),
            self._time(f"decide among {among}, entries met before", self._decide, self._meet_entries),
            self._time(f"decide among {among}, all met before", self._decide, self._decide),
        ]

    def parts(self, parameters: Parameters) -> list[Cost]:
        """The parts of a decision, for all candidates above the policy's floor, with all texts read."""
        weights = WordWeights(parameters.word_weights, parameters.unseen_word_weight)
        pairs = {one.asked.text: self._pairs(one, parameters.floor) for one in self._found}

        def fresh(one: Retrieved) -> list[Pair]:
            return [Pair(pair.question, pair.cached, pair.similarity) for pair in pairs[one.asked.text]]

        costs = [
            self._time("reading the question", lambda one: read(one.asked.text), _forget),
            self._time("aligning the words", lambda one: [pair.remainder for pair in fresh(one)]),
        ]
        costs += [self._time(f"guard {guard.name}", self._guarding(guard, pairs)) for guard in GUARDS]

        def see(one: Retrieved) -> None:
            for pair in pairs[one.asked.text]:
                features(pair, pair.similarity, _ANY_LEAD, weights)

        costs.append(self._time("features", see))
        return costs

    def _guarding(self, guard: Guard, pairs: Mapping[str, Sequence[Pair]]) -> Callable[[Retrieved], None]:
        def ask(one: Retrieved) -> None:
            for pair in pairs[one.asked.text]:
                guard.objects(pair)

        return ask

    def _pairs(self, one: Retrieved, floor: float) -> list[Pair]:
        near = (candidate for candidate in one.candidates if candidate.similarity >= floor)
        return [Pair(read(one.asked.text), read(each.prompt), each.similarity) for each in near]

    def _decide(self, one: Retrieved) -> None:
        self._policy.decide(one.asked.text, one.candidates)

    def _meet_entries(self, one: Retrieved) -> None:
        """Have the entries read, down to what is only read when a guard asks, but not this question."""
        forget_readings()
        self._policy.decide(one.asked.text + " ?", one.candidates)

    def _time(
        self, part: str, act: Callable[[Retrieved], object], prepare: Callable[[Retrieved], object] = bool
    ) -> Cost:
        fastest = []
        for one in self._found:
            took = []
            for _ in range(self._rounds):
                prepare(one)
                start = perf_counter_ns()
                act(one)
                took.append((perf_counter_ns() - start) / 1000)
            fastest.append(min(took))
        return Cost(part, statistics.fmean(fastest), statistics.quantiles(fastest, n=100)[98])
