"""Workers, the client and the command line on a broker that asks for TLS, names and passwords, or certificates."""

from __future__ import annotations

import asyncio
import shutil
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError

from client import AccessRefusedError as ClientRefusedError
from client import BrokerUnavailableError, SemanticCacheClient
from tests.integration.workers.harness import Deployment, WorkerProcess
from tests.secured_kafka import KEY_PASSWORD, PASSWORD, Certificates, SecuredKafka, prefixed
from workers.cli.exit_codes import ExitCode
from workers.downloads import CacheFolder
from workers.embedding_model import ModelFiles
from workers.errors import AccessRefusedError, ConfigurationError
from workers.kafka.cluster import Cluster
from workers.kafka.connection import KafkaConnection
from workers.settings import KafkaConfig
from workers.stack import Stack
from workers.stack.kafka_jars import why_not_apache

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "How long does the battery of the Aurora 15 last?"
WRONG = "not-the-password"
PARTITIONS = 4
CLOSE_SECONDS = 10.0
"""An event loop's own patience with a TLS connection that it closes is 30 s."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecuredKafka]:
    if reason := await why_not_apache(CacheFolder()):
        pytest.skip(f"Apache Kafka cannot run here: {reason}")
    if shutil.which("openssl") is None:
        pytest.skip("certificates cannot be made here: there is no openssl")
    certificates = Certificates(tmp_path_factory.mktemp("certificates"))
    await certificates.make()
    async with SecuredKafka(certificates) as running:
        yield running


@dataclass(frozen=True)
class Secured:
    """Two workers on the secured listener, one by SCRAM and one by PLAIN, and what they sign in with."""

    deployment: Deployment
    workers: tuple[WorkerProcess, WorkerProcess]

    def client(self, **changes: Any) -> SemanticCacheClient:  # noqa: ANN401 - aiokafka's options
        options = connection(self.deployment).security_options() | changes
        return SemanticCacheClient(
            self.deployment.kafka, topic_prefix=self.deployment.prefix, namespace="shop", kafka_options=options
        )


def connection(deployment: Deployment) -> KafkaConnection:
    """That of a deployment's settings."""
    start = "KAFKA__SECURITY__"
    security = {n.removeprefix(start).lower(): v for n, v in deployment.settings.items() if n.startswith(start)}
    return connect(deployment.kafka, **security)


def connect(servers: str, **security: Any) -> KafkaConnection:  # noqa: ANN401 - as read from the environment
    return KafkaConnection.of(KafkaConfig.model_validate({"bootstrap_servers": servers, "security": security}))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def secured(kafka: SecuredKafka, stack: Stack, model_files: ModelFiles) -> AsyncIterator[Secured]:
    prefix = f"test-{uuid.uuid4().hex[:12]}"
    scram = Deployment(kafka.secured, stack.redis_url, prefix, model_files.path, kafka.settings("SCRAM-SHA-512"))
    settings = kafka.settings("PLAIN", CHECK_HOSTNAME="false") | {"OBSERVABILITY__LOG_LEVEL": "debug"}
    plain = replace(scram, kafka=kafka.secured_by_address, settings=settings)
    workers = WorkerProcess(scram), WorkerProcess(plain)
    try:
        await asyncio.gather(*(worker.start() for worker in workers))
        yield Secured(scram, workers)
        assert await asyncio.gather(*(worker.stop() for worker in workers)) == [0, 0]
    finally:
        await asyncio.gather(*(worker.kill() for worker in workers))


async def test_answers_come_and_go_on_both_workers(secured: Secured) -> None:
    async with secured.client() as client:
        stored = await client.store(QUESTION, "Eighteen hours.", tags=["product:aurora-15"])
        assert stored.status == "stored"
        for _ in range(2):
            found = [await client.lookup(QUESTION, partition=number) for number in range(PARTITIONS)]
            assert [one.response for one in found] == ["Eighteen hours."] * PARTITIONS
        assert {one.layer for one in found} == {"l1"}
        done = await client.invalidate(tags=["product:aurora-15"])
        assert done.token is not None
        assert done.removed == 1
        gone = [await client.lookup(QUESTION, partition=n, after=done.token) for n in range(PARTITIONS)]
        assert [one.status for one in gone] == ["miss"] * PARTITIONS


async def test_the_command_line_signs_in_by_the_same_settings(secured: Secured) -> None:
    async with secured.client() as client:
        await client.store(QUESTION, "Eighteen hours.")
    asked, listed = await asyncio.gather(
        command(secured.deployment, "lookup", QUESTION, "--namespace", "shop"),
        command(secured.deployment, "topics", "create"),
    )
    assert asked == (ExitCode.OK, "Eighteen hours.\n")
    assert listed == (ExitCode.OK, "")


async def test_no_log_holds_a_password(secured: Secured) -> None:
    for worker in secured.workers:
        assert len(worker.log) > 10
        assert PASSWORD not in str(worker.log)


async def test_a_refusal_stops_the_start_with_a_sentence(kafka: SecuredKafka, secured: Secured, tmp_path: Path) -> None:
    stranger = Certificates(tmp_path)
    await stranger.make()
    wrong = kafka.settings("SCRAM-SHA-512", PASSWORD=WRONG)
    untrusted = kafka.settings("PLAIN", CA_FILE=str(stranger.ca))
    password, authority, asked = await asyncio.gather(
        said_at_the_end(replace(secured.deployment, settings=wrong)),
        said_at_the_end(replace(secured.deployment, settings=untrusted)),
        command(replace(secured.deployment, settings=wrong), "lookup", QUESTION),
    )
    assert "refuses the sign-in of 'worker' by SCRAM-SHA-512" in password
    assert "shows a certificate that is not trusted here" in authority
    assert WRONG not in password
    assert "Traceback" not in password + authority
    assert asked == (ExitCode.USAGE, "")


async def said_at_the_end(deployment: Deployment) -> str:
    """By a worker that does not start."""
    worker = WorkerProcess(deployment)
    await worker.start(wait=False)
    try:
        assert await worker.ended() == ExitCode.USAGE
    finally:
        await worker.kill()
    return str(worker.log)


async def command(deployment: Deployment, *arguments: str) -> tuple[int | None, str]:
    """Its exit code and standard output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers.cli", *arguments),
        env=deployment.environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return process.returncode, out.decode()


REFUSALS = [
    ("secured", {"PASSWORD": WRONG}, "refuses the sign-in of 'worker' by PLAIN"),
    ("secured", {"USERNAME": "nobody"}, "refuses the sign-in of 'nobody' by PLAIN"),
    ("secured", {"SASL_MECHANISM": "SCRAM-SHA-256"}, "does not offer the SASL mechanism SCRAM-SHA-256"),
    ("secured_by_address", {}, "shows a certificate for another host"),
    ("secured", {"CA_FILE": ""}, "shows a certificate that is not trusted here"),
    ("bootstrap_servers", {"PROTOCOL": "SASL_PLAINTEXT", "CA_FILE": ""}, "has no sign-in"),
]


@pytest.mark.parametrize(("listener", "changes", "sentence"), REFUSALS, ids=lambda value: str(value))
async def test_says_what_is_refused(kafka: SecuredKafka, listener: str, changes: dict[str, str], sentence: str) -> None:
    given = kafka.settings("PLAIN") | prefixed(changes)
    wrong = connection(Deployment(getattr(kafka, listener), "", "", Path(), given))
    with pytest.raises(AccessRefusedError, match=sentence):
        async with Cluster(wrong):
            pass


async def test_the_client_says_what_is_refused(secured: Secured) -> None:
    with pytest.raises(ClientRefusedError, match="refuses the sign-in of 'worker' by SCRAM-SHA-512"):
        await secured.client(sasl_plain_password=WRONG).open()


HINTS = [
    ("secured", {}, "is that where it speaks PLAINTEXT?"),
    ("secured", {"protocol": "SSL"}, "takes SSL and then hangs up: does it ask for a sign-in?"),
    ("bootstrap_servers", {"protocol": "SSL"}, "is that where it speaks SSL?"),
]


@pytest.mark.parametrize(("listener", "security", "hint"), HINTS)
async def test_waits_where_it_may_be_an_outage_and_says_what_else_it_may_be(
    kafka: SecuredKafka, listener: str, security: dict[str, str], hint: str
) -> None:
    if security:
        security = security | {"ca_file": str(kafka.certificates.ca)}
    servers = getattr(kafka, listener)
    with pytest.raises(KafkaConnectionError) as met:
        async with Cluster(connect(servers, **security)):
            pass
    assert hint in str(met.value)
    with pytest.raises(BrokerUnavailableError) as told:
        await SemanticCacheClient(servers, kafka_options=connect(servers, **security).security_options()).open()
    assert hint in str(told.value)


async def test_closing_does_not_wait_for_a_broker_that_is_silent(kafka: SecuredKafka) -> None:
    client = AIOKafkaClient(**connection(Deployment(kafka.secured, "", "", Path(), kafka.settings("PLAIN"))).options())
    await client.bootstrap()
    assert await client.ready(client.get_random_node())
    kafka.pause()
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await client.close()
    finally:
        kafka.resume()


async def test_signs_in_by_a_certificate(kafka: SecuredKafka) -> None:
    files = kafka.certificates
    without = {"protocol": "SSL", "ca_file": files.ca}
    own = without | {"certificate_file": files.worker, "key_file": files.worker_key}
    async with Cluster(connect(kafka.mutual, **own, key_password=KEY_PASSWORD)) as cluster:
        assert not cluster.is_mock
    with pytest.raises(AccessRefusedError, match="check the client certificate"):
        async with Cluster(connect(kafka.mutual, **without)):
            pass
    for password in ("", WRONG):
        with pytest.raises(ConfigurationError, match="KEY_PASSWORD") as met:
            connect(kafka.mutual, **own, key_password=password)
        assert WRONG not in str(met.value)
