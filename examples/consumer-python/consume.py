#!/usr/bin/env python3
"""Follows the events of AgencyGrid into SQLite: a table for each kind of entity, as it is now.

    consume.py --brokers HOST:PORT --database FILE [--prefix agency] [--to-end]

Start it again, or kill it: it goes on where its database is. Exit code 0: --to-end was reached, or
it was told to stop; 1: it cannot go on.
"""

import argparse
import signal
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

from agency.v1 import stream_pb2
from tables import Tables

BATCH = 500  # events of one transaction, at most
WAIT_S = 10


def connect(options):
    # Positions lie in the database: the group is a name that Kafka wants, and never used.
    consumer = Consumer({"bootstrap.servers": options.brokers, "group.id": "agency-consumer",
                         "enable.auto.commit": False, "enable.partition.eof": False,
                         "auto.offset.reset": "error",
                         **dict(item.split("=", 1) for item in options.property)})
    topic = f"{options.prefix}.events"
    found = consumer.list_topics(topic, WAIT_S).topics[topic]
    if found.error is not None:
        raise KafkaException(found.error)
    return consumer, [TopicPartition(topic, partition) for partition in sorted(found.partitions)]


class Follower:
    def __init__(self, options):
        self.tables = Tables(options.database)
        self.positions = self.tables.positions()
        self.consumer, self.places = connect(options)
        self.ends = {}
        if options.to_end:
            self.ends = {place.partition: self.consumer.get_watermark_offsets(place, WAIT_S)[1]
                         for place in self.places}
        for place in self.places:
            place.offset = self.positions.get(place.partition, [OFFSET_BEGINNING])[0]
        self.consumer.assign(self.places)
        self.taken = self.dropped = 0

    def at_end(self):
        """--to-end: everything that was there at the start is taken."""
        return bool(self.ends) and all(self.positions.get(partition, [0])[0] >= end
                                       for partition, end in self.ends.items())

    def step(self):
        events, moved = [], {}
        for message in self.consumer.consume(BATCH, 0.2):
            if message.error() is not None:
                self._judge(message.error())
            else:
                self._take(message, events, moved)
        if moved:
            self.tables.apply(events, moved)

    @staticmethod
    def _judge(error):
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            sys.exit("the topic no longer has what comes next: remove the database and start anew")
        if error.fatal():  # others pass: librdkafka goes on by itself
            raise KafkaException(error)

    def _take(self, message, events, moved):
        """A record that does not rise was taken before: the publisher publishes at least once. What
        is told of access is passed over."""
        headers = dict(message.headers() or [])
        source = headers["ce_source"].decode()
        partition = message.partition()
        _, *last, known = self.positions.get(partition, (0, 0, -1, source))
        if known != source:
            sys.exit(f"the database follows '{known}', but the topic is of '{source}'")
        if headers["ce_type"] != b"agency.v1.AccessEvent":
            event = stream_pb2.EntityEvent.FromString(message.value())
            last = self._take_event(event, last, events)
        moved[partition] = self.positions[partition] = [message.offset() + 1, *last, source]

    def _take_event(self, event, last, events):
        place = [event.sequence, event.index]
        if place <= last:
            self.dropped += 1
            return last
        events.append(event)
        self.taken += 1
        return place


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brokers", default="127.0.0.1:19092")
    parser.add_argument("--prefix", default="agency", help="what the topics' names begin with")
    parser.add_argument("--database", required=True)
    parser.add_argument("--to-end", action="store_true", help="stop when all is taken")
    parser.add_argument("--property", action="append", default=[], metavar="NAME=VALUE",
                        help="for librdkafka, such as security.protocol=SSL")
    follower = Follower(parser.parse_args())
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    signal.signal(signal.SIGINT, lambda *_: stopped.append(True))
    while not stopped and not follower.at_end():
        follower.step()
    follower.consumer.close()
    print(f"{follower.taken} events taken, {follower.dropped} dropped as known")


if __name__ == "__main__":
    try:
        main()
    except KafkaException as error:
        sys.exit(f"kafka: {error}")
