"""What people are told about a lookup."""

import io

import pytest
from rich.console import Console

from schemas import CandidateResult, Layer, LookupResult, LookupStatus, Match
from workers.cli.lookup import candidates_table, duration, summary

ENTRY = "9f86d081884c7d659a2feaa0c55ad015"


def test_a_semantic_hit_names_the_question_that_it_was_given_to() -> None:
    hit = LookupResult(
        request_id="q",
        status=LookupStatus.HIT,
        response="18 hours.",
        layer=Layer.L2,
        match=Match.SEMANTIC,
        similarity=0.934,
        matched_prompt="How long does it last?",
        age_seconds=90,
        expires_in_seconds=7300,
        tags=["product:a"],
    )
    text = " · ".join(summary(hit))
    assert text == (
        "hit · L2 · semantic · similarity 0.934 · asked as 'How long does it last?' · age 90 s · expires in 2.03 h"
        " · tags product:a"
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"leader": True, "fence": 7}, "miss · yours to compute · fence 7"),
        ({"leader": False, "fence": 7}, "miss · another caller is computing it · fence 7"),
        ({"degraded": True}, "miss · Redis could not be asked"),
        ({"reason": "number_differs", "fence": 0}, "miss · number_differs · fence 0"),
    ],
)
def test_a_miss_says_what_kind_it_is(fields: dict[str, object], said: str) -> None:
    miss = LookupResult.model_validate({"request_id": "q", "status": "miss", **fields})
    assert " · ".join(summary(miss)) == said


def test_candidates_are_shown_with_their_verdicts_within_80_columns() -> None:
    near = CandidateResult(
        entry_id=ENTRY,
        prompt="How do I [bold]cancel[/bold] my order? " * 4,
        similarity=0.91,
        accepted=False,
        reason="negation",
    )
    result = LookupResult(request_id="q", status=LookupStatus.MISS, candidates=[near])
    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(candidates_table(result))
    text = console.export_text()
    assert "0.910" in text
    assert "negation" in text
    assert "[bold]cancel[/bold]" in text.replace("\n", " ")
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.25, "0.25 s"), (90, "90 s"), (600, "10 min"), (86_000, "23.9 h"), (400_000, "4.63 d"), (-5, "-5 s")],
)
def test_durations_are_read_at_a_glance(seconds: float, text: str) -> None:
    assert duration(seconds) == text
