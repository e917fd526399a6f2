"""Spans of requests: each continues its caller's trace, lasts until it is answered, and goes along with the reply."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from workers.kafka.channel import Channel
from workers.kafka.request import Request
from workers.observability import tracing
from workers.observability.tracing import Span


def begin_span(request: Request[Any]) -> None:
    """Begin the request's span, and put it in the place of the caller's for the reply; where tracing is on."""
    headers, record = request.headers, request.record
    parent = headers.traceparent.decode("ascii", "replace") if headers.traceparent else None
    place = {"messaging.destination.partition.id": str(record.partition), "messaging.kafka.offset": record.offset}
    request.trace = tracing.span(f"{request.channel.intake} request", parent, attributes=place)
    if own := request.trace.traceparent:
        request.headers = replace(headers, traceparent=own.encode())


def batch_span(channel: Channel[Any], requests: Sequence[Request[Any]]) -> Span:
    """A span for what is done for a whole batch, linked to the requests' own."""
    if not tracing.is_enabled():
        return tracing.NO_SPAN
    links = [own for request in requests if (own := request.trace.traceparent)]
    return tracing.span(f"{channel.intake} batch", links=links, attributes={"records": len(requests)})
