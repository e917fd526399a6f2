"""Spans: a caller's traceparent in, a span of ours, its traceparent out. Off, it costs a comparison.

One tracer for the process, like OpenTelemetry's own: handing it through every constructor would put it into
signatures that have nothing to do with it. OpenTelemetry's global provider is left to the program that hosts us.
"""

import sys
from collections.abc import Mapping, Sequence
from contextvars import Token
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from workers.cache.config import ObservabilityConfig, TracingExporter

if TYPE_CHECKING:
    # At run time the SDK is imported by those alone who turn tracing on.
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

Attributes = Mapping[str, str | int | float | bool]
"""Counts, statuses, names of topics; never a prompt or an answer."""

_OTLP_PATH = "/v1/traces"
_W3C = TraceContextTextMapPropagator()


@runtime_checkable
class Span(Protocol):
    """A piece of work, begun when it is made. As a context manager it is also the parent of what begins inside."""

    @property
    def traceparent(self) -> str | None:
        """What to send along: this span as W3C traceparent; without tracing, the one that came in."""
        ...

    def note(self, **attributes: str | int | float | bool) -> None:
        """Add attributes."""
        ...

    def end(self) -> None:
        """It is done; leaving the `with` block does the same."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None: ...


class _NullSpan:
    """No tracing: passes the caller's traceparent on untouched."""

    __slots__ = ("traceparent",)

    def __init__(self, traceparent: str | None) -> None:
        self.traceparent = traceparent

    def note(self, **attributes: str | int | float | bool) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        return None


class _RecordedSpan:
    """An OpenTelemetry span."""

    __slots__ = ("_span", "_token")

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self._token: Token[Context] | None = None

    @property
    def traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        _W3C.inject(carrier, trace.set_span_in_context(self._span))
        return carrier.get("traceparent")

    def note(self, **attributes: str | int | float | bool) -> None:
        self._span.set_attributes(attributes)

    def end(self) -> None:
        self._span.end()

    def __enter__(self) -> Self:
        self._token = otel_context.attach(trace.set_span_in_context(self._span))
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        if self._token is not None:
            otel_context.detach(self._token)
        if exc is not None and kind is not None:
            # The class alone: a message may quote a request.
            self._span.set_status(trace.StatusCode.ERROR, kind.__name__)
        self._span.end()


NO_SPAN: Span = _NullSpan(None)
"""Before there is one."""
_provider: "TracerProvider | None" = None
_tracer: trace.Tracer | None = None


def is_enabled() -> bool:
    """Whether spans are recorded."""
    return _tracer is not None


def span(
    name: str, parent: str | None = None, *, links: Sequence[str] = (), attributes: Attributes | None = None
) -> Span:
    """Begin a span.

    Args:
        name: a fixed phrase, such as `lookup batch`.
        parent: a W3C traceparent from a record; absent: the span of the enclosing `with`, if there is one.
        links: traceparents of the requests that a batch works for.
        attributes: known from the start.
    """
    if _tracer is None:
        return NO_SPAN if parent is None else _NullSpan(parent)
    context = _context_of(parent) if parent else None
    linked = [trace.Link(_span_context(link)) for link in links]
    return _RecordedSpan(_tracer.start_span(name, context, links=linked, attributes=attributes))


def set_up_tracing(config: ObservabilityConfig, worker_id: str, *, exporter: "SpanExporter | None" = None) -> None:
    """Begin to record spans, if the settings say so; a second call replaces the first.

    Args:
        config: says whether, and where to.
        worker_id: becomes the resource's `service.instance.id`.
        exporter: instead of the configured one, for a program that brings its own.
    """
    global _provider, _tracer
    shut_down_tracing()
    if not config.enable_tracing:
        return
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "semantic-cache", "service.instance.id": worker_id})
    _provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(exporter or _exporter(config)))
    _tracer = _provider.get_tracer("semantic-cache")


def shut_down_tracing() -> None:
    """Send what is left and record no more. Blocks while it sends; idempotent."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        provider.shutdown()


def _exporter(config: ObservabilityConfig) -> "SpanExporter":
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter

    if config.tracing_exporter is TracingExporter.CONSOLE:
        return ConsoleSpanExporter(out=sys.stderr, formatter=lambda span: span.to_json(indent=None) + "\n")
    # Imported here: it brings an HTTP client that nobody else needs.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=traces_url(config.tracing_endpoint))


def traces_url(endpoint: str | None) -> str | None:
    """The URL that spans are posted to: a collector's bare address gets OTLP's path. None: the exporter's default."""
    if endpoint is None:
        return None
    _, _, rest = endpoint.partition("://")
    return endpoint if "/" in rest.rstrip("/") else endpoint.rstrip("/") + _OTLP_PATH


def _context_of(traceparent: str) -> Context:
    """A context with the remote span; a traceparent that is not one starts a new trace, as W3C asks."""
    return _W3C.extract({"traceparent": traceparent}, Context())


def _span_context(traceparent: str) -> trace.SpanContext:
    return trace.get_current_span(_context_of(traceparent)).get_span_context()
