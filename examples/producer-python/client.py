"""Sends commands over Kafka and finds their answers.

One object of `Client` is for one thread. `submit` repeats a command under the same command_id until
it is answered: however often it arrives, it is decided once.
"""

import time
import uuid

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from agency.v1 import stream_pb2
from proof import fingerprint, principal_of, signed

ASK_S = 10  # how long to wait for what the brokers know


class NoAnswer(Exception):
    """Nobody answered in time: the command may still be decided. Submit it again with its id."""


class NotDecided(Exception):
    """The command was not decided and will not be; `code` and `reason` say why."""

    def __init__(self, letter):
        super().__init__(f"{letter.code}: {letter.reason}")
        self.code, self.reason = letter.code, letter.reason


def partition_of(org_id, count):
    """Kafka's own partitioner of keyed records: murmur2."""
    data, mask = org_id.encode(), 0xFFFFFFFF
    mixer, length = 0x5BD1E995, len(data)
    hash_ = (0x9747B28C ^ length) & mask
    for at in range(0, length - length % 4, 4):
        word = int.from_bytes(data[at:at + 4], "little") * mixer & mask
        word = (word ^ word >> 24) * mixer & mask
        hash_ = (hash_ * mixer & mask) ^ word
    if length % 4:
        hash_ ^= int.from_bytes(data[length - length % 4:], "little")
        hash_ = hash_ * mixer & mask
    hash_ = (hash_ ^ hash_ >> 13) * mixer & mask
    hash_ ^= hash_ >> 15
    return (hash_ & 0x7FFFFFFF) % count


class Client:
    def __init__(self, brokers, cluster_id, key, prefix="agency", properties=None, attempt_s=10):
        """`cluster_id`: the bytes that `agencyctl log id` shows; `key`: an Ed25519 private key;
        `attempt_s`: how long to wait before a command is sent again, and its proof counts."""
        # What goes wrong is raised: librdkafka's own lines, many a second, would say it again.
        common = {"bootstrap.servers": brokers, "log_level": 2, **(properties or {})}
        self.cluster_id, self.key = cluster_id, key
        self.fingerprint = fingerprint(principal_of(key))
        self.prefix, self.attempt_s = prefix, attempt_s
        self.producer = Producer({**common, "acks": "all", "enable.idempotence": True,
                                  "compression.codec": "zstd", "linger.ms": 1})
        # Only positions that we choose are read: the group is a name that is never used.
        self.consumer = Consumer({**common, "group.id": f"{prefix}-producer-example",
                                  "enable.auto.commit": False, "fetch.wait.max.ms": 50})
        self.reading = None

    def close(self):
        self.consumer.close()

    def submit(self, command, timeout_s=60):
        """The SubmitResponse of a Command, whose command_id is set where it is empty. Raises
        NotDecided, NoAnswer."""
        command.command_id = command.command_id or str(uuid.uuid4())
        until = time.monotonic() + timeout_s
        partition = partition_of(command.org_id, self._partitions_count(until))
        offsets = set()  # where the copies of the command lie: what answers is about one of them
        self._read_from_end(partition)
        while time.monotonic() < until:
            self._send(command, partition, offsets)
            answer = self._await(command, offsets, min(until, time.monotonic() + self.attempt_s))
            if answer is not None:
                return answer
        raise NoAnswer(command.command_id)

    def _topic(self, stream):
        return f"{self.prefix}.{stream}"

    def _partitions_count(self, until):
        topic = self._topic("commands")
        found = self.producer.list_topics(topic, max(0.1, until - time.monotonic())).topics[topic]
        if found.error is not None:
            raise KafkaException(found.error)
        return len(found.partitions)

    def _read_from_end(self, partition):
        """What is answered from now on; an earlier answer to the id comes again as a repeat."""
        if self.reading == partition:
            return
        places = [TopicPartition(self._topic(stream), partition)
                  for stream in ("outcomes", "dead_letters")]
        for place in places:
            place.offset = self.consumer.get_watermark_offsets(place, timeout=ASK_S)[1]
        self.consumer.assign(places)
        self.reading = partition

    def _send(self, command, partition, offsets):
        def delivered(error, message):
            if error is None:
                offsets.add(message.offset())

        record = signed(self.key, self.cluster_id, command, self.attempt_s)
        self.producer.produce(self._topic("commands"), record.SerializeToString(),
                              key=command.org_id, partition=partition, on_delivery=delivered)
        self.producer.flush(self.attempt_s)

    def _is_own(self, command, offsets, outcome):
        """Others may send commands of the same id, and copies of ours."""
        return (outcome.offset in offsets and outcome.principal == self.fingerprint
                and outcome.org_id == command.org_id
                and outcome.answer.command_id == command.command_id)

    def _await(self, command, offsets, until):
        """The answer; None if there is none until then, or if it says to send the command again."""
        while time.monotonic() < until:
            message = self.consumer.poll(until - time.monotonic())
            if message is None:
                return None
            if message.error() is not None:
                # The client asks for its group even where no group is used.
                group = message.error().code() == KafkaError.GROUP_AUTHORIZATION_FAILED
                if not group and not message.error().retriable():
                    raise KafkaException(message.error())
            elif message.topic() == self._topic("outcomes"):
                outcome = stream_pb2.Outcome.FromString(message.value())
                if self._is_own(command, offsets, outcome):
                    return outcome.answer
            else:
                letter = stream_pb2.DeadLetter.FromString(message.value())
                if letter.offset in offsets:
                    if letter.code == "DEADLINE_EXCEEDED":
                        return None
                    raise NotDecided(letter)
        return None
