"""The client of services that are written in Python."""

import itertools
import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self, Unpack

from client.answering import Answer, AnswerSource, Compute, NewAnswer
from client.errors import CacheClientError
from client.link import KafkaLink, Outgoing
from client.messages import affinity, build, read, store_fields
from client.options import FeedbackOptions, LookupOptions, Selection, StoreOptions
from client.tracing import current_traceparent
from schemas import (
    DEFAULT_NAMESPACE,
    Feedback,
    InvalidationRequest,
    InvalidationResult,
    LookupRequest,
    LookupResult,
    ProductChange,
    StoreRequest,
    StoreResult,
    Topics,
    Verdict,
)
from schemas.topics import DEFAULT_PREFIX

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT_SECONDS = 10.0
ANSWER_WAIT_MS = 10_000

_Request = LookupRequest | StoreRequest | InvalidationRequest | Feedback


class _Route(NamedTuple):
    """Where requests of one kind go, and where their results come back."""

    requests: str
    results: str


class _Call(NamedTuple):
    """How one request travels: CallOptions, with what was left out filled in."""

    timeout_seconds: float
    traceparent: str | None
    partition: int | None


class SemanticCacheClient:
    """Asks the semantic cache over Kafka. Any number of requests may be under way at once.

        async with SemanticCacheClient("localhost:9092", namespace="shop-eu") as client:
            answer = await client.answer(question, lambda: ask_the_model(question), tags=["product:aurora-15"])

    Every method raises CacheClientError (see `client.errors`); its message says what to look at.
    """

    def __init__(
        self,
        bootstrap_servers: str = "localhost:9092",
        *,
        topic_prefix: str = DEFAULT_PREFIX,
        namespace: str = DEFAULT_NAMESPACE,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        reply_topic: str | None = None,
        kafka_options: Mapping[str, Any] | None = None,
    ) -> None:
        """Nothing is connected before `open()`.

        Args:
            bootstrap_servers: `host:port`, several separated by commas.
            topic_prefix: the deployment's.
            namespace: the tenant of calls that name none.
            timeout_seconds: how long a reply may take, unless a call says otherwise.
            reply_topic: a topic of this service's own, which must exist; absent: the deployment's results topics,
                where the replies of all services pass by.
            kafka_options: handed to aiokafka's producer and consumer. Of a secured Kafka: `security_protocol`
                (`SASL_SSL`), `ssl_context` (`ssl.create_default_context(cafile=…)`), `sasl_mechanism`,
                `sasl_plain_username`, `sasl_plain_password`.
        """
        topics = Topics(topic_prefix)
        self._lookups = _Route(topics.lookup_requests, reply_topic or topics.lookup_results)
        self._stores = _Route(topics.store_requests, reply_topic or topics.store_results)
        self._invalidations = _Route(topics.invalidation_requests, reply_topic or topics.invalidation_results)
        self._product_changes = topics.product_changes
        self._feedback = topics.feedback
        self._namespace = namespace
        self._timeout = timeout_seconds
        self._link = KafkaLink(bootstrap_servers, kafka_options or {})
        self._name = uuid.uuid4().hex
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def open(self) -> None:
        """Connect; when it returns, replies are being read. Idempotent.

        Raises:
            BrokerUnavailableError: there is no Kafka at the address.
            AccessRefusedError: there is, and it lets nobody in like this.
            TopicsMissingError: it has not the deployment's topics.
        """
        routes = (self._lookups, self._stores, self._invalidations)
        await self._link.open(
            {self._product_changes, self._feedback, *(route.requests for route in routes)},
            {route.results for route in routes},
        )

    async def aclose(self) -> None:
        """Let go of all connections. Idempotent."""
        await self._link.aclose()

    async def lookup(self, prompt: str, **options: Unpack[LookupOptions]) -> LookupResult:
        """Ask for a stored answer: a hit or a miss. A miss carries the `fence` to store the answer under."""
        fields, call = self._split(options)
        return await self._look_up(build(LookupRequest, fields | {"prompt": prompt}), call)

    async def store(self, prompt: str, response: str, **options: Unpack[StoreOptions]) -> StoreResult:
        """Keep an answer: `stored`, `replaced`, or `refused` since what it was computed from has changed."""
        fields, call = self._split(options)
        return await self._store(build(StoreRequest, fields | {"prompt": prompt, "response": response}), call)

    async def invalidate(self, **selection: Unpack[Selection]) -> InvalidationResult:
        """Remove answers from every level, for good. The result's `token` goes into a lookup's `after`."""
        fields, call = self._split(selection)
        request = build(InvalidationRequest, fields)
        return read(InvalidationResult, await self._ask(self._invalidations, request.namespace, request, call))

    async def product_changed(self, change: ProductChange, *, traceparent: str | None = None) -> None:
        """Announce a change of the catalogue; returns when Kafka has it. Workers turn it into invalidations."""
        await self._link.post(
            Outgoing(
                topic=self._product_changes,
                key=change.product_id,
                value=change.encode(),
                correlation_id=change.event_id,
                traceparent=traceparent or current_traceparent(),
            )
        )

    async def feedback(self, verdict: Verdict, prompt: str, entry_id: str, **options: Unpack[FeedbackOptions]) -> None:
        """Say whether a hit was right; returns when Kafka has it. A wrong pairing is not served again by any worker.

        `prompt` and `context` as they were asked with, `entry_id` from the hit.
        """
        fields, call = self._split(options)
        request = build(Feedback, fields | {"verdict": verdict, "prompt": prompt, "entry_id": entry_id})
        await self._link.post(self._outgoing(self._feedback, entry_id, request, call))

    async def answer(
        self, prompt: str, compute: Compute, *, tags: Sequence[str] = (), **options: Unpack[LookupOptions]
    ) -> Answer:
        """The stored answer, or else the computed one, which is then stored under the fence of the miss.

        Of many callers that ask the same at once, one computes and the others wait for it, `wait_ms` at most
        (10,000 unless given). A cache that is away costs time, never an answer: `compute` is called then, too.
        What `compute` raises is raised.
        """
        fields, call = self._split(options)
        request = build(LookupRequest, {"wait_ms": ANSWER_WAIT_MS} | fields | {"prompt": prompt})
        found = await self._look_up_or_none(request, call)
        if found is not None and found.response is not None:
            return Answer(found.response, AnswerSource.CACHE, found)
        computed = await compute()
        new = NewAnswer(computed) if isinstance(computed, str) else computed
        if found is None or found.fence is None:
            # Without a fence, a change that came during the computation would go unseen.
            return Answer(new.response, AnswerSource.COMPUTED, found)
        store = build(StoreRequest, store_fields(request, found.fence, new, tags))
        stored = await self._keep(store, call._replace(partition=None), is_store_away=found.degraded)
        return Answer(new.response, AnswerSource.COMPUTED, found, stored)

    async def _look_up(self, request: LookupRequest, call: _Call) -> LookupResult:
        patient = call._replace(timeout_seconds=call.timeout_seconds + request.wait_ms / 1000)
        return read(LookupResult, await self._ask(self._lookups, affinity(request), request, patient))

    async def _look_up_or_none(self, request: LookupRequest, call: _Call) -> LookupResult | None:
        try:
            return await self._look_up(request, call)
        except CacheClientError as exc:
            if not exc.retryable:
                raise
            logger.warning("cache away, computing: %s", exc, extra={"action": "answer"})
            return None

    async def _store(self, request: StoreRequest, call: _Call) -> StoreResult:
        return read(StoreResult, await self._ask(self._stores, affinity(request), request, call))

    async def _keep(self, request: StoreRequest, call: _Call, *, is_store_away: bool) -> StoreResult | None:
        """Store it if that can be done; an answer that cannot be stored is an answer all the same."""
        try:
            if is_store_away:  # workers keep the request until Redis is back; nobody should wait for that
                await self._link.post(self._outgoing(self._stores.requests, affinity(request), request, call))
                return None
            return await self._store(request, call)
        except CacheClientError as exc:
            logger.warning("answer not stored: %s", exc, extra={"action": "answer"})
            return None

    async def _ask(self, route: _Route, key: str, request: _Request, call: _Call) -> bytes:
        outgoing = self._outgoing(route.requests, key, request, call, route.results)
        return await self._link.request(outgoing, call.timeout_seconds)

    def _outgoing(
        self, topic: str, key: str, request: _Request, call: _Call, reply_topic: str | None = None
    ) -> Outgoing:
        return Outgoing(
            topic=topic,
            key=key,
            value=request.encode(),
            correlation_id=f"{self._name}-{next(self._numbers)}",
            reply_topic=reply_topic,
            traceparent=call.traceparent or current_traceparent(),
            partition=call.partition,
        )

    def _split(self, options: Mapping[str, Any]) -> tuple[dict[str, Any], _Call]:
        """The fields of a request, and how it travels."""
        fields = {"request_id": uuid.uuid4().hex, "namespace": self._namespace}
        fields |= {name: value for name, value in options.items() if name not in _Call._fields}
        return fields, _Call(
            options.get("timeout_seconds", self._timeout), options.get("traceparent"), options.get("partition")
        )
