"""The W3C trace context of the caller, so that a worker's spans join the caller's trace."""

from opentelemetry import trace


def current_traceparent() -> str | None:
    """The `traceparent` of the current OpenTelemetry span; None outside of any.

    Format: https://www.w3.org/TR/trace-context/#traceparent-header
    """
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return None
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"
