"""Part `index`: what each kind of vector index costs, and how much of the exact answer it finds."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import SecretStr

from benchmarks.figures import Report
from benchmarks.plots import Plot
from benchmarks.questions import catalogue, wordings
from benchmarks.stage import Stage
from workers.cache.config import IndexAlgorithm, PolicyConfig, RedisConfig
from workers.cache.keys import NO_CONTEXT
from workers.cache.l2 import redis_commands as commands
from workers.cache.l2.link import RedisLink
from workers.cache.l2.nearest import SPARE_CANDIDATES
from workers.cache.l2.redis_commands import Argument, Command, Field, Keys, scope_token
from workers.cache.l2.replies import rows
from workers.cache.ports import NearestQuery, Vector, Vectors

NEIGHBOURS = PolicyConfig().candidates
NAMESPACE = "default"
AT_ONCE = 50
"""Queries in a pipeline."""
WRITTEN_AT_ONCE = 500
TIMEOUT_MS = 60_000
TIED = 1e-6
"""Cosines that differ by less are the same neighbour to us."""
TEXT, BLOB = 2, 6
"""Places in the command of a search: the query, and the vector."""


@dataclass(frozen=True, slots=True)
class _Variant:
    """One index to build, and how it is searched."""

    algorithm: IndexAlgorithm
    m: int = RedisConfig().hnsw_m
    ef_construction: int = RedisConfig().hnsw_ef_construction
    is_half: bool = False
    """Two bytes a number instead of four."""
    widths: tuple[int, ...] = (0,)
    """EF_RUNTIME of each search."""
    widths_without_scope: tuple[int, ...] = ()
    """Searched over all, not within namespace and context as lookups are."""

    @property
    def name(self) -> str:
        """In the table."""
        kind = f"HNSW M {self.m}, EF_CONSTRUCTION {self.ef_construction}" if self.is_graph else "FLAT"
        return kind + (", FLOAT16" if self.is_half else "")

    @property
    def is_graph(self) -> bool:
        """Whether it is approximate."""
        return self.algorithm is IndexAlgorithm.HNSW

    def blob(self, vector: Vector) -> bytes:
        """A vector as it is stored and asked for."""
        return vector.astype("<f2" if self.is_half else "<f4").tobytes()


@dataclass(frozen=True, slots=True)
class _Search:
    """One way to search an index, again and again."""

    variant: _Variant
    keys: Keys
    width: int
    is_scoped: bool

    @property
    def name(self) -> str:
        """In the table; the width apart."""
        return self.variant.name + ("" if self.is_scoped else ", no scope")


def _graph(m: int, ef_construction: int, **other: Any) -> _Variant:  # noqa: ANN401 - the fields of a variant
    return _Variant(IndexAlgorithm.HNSW, m, ef_construction, **other)


@dataclass(frozen=True, slots=True)
class _Sizes:
    """What is built and asked."""

    entries: int = 10_000
    queries: int = 500
    widths: tuple[int, ...] = (16, 48, 100, 200)


QUICK = _Sizes(entries=60, queries=10, widths=(16,))


@dataclass(slots=True)
class _Bench:
    """What all variants share."""

    link: RedisLink
    vectors: Vectors
    queries: Vectors
    exact: Vectors
    """Cosines, shape (queries, entries)."""
    worst: Vector
    """By query, the cosine of the last of the true nearest."""


async def run(stage: Stage, rounds: int, report: Report) -> None:
    """Build each index once; search it `rounds` times at each width."""
    sizes = stage.pick(_Sizes(), quick=QUICK)
    vectors = await stage.embed(catalogue(sizes.entries))
    queries = await stage.embed(wordings(sizes.entries, sizes.queries, 0))
    exact = queries @ vectors.T
    worst = np.sort(exact, axis=1)[:, -NEIGHBOURS]
    link = RedisLink(RedisConfig(url=SecretStr(stage.redis_url)), on_connect=lambda: None)
    link.open()
    bench = _Bench(link, vectors, queries, exact, worst)
    curves: dict[str, list[tuple[float, float]]] = {}
    try:
        for number, variant in enumerate(_variants(sizes.widths)):
            keys = Keys(f"bench-index-{number}", "model")
            await _build(report, bench, variant, keys)
            searches = [_Search(variant, keys, width, True) for width in variant.widths]
            searches += [_Search(variant, keys, width, False) for width in variant.widths_without_scope]
            for search in searches:
                curves.setdefault(search.name, []).append(await _measure(report, bench, search, rounds))
            await link.run([("FT.DROPINDEX", keys.vector_index, "DD")], TIMEOUT_MS)
    finally:
        await link.aclose()
    report.plots.append(
        Plot("index", f"Cost and recall, {sizes.entries:,} entries", "ms a query", f"recall@{NEIGHBOURS} in %", curves)
    )
    report.note(
        f"{sizes.entries:,} questions, {sizes.queries} other wordings of them, {AT_ONCE} queries in a pipeline, each"
        f" for {NEIGHBOURS} + {SPARE_CANDIDATES} neighbours"
    )


def _variants(widths: tuple[int, ...]) -> list[_Variant]:
    usual = RedisConfig()
    m, ef = usual.hnsw_m, usual.hnsw_ef_construction
    return [
        _Variant(IndexAlgorithm.FLAT),
        _Variant(IndexAlgorithm.FLAT, is_half=True),
        _graph(m, ef, widths=widths, widths_without_scope=widths),
        _graph(m, ef, widths=(usual.hnsw_ef_runtime,), is_half=True),
        _graph(m // 2, ef, widths=widths),
        _graph(m * 2, ef, widths=widths),
        _graph(m, ef // 2, widths=widths),
        _graph(m, ef * 2, widths=widths),
    ]


async def _build(report: Report, bench: _Bench, variant: _Variant, keys: Keys) -> None:
    """Create the index empty and write into it, as stores do."""
    config = RedisConfig(
        index_algorithm=variant.algorithm, hnsw_m=variant.m, hnsw_ef_construction=variant.ef_construction
    )
    create = commands.create_vector_index(keys, config, bench.vectors.shape[1])
    kind = "FLOAT16" if variant.is_half else "FLOAT32"
    await bench.link.run([tuple(kind if each == "FLOAT32" else each for each in create)], TIMEOUT_MS)
    scope = scope_token(NAMESPACE, NO_CONTEXT)
    began = time.perf_counter()
    for start in range(0, len(bench.vectors), WRITTEN_AT_ONCE):
        writes: list[Command] = [
            ("HSET", keys.vector(NAMESPACE, str(i)), Field.SCOPE, scope, Field.VECTOR, variant.blob(bench.vectors[i]))
            for i in range(start, min(start + WRITTEN_AT_ONCE, len(bench.vectors)))
        ]
        await bench.link.run(writes, TIMEOUT_MS)
    seconds = time.perf_counter() - began
    report.figure(f"{variant.name}: written", "entries/s").add(len(bench.vectors) / seconds)
    (state,) = await bench.link.run([commands.describe(keys.vector_index)], TIMEOUT_MS)
    report.figure(f"{variant.name}: memory of the index", "MB").add(float(state[b"vector_index_sz_mb"]))


async def _measure(report: Report, bench: _Bench, search: _Search, rounds: int) -> tuple[float, float]:
    """Time and recall, of the last round."""
    name = search.name + (f", EF_RUNTIME {search.width}" if search.variant.is_graph else "")
    asked = [_command(search, vector) for vector in bench.queries]
    for _ in range(rounds):
        began = time.perf_counter()
        replies: list[Any] = []
        for start in range(0, len(asked), AT_ONCE):
            replies += await bench.link.run(asked[start : start + AT_ONCE], TIMEOUT_MS)
        milliseconds = (time.perf_counter() - began) * 1000 / len(asked)
        report.figure(f"{name}: a query", "ms").add(milliseconds)
        recall = _recall(bench, [_places(reply) for reply in replies]) * 100
        report.figure(f"{name}: recall@{NEIGHBOURS}", "%").add(recall)
    return milliseconds, recall


def _command(search: _Search, vector: Vector) -> Command:
    """The search that lookups send, but for width, type and scope."""
    variant = search.variant
    query = NearestQuery(NAMESPACE, NO_CONTEXT, vector, NEIGHBOURS + SPARE_CANDIDATES)
    policy = "BATCHES" if variant.is_graph and search.is_scoped else ""
    command: list[Argument] = list(commands.nearest(search.keys.vector_index, query, policy, TIMEOUT_MS))
    text = str(command[TEXT])
    if variant.is_graph:
        text = text.replace("$v", f"$v EF_RUNTIME {search.width}")
    if not search.is_scoped:
        text = "*" + text[text.index("=>") :]
    command[TEXT], command[BLOB] = text, variant.blob(vector)
    return tuple(command)


def _places(reply: dict[bytes, Any]) -> list[int]:
    return [int(row[b"id"].rsplit(b":", 1)[1]) for row in rows(reply)][:NEIGHBOURS]


def _recall(bench: _Bench, found: Sequence[Sequence[int]]) -> float:
    """Of the true nearest, how many are there; one as near as the last of them counts as it."""
    near = [np.count_nonzero(bench.exact[i, list(places)] >= bench.worst[i] - TIED) for i, places in enumerate(found)]
    return float(np.sum(near)) / (NEIGHBOURS * len(found))
