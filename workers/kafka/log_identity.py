"""Which log it is: a coherence log that was replaced is told from the one that has been followed so far."""

import asyncio

from aiokafka import ConsumerRecord

from workers.kafka.log_ends import LogEnds
from workers.kafka.log_follower import LogFollower
from workers.kafka.log_records import base_of


class LogIdentity:
    """Asks the broker, on the connection for questions; one round trip where the log still has its first record."""

    def __init__(self, ends: LogEnds, follower: LogFollower, *, has_broker_time: bool) -> None:
        self._ends = ends
        self._follower = follower
        self._has_broker_time = has_broker_time
        self._asking = asyncio.Lock()
        self._begun = 0
        """Rounds of asking."""
        self._answer = False
        """Of the last one."""

    async def is_known_from_now(self) -> bool:
        """`is_known`, asked after this call was made; who calls meanwhile shares one round of asking."""
        wanted = self._begun + 1
        async with self._asking:
            if self._begun < wanted:
                self._begun += 1
                self._answer = await self.is_known()
            return self._answer

    async def is_known(self) -> bool:
        """Whether the log is the one that the follower's numbers belong to.

        Its first record tells (`NameByFirst`). The last record followed would not do: it may itself be of the new
        log, written by one who had not noticed either. Only where retention has taken the first is there nothing
        better to ask.

        Raises:
            LogUnavailableError: the broker does not answer.
        """
        if not self._has_broker_time:
            return True
        base, last = self._follower.base, self._follower.last
        first = await self._ends.first_since(0)
        if first is not None and first[0] == 0:
            return base_of(first[1]) == base
        return last is None or await self._is_in_place(last)

    async def _is_in_place(self, last: ConsumerRecord) -> bool:
        """Whether the last record followed is where it was. A log that grew past it again shows only by this."""
        found = await self._ends.first_since(last.timestamp)
        if found is not None and found[1] == last.timestamp and found[0] <= last.offset:
            return True
        return await self._holds(last)

    async def _holds(self, last: ConsumerRecord) -> bool:
        """Look at the very place: broker times may step back within one log, and retention may have taken it."""
        if await self._ends.begin() > last.offset:
            return True
        if await self._ends.end() <= last.offset:
            return False
        found = [record async for record in self._ends.read(last.offset, last.offset + 1)]
        return [(r.timestamp, r.value) for r in found] == [(last.timestamp, last.value)]
