"""A cluster as its administrator sees it: which topics there are, how they are set up, and a way to add some."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, Self

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError, KafkaError, for_code
from aiokafka.protocol.metadata import MetadataRequest

from workers.errors import AccessRefusedError
from workers.kafka.connection import KafkaConnection
from workers.kafka.security import VARIABLE
from workers.kafka.topic_plan import TopicPlan

MOCK_CLUSTER = "mockCluster"
"""How librdkafka's mock cluster names itself. It creates topics on use, in its own way, and has no broker time."""

BROKERS_DEFAULT = -1
DEFAULT_REPLICATION = "default.replication.factor"
USUAL_REPLICATION = 3


@dataclass(frozen=True, slots=True)
class TopicError:
    """Why a topic could not be described or created."""

    kind: type[KafkaError]
    message: str


class Cluster:
    """Use it as an async context manager.

    Opening raises KafkaConnectionError where nobody answers, and AccessRefusedError where somebody answers and says no.
    """

    def __init__(self, kafka: KafkaConnection, *, timeout_ms: int = 15_000) -> None:
        self._kafka = kafka
        self._client = AIOKafkaClient(**kafka.options(), request_timeout_ms=timeout_ms)
        self._admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=timeout_ms)
        self.is_mock = False

    async def __aenter__(self) -> Self:
        try:
            await self._client.bootstrap()
            await self._admin.start()
            cluster = await self._admin.describe_cluster()
        except KafkaError as exc:
            await self.aclose()
            await self._explain(exc)
        except BaseException:
            await self.aclose()
            raise
        self.is_mock = str(cluster.get("cluster_id") or "").startswith(MOCK_CLUSTER)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close both connections."""
        await self._client.close()
        await self._admin.close()

    async def _explain(self, error: KafkaError) -> NoReturn:
        """Raise what stands behind the error, if it can be found out."""
        from client.refusal import find_obstacle  # the client is not needed otherwise

        brokers = [(node.host, node.port) for node in self._client.cluster.brokers()]
        obstacle = await find_obstacle(self._kafka.options(), brokers)
        if obstacle is None:
            raise error
        if obstacle.is_final:
            raise AccessRefusedError(f"{obstacle.sentence} (settings {VARIABLE}…)") from error
        raise KafkaConnectionError(obstacle.sentence) from error

    async def partitions(self, topics: Sequence[str], *, create_on_use: bool = False) -> dict[str, int | TopicError]:
        """The number of partitions of each topic, or why it is not known. Creates none unless told so."""
        request = MetadataRequest(list(topics), allow_auto_topic_creation=create_on_use)
        response = await self._client.send(self._client.get_random_node(), request)
        return {
            topic: TopicError(for_code(error), "") if error else len(partitions)
            for error, topic, _, partitions in response.topics
        }

    async def create(self, plans: Iterable[TopicPlan]) -> dict[str, TopicError | None]:
        """Create topics; None: created. One that somebody else created meanwhile is a TopicAlreadyExistsError."""
        default = await self._default_replication()
        topics = [
            NewTopic(
                plan.name,
                plan.partitions,
                default if plan.replication_factor == BROKERS_DEFAULT else plan.replication_factor,
                topic_configs=dict(plan.configs),
            )
            for plan in plans
        ]
        response = await self._admin.create_topics(topics)
        return {
            topic: TopicError(for_code(error), message[0] or "" if message else "") if error else None
            for topic, error, *message in response.topic_errors
        }

    async def configs(self, topics: Sequence[str]) -> dict[str, Mapping[str, str]]:
        """The settings of each topic, as far as they may be read."""
        return await self._configs([ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics])

    async def _default_replication(self) -> int:
        """The brokers' own default; aiokafka's request is too old to leave it to them. Unreadable: as many as usual."""
        brokers = [node.nodeId for node in self._client.cluster.brokers()]
        configs = await self._configs([ConfigResource(ConfigResourceType.BROKER, str(min(brokers)))])
        for found in configs.values():
            return int(found.get(DEFAULT_REPLICATION) or 1)
        return min(len(brokers), USUAL_REPLICATION)

    async def _configs(self, resources: list[ConfigResource]) -> dict[str, Mapping[str, str]]:
        found: dict[str, Mapping[str, str]] = {}
        for response in await self._admin.describe_configs(resources):
            for error, _, _, name, entries in response.resources:
                if not error:
                    found[name] = {entry[0]: entry[1] for entry in entries}
        return found
