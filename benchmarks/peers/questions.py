"""Sets of questions whose right answers are known: what is cached, what is asked, and whose answer would be right."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hit_quality.joined import join_clusters
from benchmarks.hit_quality.pairs import draw_trial, load_pairs
from benchmarks.questions import FRAMES, STRIDE, catalogue, strangers, wordings

FOLDER = Path(__file__).parents[1] / "hit_quality"
CONTRASTS = FOLDER / "contrasts.jsonl"
HELD_OUT = FOLDER / "contrasts_held_out.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question put to a cache."""

    text: str
    right: int | None
    """The entry whose answer is right; None: none is."""
    foil: int | None = None
    """The entry that it is a contrast to: near in words, and another question."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A filled cache, and what is asked."""

    name: str
    cached: Sequence[str]
    asked: Sequence[Labelled]

    @property
    def is_of_contrasts(self) -> bool:
        """Whether each question belongs to one entry, which alone is judged."""
        return any(question.foil is not None for question in self.asked)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a cache made of a set, in percent."""

    right: float
    """Of the questions with a right answer: answered with it."""
    wrong: float
    """Of all questions, or, of contrasts, of those that are one: answered with another question's answer."""
    wrong_answers: float
    """Of its answers: those that were another question's."""


def judge(asked: QuestionSet, numbers: Sequence[int | None]) -> Verdict:
    """Compare whose answers were given with whose should have been.

    Of contrasts only the entry counts that a question belongs to: others were never labelled.
    """
    pairs = list(zip(asked.asked, numbers, strict=True))
    right = sum(number is not None and number == question.right for question, number in pairs)
    answerable = sum(question.right is not None for question, _ in pairs)
    if asked.is_of_contrasts:
        wrong = sum(number is not None and number == question.foil for question, number in pairs)
        tempting = sum(question.foil is not None for question, _ in pairs)
    else:
        wrong = sum(number is not None and number != question.right for question, number in pairs)
        tempting = len(pairs)
    return Verdict(_percent(right, answerable), _percent(wrong, tempting), _percent(wrong, right + wrong))


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def reworded(entries: int, number: int, turn: int) -> list[Labelled]:
    """Other wordings of a catalogue's questions, each with the place of its question; no two turns share one."""
    texts = wordings(entries, number, turn)
    total = entries * len(FRAMES)
    places = ((turn * number + k) * STRIDE % total % entries for k in range(number))
    return [Labelled(text, place) for text, place in zip(texts, places, strict=True)]


def shop(entries: int, number: int) -> QuestionSet:
    """Generated: half ask for an entry in other words; half the same about a product that is not there, or anything."""
    half, quarter = number // 2, number // 4
    absent = catalogue(entries + quarter)[entries:] + strangers(number - half - quarter, 0)
    asked = [*reworded(entries, half, 0), *(Labelled(text, None) for text in absent)]
    return QuestionSet("a shop's questions", catalogue(entries), asked)


def contrasts(name: str, path: Path, number: int) -> QuestionSet:
    """A committed set: each line an entry, and a question that asks the same or only looks like it."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()][:number]
    places: dict[str, int] = {}
    for line in lines:
        places.setdefault(line["cached"], len(places))
    asked = [
        Labelled(line["question"], places[line["cached"]])
        if line["same"]
        else Labelled(line["question"], None, places[line["cached"]])
        for line in lines
    ]
    return QuestionSet(name, list(places), asked)


def pairs(path: Path, entries: int, questions: int) -> QuestionSet:
    """Pairs that people marked as the same; half of the questions have no match in the cache."""
    trial = draw_trial(join_clusters(load_pairs(path)), entries, questions, seed=0)
    places: dict[str, int] = {}
    of_cluster: dict[int, int] = {}
    for entry in trial.entries:
        of_cluster[entry.cluster] = places.setdefault(entry.text, len(places))
    asked = [Labelled(question.text, of_cluster.get(question.cluster)) for question in trial.questions]
    return QuestionSet("pairs given", list(places), asked)
