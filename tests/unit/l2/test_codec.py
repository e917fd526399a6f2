"""An entry's fields say all of it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cache.entries import an_entry
from workers.cache.entry import Entry
from workers.cache.l2.codec import arguments_of_store, decode_entry, milliseconds
from workers.cache.l2.redis_commands import FETCHED_FIELDS, MAX_NUMBER, Argument, Field, Keys
from workers.cache.ports import Address

KEYS = Keys("sc1", "0123456789abcdef")
VECTOR = np.arange(4, dtype=np.float32)
TIMES = st.floats(0, 1e11, allow_nan=False)

entries = st.builds(
    lambda **fields: an_entry(**fields),
    context_key=st.text(min_size=1, max_size=20),
    prompt=st.text(min_size=1),
    response=st.text(),
    fence=st.integers(0, MAX_NUMBER),
    created_at=TIMES,
    expires_at=TIMES,
    tags=st.lists(st.text(min_size=1, max_size=128), max_size=5).map(tuple),
    metadata=st.none() | st.text(min_size=2),
    stale_until=TIMES,
    ordered_ms=st.integers(0, MAX_NUMBER),
)


def written(entry: Entry) -> dict[str, Argument]:
    """What the script would write."""
    arguments = arguments_of_store(KEYS, entry, VECTOR)
    _, fence, _, version, ordered, tags, _, _, _, _, prompt, *rest = arguments
    fields = dict(zip(map(str, rest[::2]), rest[1::2], strict=True))
    own = {Field.FENCE: fence, Field.VERSION: version, Field.ORDERED: ordered, Field.TAGS: tags, Field.PROMPT: prompt}
    return fields | {str(name): value for name, value in own.items()}


@given(entries)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    fields = written(entry)
    values = [value if isinstance(value, bytes) else str(value).encode() for value in map(fields.get, FETCHED_FIELDS)]
    assert decode_entry(Address(entry.namespace, entry.entry_id), values) == entry


def test_an_entry_is_kept_to_the_millisecond_and_never_shorter() -> None:
    assert milliseconds(1_700_000_000.0001) == 1_700_000_000_001
    assert milliseconds(1_700_000_000.0) == 1_700_000_000_000


def test_vectors_travel_as_little_endian_floats() -> None:
    blob = arguments_of_store(KEYS, an_entry(), VECTOR.astype(np.float64))[9]
    assert blob == VECTOR.astype("<f4").tobytes()
