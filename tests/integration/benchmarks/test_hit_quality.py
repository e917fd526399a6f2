"""The commands of the hit quality measurement still run, on a handful of questions made here."""

import json
import re
from itertools import product
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.hit_quality.__main__ import app

ACTS = ("cancel", "print", "renew", "share", "delete", "rename", "move", "check", "repair", "sell", "paint", "wash")
THINGS = ("invoice", "bicycle", "passport", "kitchen table", "garden", "contract", "photo album", "old phone", "guitar")

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("model_files")]


def ran(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """A question and its paraphrase for each act on each thing."""
    file = tmp_path / "pairs.jsonl"
    rows = [
        {"cluster": number, "question": f"How do I {act} my {thing}?", "paraphrase": f"How can I {act} my {thing}?"}
        for number, (act, thing) in enumerate(product(ACTS, THINGS))
    ]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


@pytest.fixture
def contrasts(tmp_path: Path) -> Path:
    file = tmp_path / "contrasts.jsonl"
    cached = "How do I renew my passport?"
    rows = [
        {"kind": "phrasing", "cached": cached, "question": "How can I renew my passport?", "same": True},
        {"kind": "negation", "cached": cached, "question": "How do I not renew my passport?", "same": False},
        {"kind": "terse", "cached": "How do I pay?", "question": "How can I pay?", "same": True},
    ]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


async def test_pairs_are_fitted_and_judged(pairs: Path, tmp_path: Path) -> None:
    said = ran("pairs", pairs, "--seeds", "1", "--entries", "20", "--processes", "1", "--vectors", tmp_path)

    assert f"{pairs.name}: 108 pairs, 108 clusters" in said
    rows = re.findall(r"│ (as given|mended) *│ (fitted|packaged) *│ +20 │ +([\d.]+)", said)
    assert {(labels, policy) for labels, policy, _ in rows} == set(
        product(("as given", "mended"), ("fitted", "packaged"))
    )
    assert all(float(precision) > 0.9 for _, _, precision in rows)


async def test_contrasts_are_shown_by_kind(contrasts: Path, pairs: Path, tmp_path: Path) -> None:
    said = ran("contrasts", contrasts, "--among", pairs, "--others", "50", "--vectors", tmp_path)

    assert re.search(r"│ negation +│ +1 │ +0\.0 % │ +0\.0 % │ +0\.0 % │", said)
    assert re.search(r"│ restatements served +│ +2 │ +100\.0 % │ +100\.0 % │ +100\.0 % │", said)


async def test_each_part_of_a_decision_is_timed(contrasts: Path, tmp_path: Path) -> None:
    said = ran("cost", contrasts, "--rounds", "1", "--vectors", tmp_path)

    assert re.search(r"│ decide among all wordings, entries met before +│ +[\d.]+ │", said)
    assert re.search(r"│ guard numbers +│ +[\d.]+ │", said)
