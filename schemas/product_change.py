"""`product-changes`: events of the catalogue, which rules turn into invalidations."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from schemas.base import DEFAULT_NAMESPACE, Message, Namespace

Word = Annotated[str, Field(min_length=1, max_length=128)]


class PreviousValues(Message):
    """What the product was before the change."""

    brand: Word | None = None
    """The brand it had."""
    category: Word | None = None
    """The category it was in."""


class ProductChange(Message):
    """A product changed. Plain, or as the data of a CloudEvent 1.0."""

    model_config = ConfigDict(
        title="ProductChange",
        json_schema_extra={
            "examples": [
                {
                    "event_id": "e-1",
                    "product_id": "aurora-15",
                    "change": "price_changed",
                    "brand": "Aurora",
                    "category": "laptops",
                    "attributes": {"price": 1299.0, "sku": "AUR-15-512"},
                    "occurred_at": "2026-03-01T12:00:00Z",
                    "namespace": "shop-eu",
                }
            ]
        },
    )

    event_id: Annotated[str, Field(min_length=1, max_length=256)]
    """Names the event, for people and logs."""
    product_id: Word
    """The product, as the tags of answers name it."""
    change: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            description="`created`, `updated`, `price_changed`, `stock_changed`, `discontinued`, `deleted`, "
            "or any other word.",
            examples=["price_changed"],
        ),
    ]
    brand: Word | None = None
    """Its brand now."""
    category: Word | None = None
    """Its category now."""
    previous: PreviousValues | None = None
    """Brand and category before the change, where they were others."""
    attributes: dict[str, Any] | None = None
    """Whatever the rules of the deployment refer to as `{attributes.name}`."""
    occurred_at: datetime | None = None
    """RFC 3339."""
    namespace: Namespace = DEFAULT_NAMESPACE
