from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from workers.cache.config import ObservabilityConfig
from workers.observability import tracing

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.set_up_tracing(ObservabilityConfig(enable_tracing=True), "w-1", exporter=exporter)
    yield exporter
    tracing.shut_down_tracing()


def ended(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    tracing.shut_down_tracing()
    return {span.name: span for span in exporter.get_finished_spans()}


def test_off_the_callers_traceparent_is_passed_on_untouched() -> None:
    assert not tracing.is_enabled()
    with tracing.span("lookup", PARENT) as span:
        span.note(hits=1)
        assert span.traceparent == PARENT
    assert tracing.span("lookup").traceparent is None


def test_a_span_continues_the_callers_trace_and_sends_itself_along(exporter: InMemorySpanExporter) -> None:
    with tracing.span("lookup", PARENT, attributes={"records": 1}) as span:
        out = span.traceparent
    found = ended(exporter)["lookup"]
    assert found.context is not None
    assert out == f"00-{TRACE}-{found.context.span_id:016x}-01"
    assert found.parent is not None
    assert f"{found.parent.span_id:016x}" == "b7ad6b7169203331"
    assert found.attributes == {"records": 1}
    assert found.resource.attributes["service.instance.id"] == "w-1"


def test_spans_nest_and_link(exporter: InMemorySpanExporter) -> None:
    with tracing.span("batch", links=[PARENT, "rubbish"]), tracing.span("embed") as inner:
        inner.note(prompts=3)
    spans = ended(exporter)
    assert spans["embed"].parent is not None
    assert spans["batch"].context is not None
    assert spans["embed"].parent.span_id == spans["batch"].context.span_id
    assert f"{spans['batch'].links[0].context.trace_id:032x}" == TRACE


def test_a_span_may_outlive_its_batch(exporter: InMemorySpanExporter) -> None:
    request = tracing.span("request", PARENT)
    with tracing.span("batch"):
        pass
    request.end()
    spans = ended(exporter)
    assert spans["batch"].parent is None
    assert "request" in spans


def test_rubbish_for_a_traceparent_starts_a_new_trace(exporter: InMemorySpanExporter) -> None:
    with tracing.span("lookup", "not a traceparent"):
        pass
    assert ended(exporter)["lookup"].parent is None


def test_an_error_is_marked_by_its_class_alone(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="my secret question"), tracing.span("lookup"):
        raise ValueError("my secret question")
    span = ended(exporter)["lookup"]
    assert span.status.description == "ValueError"
    assert "secret" not in span.to_json()


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        (None, None),
        ("http://jaeger:4318", "http://jaeger:4318/v1/traces"),
        ("http://jaeger:4318/", "http://jaeger:4318/v1/traces"),
        ("https://traces.example/otlp/v1/traces", "https://traces.example/otlp/v1/traces"),
    ],
)
def test_a_bare_collector_gets_otlps_path(endpoint: str | None, url: str | None) -> None:
    assert tracing.traces_url(endpoint) == url
