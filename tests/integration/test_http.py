import signal
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import yaml
from prometheus_client import CollectorRegistry

from schemas import Layer
from workers.cache.config import ObservabilityConfig
from workers.cache.statistics import CacheStatistics
from workers.errors import ConfigurationError
from workers.http import HttpServer
from workers.observability.prometheus_observers import PrometheusObserver
from workers.observability.readiness import Condition, Readiness
from workers.settings import HttpConfig, KafkaConfig, Settings

PATHS = ("/", "/metrics", "/health/live", "/stats", "/asyncapi", "/asyncapi.yaml")


def settings(*, port: int = 0, **others: object) -> Settings:
    groups = {"kafka": KafkaConfig(topic_prefix="shop"), **others}
    return Settings(http=HttpConfig(host="127.0.0.1", port=port), **groups)  # type: ignore[arg-type]


def server(config: Settings | None = None, readiness: Readiness | None = None) -> HttpServer:
    registry, statistics = CollectorRegistry(), CacheStatistics()
    PrometheusObserver(registry).invalidated(3)
    statistics.hit(Layer.L1, "developer", 0.001)
    return HttpServer(config or settings(), readiness or Readiness(), statistics.snapshot, registry)


@pytest.fixture
def readiness() -> Readiness:
    return Readiness()


@pytest.fixture
async def client(readiness: Readiness) -> AsyncIterator[httpx.AsyncClient]:
    http = server(readiness=readiness)
    await http.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{http.port}", trust_env=False) as client:
        yield client
    await http.stop()


@pytest.mark.parametrize("path", PATHS)
async def test_every_path_answers(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 200


async def test_the_index_links_to_all_else(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text
    for path in (*PATHS[1:], "/health/ready"):
        assert f'href="{path}"' in page


async def test_metrics_are_prometheus_text(client: httpx.AsyncClient) -> None:
    response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert "semantic_cache_invalidated_entries_total 3.0" in response.text
    openmetrics = await client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert openmetrics.text.endswith("# EOF\n")


async def test_not_ready_names_what_fails_and_why(client: httpx.AsyncClient, readiness: Readiness) -> None:
    for condition in Condition:
        readiness.holds(condition)
    assert (await client.get("/health/ready")).json() == {"status": "ready"}
    readiness.fails(Condition.REDIS, "connection refused at localhost:6380")
    response = await client.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {
        "status": "not ready",
        "failing": {"redis": "connection refused at localhost:6380"},
    }
    assert (await client.get("/health/live")).status_code == 200


async def test_stats_are_the_contracts(client: httpx.AsyncClient) -> None:
    assert (await client.get("/stats")).json() == {
        "total_queries": 1,
        "hit_rate_percentage": 100.0,
        "l1_cache": {"hits": 1, "hit_rate_percentage": 100.0, "avg_latency_ms": 1.0},
        "l2_cache": {"hits": 0, "hit_rate_percentage": 0.0, "avg_latency_ms": 0.0},
        "context_hits": {"developer": 1},
        "tag_invalidations": {},
    }


async def test_the_document_is_that_of_this_deployment(client: httpx.AsyncClient) -> None:
    document = yaml.safe_load((await client.get("/asyncapi.yaml")).text)
    assert document["channels"]["lookupRequests"]["address"] == "shop.lookup.requests"
    assert "shop.lookup.requests" in (await client.get("/asyncapi")).text


async def test_an_unknown_path_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/nowhere")).status_code == 404


async def test_a_taken_port_is_a_sentence_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"SEMANTIC_CACHE_HTTP__PORT: cannot serve at 127.0.0.1:{port}"):
            await server(settings(port=port)).start()


async def test_a_host_that_is_none_is_a_sentence_too() -> None:
    config = Settings(http=HttpConfig(host="no such host"))
    with pytest.raises(ConfigurationError, match="SEMANTIC_CACHE_HTTP__HOST"):
        await server(config).start()


async def test_stopping_frees_the_port_and_may_be_repeated() -> None:
    http = server()
    await http.start()
    port = http.port
    await http.stop()
    await http.stop()
    again = server(settings(port=port))
    await again.start()
    assert again.port == port
    await again.stop()


async def test_signals_stay_with_the_worker() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    http = server()
    await http.start()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    await http.stop()


async def test_turned_off_nothing_is_served() -> None:
    http = server(Settings(http=HttpConfig(enabled=False)))
    await http.start()
    assert http.port == 0
    await http.stop()


async def test_metrics_can_be_turned_off() -> None:
    http = server(settings(observability=ObservabilityConfig(enable_metrics=False)))
    await http.start()
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.get(f"http://127.0.0.1:{http.port}/metrics")
    assert response.status_code == 404
    assert "ENABLE_METRICS" in response.text
    await http.stop()
