"""The client against a worker that answers by script: what it sends, waits for, and makes of the replies."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from client import (
    AnswerSource,
    InvalidMessageError,
    NewAnswer,
    NoReplyError,
    NotOpenError,
    RequestFailedError,
    SemanticCacheClient,
    TopicsMissingError,
)
from schemas import (
    ErrorCode,
    ErrorDetail,
    Feedback,
    Header,
    InvalidationResult,
    InvalidationStatus,
    LookupRequest,
    LookupResult,
    LookupStatus,
    Message,
    ProductChange,
    StoreRequest,
    StoreResult,
    StoreStatus,
    Topics,
    Verdict,
)
from tests.integration.scripted_worker import PARTITIONS, Request, ScriptedWorker, create_topics, scripted_worker
from tests.processes import until

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest_asyncio.fixture
async def prefix(kafka_bootstrap: str, unique_topic_prefix: str) -> str:
    await create_topics(kafka_bootstrap, Topics(unique_topic_prefix), f"{unique_topic_prefix}.own-replies")
    return unique_topic_prefix


@pytest_asyncio.fixture
async def client(kafka_bootstrap: str, prefix: str) -> AsyncIterator[SemanticCacheClient]:
    async with SemanticCacheClient(kafka_bootstrap, topic_prefix=prefix, namespace="shop") as opened:
        yield opened


def a_hit(request: Request) -> LookupResult:
    asked = LookupRequest.model_validate_json(request.value)
    return LookupResult(request_id=asked.request_id, status=LookupStatus.HIT, response=f"answer to {asked.prompt}")


def a_miss(request: Request, **fields: object) -> LookupResult:
    asked = LookupRequest.model_validate_json(request.value)
    return LookupResult.model_validate(
        {"request_id": asked.request_id, "status": "miss", "fence": 41, "leader": True, **fields}
    )


def misses_and_stores(request: Request) -> Message:
    if "lookup" in request.topic:
        return a_miss(request)
    return StoreResult(request_id="s", status=StoreStatus.STORED)


def silent(_request: Request) -> None:
    return None


def hits(request: Request) -> Message:
    return a_hit(request)


async def test_many_at_once_each_get_their_own_reply(
    kafka_bootstrap: str, prefix: str, client: SemanticCacheClient
) -> None:
    async with scripted_worker(kafka_bootstrap, prefix, hits):
        results = await asyncio.gather(*(client.lookup(f"question {number}") for number in range(500)))
    assert [result.response for result in results] == [f"answer to question {number}" for number in range(500)]


async def test_clients_that_share_a_topic_do_not_take_each_others_replies(kafka_bootstrap: str, prefix: str) -> None:
    clients = [SemanticCacheClient(kafka_bootstrap, topic_prefix=prefix) for _ in range(PARTITIONS + 1)]
    async with scripted_worker(kafka_bootstrap, prefix, hits), clients[0], clients[1], clients[2], clients[3]:
        results = await asyncio.gather(
            *(each.lookup(f"{who}/{number}") for number in range(25) for who, each in enumerate(clients))
        )
    asked = [f"answer to {who}/{number}" for number in range(25) for who in range(len(clients))]
    assert [result.response for result in results] == asked


async def test_equal_questions_fall_on_one_partition(
    kafka_bootstrap: str, prefix: str, client: SemanticCacheClient
) -> None:
    async with scripted_worker(kafka_bootstrap, prefix, misses_and_stores) as worker:
        for _ in range(3):
            await client.lookup("How  long does it last?")
        await client.store("How long does it last? ", "18 hours.")
        others = [client.lookup(f"question {number}") for number in range(60)]
        await asyncio.gather(*others)
    assert len({(each.partition, each.key) for each in worker.seen[:4]}) == 1
    assert {each.partition for each in worker.seen} == set(range(PARTITIONS))


async def test_a_partition_can_be_chosen(kafka_bootstrap: str, prefix: str, client: SemanticCacheClient) -> None:
    async with scripted_worker(kafka_bootstrap, prefix, hits) as worker:
        for partition in range(PARTITIONS):
            await client.lookup("same question", partition=partition)
    assert [each.partition for each in worker.seen] == list(range(PARTITIONS))


async def test_requests_say_where_the_reply_shall_go(
    kafka_bootstrap: str, prefix: str, client: SemanticCacheClient
) -> None:
    async with scripted_worker(kafka_bootstrap, prefix, hits) as worker:
        await client.lookup("question", traceparent=TRACEPARENT)
        await client.lookup("question")
    first, second = (each.headers for each in worker.seen)
    assert first[Header.REPLY_TO] == Topics(prefix).lookup_results
    assert first[Header.REPLY_PARTITION] == second[Header.REPLY_PARTITION]
    assert first[Header.CORRELATION_ID] != second[Header.CORRELATION_ID]
    assert first[Header.TRACEPARENT] == TRACEPARENT
    assert Header.TRACEPARENT not in second


async def test_a_service_can_have_a_reply_topic_of_its_own(kafka_bootstrap: str, prefix: str) -> None:
    own = SemanticCacheClient(kafka_bootstrap, topic_prefix=prefix, reply_topic=f"{prefix}.own-replies")
    async with scripted_worker(kafka_bootstrap, prefix, misses_and_stores) as worker, own:
        assert (await own.lookup("question")).status is LookupStatus.MISS
        assert (await own.store("question", "answer")).status is StoreStatus.STORED
    assert {each.headers[Header.REPLY_TO] for each in worker.seen} == {f"{prefix}.own-replies"}


async def test_replies_to_nobody_and_repeated_ones_are_passed_over(
    kafka_bootstrap: str, prefix: str, client: SemanticCacheClient
) -> None:
    async with (
        scripted_worker(kafka_bootstrap, prefix, hits),
        AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as stranger,
    ):
        for partition in range(PARTITIONS):
            for headers in ([], [(Header.CORRELATION_ID.value, b"\xff nobody's")]):
                await stranger.send(Topics(prefix).lookup_results, b"?", partition=partition, headers=headers)
        assert (await client.lookup("question")).response == "answer to question"


async def test_says_when_no_worker_answers(kafka_bootstrap: str, prefix: str, client: SemanticCacheClient) -> None:
    async with scripted_worker(kafka_bootstrap, prefix, silent):
        with pytest.raises(NoReplyError, match=rf"no worker answered on {prefix}\.lookup\.requests within 0\.2 s"):
            await client.lookup("question", timeout_seconds=0.2)


async def test_a_lookup_that_waits_is_waited_for(
    kafka_bootstrap: str, prefix: str, client: SemanticCacheClient
) -> None:
    """`wait_ms` comes on top of the timeout, or a patient follower would give up before its worker does."""
    async with scripted_worker(kafka_bootstrap, prefix, silent):
        with pytest.raises(NoReplyError, match=r"within 0\.7 s"):
            await client.lookup("question", timeout_seconds=0.2, wait_ms=500)


async def test_who_waits_when_the_client_closes_is_told(kafka_bootstrap: str, prefix: str) -> None:
    client = SemanticCacheClient(kafka_bootstrap, topic_prefix=prefix)
    async with scripted_worker(kafka_bootstrap, prefix, silent) as worker:
        await client.open()
        waiting = asyncio.create_task(client.lookup("question"))
        await until(lambda: bool(worker.seen))
        await client.aclose()
        with pytest.raises(NotOpenError, match="closed while"):
            await waiting
    await client.aclose()


async def test_can_be_opened_again(kafka_bootstrap: str, prefix: str, client: SemanticCacheClient) -> None:
    async with scripted_worker(kafka_bootstrap, prefix, hits):
        await client.aclose()
        await client.open()
        await client.open()
        assert (await client.lookup("question")).response == "answer to question"


async def test_an_error_reply_is_raised(kafka_bootstrap: str, prefix: str, client: SemanticCacheClient) -> None:
    def refuse(_request: Request) -> Message:
        error = ErrorDetail(code=ErrorCode.INVALID_REQUEST, message="tags.0: too long")
        return InvalidationResult(request_id="i", status=InvalidationStatus.ERROR, error=error)

    async with scripted_worker(kafka_bootstrap, prefix, refuse):
        with pytest.raises(RequestFailedError, match=r"invalid_request: tags\.0: too long"):
            await client.invalidate(tags=["x"])


async def test_names_a_topic_that_is_missing(kafka_bootstrap: str, unique_topic_prefix: str) -> None:
    with pytest.raises(TopicsMissingError, match=rf"no topic {unique_topic_prefix}\."):
        await SemanticCacheClient(kafka_bootstrap, topic_prefix=unique_topic_prefix).open()


async def test_a_record_that_kafka_would_not_take_is_not_sent(client: SemanticCacheClient) -> None:
    with pytest.raises(InvalidMessageError, match="store a reference instead"):
        await client.store("question", "\n" * 700_000)  # two bytes each in JSON


async def test_product_changes_are_announced(kafka_bootstrap: str, prefix: str, client: SemanticCacheClient) -> None:
    change = ProductChange(event_id="e-1", product_id="aurora-15", change="price_changed")
    async with scripted_worker(kafka_bootstrap, prefix, silent) as worker:
        await client.product_changed(change)
        await until(lambda: bool(worker.seen))
    (seen,) = worker.seen
    assert (seen.topic, seen.key) == (Topics(prefix).product_changes, b"aurora-15")
    assert ProductChange.model_validate_json(seen.value) == change


async def test_verdicts_are_sent(kafka_bootstrap: str, prefix: str, client: SemanticCacheClient) -> None:
    entry = "9f86d081884c7d659a2feaa0c55ad015"
    async with scripted_worker(kafka_bootstrap, prefix, silent) as worker:
        await client.feedback(Verdict.WRONG, "How do I not cancel?", entry, context={"user_persona": "customer"})
        await until(lambda: bool(worker.seen))
    (seen,) = worker.seen
    said = Feedback.model_validate_json(seen.value)
    assert (seen.topic, seen.key) == (Topics(prefix).feedback, entry.encode())
    assert (said.verdict, said.namespace, said.context) == ("wrong", "shop", {"user_persona": "customer"})
    with pytest.raises(InvalidMessageError, match="entry_id"):
        await client.feedback(Verdict.RIGHT, "?", "no id")


class Model:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self) -> NewAnswer:
        self.calls += 1
        return NewAnswer("18 hours.", tags=["product:a"], ttl_seconds=60)


def stores(worker: ScriptedWorker, prefix: str) -> list[StoreRequest]:
    return [StoreRequest.model_validate_json(each.value) for each in worker.of(Topics(prefix).store_requests)]


async def test_answer_computes_nothing_on_a_hit(kafka_bootstrap: str, prefix: str, client: SemanticCacheClient) -> None:
    model = Model()
    async with scripted_worker(kafka_bootstrap, prefix, hits):
        answer = await client.answer("question", model)
    assert (answer.response, answer.source, model.calls) == ("answer to question", AnswerSource.CACHE, 0)


async def test_answer_stores_what_it_computed_under_the_fence_of_the_miss(
    kafka_bootstrap: str, prefix: str, client: SemanticCacheClient
) -> None:
    async with scripted_worker(kafka_bootstrap, prefix, misses_and_stores) as worker:
        answer = await client.answer("question", Model(), tags=["policy:x"], context={"user_persona": "customer"})
    assert (answer.response, answer.source) == ("18 hours.", AnswerSource.COMPUTED)
    assert answer.stored is not None
    (stored,) = stores(worker, prefix)
    assert (stored.fence, stored.tags, stored.ttl_seconds) == (41, ["policy:x", "product:a"], 60)
    assert (stored.namespace, stored.context) == ("shop", {"user_persona": "customer"})
    asked = orjson.loads(worker.seen[0].value)
    assert asked["wait_ms"] > 0, "it waits for another caller's answer unless told otherwise"


async def test_answer_is_given_although_no_worker_answers(
    kafka_bootstrap: str, prefix: str, client: SemanticCacheClient
) -> None:
    async with scripted_worker(kafka_bootstrap, prefix, silent) as worker:
        answer = await client.answer("question", Model(), timeout_seconds=0.2, wait_ms=0)
    assert (answer.response, answer.lookup, answer.stored) == ("18 hours.", None, None)
    assert stores(worker, prefix) == [], "without a fence, a change during the computation would go unseen"


async def test_answer_does_not_wait_for_a_store_that_is_away(
    kafka_bootstrap: str, prefix: str, client: SemanticCacheClient
) -> None:
    def degraded(request: Request) -> Message | None:
        return a_miss(request, degraded=True) if "lookup" in request.topic else None

    async with scripted_worker(kafka_bootstrap, prefix, degraded) as worker:
        answer = await client.answer("question", Model())
        await until(lambda: bool(worker.of(Topics(prefix).store_requests)))
    assert (answer.response, answer.stored) == ("18 hours.", None)
    (sent,) = worker.of(Topics(prefix).store_requests)
    assert StoreRequest.model_validate_json(sent.value).fence == 41
    assert Header.REPLY_TO not in sent.headers


async def test_answer_raises_what_the_computation_raises(
    kafka_bootstrap: str, prefix: str, client: SemanticCacheClient
) -> None:
    async def fails() -> str:
        raise LookupError("the model is out of order")

    async with scripted_worker(kafka_bootstrap, prefix, misses_and_stores) as worker:
        with pytest.raises(LookupError, match="out of order"):
            await client.answer("question", fails)
    assert stores(worker, prefix) == []


async def test_answer_does_not_hide_a_wrong_request(client: SemanticCacheClient) -> None:
    with pytest.raises(InvalidMessageError, match="prompt"):
        await client.answer("", Model())
