"""The lag of a consumer group, as the broker reports it. The request also shows whether the broker answers."""

from collections.abc import Sequence
from typing import Any

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError

from shared.bus.security import UNENCRYPTED, BrokerSecurity
from shared.bus.topics import BrokerUnavailable

ANSWER_MAX_MS = 3_000


class Lag:
    """The lag of one group. One connection, kept while the broker answers; for one thread."""

    def __init__(
        self, servers: str, *, group: str, topics: Sequence[str], security: BrokerSecurity = UNENCRYPTED
    ) -> None:
        self.servers = servers
        self.group = group
        self.security = security
        self.topics = list(topics)
        self._admin: Any = None

    def measure(self) -> dict[tuple[str, int], int]:
        """Records that the group has still to handle, by topic and partition; raises `BrokerUnavailable` within
        seconds."""
        try:
            self._admin = self._admin or KafkaAdminClient(
                bootstrap_servers=self.servers,
                request_timeout_ms=ANSWER_MAX_MS,
                bootstrap_timeout_ms=ANSWER_MAX_MS,
                **self.security.options(),
            )
            return self._measure()
        except (KafkaError, OSError) as gone:
            self.close()
            raise BrokerUnavailable from gone

    def _measure(self) -> dict[tuple[str, int], int]:
        partitions = [
            TopicPartition(topic["name"], partition["partition_index"])
            for topic in self._admin.describe_topics(self.topics)
            for partition in topic["partitions"]
        ]
        if not partitions:
            return {}
        taken = self._admin.list_group_offsets({self.group: partitions})[self.group]
        ends = self._admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        starts = self._admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))
        behind = {}
        for each in partitions:
            known = taken[each].offset if each in taken and taken[each].offset >= 0 else starts[each].offset
            behind[each.topic, each.partition] = max(0, ends[each].offset - known)
        return behind

    def close(self) -> None:
        if self._admin is not None:
            self._admin.close()
            self._admin = None
