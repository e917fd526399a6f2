"""The caller's trace goes along."""

from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from client.tracing import current_traceparent


def test_no_span_no_traceparent() -> None:
    assert current_traceparent() is None


def test_the_current_span_becomes_a_traceparent() -> None:
    context = SpanContext(0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331, True, TraceFlags(1))
    with trace.use_span(NonRecordingSpan(context)):
        assert current_traceparent() == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
