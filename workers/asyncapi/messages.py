"""The messages of the contract as AsyncAPI sees them: payload, headers, record key."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from schemas import (
    CoherenceRecord,
    DeadLetterHeader,
    Feedback,
    Header,
    InvalidationRequest,
    InvalidationResult,
    LookupRequest,
    LookupResult,
    Message,
    ProductChange,
    RefreshRequest,
    StoreRequest,
    StoreResult,
)
from workers.asyncapi.cloud_event import STRUCTURED_TYPE, ProductChangeCloudEvent, ProductChangeData


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One record header: UTF-8 text."""

    name: str
    description: str
    example: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class MessageSpec:
    """One kind of record."""

    name: str
    title: str
    summary: str
    key: str
    """What the record key is."""
    key_example: str
    model: type[Message] | None
    """None: whatever bytes came in."""
    headers: tuple[HeaderField, ...] = ()
    content_type: str = "application/json"

    @property
    def is_correlated(self) -> bool:
        """Whether a correlation id ties request and reply."""
        return any(header.name == Header.CORRELATION_ID for header in self.headers)

    @property
    def examples(self) -> list[dict[str, Any]]:
        """The model's own examples, as a copy."""
        extra = self.model.model_config.get("json_schema_extra") if self.model else None
        return deepcopy(extra["examples"]) if isinstance(extra, dict) else []  # type: ignore[arg-type]


TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

_TRACE = HeaderField(
    Header.TRACEPARENT, "W3C trace context of the caller; spans of the worker continue it.", TRACEPARENT
)
_REQUEST_HEADERS = (
    HeaderField(Header.CORRELATION_ID, "Echoed on the reply. Absent: `request_id` is used.", "c-91"),
    HeaderField(Header.REPLY_TO, "The topic that the reply goes to. Absent: the results topic.", "shop.answers"),
    HeaderField(Header.REPLY_PARTITION, "The partition of that topic, in decimal digits. Absent: by key.", "3"),
    _TRACE,
)
_REPLY_HEADERS = (
    HeaderField(Header.CORRELATION_ID, "As in the request; its `request_id` where it had none.", "c-91", required=True),
    HeaderField(Header.TRACEPARENT, "W3C trace context: the worker's span, or the request's own.", TRACEPARENT),
)
_CLOUD_EVENT_HEADERS = (
    HeaderField("ce_specversion", "The version of CloudEvents: `1.0`.", "1.0", required=True),
    HeaderField("ce_id", "Together with `ce_source` it names the event.", "e-1", required=True),
    HeaderField("ce_source", "Who says so: a URI reference.", "/catalogue", required=True),
    HeaderField("ce_type", "The producer's name for this kind of event.", "shop.product.price_changed", required=True),
    HeaderField("ce_time", "When it happened, RFC 3339.", "2026-03-01T12:00:00Z"),
    HeaderField("content-type", "`application/json`, if anything.", "application/json"),
)
_DEAD_LETTER_HEADERS = (
    HeaderField(
        DeadLetterHeader.REASON, "What was wrong, naming the field.", "prompt: must not be empty", required=True
    ),
    HeaderField(DeadLetterHeader.CODE, "One of the error codes.", "invalid_request", required=True),
    HeaderField(DeadLetterHeader.TOPIC, "Where it came in.", "semantic-cache.lookup.requests", required=True),
    HeaderField(DeadLetterHeader.PARTITION, "The partition there.", "2", required=True),
    HeaderField(DeadLetterHeader.OFFSET, "The offset there.", "10482", required=True),
    HeaderField(
        DeadLetterHeader.TIMESTAMP, "The record's own time, Unix milliseconds.", "1772366400000", required=True
    ),
    HeaderField(DeadLetterHeader.WORKER, "Which worker put it aside.", "worker-1", required=True),
)

LOOKUP_REQUEST = MessageSpec(
    "LookupRequest",
    "Lookup request",
    "Is there an answer to this question already?",
    key="Affinity: equal prompts (and contexts) should share a partition, so that they meet the same worker's L1.",
    key_example="how long does the battery of the aurora 15 last?",
    model=LookupRequest,
    headers=_REQUEST_HEADERS,
)
LOOKUP_RESULT = MessageSpec(
    "LookupResult",
    "Lookup result",
    "A hit with its answer, a miss with a fence for the answer to come, or an error.",
    key="The `request_id`.",
    key_example="q-1",
    model=LookupResult,
    headers=_REPLY_HEADERS,
)
STORE_REQUEST = MessageSpec(
    "StoreRequest",
    "Store request",
    "Keep this answer, unless something that it depends on has changed since the fence.",
    key="Any.",
    key_example="s-1",
    model=StoreRequest,
    headers=_REQUEST_HEADERS,
)
STORE_RESULT = MessageSpec(
    "StoreResult",
    "Store result",
    "Stored, replaced, refused as stale, or an error.",
    key="The `request_id`.",
    key_example="s-1",
    model=StoreResult,
    headers=_REPLY_HEADERS,
)
INVALIDATION_REQUEST = MessageSpec(
    "InvalidationRequest",
    "Invalidation request",
    "These answers are no longer true.",
    key="The `namespace`.",
    key_example="shop-eu",
    model=InvalidationRequest,
    headers=_REQUEST_HEADERS,
)
INVALIDATION_RESULT = MessageSpec(
    "InvalidationResult",
    "Invalidation result",
    "They are gone for good; with a token for lookups that must reflect it.",
    key="The `request_id`.",
    key_example="i-1",
    model=InvalidationResult,
    headers=_REPLY_HEADERS,
)
PRODUCT_CHANGE = MessageSpec(
    "ProductChange",
    "Product change, plain",
    "A product changed; the value is the change itself.",
    key="The `product_id`.",
    key_example="aurora-15",
    model=ProductChange,
    headers=(_TRACE,),
)
PRODUCT_CHANGE_STRUCTURED = MessageSpec(
    "ProductChangeStructured",
    "Product change, CloudEvent in structured mode",
    "The value is a CloudEvent 1.0 with the change as its `data`.",
    key="The `product_id`.",
    key_example="aurora-15",
    model=ProductChangeCloudEvent,
    headers=(
        HeaderField("content-type", f"`{STRUCTURED_TYPE}`.", STRUCTURED_TYPE, required=True),
        _TRACE,
    ),
    content_type=STRUCTURED_TYPE,
)
PRODUCT_CHANGE_BINARY = MessageSpec(
    "ProductChangeBinary",
    "Product change, CloudEvent in binary mode",
    "The value is the change; the CloudEvent's attributes are record headers.",
    key="The `product_id`.",
    key_example="aurora-15",
    model=ProductChangeData,
    headers=(*_CLOUD_EVENT_HEADERS, _TRACE),
)
FEEDBACK = MessageSpec(
    "Feedback",
    "Feedback",
    "Was that hit right?",
    key="The `entry_id`.",
    key_example="9f86d081884c7d659a2feaa0c55ad015",
    model=Feedback,
    headers=(_TRACE,),
)
REFRESH_REQUEST = MessageSpec(
    "RefreshRequest",
    "Refresh request",
    "An answer in demand is about to expire.",
    key="The entry's id.",
    key_example="9f86d081884c7d659a2feaa0c55ad015",
    model=RefreshRequest,
)
COHERENCE_RECORD = MessageSpec(
    "CoherenceRecord",
    "Coherence record",
    "A rule: what it names is gone, or has another answer now. Its offset is its place in the order of all rules.",
    key="The `namespace`.",
    key_example="shop-eu",
    model=CoherenceRecord,
)
DEAD_LETTER = MessageSpec(
    "DeadLetter",
    "Dead letter",
    "The untouched bytes and headers of a record that could not be processed; why, in more headers.",
    key="As received.",
    key_example="as received",
    model=None,
    headers=_DEAD_LETTER_HEADERS,
    content_type="application/octet-stream",
)
