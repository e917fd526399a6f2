"""The shapes of a product change as a CloudEvent, as far as `workers/cloud_events.py` reads them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from schemas.base import Message
from schemas.product_change import ProductChange
from workers.cloud_events import STRUCTURED_TYPE

__all__ = ["STRUCTURED_TYPE", "ProductChangeCloudEvent", "ProductChangeData"]


class ProductChangeData(ProductChange):
    """A ProductChange in an envelope, which fills what is left out: `id` for `event_id`, `time` for `occurred_at`."""

    model_config = ConfigDict(title="ProductChangeData")

    event_id: Annotated[str, Field(min_length=1, max_length=256)] | None = None  # type: ignore[assignment]  # looser
    """Absent: the envelope's `id`."""


class ProductChangeCloudEvent(Message):
    """A ProductChange in the envelope of CloudEvents 1.0, structured mode; attributes not named here are ignored."""

    model_config = ConfigDict(
        title="ProductChangeCloudEvent",
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "specversion": "1.0",
                    "id": "e-1",
                    "source": "/catalogue",
                    "type": "shop.product.price_changed",
                    "time": "2026-03-01T12:00:00Z",
                    "datacontenttype": "application/json",
                    "data": {
                        "product_id": "aurora-15",
                        "change": "price_changed",
                        "brand": "Aurora",
                        "category": "laptops",
                        "namespace": "shop-eu",
                    },
                }
            ]
        },
    )

    specversion: Literal["1.0"]
    """The version of CloudEvents."""
    id: Annotated[str, Field(min_length=1)]
    """Together with `source` it names the event."""
    source: Annotated[str, Field(min_length=1)]
    """Who says so: a URI reference."""
    type: Annotated[str, Field(min_length=1)]
    """The producer's name for this kind of event; the cache reads `data.change` instead."""
    time: str | None = None
    """When it happened, RFC 3339."""
    datacontenttype: str | None = None
    """`application/json`, if anything."""
    data: ProductChangeData | None = None
    """The change itself."""
    data_base64: str | None = None
    """Instead of `data`: the same as JSON in base64."""
