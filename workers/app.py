"""The composition root: settings → parts → a worker that runs. The only file that knows all others."""

import asyncio
import logging
import os
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self, TypeVar
from urllib.parse import urlsplit

from aiokafka import AIOKafkaProducer

from schemas import Message
from workers.cache import SemanticCache
from workers.cache.clock import SystemClock
from workers.cache.coherence_view import make_view
from workers.cache.embedding import FastembedEmbedder
from workers.cache.l2 import RedisStore
from workers.cache.semantic_cache import Parts
from workers.cache.statistics import CacheMetrics, CacheStatistics
from workers.coherence import KafkaLog
from workers.desk import DeskParts
from workers.errors import StoreUnavailableError
from workers.feedback import FeedbackDesk
from workers.http import HttpServer
from workers.invalidation import InvalidationDesk
from workers.kafka.broker import RequestBroker, subscribe
from workers.kafka.channel import Channel, feedback_channel, invalidation_channel, lookup_channel, store_channel
from workers.kafka.connection import KafkaConnection
from workers.kafka.directory import TopicDirectory
from workers.kafka.inbox import Handler, Inbox
from workers.kafka.log_options import LogOptions
from workers.kafka.replies import Replies, ReplySettings
from workers.kafka.stream import Stream, StreamLimits
from workers.kafka.topics import TopicsReport, ensure_topics
from workers.lookup import LookupDesk
from workers.observability.metrics import worker_registry
from workers.observability.prometheus_observers import PrometheusObserver, PrometheusWorkerObserver
from workers.observability.readiness import Condition, Readiness
from workers.patience import patiently
from workers.product_changes import ProductChangeDesk, product_channel
from workers.product_rules import TagRules
from workers.settings import Settings
from workers.store import StoreDesk
from workers.tasks import Tasks, both

log = logging.getLogger(__name__)

M = TypeVar("M", bound=Message)

MAX_REPLY_BATCH_BYTES = 256 * 1024
"""Of letters to one partition in one request; a single letter may be larger."""
MAX_REPLY_BYTES = 8_000_000
REPLY_TIMEOUT_MS = 10_000
"""After which a batch of letters counts as undelivered; ours are sent again, a caller's own topic may be gone."""
COMMIT_SECONDS = 0.15
REDIS_WATCH_SECONDS = 0.5
DRAIN_SHARE = 0.3
"""Of the session timeout: how long a partition that is moving may wait for what is begun."""
LONGEST_DRAIN_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class _Level:
    """What the shared level and the log give, once both are there."""

    topics: TopicsReport
    log: KafkaLog


class WorkerApp:
    """A worker's parts, opened in order and closed in reverse. Starts no sooner than all that it needs is there."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.worker_id = settings.worker_id or f"{socket.gethostname()}-{os.getpid()}"
        self.readiness = Readiness()
        self.tasks = Tasks()
        registry = worker_registry()
        self._observer = PrometheusObserver(registry)
        self._worker_observer = PrometheusWorkerObserver(registry)
        self._worker_observer.watch_readiness(self.readiness)
        self.http = HttpServer(settings, self.readiness, self._stats, registry)
        self._clock = SystemClock()
        self._view = make_view(settings.cache, self._clock)
        self._worker_observer.watch_freshness(lambda: self._view.age(self._clock.monotonic()))
        self._redis_place = _place(settings.redis.url.get_secret_value())
        self._rules = TagRules(settings.product_changes.rules)
        self._cache: SemanticCache | None = None
        self._replies: Replies | None = None
        self._streams: dict[str, Stream] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.aclose()

    async def open(self) -> None:
        """Open everything; waits for a Kafka or a Redis that is away.

        Raises:
            ConfigurationError: a setting, a topic, the model or Redis is not as it must be; says what to do.
        """
        try:
            await self._open_all()
        except BaseException:
            await self.aclose()
            raise

    async def drain(self) -> None:
        """Take nothing more; answer what is begun, and commit it. Whoever waits for this sets the bound."""
        self.readiness.fails(Condition.KAFKA, "the worker is stopping")
        for stream in self._streams.values():
            stream.close_intake()
        if self._replies is not None:
            for stream in self._streams.values():
                await stream.in_flight.drained()
            await self._replies.outbox.drained()
        await asyncio.gather(*(stream.commit() for stream in self._streams.values()))

    async def aclose(self) -> None:
        """Leave the groups and close everything. Idempotent."""
        await self._stack.aclose()

    # --- opening, in order ------------------------------------------------------------------------------------

    async def _open_all(self) -> None:
        self._stack.push_async_callback(self.tasks.aclose)
        kafka = KafkaConnection.of(self.settings.kafka)
        await self.http.start()
        self._stack.push_async_callback(self.http.stop)
        if self.http.port:
            self.tasks.watch(self.http.wait(), name="http")
        level, (store, embedder) = await both(self._open_log(kafka), self._open_store())
        parts = Parts(store, embedder, None, level.log, self._view, self._clock, self._observer)
        self._cache = cache = SemanticCache(self.settings.cache, parts)
        self._stack.push_async_callback(cache.aclose)
        await patiently(cache.open, Condition.REDIS, self._redis_place, self.readiness)
        self._observer.watch_l1(lambda: len(cache.l1), lambda: cache.l1.bytes)
        for task in cache.upkeep:
            self.tasks.adopt(task)
        self.tasks.watch(self._watch_redis(store), name="redis-watch")
        self._replies = replies = await self._open_replies(kafka)
        await self._open_broker(kafka, cache, replies, level.topics)
        self.readiness.holds(Condition.KAFKA)

    async def _open_log(self, kafka: KafkaConnection) -> _Level:
        """Topics, then the coherence log, replayed."""
        coherence, where = self.settings.coherence, kafka.servers
        topics = await patiently(lambda: ensure_topics(self.settings), Condition.KAFKA, where, self.readiness)
        options = LogOptions(
            kafka,
            self.settings.topics.coherence,
            memory_seconds=coherence.rule_memory_seconds,
            max_staleness_seconds=coherence.max_staleness_ms / 1000,
            origin=self.worker_id,
            has_broker_time=topics.has_broker_time,
        )
        kafka_log = KafkaLog(options, self._view, self._clock, self._worker_observer)
        self._stack.push_async_callback(kafka_log.aclose)
        await patiently(lambda: kafka_log.open(self.tasks, self.readiness), Condition.KAFKA, where, self.readiness)
        return _Level(topics, kafka_log)

    async def _open_store(self) -> tuple[RedisStore, FastembedEmbedder]:
        """The model, whose vectors name the index; then Redis."""
        config = self.settings.cache
        embedder = FastembedEmbedder(config.embedding, on_batch=self._observer.embedded)
        self._stack.push_async_callback(embedder.aclose)
        await embedder.open()
        self.readiness.holds(Condition.MODEL)
        store = RedisStore(
            config.redis,
            fingerprint=embedder.fingerprint,
            dimensions=embedder.dimensions,
            clock=self._clock,
            on_breaker=self._observer.l2_reachable,
        )
        self._stack.push_async_callback(store.aclose)
        await patiently(store.open, Condition.REDIS, self._redis_place, self.readiness)
        self.readiness.holds(Condition.REDIS)
        return store, embedder

    async def _open_replies(self, kafka: KafkaConnection) -> Replies:
        """A producer without idempotence: a reply may come twice, and one that is refused must not spoil the rest.

        aiokafka's idempotent producer cannot go on in a partition in which a broker has refused a batch.
        """
        producer = AIOKafkaProducer(
            **kafka.options(),
            client_id=f"{self.worker_id}-replies",
            acks="all",
            linger_ms=0,
            max_batch_size=MAX_REPLY_BATCH_BYTES,
            max_request_size=MAX_REPLY_BYTES,
            request_timeout_ms=REPLY_TIMEOUT_MS,
        )
        self._stack.push_async_callback(producer.stop)
        await patiently(producer.start, Condition.KAFKA, kafka.servers, self.readiness)
        settings = ReplySettings(self.settings.topics, self.worker_id)
        replies = Replies(producer, TopicDirectory(producer.client), settings, self._worker_observer)
        await replies.open()
        return replies

    async def _open_broker(
        self, kafka: KafkaConnection, cache: SemanticCache, replies: Replies, topics: TopicsReport
    ) -> None:
        broker = RequestBroker(kafka, self._streams, self.worker_id)
        work = Tasks()
        self._stack.push_async_callback(work.aclose)
        parts = DeskParts(cache, replies, work, self._clock, self._worker_observer)
        names = self.settings.topics
        self._add(broker, parts, lookup_channel(names), LookupDesk(parts, self.settings.overload).answer)
        stores = StoreDesk(parts, has_broker_time=topics.has_broker_time)
        self._add(broker, parts, store_channel(names), stores.answer)
        self._add(broker, parts, invalidation_channel(names), InvalidationDesk(parts).answer)
        self._add(broker, parts, feedback_channel(names), FeedbackDesk(parts).answer)
        if self.settings.product_changes.enabled and self.settings.enable_tags:
            self._add(broker, parts, product_channel(names), ProductChangeDesk(parts, self._rules).answer)
        self._stack.push_async_callback(broker.stop)
        await broker.start_all()

    def _add(self, broker: RequestBroker, parts: DeskParts, channel: Channel[M], handler: Handler[M]) -> None:
        kafka = self.settings.kafka
        drain = min(kafka.session_timeout_ms / 1000 * DRAIN_SHARE, LONGEST_DRAIN_SECONDS)
        limits = StreamLimits(kafka.max_in_flight, drain)
        stream = Stream(channel.intake, channel.topic, limits, parts.observer)
        self._streams[channel.topic] = stream
        subscribe(broker, Inbox(channel, stream, parts.replies, handler, parts.tasks), kafka)
        self.tasks.watch(_commit_for_ever(stream), name=f"commits-{channel.intake}")

    # --- while it runs ------------------------------------------------------------------------------------------

    def _stats(self) -> CacheMetrics:
        return self._cache.get_metrics() if self._cache is not None else CacheStatistics().snapshot()

    async def _watch_redis(self, store: RedisStore) -> None:
        """Ask it now and then, so that readiness is right where there are no lookups."""
        while True:
            await asyncio.sleep(REDIS_WATCH_SECONDS)
            try:
                await store.incarnation()
            except StoreUnavailableError as exc:
                self.readiness.fails(Condition.REDIS, str(exc))
            else:
                self.readiness.holds(Condition.REDIS)


async def _commit_for_ever(stream: Stream) -> None:
    while True:
        await asyncio.sleep(COMMIT_SECONDS)
        await stream.commit()


def _place(url: str) -> str:
    """Host and port of a URL, without its secrets."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
