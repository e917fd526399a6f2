"""Kafka and Redis together."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from redis.asyncio import Redis
from redis.exceptions import RedisError

from workers.downloads import CacheFolder, Progress, silent
from workers.stack.apache_kafka import ApacheKafka
from workers.stack.errors import StackError
from workers.stack.kafka import EmbeddedKafka, KafkaFlavour, choose_flavour
from workers.stack.kafka_probe import cluster_id_of
from workers.stack.mock_kafka import MockKafka
from workers.stack.redis_server import EmbeddedRedis, Persistence
from workers.stack.server import EmbeddedServer, ServerOptions

DEFAULT_KAFKA_PORT = 9092
DEFAULT_REDIS_PORT = 6380


@dataclass(frozen=True)
class StackOptions:
    """What to embed and how. A given URL or address is used as it is, and nothing is started in its place."""

    kafka: KafkaFlavour = KafkaFlavour.AUTO
    kafka_port: int | None = None
    redis_port: int | None = None
    prefers_default_ports: bool = False
    """Take those that the settings name by default where they are free, so that a worker finds them untold."""
    data_dir: Path | None = None
    """Kept after the end; absent: temporary."""
    persistence: Persistence = Persistence.EVERY_SECOND
    redis_url: str | None = None
    kafka_bootstrap_servers: str | None = None


class Stack:
    """A Redis and a Kafka, both answering, for the length of an `async with` block."""

    def __init__(
        self,
        options: StackOptions | None = None,
        cache: CacheFolder | None = None,
        progress: Progress = silent,
    ) -> None:
        self._options = options or StackOptions()
        self._cache = cache or CacheFolder()
        self._progress = progress
        self._exits = AsyncExitStack()
        self._redis: EmbeddedRedis | None = None
        self._kafka: EmbeddedKafka | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._open_redis()
            await self._open_kafka()
        except BaseException:
            await self._exits.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exits.aclose()

    @property
    def redis_url(self) -> str:
        """Where Redis answers."""
        return self._options.redis_url or self.redis.url

    @property
    def kafka_bootstrap_servers(self) -> str:
        """Where Kafka answers."""
        return self._options.kafka_bootstrap_servers or self.kafka.bootstrap_servers

    @property
    def redis(self) -> EmbeddedRedis:
        """The embedded Redis, to be hurt by tests. Raises StackError where Redis is somebody else's."""
        if self._redis is None:
            raise StackError("This stack has not started a Redis: it is not open, or was given one.")
        return self._redis

    @property
    def kafka(self) -> EmbeddedKafka:
        """The embedded Kafka, to be hurt by tests. Raises StackError where Kafka is somebody else's."""
        if self._kafka is None:
            raise StackError("This stack has not started a Kafka: it is not open, or was given one.")
        return self._kafka

    @property
    def servers(self) -> list[EmbeddedServer]:
        """Those that it started."""
        return [each for each in (self._redis, self._kafka) if each is not None]

    @property
    def kafka_flavour(self) -> KafkaFlavour:
        """`MOCK` for the mock broker, else `APACHE`."""
        return KafkaFlavour.MOCK if isinstance(self._kafka, MockKafka) else KafkaFlavour.APACHE

    async def _open_redis(self) -> None:
        options = self._options
        if options.redis_url is not None:
            await _check_redis(options.redis_url)
            return
        redis = EmbeddedRedis(self._server("redis", options.redis_port, DEFAULT_REDIS_PORT), options.persistence)
        self._redis = await self._exits.enter_async_context(redis)

    async def _open_kafka(self) -> None:
        options = self._options
        if options.kafka_bootstrap_servers is not None:
            await _check_kafka(options.kafka_bootstrap_servers)
            return
        flavour = await choose_flavour(options.kafka, self._cache, self._progress)
        kind = MockKafka if flavour is KafkaFlavour.MOCK else ApacheKafka
        kafka: EmbeddedKafka = kind(self._server("kafka", options.kafka_port, DEFAULT_KAFKA_PORT))
        self._kafka = await self._exits.enter_async_context(kafka)

    def _server(self, name: str, port: int | None, default_port: int) -> ServerOptions:
        options = self._options
        return ServerOptions(
            port=port,
            preferred_port=default_port if options.prefers_default_ports else None,
            data_dir=None if options.data_dir is None else options.data_dir / name,
            cache=self._cache,
            progress=self._progress,
        )


async def _check_redis(url: str) -> None:
    try:
        async with Redis.from_url(url) as client:
            await client.execute_command("FT._LIST")
    except (RedisError, OSError) as error:
        # Not the URL: it may hold a password.
        raise StackError(
            f"The given Redis does not answer FT._LIST as one with the query engine would: {error}"
        ) from error


async def _check_kafka(bootstrap_servers: str) -> None:
    if await cluster_id_of(bootstrap_servers) is None:
        raise StackError(f"No Kafka broker answers at {bootstrap_servers}.")
