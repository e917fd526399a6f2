"""The connection to Redis: one pool, one pipeline a call, one deadline, one table of errors."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Connection, ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, ReadOnlyError, RedisError
from redis.maint_notifications import MaintNotificationsConfig

from workers.cache.config import RedisConfig
from workers.cache.l2.outages import translate
from workers.cache.l2.redis_commands import Command, load, scripts_of
from workers.errors import ConfigurationError, NotOpenError, SemanticCacheError


class RedisLink:
    """Runs pipelines. Every failure leaves as a SemanticCacheError, and no connection is left with half a reply.

    Deadlines are set here and nowhere else: a call cancelled by its deadline closes its connection (redis-py
    does that for anything that interrupts a reply), so the next one cannot read what was meant for it.
    """

    def __init__(self, config: RedisConfig, on_connect: Callable[[], None]) -> None:
        self._config = config
        self._on_connect = on_connect
        self._client: Redis | None = None
        # The pool itself would refuse, or, in its blocking form, lose a wake-up when a waiter is cancelled.
        self._free = asyncio.Semaphore(config.max_connections)
        self.where = _host_and_port(config)

    def open(self) -> None:
        """Make the pool; nothing is connected yet. Idempotent."""
        if self._client is not None:
            return
        config = self._config
        try:
            pool = ConnectionPool.from_url(
                config.url.get_secret_value(),
                max_connections=2 * config.max_connections,
                protocol=3,
                decode_responses=False,
                socket_timeout=None,
                socket_connect_timeout=config.connect_timeout_ms / 1000,
                socket_keepalive=True,
                retry=Retry(NoBackoff(), 0),
                redis_connect_func=self._greet,
                # On, it would let the pool hand out connections that hold an unread reply.
                maint_notifications_config=MaintNotificationsConfig(enabled=False),
            )
        except ValueError:
            # The driver's words are left out: they quote the URL, which may hold a password.
            raise ConfigurationError(
                "redis.url: cannot be read. It should look like redis://user:password@host:6380/0, or rediss:// for"
                " TLS, with special characters in the password percent-encoded."
            ) from None
        self._client = Redis.from_pool(pool)

    async def aclose(self) -> None:
        """Close all connections. Idempotent."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def run(self, commands: Sequence[Command], timeout_ms: int) -> list[Any]:
        """Run the commands in one round trip and return their replies.

        Raises:
            StoreUnavailableError: within `timeout_ms` there was no answer, or one that says so.
        """
        replies = await self.ask(commands, timeout_ms)
        for reply in replies:
            if isinstance(reply, SemanticCacheError):
                raise reply
        return replies

    async def ask(self, commands: Sequence[Command], timeout_ms: int) -> list[Any]:
        """The same, with the errors of single commands among the replies instead of raised.

        A script that Redis has forgotten is loaded and *all* commands run again, in order: each may be repeated.
        """
        replies = await self._run(commands, timeout_ms)
        if any(isinstance(reply, NoScriptError) for reply in replies):
            scripts = scripts_of(commands)
            replies = (await self._run([*map(load, scripts), *commands], timeout_ms))[len(scripts) :]
        if any(isinstance(reply, ReadOnlyError) for reply in replies):
            await self._leave_replica()
        return [self._translated(reply) if isinstance(reply, RedisError) else reply for reply in replies]

    async def _leave_replica(self) -> None:
        """After a failover old connections may lead to what is a replica now: new ones ask the name again."""
        if self._client is not None:
            await self._client.connection_pool.disconnect(inuse_connections=False)

    def _translated(self, reply: RedisError) -> SemanticCacheError:
        error = translate(reply, self.where)
        error.__cause__ = reply
        return error

    async def _run(self, commands: Sequence[Command], timeout_ms: int) -> list[Any]:
        if self._client is None:
            raise NotOpenError("the Redis store is not open: use `async with`, or await open()")
        try:
            async with asyncio.timeout(timeout_ms / 1000), self._free:
                pipeline = self._client.pipeline(transaction=False)
                for command in commands:
                    pipeline.execute_command(*command)
                replies: list[Any] = await pipeline.execute(raise_on_error=False)
                return replies
        except (RedisError, OSError, EOFError) as exc:
            raise translate(exc, self.where) from exc

    async def _greet(self, connection: Connection) -> None:
        """A new connection may lead to a new server: whoever remembers anything of the old one is told."""
        self._on_connect()
        await connection.on_connect()


def _host_and_port(config: RedisConfig) -> str:
    """What may be shown of the URL."""
    url = urlsplit(config.url.get_secret_value())
    if url.scheme == "unix":
        return url.path
    try:
        return f"{url.hostname or 'localhost'}:{url.port or 6379}"
    except ValueError:
        return url.hostname or "localhost"
