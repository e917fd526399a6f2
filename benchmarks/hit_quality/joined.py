"""Mending labels: clusters that hold what is plainly the same question are joined.

The shared pairs mark what people happened to mark. "What are good stocks to invest in right now?" and "What are some
good stocks to invest in right now?" stand in two clusters, and serving one for the other would count as a wrong hit.
The rule knows nothing of the policy: two questions are joined if the same words are left, in whatever order, when
60 function words and a final s are taken away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.hit_quality.pairs import LabelledPair

_WORD = re.compile(r"[a-z0-9]+")
_EMPTY = frozenset((Path(__file__).parent / "function_words.txt").read_text(encoding="utf-8").split())


def join_clusters(pairs: Sequence[LabelledPair]) -> list[LabelledPair]:
    """The same pairs, with clusters joined that share a question but for function words."""
    parent = {pair.cluster: pair.cluster for pair in pairs}

    def root(cluster: int) -> int:
        while parent[cluster] != cluster:
            parent[cluster] = parent[parent[cluster]]
            cluster = parent[cluster]
        return cluster

    first: dict[frozenset[str], int] = {}
    for pair in pairs:
        for text in (pair.question, pair.paraphrase):
            key = frozenset(_singular(word) for word in _WORD.findall(text.lower()) if word not in _EMPTY)
            if key:
                parent[root(pair.cluster)] = root(first.setdefault(key, pair.cluster))
    return [replace(pair, cluster=root(pair.cluster)) for pair in pairs]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
