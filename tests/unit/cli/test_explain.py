"""What `lookup --explain` prints, at the widths that terminals have."""

import pytest

from schemas import CandidateResult, LookupResult, LookupStatus
from workers.cli.lookup import tell

HIT_ID, OTHER_ID = "e" * 32, "f" * 32
LONG = "How long does the battery of the Aurora 15 last while it renders [bold]video[/bold] without a charger nearby?"


def candidate(prompt: str, *, accepted: bool, reason: str, confidence: float | None = 0.0) -> CandidateResult:
    return CandidateResult(
        entry_id=OTHER_ID, prompt=prompt, similarity=0.9871, accepted=accepted, reason=reason, confidence=confidence
    )


ACCEPTED = candidate("How do I cancel my order?", accepted=True, reason="verified", confidence=0.9876)
VETOED = candidate("How do I not cancel my order?", accepted=False, reason="negation_differs")
FORBIDDEN = candidate(LONG, accepted=False, reason="forbidden")
UNSURE = candidate("Cancel?", accepted=False, reason="low_confidence", confidence=0.5)


def hit(**fields: object) -> LookupResult:
    known = {"request_id": "q", "status": "hit", "response": "Go to orders.", "layer": "l2", "match": "semantic"}
    about = {"entry_id": HIT_ID, "matched_prompt": "How do I cancel my order?", "similarity": 0.9871}
    return LookupResult.model_validate(known | about | fields)


def miss(**fields: object) -> LookupResult:
    return LookupResult.model_validate({"request_id": "q", "status": LookupStatus.MISS, "fence": 7, **fields})


@pytest.fixture(params=[60, 80, 160])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("COLUMNS", str(request.param))
    return int(request.param)


def rows(printed: str) -> list[list[str]]:
    """The table's rows, folded cells joined again."""
    found: list[list[str]] = []
    for line in printed.splitlines():
        if line.startswith("│"):
            cells = [cell.strip() for cell in line.strip("│").split("│")]
            if cells[0] or not found:
                found.append(cells)
            else:
                found[-1] = [f"{above} {cell}".strip() for above, cell in zip(found[-1], cells, strict=True)]
    return found


def test_a_hit_shows_every_candidate_with_score_and_verdict(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    tell(hit(candidates=[ACCEPTED, VETOED, UNSURE]), explain=True)
    printed = capsys.readouterr()
    assert printed.out == "Go to orders.\n"
    assert printed.err.startswith("hit · L2 · semantic · similarity 0.987 · asked as 'How do I cancel my order?'")
    assert f"entry {HIT_ID}" in printed.err
    table = printed.err[printed.err.index("Candidates") :]
    assert max(map(len, table.splitlines())) <= width
    assert rows(table) == [
        ["0.987", "0.99", "yes verified", "How do I cancel my order?"],
        ["0.987", "", "no negation_differs", "How do I not cancel my order?"],
        ["0.987", "0.50", "no low_confidence", "Cancel?"],
    ]


def test_a_miss_says_why_and_shows_what_users_wrote_as_they_wrote_it(
    width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(miss(reason="forbidden", leader=True, candidates=[FORBIDDEN]), explain=True)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines()[0] == "miss · forbidden · yours to compute · fence 7"
    assert max(map(len, printed.err.splitlines())) <= max(width, 60)
    assert rows(printed.err) == [["0.987", "", "no forbidden", LONG]]


@pytest.mark.usefixtures("width")
def test_a_second_opinion_has_a_column_where_there_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    asked = UNSURE.model_copy(update={"verifier_score": 0.91, "reason": "verifier_agreed", "accepted": True})
    late = UNSURE.model_copy(update={"reason": "verifier_late"})
    tell(hit(candidates=[asked, late, VETOED]), explain=True)
    printed = capsys.readouterr().err
    assert "verifier" in next(line for line in printed.splitlines() if "cosine" in line)
    assert [row[:4] for row in rows(printed)] == [
        ["0.987", "0.50", "0.91", "yes verifier_agreed"],
        ["0.987", "0.50", "", "no verifier_late"],
        ["0.987", "", "", "no negation_differs"],
    ]


@pytest.mark.usefixtures("width")
def test_nothing_near_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    tell(miss(reason="no_candidate", candidates=[]), explain=True)
    assert rows(capsys.readouterr().err) == [["", "", "", "nothing is stored for this namespace and context"]]


def test_an_answer_by_key_says_that_nothing_was_compared(capsys: pytest.CaptureFixture[str]) -> None:
    tell(hit(layer="l1", match="exact", similarity=1.0), explain=True)
    assert "answered by key: no other question was looked at" in capsys.readouterr().err
    tell(hit(layer="l1", match="exact", similarity=1.0), explain=False)
    assert "by key" not in capsys.readouterr().err
    tell(miss(degraded=True), explain=True)
    assert "no stored question was looked at" in capsys.readouterr().err
