"""What there is to know about the coherence log of a deployment."""

from dataclasses import dataclass

from workers.kafka.connection import KafkaConnection


@dataclass(frozen=True, slots=True)
class LogOptions:
    """Facts about the log, and who this worker is."""

    kafka: KafkaConnection
    topic: str
    memory_seconds: int
    """How far back rules are remembered."""
    max_staleness_seconds: float
    """How old the knowledge of the log's end may be."""
    origin: str
    """This worker's name, for people."""
    has_broker_time: bool = True
    """False for a mock broker: times are the writers' own, and cannot be searched by."""
