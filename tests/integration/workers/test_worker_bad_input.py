"""What bad input gets: an error that names the field, the bytes put aside, and nobody else disturbed."""

from __future__ import annotations

import itertools
import json
import struct
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

from schemas import DeadLetterHeader
from tests.integration.workers.conftest import Pair
from tests.integration.workers.harness import Reply, Wire, until_committed

pytestmark = pytest.mark.asyncio(loop_scope="module")

_numbers = itertools.count()


def new_id() -> str:
    return f"bad-{next(_numbers)}"


async def dead_letter(wire: Wire, topic: str, offset: int, partition: int) -> Reply:
    """The one of a record."""

    def found() -> list[Reply]:
        place = {
            DeadLetterHeader.TOPIC: topic.encode(),
            DeadLetterHeader.OFFSET: str(offset).encode(),
            DeadLetterHeader.PARTITION: str(partition).encode(),
        }
        return [letter for letter in wire.dead_letters if place.items() <= letter.headers.items()]

    await wire.until(found)
    return found()[0]


LOOKUPS: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown field": ({"promt": "x", "prompt": "x"}, "invalid_request", "promt: there is no such field; did you mean"),
    "no prompt": ({}, "invalid_request", "prompt: is required"),
    "empty prompt": ({"prompt": ""}, "invalid_request", "prompt:"),
    "blank prompt": ({"prompt": " \n"}, "invalid_request", "prompt:"),
    "oversized prompt": ({"prompt": "x" * 32_769}, "payload_too_large", "prompt:"),
    "odd namespace": ({"prompt": "x", "namespace": "a b"}, "invalid_request", "namespace:"),
    "unknown context": ({"prompt": "x", "context": {"mood": "good"}}, "invalid_request", "context.mood"),
    "wrong type": ({"prompt": 5}, "invalid_request", "prompt:"),
    "unknown mode": ({"prompt": "x", "mode": "guess"}, "invalid_request", "mode:"),
    "similarity": ({"prompt": "x", "min_similarity": 1.5}, "invalid_request", "min_similarity:"),
    "token": ({"prompt": "x", "after": "garbage"}, "invalid_request", "after:"),
}
STORES: dict[str, tuple[dict[str, Any], str, str]] = {
    "oversized response": ({"response": "x" * 900_001}, "payload_too_large", "response:"),
    "65 tags": ({"response": "x", "tags": [f"t{n}" for n in range(65)]}, "invalid_request", "tags:"),
    "long tag": ({"response": "x", "tags": ["t" * 129]}, "invalid_request", "tags.0:"),
    "ttl of 0": ({"response": "x", "ttl_seconds": 0}, "invalid_request", "ttl_seconds:"),
    "unknown context": ({"response": "x", "context": {"mood": "good"}}, "invalid_request", "context.mood"),
    "metadata": ({"response": "x", "metadata": {"n": 10**30}}, "invalid_request", "metadata:"),
}
INVALIDATIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no selector": ({}, "invalid_request", "exactly one of"),
    "two selectors": ({"tags": ["x"], "everything": True}, "invalid_request", "exactly one of"),
    "match_all alone": ({"everything": True, "match_all": True}, "invalid_request", "match_all"),
    "odd id": ({"entry_ids": ["nope"]}, "invalid_request", "entry_ids.0:"),
}


async def check(pair: Pair, topic: str, value: dict[str, Any], code: str, message: str) -> None:
    """An error reply with code and message; the bytes, key and headers in the dead letters."""
    request = {"request_id": new_id()} | value
    data = json.dumps(request).encode()
    headers = [("mine", b"\xff\x00"), ("null", None)]
    sent = await (await pair.wire.send(topic, data, key=b"the key", headers=headers))
    reply = (await pair.wire.reply_to(request["request_id"])).value
    assert reply["status"] == "error"
    assert reply["error"]["code"] == code
    assert message in reply["error"]["message"]
    letter = await dead_letter(pair.wire, topic, sent.offset, sent.partition)
    assert (letter.record.value, letter.record.key) == (data, b"the key")
    assert letter.headers["mine"] == b"\xff\x00"
    assert letter.headers["null"] is None
    assert letter.headers[DeadLetterHeader.CODE] == code.encode()
    assert letter.headers[DeadLetterHeader.REASON] == reply["error"]["message"].encode()
    assert int(letter.headers[DeadLetterHeader.TIMESTAMP] or b"") == sent.timestamp or sent.timestamp_type == 0
    assert letter.headers[DeadLetterHeader.WORKER]


@pytest.mark.parametrize("name", LOOKUPS)
async def test_bad_lookups(pair: Pair, name: str) -> None:
    await check(pair, pair.deployment.topics.lookup_requests, *LOOKUPS[name])


@pytest.mark.parametrize("name", STORES)
async def test_bad_stores(pair: Pair, name: str) -> None:
    value, code, message = STORES[name]
    await check(pair, pair.deployment.topics.store_requests, {"prompt": "x"} | value, code, message)


@pytest.mark.parametrize("name", INVALIDATIONS)
async def test_bad_invalidations(pair: Pair, name: str) -> None:
    await check(pair, pair.deployment.topics.invalidation_requests, *INVALIDATIONS[name])


@pytest.mark.parametrize(
    "value", [b"", None, b"\xff\xfe", b"not json", b"[]", b"5", b"null", b'{"prompt": "x"}', b'{"request_id": 7}']
)
async def test_what_nobody_could_be_told_of_is_put_aside(pair: Pair, value: bytes | None) -> None:
    topic = pair.deployment.topics.lookup_requests
    sent = await (await pair.wire.send(topic, value, key=b"k"))
    letter = await dead_letter(pair.wire, topic, sent.offset, sent.partition)
    assert letter.record.value == value
    assert "" not in pair.wire.replies


async def test_broken_json_is_answered_where_its_request_id_can_be_read(pair: Pair) -> None:
    request_id = new_id()
    await pair.wire.send(
        pair.deployment.topics.lookup_requests, b'{"prompt": "x", "request_id": "' + request_id.encode() + b'", '
    )
    reply = (await pair.wire.reply_to(request_id)).value
    assert reply["error"]["code"] == "invalid_request"
    assert "not JSON" in reply["error"]["message"]


async def test_one_poison_record_among_a_hundred_good_ones(pair: Pair) -> None:
    topic = pair.deployment.topics.lookup_requests
    good = [new_id() for _ in range(100)]
    before = len(pair.wire.dead_letters)
    for number, request_id in enumerate(good):
        if number == 50:
            await pair.wire.send(topic, b"\x00poison\xff", headers=[("correlation_id", None)], partition=1)
        await pair.wire.send(topic, {"request_id": request_id, "prompt": f"good {number}?"}, partition=1)
    await pair.wire.until_answered(good)
    await pair.wire.until(lambda: len(pair.wire.dead_letters) > before)
    assert {pair.wire.replies[request_id][0].value["status"] for request_id in good} == {"miss"}
    assert [letter.record.value for letter in pair.wire.dead_letters[before:]] == [b"\x00poison\xff"]
    await until_committed(pair.deployment, topic, f"{pair.deployment.prefix}.lookup.requests")


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ([("reply_to", b"")], "reply_to: not a topic's name"),
        ([("reply_to", b"\xff\xfe")], "reply_to: not a topic's name"),
        ([("reply_to", b"a b")], "reply_to: not a topic's name"),
        ([("reply_to", b"..")], "reply_to: not a topic's name"),
        ([("reply_to", b"x" * 250)], "reply_to: not a topic's name"),
        ([("reply_to", b"nobody-made-this-topic")], "is unknown"),
        ([("reply_to", b"{lookup.results}"), ("reply_partition", b"-1")], "reply_partition: must be"),
        ([("reply_to", b"{lookup.results}"), ("reply_partition", b"one")], "reply_partition: must be"),
        ([("reply_to", b"{lookup.results}"), ("reply_partition", b"9" * 40)], "reply_partition: must be"),
        ([("reply_to", b"{lookup.results}"), ("reply_partition", b"99")], "has no partition 99"),
        *(
            ([("reply_to", b"{" + own + b"}")], "takes no replies")
            for own in (b"lookup.requests", b"coherence", b"dead-letters", b"store.requests", b"product-changes")
        ),
    ],
)
async def test_a_reply_address_that_cannot_be(pair: Pair, headers: list[tuple[str, bytes]], message: str) -> None:
    prefix = pair.deployment.prefix.encode()
    own = [(name, value.replace(b"{", prefix + b".").replace(b"}", b"")) for name, value in headers]
    request_id, neighbour = new_id(), new_id()
    topic = pair.deployment.topics.lookup_requests
    await pair.wire.send(topic, {"request_id": request_id, "prompt": "x?"}, headers=own, partition=0)
    await pair.wire.send(topic, {"request_id": neighbour, "prompt": "x?"}, partition=0)
    reply = await pair.wire.reply_to(request_id)
    assert reply.record.topic == pair.deployment.topics.lookup_results
    assert reply.value["error"]["code"] == "invalid_request"
    assert message in reply.value["error"]["message"]
    assert (await pair.wire.reply_to(neighbour)).value["status"] == "miss"


async def test_a_reply_goes_to_the_topic_and_partition_that_are_named(pair: Pair) -> None:
    to = pair.deployment.topics.invalidation_results
    for partition in (0, 3):
        request_id = new_id()
        headers = [("reply_to", to.encode()), ("reply_partition", str(partition).encode())]
        await pair.wire.send(
            pair.deployment.topics.lookup_requests, {"request_id": request_id, "prompt": "x?"}, headers=headers
        )
        record = (await pair.wire.reply_to(request_id)).record
        assert (record.topic, record.partition) == (to, partition)


HOSTILE = [
    "a|b",
    "{*}",
    "-@x",
    '"',
    "'",
    "\\",
    "🔋" * 32,
    " lead",
    "\x00nul",
    "x" * 128,
    "$param",
    "(",
    ")",
    "%",
    "a,b",
]


async def test_tags_and_contexts_made_of_query_syntax_are_plain_text(pair: Pair) -> None:
    topics = pair.deployment.topics
    for tag in HOSTILE:
        context = {"user_persona": tag}
        base = {"prompt": f"hostile {HOSTILE.index(tag)}?", "namespace": "hostile", "context": context}
        await pair.wire.ask(topics.store_requests, base | {"request_id": new_id(), "response": tag, "tags": [tag]})
    for tag in HOSTILE:
        request = {"request_id": new_id(), "namespace": "hostile", "tags": [tag], "dry_run": True}
        assert (await pair.wire.ask(topics.invalidation_requests, request))["removed"] == 1
        lookup = {"prompt": f"hostile {HOSTILE.index(tag)}?", "namespace": "hostile", "request_id": new_id()}
        found = await pair.wire.ask(topics.lookup_requests, lookup | {"context": {"user_persona": tag}})
        assert found["response"] == tag


@pytest.mark.parametrize(
    "value",
    [
        b"not json",
        b'{"event_id": "e"}',
        b'{"specversion": "0.3", "id": "1", "source": "s", "type": "t", "data": {}}',
        b'{"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": []}',
    ],
)
async def test_bad_product_changes_are_put_aside(pair: Pair, value: bytes) -> None:
    topic = pair.deployment.topics.product_changes
    sent = await (await pair.wire.send(topic, value, headers=[("reply_to", b"anything")]))
    letter = await dead_letter(pair.wire, topic, sent.offset, sent.partition)
    assert letter.record.value == value


def with_odd_header_name(builder: Any) -> Any:  # noqa: ANN401 - aiokafka's
    """Spoil the header name QQQQ in a batch, as a client in another language may do."""
    data = bytearray(builder._build())
    start = data.index(b"QQQQ")
    data[start : start + 4] = b"\xff\xfe\xff\xfe"
    data[17:21] = struct.pack(">I", calc_crc32c(bytes(data[21:])))
    builder._buffer = bytes(data)
    return builder


async def test_a_header_name_that_is_not_utf_8_costs_its_own_batch_and_nothing_else(pair: Pair) -> None:
    topic = pair.deployment.topics.lookup_requests
    producer = pair.wire._producer
    ids = {name: new_id() for name in ("before", "first", "last", "after", "elsewhere")}

    def value(name: str) -> bytes:
        return json.dumps({"request_id": ids[name], "prompt": f"{name}?"}).encode()

    spoilt = producer.create_batch()
    spoilt.append(timestamp=None, key=None, value=value("first"), headers=[])
    spoilt.append(timestamp=None, key=None, value=b"odd", headers=[("QQQQ", b"v")])
    spoilt.append(timestamp=None, key=None, value=value("last"), headers=[])
    await (await pair.wire.send(topic, value("before"), partition=2))
    place = await (await producer.send_batch(with_odd_header_name(spoilt), topic, partition=2))
    await pair.wire.send(topic, value("after"), partition=2)
    await pair.wire.send(topic, value("elsewhere"), partition=3)
    await pair.wire.until_answered([ids[name] for name in ("before", "first", "after", "elsewhere")])
    for offset in (place.offset + 1, place.offset + 2):
        letter = await dead_letter(pair.wire, topic, offset, 2)
        assert b"cannot be decoded" in (letter.headers[DeadLetterHeader.REASON] or b"")
    await until_committed(pair.deployment, topic, f"{pair.deployment.prefix}.lookup.requests")


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_requests_may_be_compressed(pair: Pair, codec: str) -> None:
    topic = pair.deployment.topics.lookup_requests
    request_id = new_id()
    async with AIOKafkaProducer(bootstrap_servers=pair.deployment.kafka, compression_type=codec) as producer:
        value = {"request_id": request_id, "prompt": "compressed? " * 100}
        await producer.send_and_wait(topic, json.dumps(value).encode())
    assert (await pair.wire.reply_to(request_id)).value["status"] == "miss"
