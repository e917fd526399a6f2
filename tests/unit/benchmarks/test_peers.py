"""What the comparison with other caches counts, and how it speaks to them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.index_variants import QUICK, _variants
from benchmarks.peers.contender import Answers, Way
from benchmarks.peers.process import ask, number_in, with_number
from benchmarks.peers.questions import CONTRASTS, HELD_OUT, Labelled, QuestionSet, contrasts, judge, reworded, shop
from benchmarks.peers.remote import Candidate, ContenderError, started
from benchmarks.questions import FORMS


def test_an_answer_names_its_entry() -> None:
    assert number_in(with_number(17, "a|b")) == 17
    assert number_in(None) is None


def test_right_and_wrong_answers_are_told_apart() -> None:
    asked = QuestionSet(
        "some", ["a", "b"], [Labelled("a?", 0), Labelled("b?", 1), Labelled("c?", None), Labelled("d?", None)]
    )

    verdict = judge(asked, [0, 0, 1, None])

    assert (verdict.right, verdict.wrong) == (50, 50)
    assert verdict.wrong_answers == pytest.approx(200 / 3)


def test_of_contrasts_only_the_entry_in_question_counts() -> None:
    asked = QuestionSet("some", ["a", "b"], [Labelled("a!", 0), Labelled("not a", None, 0), Labelled("not b", None, 1)])

    assert judge(asked, [0, 0, 0]).wrong == 50
    assert judge(asked, [1, None, None]).right == 0


@pytest.mark.parametrize("path", [CONTRASTS, HELD_OUT], ids=["contrasts", "held out"])
def test_every_contrast_belongs_to_one_entry(path: Path) -> None:
    asked = contrasts("some", path, 10_000)

    assert len(set(asked.cached)) == len(asked.cached)
    assert all((each.right is None) is not (each.foil is None) for each in asked.asked)
    assert asked.is_of_contrasts


def test_other_wordings_know_their_question() -> None:
    makers = ["Aurora", "Borealis"]
    asked = reworded(2 * len(FORMS), 100, turn=3)

    for each in asked:
        assert each.right is not None
        product, form = divmod(each.right, len(FORMS))
        assert FORMS[form][1].format(f"{makers[product]} headphones") in each.text
    assert len({each.text for each in asked}) == len(asked)


def test_half_of_a_shops_questions_have_no_answer() -> None:
    asked = shop(40, 20)

    assert sum(each.right is None for each in asked.asked) == 10
    assert not set(asked.cached) & {each.text for each in asked.asked}


@pytest.mark.parametrize(
    ("way", "most_calls", "most_questions"), [(Way.ONE, 1, 1), (Way.TOGETHER, 32, 1), (Way.BATCH, 1, 256)]
)
async def test_questions_are_put_as_the_way_says(way: Way, most_calls: int, most_questions: int) -> None:
    under_way: list[int] = []
    most: list[tuple[int, int]] = []

    async def answer(questions: Sequence[str]) -> Answers:
        under_way.append(len(questions))
        most.append((len(under_way), len(questions)))
        await asyncio.sleep(0)
        under_way.pop()
        return [with_number(int(question), "x") for question in questions]

    told = await ask(answer, way, [str(i) for i in range(600)])

    assert told["numbers"] == list(range(600))
    assert max(calls for calls, _ in most) == most_calls
    assert max(questions for _, questions in most) == most_questions


@pytest.mark.usefixtures("model_files")
async def test_a_cache_that_is_not_there_is_left_out_with_its_reason() -> None:
    with pytest.raises(ContenderError, match="ModuleNotFoundError"):
        async with started(Candidate("nobody", "no_such_cache:make", is_ours=True), "redis://localhost:1"):
            pass


def test_every_index_is_named_apart() -> None:
    names = [variant.name for variant in _variants(QUICK.widths)]

    assert len(set(names)) == len(names)
