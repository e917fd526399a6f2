"""What the store does without a server."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from pydantic import SecretStr

from workers.cache.clock import ManualClock
from workers.cache.config import RedisConfig
from workers.cache.l2 import RedisStore
from workers.cache.ports import Address
from workers.errors import ConfigurationError, NotOpenError, StoreUnavailableError
from workers.stack.ports import free_ports

ADDRESS = Address("shop", "a" * 32)


def make(url: str, clock: ManualClock | None = None, **settings: int) -> RedisStore:
    config = RedisConfig(url=SecretStr(url), **settings)
    return RedisStore(config, fingerprint="f" * 16, dimensions=4, clock=clock or ManualClock())


async def test_a_server_that_is_away_is_named_and_its_password_is_not() -> None:
    (port,) = free_ports(1)
    store = make(f"redis://someone:s3cret@127.0.0.1:{port}/0")
    with pytest.raises(StoreUnavailableError) as caught:
        await store.open()
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "s3cret" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {caught.value.__cause__}"
    await store.aclose()
    await store.aclose()


@pytest.mark.parametrize(
    "url", ["http://localhost:6380", "localhost:6380", "redis://localhost:port", "redis://:s3cret#@host"]
)
async def test_a_wrong_url_is_a_sentence_without_the_url(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"redis\.url") as caught:
        await make(url).open()
    assert "s3cret" not in f"{caught.value}"
    assert caught.value.__cause__ is None


async def test_use_before_open_is_a_sentence() -> None:
    with pytest.raises(NotOpenError, match="not open"):
        await make("redis://localhost").fetch([ADDRESS])


async def test_vectors_that_do_not_fit_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="shape"):
        await make("redis://localhost").save([], np.zeros((1, 4), np.float32))


async def test_lookups_stop_asking_and_then_find_out(caplog: pytest.LogCaptureFixture) -> None:
    (port,) = free_ports(1)
    clock = ManualClock()
    heard: list[bool] = []
    config = RedisConfig(url=SecretStr(f"redis://127.0.0.1:{port}"), breaker_failures=2, breaker_probe_ms=500)
    store = RedisStore(config, fingerprint="f" * 16, dimensions=4, clock=clock, on_breaker=heard.append)
    with pytest.raises(StoreUnavailableError):
        await store.open()
    messages = []
    with caplog.at_level(logging.WARNING):
        for seconds in (0, 0, 0, 0.5, 0):
            clock.advance(seconds)
            with pytest.raises(StoreUnavailableError) as caught:
                await store.fetch([ADDRESS])
            messages.append("not asked" in str(caught.value))
    assert messages == [False, False, True, False, True]
    assert heard == [False]
    assert [record.message for record in caplog.records] == ["breaker opened"]
    await store.aclose()
