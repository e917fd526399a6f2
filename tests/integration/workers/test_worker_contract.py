"""The contract, sentence by sentence, on two workers and a real Kafka and Redis."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from schemas import LookupResult, StoreResult
from tests.integration.workers.conftest import Pair
from tests.integration.workers.harness import until_committed
from workers.kafka.connection import KafkaConnection
from workers.kafka.log_ends import LogEnds

pytestmark = pytest.mark.asyncio(loop_scope="module")

_numbers = itertools.count()


def new_id(kind: str = "q") -> str:
    return f"{kind}-{next(_numbers)}"


async def store(pair: Pair, prompt: str, response: str, **fields: object) -> dict[str, Any]:
    request = {"request_id": new_id("s"), "prompt": prompt, "response": response} | fields
    return await pair.wire.ask(pair.deployment.topics.store_requests, request)


async def lookup(pair: Pair, prompt: str, *, partition: int | None = None, **fields: object) -> dict[str, Any]:
    request = {"request_id": new_id("q"), "prompt": prompt} | fields
    return await pair.wire.ask(pair.deployment.topics.lookup_requests, request, partition=partition)


async def invalidate(pair: Pair, **fields: object) -> dict[str, Any]:
    request = {"request_id": new_id("i")} | fields
    return await pair.wire.ask(pair.deployment.topics.invalidation_requests, request)


def one_partition_each(pair: Pair) -> tuple[int, int]:
    """A partition of lookup requests that the first worker reads, and one that the second does."""
    topic = pair.deployment.topics.lookup_requests
    return pair.partitions(pair.first, topic)[0], pair.partitions(pair.second, topic)[0]


async def test_a_miss_carries_a_fence_and_a_leader_and_says_that_it_is_no_outage(pair: Pair) -> None:
    found = await lookup(pair, "What has nobody ever asked?")
    assert found["status"] == "miss"
    assert found["fence"] > 0
    assert found["leader"] is True
    assert found["degraded"] is False
    assert "response" not in found


async def test_every_field_of_a_store_comes_back_with_the_hit(pair: Pair) -> None:
    fields: dict[str, Any] = {
        "namespace": "shop-eu",
        "context": {"user_persona": "customer", "conversation_id": "c-1"},
        "tags": ["product:a", "{weird}|*"],
        "ttl_seconds": 600,
        "metadata": {"model": "m-1", "nested": {"list": [1, 2.5, None, "ü"]}},
    }
    stored = await store(pair, "  How long does  the battery last? ", "Eighteen hours. 🔋", **fields)
    assert stored["status"] == "stored"
    asked: dict[str, Any] = {"namespace": "shop-eu", "context": {"conversation_id": "c-1", "user_persona": "customer"}}
    found = await lookup(pair, "How long does the battery last?", **asked)
    assert found["status"] == "hit"
    assert found["response"] == "Eighteen hours. 🔋"
    assert found["metadata"] == fields["metadata"]
    assert found["tags"] == fields["tags"]
    assert found["match"] == "exact"
    assert found["similarity"] == 1.0
    assert found["entry_id"] == stored["entry_id"]
    assert found["matched_prompt"].split() == ["How", "long", "does", "the", "battery", "last?"]
    assert 0 <= found["age_seconds"] < 60
    assert 500 < found["expires_in_seconds"] <= 600
    assert found["degraded"] is False
    LookupResult.model_validate(found)
    StoreResult.model_validate(stored)


async def test_l1_and_l2_hits_are_told_apart(pair: Pair) -> None:
    mine, other = one_partition_each(pair)
    prompt = "Which layer answers this?"
    await store(pair, prompt, "It depends.")
    layers = [(await lookup(pair, prompt, partition=partition))["layer"] for partition in (mine, other, mine, other)]
    assert sorted(layers[:2]) == ["l1", "l2"] or layers[:2] == ["l2", "l2"]
    assert layers[2:] == ["l1", "l1"]


async def test_a_replaced_answer_is_announced_to_the_other_workers_memory(pair: Pair) -> None:
    mine, other = one_partition_each(pair)
    prompt = "What is the price today?"
    assert (await store(pair, prompt, "100"))["status"] == "stored"
    for partition in (mine, other):
        await lookup(pair, prompt, partition=partition)
    assert (await store(pair, prompt, "90"))["status"] == "replaced"
    answers = {(await lookup(pair, prompt, partition=partition))["response"] for partition in (mine, other)}
    assert answers == {"90"}


async def test_personas_are_isolated_in_both_layers(pair: Pair) -> None:
    prompt = "How do I deploy it?"
    for persona in ("developer", "manager"):
        await store(pair, prompt, f"for the {persona}", context={"user_persona": persona})
    for _layer in ("l2 or l1", "l1"):
        for partition in one_partition_each(pair):
            for persona in ("developer", "manager"):
                found = await lookup(pair, prompt, context={"user_persona": persona}, partition=partition)
                assert found["response"] == f"for the {persona}"
            assert (await lookup(pair, prompt, partition=partition))["status"] == "miss"
            stranger = await lookup(pair, prompt, context={"user_persona": "stranger"}, partition=partition)
            assert stranger["status"] == "miss"


async def test_tenants_share_nothing(pair: Pair) -> None:
    await store(pair, "Whose answer is this?", "theirs", namespace="tenant-a")
    assert (await lookup(pair, "Whose answer is this?", namespace="tenant-a"))["status"] == "hit"
    assert (await lookup(pair, "Whose answer is this?", namespace="tenant-b"))["status"] == "miss"


async def test_a_paraphrase_is_a_semantic_hit_that_can_be_explained(pair: Pair) -> None:
    await store(pair, "How do I reset my password?", "Click on 'forgot'.", namespace="semantic")
    found = await lookup(pair, "How can I reset my password?", namespace="semantic", explain=True)
    assert (found["status"], found["match"]) == ("hit", "semantic")
    assert found["similarity"] < 1.0
    assert found["candidates"][0]["accepted"] is True
    assert {"entry_id", "prompt", "similarity", "accepted", "reason"} <= found["candidates"][0].keys()
    again = await lookup(pair, "How can I reset my password?", namespace="semantic", mode="exact")
    assert again["status"] == "miss"
    strict = await lookup(pair, "How could I reset my password?", namespace="semantic", min_similarity=0.999)
    assert strict["status"] == "miss"


async def test_an_answer_older_than_the_caller_wants_does_not_count(pair: Pair) -> None:
    await store(pair, "How fresh is this?", "Fresh.")
    assert (await lookup(pair, "How fresh is this?", max_age_seconds=3600))["status"] == "hit"
    assert (await lookup(pair, "How fresh is this?", max_age_seconds=0))["status"] == "miss"


async def test_any_of_and_all_of_tags_remove_what_they_name_and_no_more(pair: Pair) -> None:
    tagged = {"one": ["x"], "two": ["x", "y"], "three": ["y"], "four": ["z"]}
    for name, tags in tagged.items():
        await store(pair, f"tagged {name}?", name, tags=tags, namespace="tags")
    both = await invalidate(pair, tags=["x", "y"], match_all=True, namespace="tags", dry_run=True)
    assert (both["removed"], "token" in both) == (1, False)
    both = await invalidate(pair, tags=["x", "y"], match_all=True, namespace="tags")
    assert (both["status"], both["removed"]) == ("invalidated", 1)
    after: dict[str, Any] = {"after": both["token"], "namespace": "tags", "mode": "exact"}
    statuses = {name: (await lookup(pair, f"tagged {name}?", **after))["status"] for name in tagged}
    assert statuses == {"one": "hit", "two": "miss", "three": "hit", "four": "hit"}
    either = await invalidate(pair, tags=["x", "y"], namespace="tags")
    assert either["removed"] == 2
    after = {"after": either["token"], "namespace": "tags", "mode": "exact"}
    statuses = {name: (await lookup(pair, f"tagged {name}?", **after))["status"] for name in tagged}
    assert statuses == {"one": "miss", "two": "miss", "three": "miss", "four": "hit"}


async def test_entry_ids_and_everything(pair: Pair) -> None:
    stored = [await store(pair, f"numbered {n}?", str(n), namespace="bulk") for n in range(3)]
    gone = await invalidate(pair, entry_ids=[stored[0]["entry_id"]], namespace="bulk")
    assert gone["removed"] == 1
    assert (await invalidate(pair, everything=True, namespace="bulk"))["removed"] == 2


async def test_an_invalidation_reaches_every_memory(pair: Pair) -> None:
    prompt = "Is it in every memory?"
    await store(pair, prompt, "yes", tags=["memory"])
    for _ in range(2):
        for partition in one_partition_each(pair):
            assert (await lookup(pair, prompt, partition=partition))["status"] == "hit"
    token = (await invalidate(pair, tags=["memory"]))["token"]
    for partition in one_partition_each(pair):
        assert (await lookup(pair, prompt, after=token, partition=partition))["status"] == "miss"


async def test_an_answer_computed_before_an_invalidation_is_refused_after_it(pair: Pair) -> None:
    prompt = "What does it cost?"
    fence = (await lookup(pair, prompt, namespace="late"))["fence"]
    await invalidate(pair, tags=["price"], namespace="late")
    refused = await store(pair, prompt, "old", namespace="late", tags=["price"], fence=fence)
    assert (refused["status"], refused["reason"]) == ("refused", "stale")
    fence = (await lookup(pair, prompt, namespace="late"))["fence"]
    assert (await store(pair, prompt, "new", namespace="late", tags=["price"], fence=fence))["status"] == "stored"


async def test_a_follower_waits_for_the_leaders_answer(pair: Pair) -> None:
    prompt = "Who computes this?"
    leader = await lookup(pair, prompt, namespace="wait")
    assert leader["leader"] is True
    impatient = await lookup(pair, prompt, namespace="wait")
    assert impatient["leader"] is False
    follower_id = new_id("q")
    request = {"request_id": follower_id, "prompt": prompt, "namespace": "wait", "wait_ms": 20_000}
    await pair.wire.send(pair.deployment.topics.lookup_requests, request)
    await store(pair, prompt, "the leader", namespace="wait", fence=leader["fence"])
    assert (await pair.wire.reply_to(follower_id)).value["response"] == "the leader"


async def test_a_reply_carries_key_correlation_and_trace(pair: Pair) -> None:
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = [("correlation_id", b"\xffnot text"), ("traceparent", trace), ("null", None), ("odd", b"\xff\xfe")]
    with_header, without = new_id(), new_id()
    requests = pair.deployment.topics.lookup_requests
    await pair.wire.send(requests, {"request_id": with_header, "prompt": "a?"}, headers=headers)
    await pair.wire.send(requests, {"request_id": without, "prompt": "a?"})
    echoed, plain = await pair.wire.reply_to(with_header), await pair.wire.reply_to(without)
    assert echoed.record.key == with_header.encode()
    assert echoed.headers["correlation_id"] == b"\xffnot text"
    assert echoed.headers["traceparent"] == trace
    assert plain.headers == {"correlation_id": without.encode()}


@pytest.mark.parametrize("change", ["price_changed", "deleted"])
async def test_a_product_change_reaches_the_other_workers_memory(pair: Pair, change: str) -> None:
    tags = ["product:aurora"] if change == "price_changed" else ["brand:Old"]
    prompt = f"What about {change}?"
    await store(pair, prompt, "before", tags=tags, namespace="products")
    for _ in range(2):
        for partition in one_partition_each(pair):
            assert (await lookup(pair, prompt, namespace="products", partition=partition))["status"] == "hit"
    event = {
        "event_id": new_id("e"),
        "product_id": "aurora",
        "change": change,
        "brand": "New",
        "previous": {"brand": "Old"},
        "namespace": "products",
    }
    await pair.wire.send(pair.deployment.topics.product_changes, event, key=b"aurora")
    gone: set[int] = set()
    while len(gone) < 2:  # each lookup is a round trip; the harness bounds it
        for partition in one_partition_each(pair):
            if (await lookup(pair, prompt, namespace="products", partition=partition))["status"] == "miss":
                gone.add(partition)


async def test_a_storm_of_changes_is_a_handful_of_rules(pair: Pair) -> None:
    names = [f"storm-{n}" for n in range(20)]
    for name in names:
        await store(pair, f"{name}?", "before", tags=[f"product:{name}"], namespace="storm")
    ends = LogEnds(KafkaConnection(pair.deployment.kafka), pair.deployment.topics.coherence)
    await ends.open()
    try:
        before = await ends.end()
        topic = pair.deployment.topics.product_changes
        for number in range(1_000):
            name = names[number % len(names)]
            event = {"event_id": f"e-{number}", "product_id": name, "change": "updated", "namespace": "storm"}
            await pair.wire.send(topic, event, key=name.encode())
        await until_committed(pair.deployment, topic, f"{pair.deployment.prefix}.product-changes")
        for name in names:
            assert (await lookup(pair, f"{name}?", namespace="storm", mode="exact"))["status"] == "miss"
        assert await ends.end() - before < 200
    finally:
        await ends.aclose()
