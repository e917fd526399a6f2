"""Which way answers came, and what that was worth."""

import pytest
from rich.console import Console

from client import Answer, AnswerSource
from schemas import LookupResult
from workers.demo.board import board, duration
from workers.demo.model import DOLLARS_A_CALL, THINKING_SECONDS
from workers.demo.promises import Promises
from workers.demo.questions import QuestionBook
from workers.demo.shop import Exchange, Question
from workers.demo.tally import Tally, Way, way_of

BOOK = QuestionBook.load()


def a_hit(**fields: object) -> Answer:
    found = {"request_id": "q", "status": "hit", "response": "!", "age_seconds": 60.0, **fields}
    return Answer("!", AnswerSource.CACHE, LookupResult.model_validate(found))


@pytest.mark.parametrize(
    ("answer", "way"),
    [
        (a_hit(layer="l1", match="exact"), Way.L1),
        (a_hit(layer="l1", match="semantic"), Way.L1),
        (a_hit(layer="l2", match="exact"), Way.L2_EXACT),
        (a_hit(layer="l2", match="semantic"), Way.L2_SEMANTIC),
        (a_hit(layer="l2", match="exact", age_seconds=0.01), Way.SHARED),
        (Answer("!", AnswerSource.COMPUTED), Way.COMPUTED),
    ],
)
def test_sorts_answers_by_how_they_came(answer: Answer, way: Way) -> None:
    assert way_of(answer, seconds=0.7) is way


def test_saves_a_model_call_for_each_hit_less_its_own_time() -> None:
    tally = Tally()
    tally.add(Way.COMPUTED, THINKING_SECONDS)
    tally.add(Way.L1, 0.001)
    tally.add(Way.L2_SEMANTIC, 0.009)
    assert (tally.total, tally.hits) == (3, 2)
    assert tally.saved_seconds == pytest.approx(2 * THINKING_SECONDS - 0.01)
    assert tally.saved_dollars == pytest.approx(2 * DOLLARS_A_CALL)
    assert tally.hit_rate == pytest.approx(2 / 3)


def test_percentiles_are_of_one_way() -> None:
    tally = Tally()
    for milliseconds in range(1, 101):
        tally.add(Way.L1, milliseconds / 1000)
    assert tally.percentile_ms(Way.L1, 0.5) == pytest.approx(51)
    assert tally.percentile_ms(Way.L1, 0.99) == pytest.approx(100)
    assert tally.percentile_ms(Way.COMPUTED, 0.5) is None


@pytest.mark.parametrize(("topic", "is_right"), [("aurora-15/price", True), ("aurora-13/price", False)])
def test_a_hit_with_the_answer_to_another_question_is_wrong(topic: str, is_right: bool) -> None:
    question = Question("How much does the Aurora 15 cost?", BOOK["aurora-15/price"])
    answer = a_hit(layer="l2", match="semantic", metadata={"topic": topic})
    assert Exchange(question, answer, Way.L2_SEMANTIC, 0.01).is_right is is_right


def test_the_context_keeps_personas_and_conversations_apart() -> None:
    topic = BOOK["aurora-15/price"]
    assert Question("?", topic, "shop_floor").context == {"user_persona": "shop_floor"}
    assert Question("?", topic, "shop_floor", "c-1").context == {"user_persona": "shop_floor", "conversation_id": "c-1"}


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("answers", [0, 12_345])
def test_the_board_fits_the_terminal(width: int, answers: int) -> None:
    tally = Tally()
    for way in Way:
        tally.seconds[way] = [0.8123] * answers
    console = Console(width=width, record=True, quiet=True)
    lines = console.render_lines(board(tally, "6 · A price changes"), console.options)
    assert {sum(segment.cell_length for segment in line) for line in lines} == {width}
    text = "\n".join("".join(segment.text for segment in line) for line in lines)
    assert "…" not in text
    assert all(way.value in text for way in Way)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (59.4, "59 s"), (792, "13 min 12 s")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_promises_remember_what_broke() -> None:
    promises = Promises()
    promises.check("kept", True)
    broken = promises.check("broken", False, "seen otherwise")
    assert promises.broken == [broken]
