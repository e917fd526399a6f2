"""Kafka and Redis as child processes of whoever asks: for the demo, for development and for the tests.

Not for production: one broker, one Redis, both on the loopback interface, without passwords.
"""

from workers.stack.apache_kafka import ApacheKafka
from workers.stack.errors import StackError
from workers.stack.kafka import EmbeddedKafka, KafkaFlavour
from workers.stack.mock_kafka import MockKafka
from workers.stack.redis_server import EmbeddedRedis, Persistence
from workers.stack.server import EmbeddedServer, ServerOptions
from workers.stack.stack import Stack, StackOptions

__all__ = [
    "ApacheKafka",
    "EmbeddedKafka",
    "EmbeddedRedis",
    "EmbeddedServer",
    "KafkaFlavour",
    "MockKafka",
    "Persistence",
    "ServerOptions",
    "Stack",
    "StackError",
    "StackOptions",
]
