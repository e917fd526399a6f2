"""The sender of an open loop, a process of its own: sends each request when it is due, whatever became of those before.

python -m benchmarks.open_loop_process: a job as JSON on standard input, what was seen as JSON on standard output.

One thread sends and one reads. Both spend their time outside Python: asleep until the next request is due, or in
librdkafka; the interpreter's lock is held for microseconds at a time.
"""

import ctypes
import gc
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from confluent_kafka import Consumer, Producer, TopicPartition

from benchmarks.load import QUEUE_MESSAGES, what

HEAD_START_SECONDS = 0.2
"""Between the preparations and the first request: until then the reader waits in its first fetch."""
POLL_SECONDS = 0.1
PR_SET_TIMERSLACK = 29
ID_DIGITS = 8


@dataclass(slots=True)
class Job:
    """What to send where, and when."""

    servers: str
    asked: str
    answered: str
    partitions: int
    """Of the topic with the replies."""
    drain_seconds: float
    """How long after the last request a reply may come."""
    schedule: list[tuple[float, int, dict[str, Any]]]
    """Seconds from the start, the partition, and the request but for its id; in the order of time."""


class OpenLoop:
    """Sends one schedule and notes when each reply came. All times are those of the system's monotonic clock."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._prefix = uuid.uuid4().hex[:8]
        self._values = [
            orjson.dumps({"request_id": f"{self._prefix}{i:0{ID_DIGITS}d}"} | body)
            for i, (_, _, body) in enumerate(job.schedule)
        ]
        self._late = np.zeros(len(job.schedule))
        self._waited = np.full(len(job.schedule), np.nan)
        self._replies: list[bytes] = [b""] * len(job.schedule)
        self._started = 0.0
        self._deadline = float("inf")
        transport = {"bootstrap.servers": job.servers, "socket.nagle.disable": True}
        # Nobody polls it, so what is delivered counts as queued.
        self._producer = Producer(transport | {"linger.ms": 0, "queue.buffering.max.messages": QUEUE_MESSAGES})
        self._consumer = Consumer(transport | {"group.id": f"bench-{uuid.uuid4().hex}", "enable.auto.commit": False})

    def run(self) -> dict[str, Any]:
        """Send all, wait for the replies, and tell what was seen."""
        self._producer.list_topics(self._job.asked, timeout=10)
        self._begin_at_the_end()
        gc.freeze()
        gc.disable()
        self._started = time.perf_counter() + HEAD_START_SECONDS
        reader = threading.Thread(target=self._read, name="reader")
        reader.start()
        self._send()
        self._deadline = time.perf_counter() + self._job.drain_seconds
        reader.join()
        self._consumer.close()
        said = [what(reply) if reply else "" for reply in self._replies]
        waited = [None if np.isnan(seconds) else seconds for seconds in self._waited.tolist()]
        return {"started": self._started, "late": self._late.tolist(), "waited": waited, "said": said}

    def _begin_at_the_end(self) -> None:
        places = [TopicPartition(self._job.answered, number) for number in range(self._job.partitions)]
        for place in places:
            place.offset = self._consumer.get_watermark_offsets(place, timeout=10)[1]
        self._consumer.assign(places)

    def _send(self) -> None:
        clock, sleep, produce, asked = time.perf_counter, time.sleep, self._producer.produce, self._job.asked
        for i, (due, partition, _) in enumerate(self._job.schedule):
            due += self._started
            while (left := due - clock()) > 0:
                sleep(left)
            self._late[i] = -left
            produce(asked, self._values[i], partition=partition)
        self._producer.flush()

    def _read(self) -> None:
        clock, missing, prefix = time.perf_counter, len(self._values), self._prefix.encode()
        while missing and clock() < self._deadline:
            message = self._consumer.poll(POLL_SECONDS)
            now = clock()
            if message is None or message.error() is not None:
                continue
            key = message.key() or b""
            if not key.startswith(prefix):
                continue
            i = int(key[len(prefix) :])
            if np.isnan(self._waited[i]):
                missing -= 1
                self._waited[i] = now - self._started - self._job.schedule[i][0]
                self._replies[i] = message.value() or b"{}"


def main() -> None:
    """One job."""
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1)  # sleep until the nanosecond asked for, not 50 µs longer
    job = Job(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(orjson.dumps(OpenLoop(job).run()))


if __name__ == "__main__":
    main()
