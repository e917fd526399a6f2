"""Reading labelled pairs, and what they say of one another."""

import json
from pathlib import Path

import pytest

from workers.cache.policy.labelled_pairs import CalibrationError, LabelledPair, Labels, read_pairs


def line(question: object = "How can I pay?", cached: object = "How do I pay?", same: object = True) -> str:
    return json.dumps({"question": question, "cached": cached, "same": same, "kind": "passed over"})


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_reads_pairs_past_empty_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + line(), "", "  ", line(" Where\u2028is  it? ", same=False), "")
    assert read_pairs(path) == [
        LabelledPair("How can I pay?", "How do I pay?", True),
        LabelledPair("Where is it?", "How do I pay?", False),
    ]


@pytest.mark.parametrize(
    "bad", ["nothing", "[]", "1", "{}", line(question=1), line(same="yes"), line(same=1), line(cached=" ")]
)
def test_a_line_that_is_no_pair_is_named(tmp_path: Path, bad: str) -> None:
    with pytest.raises(CalibrationError, match=r"pairs\.jsonl, line 2: a line is not .*question"):
        read_pairs(written(tmp_path, line(), bad))


def test_of_many_bad_lines_the_first_are_named(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"line 2, 3, 4, …: 9 of 10 lines are not"):
        read_pairs(written(tmp_path, line(), *["?"] * 9))


def test_what_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CalibrationError, match="cannot be read as a text file in UTF-8"):
        read_pairs(path)


def test_chains_make_the_same_and_a_pair_marked_different_counts_more() -> None:
    labels = Labels(
        [
            LabelledPair("a", "b", True),
            LabelledPair("c", "b", True),
            LabelledPair("c", "d", True),
            LabelledPair("a", "d", False),
            LabelledPair("x", "b", False),
            LabelledPair("x", "b", False),
        ]
    )
    assert labels.are_same("a", "b")
    assert not labels.are_same("a", "d")
    assert labels.are_same("c", "d")
    assert not labels.are_same("x", "b")
    assert labels.contradictions == 1
    assert [labels.has_match(question) for question in ("a", "c", "x")] == [True, True, False]
    assert (len(labels.pairs), labels.questions, labels.entries) == (5, ["a", "c", "x"], ["b", "d"])
