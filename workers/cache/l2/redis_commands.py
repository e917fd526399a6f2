"""Every key, field, index, script and command that this project sends to Redis; nothing of it is named elsewhere.

Layout (p: `redis.key_prefix`, which carries the layout's version; fp: the embedding model's fingerprint). All keys
that one script touches share the hash tag {namespace}, so a cluster keeps them on one node.

    p:e:fp:{namespace}:id   HASH    an entry: the answer and what it depends on; p:idx:fp finds it by tags and fence
    p:v:fp:{namespace}:id   HASH    its question as a vector; p:vec:fp finds it by meaning
    p:l:fp:{namespace}:id   STRING  the lease of the one who computes the answer
    p:u:fp:{namespace}:id   STRING  version whose announcement to other workers is still due
    p:r:{namespace}         ZSET    token of a rule → its newest number
    p:a:{namespace}         ZSET    all-of rules: sorted tokens → newest number
    p:d:{namespace}         ZSET    marks of applied rules: number@timestamp → number
    p:m:{namespace}         HASH    watermark, floor, and `fp:…` → how long entries of that model may live
    p:g:{namespace}         SET     garbage: vectors whose entry was deleted, still to be taken out of the index
    p:s:{namespace}         STRING  the lease of the one who takes them out
    p:f:{namespace}         HASH    feedback: question id:entry id → the verdict on that pairing, with both texts
    p:o:{namespace}         ZSET    the same pairings → when the verdict came, Unix milliseconds
    p:n                     SET     the namespaces

An entry and its vector are two hashes, since any write to a hash with a vector costs an insertion into the graph, and
its removal one more (0.9 and 0.3 ms seen at 20,000 entries; 0.01 ms without a vector). So replacing an answer leaves
the graph alone, and an invalidation is done when the entries are gone; vectors follow in small doses. A vector
without an entry is only a candidate that is not there any more.

Everything that is searched for is indexed as a digest in hex: no character of a tag can matter to a query.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import Final

from workers.cache.config import IndexAlgorithm, RedisConfig
from workers.cache.keys import digest
from workers.cache.ports import Address, NearestQuery
from workers.cache.rules import PlacedRule, Rule

Argument = bytes | str | int | float
Command = tuple[Argument, ...]

MAX_NUMBER: Final = 2**53 - 1
"""The greatest number of a rule that Redis and Lua, which count in doubles, keep exact."""
TIMEOUT_NONE: Final = 0


class Field(StrEnum):
    """Fields of an entry's and of a vector's hash; one letter, for each entry repeats them."""

    NAMESPACE = "n"
    TAGS = "t"
    FENCE = "f"
    VERSION = "x"
    ORDERED = "o"
    PROMPT = "p"
    RESPONSE = "r"
    HEAD = "h"
    METADATA = "m"
    SCOPE = "s"
    VECTOR = "v"


class MetaField(StrEnum):
    """Fields of a namespace's meta hash."""

    WATERMARK = "watermark"
    FLOOR = "floor"


MODEL_FIELD_PREFIX: Final = b"fp:"
DISTANCE: Final = "distance"
FETCHED_FIELDS: Final = (
    Field.RESPONSE,
    Field.PROMPT,
    Field.FENCE,
    Field.VERSION,
    Field.ORDERED,
    Field.HEAD,
    Field.METADATA,
)
"""What `fetch` brings, in this order; the answer first: without it there is no entry."""


class Script(StrEnum):
    """Every Lua script; the value is its file's name without `.lua`."""

    FETCH = "fetch"
    STORE = "store"
    ANNOUNCED = "announced"
    NAME = "name"
    RULE = "rule"
    DELETE = "delete"
    ADVANCE = "advance"
    FORGET = "forget"
    SWEEP = "sweep"
    JUDGE = "judge"

    @property
    def body(self) -> bytes:
        """What is sent: the file, with the fragments that it needs after its first line."""
        return _body(self)

    @property
    def sha(self) -> str:
        """What Redis calls it."""
        return _sha(self)


_FRAGMENTS = {
    Script.STORE: ("predicate",),
    Script.RULE: ("census",),
    Script.DELETE: ("predicate", "census"),
    Script.FORGET: ("census",),
}


def _read(name: str) -> str:
    return Path(__file__).with_name(f"{name}.lua").read_text(encoding="utf-8")


@cache
def _body(script: Script) -> bytes:
    first, _, rest = _read(script.value).partition("\n")
    return "\n".join([first, *(_read(name) for name in _FRAGMENTS.get(script, ())), rest]).encode()


@cache
def _sha(script: Script) -> str:
    return sha1(script.body, usedforsecurity=False).hexdigest()


def call(script: Script, keys: Sequence[Argument], arguments: Iterable[Argument]) -> Command:
    """Run a script that Redis is thought to know."""
    return ("EVALSHA", script.sha, len(keys), *keys, *arguments)


def load(script: Script) -> Command:
    """Teach Redis a script."""
    return ("SCRIPT", "LOAD", script.body)


def scripts_of(commands: Iterable[Command]) -> list[Script]:
    """The scripts that these commands call, each once."""
    called = {command[1] for command in commands if command[0] == "EVALSHA"}
    return [script for script in Script if script.sha in called]


def tag_token(tag: str) -> str:
    """A tag as it is indexed and as rules name it."""
    return "t" + digest(tag, size=8)


def id_token(entry_id: str) -> str:
    """An entry id as rules name it."""
    return "i" + entry_id


EVERYTHING_TOKEN: Final = "*"  # noqa: S105 - a rule's name for all entries


def namespace_token(namespace: str) -> str:
    """A namespace as it is indexed."""
    return "n" + digest(namespace, size=8)


def scope_token(namespace: str, context_key: str) -> str:
    """Namespace and context in one, as vectors are indexed: 128 bits, for nothing else parts the contexts."""
    return "s" + digest(namespace, context_key)


def tokens_of(tags: Iterable[str]) -> str:
    """All tags of an entry or of an all-of rule: sorted tokens, joined by commas."""
    return ",".join(sorted(tag_token(tag) for tag in tags))


class SelectionKind(StrEnum):
    """How a rule names entries."""

    ANY = "any"
    ALL = "all"
    THESE = "these"
    """By their keys: nothing is left to compare."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A rule in Redis' words."""

    kind: SelectionKind
    tokens: tuple[str, ...]
    """For `all` one: the joined ones."""
    entry_ids: tuple[str, ...] | None = None
    """The entries, where the rule names them; None: a search finds them."""

    @classmethod
    def of(cls, rule: Rule) -> "Selection":
        """Read a rule as `Rule.matches` does."""
        if rule.everything:
            return cls(SelectionKind.THESE, (EVERYTHING_TOKEN,))
        if rule.tags and rule.match_all:
            return cls(SelectionKind.ALL, (tokens_of(rule.tags),))
        if rule.tags:
            return cls(SelectionKind.ANY, tuple(sorted(tag_token(tag) for tag in rule.tags)))
        ids = tuple(sorted(rule.entry_ids))
        return cls(SelectionKind.THESE, tuple(id_token(entry_id) for entry_id in ids), ids)

    def query(self, namespace: str, newest_fence: int | None) -> str:
        """The search for entries that it names, with a fence up to `newest_fence`.

        The range is left out where it can be: it costs a walk over all fences (0.3 ms at 100,000 entries).
        """
        parts = [f"@{Field.NAMESPACE}:{{{namespace_token(namespace)}}}"]
        if self.kind is SelectionKind.ANY:
            parts.append(f"@{Field.TAGS}:{{{'|'.join(self.tokens)}}}")
        elif self.kind is SelectionKind.ALL:
            parts += [f"@{Field.TAGS}:{{{token}}}" for token in self.tokens[0].split(",")]
        if newest_fence is not None:
            parts.append(f"@{Field.FENCE}:[-inf {newest_fence}]")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Keys:
    """The names of keys and indexes of one deployment and one model."""

    prefix: str
    fingerprint: str

    def entry(self, namespace: str, entry_id: str, fingerprint: str | None = None) -> str:
        """An entry, of this model unless another is named."""
        return f"{self.entry_prefix}{fingerprint or self.fingerprint}:{{{namespace}}}:{entry_id}"

    @property
    def entry_prefix(self) -> str:
        """Of all entries of all models; what follows it also names the vector, and the garbage."""
        return f"{self.prefix}:e:"

    @property
    def vector_prefix(self) -> str:
        """Of all vectors of all models."""
        return f"{self.prefix}:v:"

    def vector(self, namespace: str, entry_id: str) -> str:
        """An entry's vector."""
        return f"{self.vector_prefix}{self.fingerprint}:{{{namespace}}}:{entry_id}"

    def lease(self, address: Address) -> str:
        """An entry's lease."""
        return f"{self.prefix}:l:{self.fingerprint}:{{{address.namespace}}}:{address.entry_id}"

    def unannounced(self, namespace: str, entry_id: str) -> str:
        """The announcement that is still due."""
        return f"{self.prefix}:u:{self.fingerprint}:{{{namespace}}}:{entry_id}"

    def rules(self, namespace: str) -> str:
        """Rules by token."""
        return f"{self.prefix}:r:{{{namespace}}}"

    def all_of(self, namespace: str) -> str:
        """All-of rules."""
        return f"{self.prefix}:a:{{{namespace}}}"

    def applied(self, namespace: str) -> str:
        """Marks of applied rules."""
        return f"{self.prefix}:d:{{{namespace}}}"

    def meta(self, namespace: str) -> str:
        """What is known of the namespace."""
        return f"{self.prefix}:m:{{{namespace}}}"

    def garbage(self, namespace: str) -> str:
        """Vectors without an entry."""
        return f"{self.prefix}:g:{{{namespace}}}"

    def sweeping(self, namespace: str) -> str:
        """The sweeper's lease."""
        return f"{self.prefix}:s:{{{namespace}}}"

    def verdicts(self, namespace: str) -> str:
        """Verdicts on pairings."""
        return f"{self.prefix}:f:{{{namespace}}}"

    def verdict_order(self, namespace: str) -> str:
        """When they came."""
        return f"{self.prefix}:o:{{{namespace}}}"

    @property
    def namespaces(self) -> str:
        """All namespaces."""
        return f"{self.prefix}:n"

    def entry_index(self, fingerprint: str | None = None) -> str:
        """The index over a model's entries."""
        return f"{self.prefix}:idx:{fingerprint or self.fingerprint}"

    @property
    def vector_index(self) -> str:
        """The index over this model's vectors."""
        return f"{self.prefix}:vec:{self.fingerprint}"

    def all_entries(self, namespace: str, fingerprint: str) -> str:
        """A SCAN pattern, with what it would read as more than a character taken at its word."""
        return re.sub(r"([*?\[\]^\\-])", r"\\\1", self.entry(namespace, "", fingerprint)) + "*"


def mark_of(placed: PlacedRule) -> str:
    """The member that says that a rule was applied."""
    return mark(placed.offset, placed.timestamp_ms)


def mark(number: int, timestamp_ms: int) -> str:
    """The same, from its parts."""
    return f"{number}@{timestamp_ms}"


def create_entry_index(keys: Keys) -> Command:
    """FT.CREATE over the entries."""
    schema = (Field.NAMESPACE, "TAG", Field.TAGS, "TAG", Field.FENCE, "NUMERIC")
    return (*_create(keys.entry_index(), f"{keys.entry_prefix}{keys.fingerprint}:"), *schema)


def create_vector_index(keys: Keys, config: RedisConfig, dimensions: int) -> Command:
    """FT.CREATE over the vectors."""
    algorithm = config.index_algorithm
    options: list[Argument] = ["TYPE", "FLOAT32", "DIM", dimensions, "DISTANCE_METRIC", "COSINE"]
    if algorithm is IndexAlgorithm.HNSW:
        options += ["M", config.hnsw_m, "EF_CONSTRUCTION", config.hnsw_ef_construction]
        options += ["EF_RUNTIME", config.hnsw_ef_runtime]
    vector = (Field.VECTOR, "VECTOR", algorithm.value.upper(), len(options), *options)
    return (*_create(keys.vector_index, f"{keys.vector_prefix}{keys.fingerprint}:"), Field.SCOPE, "TAG", *vector)


def _create(index: str, prefix: str) -> Command:
    return ("FT.CREATE", index, "ON", "HASH", "PREFIX", 1, prefix, "SCHEMA")


def describe(index: str) -> Command:
    """What the engine says of an index."""
    return ("FT.INFO", index)


def nearest(index: str, query: NearestQuery, policy: str, timeout_ms: int) -> Command:
    """The neighbours of one vector: key, prompt and distance, never a body."""
    wanted = query.limit
    hybrid = f" HYBRID_POLICY {policy}" if policy else ""
    scope = scope_token(query.namespace, query.context_key)
    text = f"(@{Field.SCOPE}:{{{scope}}})=>[KNN {wanted} @{Field.VECTOR} $v{hybrid} AS {DISTANCE}]"
    return (
        *("FT.SEARCH", index, text, "PARAMS", 2, "v", query.vector.astype("<f4").tobytes()),
        *("RETURN", 2, Field.PROMPT, DISTANCE, "SORTBY", DISTANCE, "LIMIT", 0, wanted),
        *("TIMEOUT", timeout_ms, "DIALECT", 2),
    )


def has_more_than(index: str, scope: str, count: int) -> Command:
    """One row if the scope holds more vectors than `count`, else none; stops counting there."""
    return ("FT.AGGREGATE", index, f"@{Field.SCOPE}:{{{scope}}}", "LIMIT", count, 1, "DIALECT", 2)


def find_keys(index: str, query: str, limit: int) -> Command:
    """Keys of matching entries, at most `limit`; the engine stops there, which FT.SEARCH would not."""
    options = ("LOAD", 1, "@__key", "LIMIT", 0, limit, "TIMEOUT", TIMEOUT_NONE, "DIALECT", 2)
    return ("FT.AGGREGATE", index, query, *options)


def count_matches(index: str, query: str) -> Command:
    """How many entries match."""
    return ("FT.SEARCH", index, query, "NOCONTENT", "LIMIT", 0, 0, "TIMEOUT", TIMEOUT_NONE, "DIALECT", 2)


def scan(cursor: int, pattern: str, count: int) -> Command:
    """One step over all keys."""
    return ("SCAN", cursor, "MATCH", pattern, "COUNT", count)


def remember(keys: Keys, namespace: str) -> Command:
    """Put a namespace among the known ones; before anything else is written to it."""
    return call(Script.NAME, (keys.namespaces,), (namespace,))


def lease(keys: Keys, address: Address, duration_ms: int) -> Command:
    """Take the lease if nobody has it."""
    return ("SET", keys.lease(address), "1", "NX", "PX", duration_ms)
