"""A client that is not open says so, and an address where nobody is."""

import pytest

from client import BrokerUnavailableError, NotOpenError, SemanticCacheClient
from schemas import ProductChange


async def test_use_before_open() -> None:
    client = SemanticCacheClient("localhost:1")
    with pytest.raises(NotOpenError, match="async with"):
        await client.lookup("How long?")
    with pytest.raises(NotOpenError, match="async with"):
        await client.product_changed(ProductChange(event_id="e", product_id="p", change="updated"))


async def test_closing_what_was_never_opened_is_nothing() -> None:
    await SemanticCacheClient("localhost:1").aclose()


async def test_names_the_address_where_nobody_is() -> None:
    with pytest.raises(BrokerUnavailableError, match=r"Kafka cannot be reached at 127\.0\.0\.1:1:"):
        await SemanticCacheClient("127.0.0.1:1").open()
