"""Run as a script: librdkafka's mock cluster of one broker, until a signal. Says its address on its first line."""

import signal
import sys

from confluent_kafka import Producer

METADATA_SECONDS = 10
QUIET = 3


def main() -> None:
    """Serve. The cluster lives inside a producer that is not used."""
    producer = Producer({"test.mock.num.brokers": 1, "log_level": QUIET})
    (broker,) = producer.list_topics(timeout=METADATA_SECONDS).brokers.values()
    sys.stdout.write(f"mock broker at {broker.host}:{broker.port}\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main()
