"""What a worker shows over HTTP: metrics, health, statistics and the AsyncAPI page; in the worker's own event loop."""

import asyncio
import logging
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import uvicorn
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from workers.cache.statistics import CacheMetrics
from workers.errors import ConfigurationError
from workers.observability.readiness import Readiness
from workers.settings import HttpConfig, Settings

if TYPE_CHECKING:
    from workers.asyncapi.payloads import JsonObject

_log = logging.getLogger(__name__)

_GOODBYE_SECONDS = 2
"""How long a request that is being answered may hold up a stop."""
_PAGE_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
}
_LINKS = {
    "/asyncapi": "The messages: topics, fields, examples.",
    "/asyncapi.yaml": "The same as an AsyncAPI 3.0 document.",
    "/stats": "Hits by layer, latencies, contexts and tags, as JSON.",
    "/metrics": "Everything that is counted, for Prometheus.",
    "/health/live": "Answers while the event loop turns.",
    "/health/ready": "Whether the worker can do its work; if not, why.",
}


class HttpServer:
    """Serves while it is started. It leaves signals to the worker, and closes the socket that it opened."""

    def __init__(
        self,
        settings: Settings,
        readiness: Readiness,
        get_stats: Callable[[], CacheMetrics],
        registry: CollectorRegistry,
    ) -> None:
        self._config = settings.http
        pages = _Pages(settings, readiness, get_stats, registry)
        self._uvicorn = _Uvicorn(
            uvicorn.Config(
                Starlette(routes=pages.routes()),
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=_GOODBYE_SECONDS,
            )
        )
        self._task: asyncio.Task[None] | None = None
        self.port = 0
        """The port that is served, once started; 0 before."""

    async def start(self) -> None:
        """Begin to serve; returns when connections are accepted. Does nothing where the settings turn it off.

        Raises:
            ConfigurationError: when the port cannot be had.
        """
        if not self._config.enabled or self._task is not None:
            return
        listener = _listen(self._config)
        self.port = listener.getsockname()[1]
        self._task = asyncio.create_task(self._uvicorn.serve([listener]), name="http")
        accepting = asyncio.create_task(self._uvicorn.accepting.wait(), name="http-start")
        await asyncio.wait((self._task, accepting), return_when=asyncio.FIRST_COMPLETED)
        accepting.cancel()
        if self._task.done():
            self._task.result()
        _log.info("http is served", extra={"action": "http_started", "host": self._config.host, "port": self.port})

    async def stop(self) -> None:
        """Answer what was begun, then close. Idempotent."""
        if self._task is None:
            return
        self._uvicorn.should_exit = True
        task, self._task = self._task, None
        await task

    async def wait(self) -> None:
        """Until it ends, for whoever watches over background tasks; raises what it died of."""
        if self._task is not None:
            await asyncio.shield(self._task)


class _Uvicorn(uvicorn.Server):
    """A server that leaves signals alone and tells when it accepts connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """The worker has its own plans for SIGTERM: a batch is drained first."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As always, and say so."""
        await super().startup(sockets)
        self.accepting.set()


def _listen(config: HttpConfig) -> socket.socket:
    """A socket at the configured address, bound here so that a failure becomes a sentence and not an exit."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as exc:
        raise ConfigurationError(f"SEMANTIC_CACHE_HTTP__HOST: {config.host} is no address to serve at ({exc})") from exc
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as exc:
        listener.close()
        raise ConfigurationError(
            f"SEMANTIC_CACHE_HTTP__PORT: cannot serve at {config.host}:{config.port} ({exc.strerror}); "
            "choose another port, 0 for any free one, or turn it off with SEMANTIC_CACHE_HTTP__ENABLED=false"
        ) from exc
    listener.setblocking(False)
    return listener


class _Pages:
    """One method a path. What makes the pages of messages is imported when one is asked for: a start need not wait."""

    def __init__(
        self,
        settings: Settings,
        readiness: Readiness,
        get_stats: Callable[[], CacheMetrics],
        registry: CollectorRegistry,
    ) -> None:
        self._settings = settings
        self._readiness = readiness
        self._get_stats = get_stats
        self._registry = registry

    def routes(self) -> list[Route]:
        """Paths and who answers them."""
        return [
            Route("/", self._index),
            Route("/metrics", self._metrics),
            Route("/health/live", self._live),
            Route("/health/ready", self._ready),
            Route("/stats", self._stats),
            Route("/asyncapi", self._asyncapi),
            Route("/asyncapi.yaml", self._asyncapi_yaml),
        ]

    @cached_property
    def _document(self) -> "JsonObject":
        from workers.asyncapi.document import build_document

        return build_document(self._settings)

    @cached_property
    def _document_page(self) -> str:
        from workers.asyncapi.page import document_page

        return document_page(self._document)

    @cached_property
    def _document_yaml(self) -> str:
        from workers.asyncapi.document import to_yaml

        return to_yaml(self._document)

    @cached_property
    def _index_page(self) -> str:
        from workers.asyncapi.page import index_page

        return index_page("Semantic cache worker", _LINKS)

    async def _index(self, _: Request) -> Response:
        # On a thread, as below: the first time takes tens of milliseconds, in which lookups would wait.
        page = await asyncio.to_thread(lambda: self._index_page)
        return HTMLResponse(page, headers=_PAGE_HEADERS)

    async def _metrics(self, request: Request) -> Response:
        if not self._settings.observability.enable_metrics:
            return PlainTextResponse("SEMANTIC_CACHE_OBSERVABILITY__ENABLE_METRICS is false\n", 404)
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(self._registry), headers={"content-type": content_type})

    async def _live(self, _: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def _ready(self, _: Request) -> Response:
        if self._readiness.is_ready:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready", "failing": self._readiness.failing}, 503)

    async def _stats(self, _: Request) -> Response:
        return JSONResponse(self._get_stats())

    async def _asyncapi(self, _: Request) -> Response:
        page = await asyncio.to_thread(lambda: self._document_page)
        return HTMLResponse(page, headers=_PAGE_HEADERS)

    async def _asyncapi_yaml(self, _: Request) -> Response:
        text = await asyncio.to_thread(lambda: self._document_yaml)
        return Response(text, media_type="application/yaml")
