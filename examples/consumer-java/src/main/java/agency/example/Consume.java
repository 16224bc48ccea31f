package agency.example;

import agency.v1.Stream.EntityEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Follows the events of AgencyGrid into SQLite: a table for each kind of entity, as it is now.
 *
 * <p>Start it again, or kill it: it goes on where its database is.
 */
public final class Consume implements AutoCloseable {
    private static final int BATCH = 500; // events of one transaction, at most

    private final Tables tables;
    private final Map<Integer, Tables.Position> positions;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> places = new ArrayList<>();
    private Map<TopicPartition, Long> ends = Map.of();
    private long taken;
    private long dropped;

    private Consume(Options options) throws Exception {
        tables = new Tables(options.database);
        positions = tables.positions();
        consumer = new KafkaConsumer<>(options.properties());
        String topic = options.prefix + ".events";
        consumer.partitionsFor(topic)
                .forEach(info -> places.add(new TopicPartition(topic, info.partition())));
        consumer.assign(places);
        consumer.seekToBeginning(places);
        for (TopicPartition place : places) {
            if (positions.containsKey(place.partition())) {
                consumer.seek(place, positions.get(place.partition()).offset());
            }
        }
        if (options.toEnd) {
            ends = consumer.endOffsets(places);
        }
    }

    /** --to-end: everything that was there at the start is taken. */
    private boolean atEnd() {
        return !ends.isEmpty() && ends.entrySet().stream().allMatch(end -> {
            Tables.Position position = positions.get(end.getKey().partition());
            return end.getValue() <= (position == null ? 0 : position.offset());
        });
    }

    private void step() throws Exception {
        List<EntityEvent> events = new ArrayList<>();
        Map<Integer, Tables.Position> moved = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
            take(record, events, moved);
        }
        if (!moved.isEmpty()) {
            tables.apply(events, moved);
        }
    }

    /**
     * A record that does not rise was taken before: the publisher publishes at least once. What is
     * told of access is passed over.
     */
    private void take(ConsumerRecord<byte[], byte[]> record, List<EntityEvent> events,
            Map<Integer, Tables.Position> moved) throws Exception {
        String source = header(record, "ce_source");
        var last = positions.getOrDefault(record.partition(),
                new Tables.Position(0, 0, -1, source));
        if (!last.source().equals(source)) {
            throw new IllegalStateException("the database follows '" + last.source()
                    + "', but the topic is of '" + source + "'");
        }
        long sequence = last.sequence();
        long index = last.index();
        if (!header(record, "ce_type").equals("agency.v1.AccessEvent")) {
            EntityEvent event = EntityEvent.parseFrom(record.value());
            sequence = event.getSequence();
            index = Integer.toUnsignedLong(event.getIndex());
            take(event, last, events);
        }
        if (sequence < last.sequence() || (sequence == last.sequence() && index < last.index())) {
            sequence = last.sequence();
            index = last.index();
        }
        var position = new Tables.Position(record.offset() + 1, sequence, index, source);
        positions.put(record.partition(), position);
        moved.put(record.partition(), position);
    }

    private void take(EntityEvent event, Tables.Position last, List<EntityEvent> events) {
        long sequence = event.getSequence();
        long index = Integer.toUnsignedLong(event.getIndex());
        if (sequence > last.sequence() || (sequence == last.sequence() && index > last.index())) {
            events.add(event);
            taken++;
        } else {
            dropped++;
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        consumer.close();
        tables.close();
        System.out.println(taken + " events taken, " + dropped + " dropped as known");
    }

    private static final class Options {
        String brokers = "127.0.0.1:19092";
        String prefix = "agency";
        String database;
        boolean toEnd;
        final Map<String, String> given = new HashMap<>();

        Options(String[] words) {
            for (int i = 0; i < words.length; i++) {
                switch (words[i]) {
                    case "--brokers" -> brokers = words[++i];
                    case "--prefix" -> prefix = words[++i];
                    case "--database" -> database = words[++i];
                    case "--to-end" -> toEnd = true;
                    case "--property" -> {
                        String[] pair = words[++i].split("=", 2);
                        given.put(pair[0], pair[1]);
                    }
                    default -> throw new IllegalArgumentException("expected an option, but it is '"
                            + words[i] + "'");
                }
            }
            if (database == null) {
                throw new IllegalArgumentException("expected --database FILE");
            }
        }

        Properties properties() {
            Properties all = new Properties();
            all.put("bootstrap.servers", brokers);
            all.put("enable.auto.commit", "false"); // positions lie in the database
            all.put("auto.offset.reset", "none");
            all.put("max.poll.records", String.valueOf(BATCH));
            all.put("key.deserializer", ByteArrayDeserializer.class.getName());
            all.put("value.deserializer", ByteArrayDeserializer.class.getName());
            all.putAll(given);
            return all;
        }
    }

    public static void main(String[] words) throws Exception {
        Options options;
        try {
            options = new Options(words);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException wrong) {
            System.err.println("usage: Consume --database FILE [--brokers HOST:PORT]"
                    + " [--prefix agency] [--to-end] [--property NAME=VALUE]...: "
                    + wrong.getMessage());
            System.exit(2);
            return;
        }
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            try {
                stopped.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }));
        try (Consume consume = new Consume(options)) {
            while (stop.getCount() > 0 && !consume.atEnd()) {
                consume.step();
            }
        } catch (OffsetOutOfRangeException gone) {
            System.err.println("the topic no longer has what comes next: remove the database and"
                    + " start anew");
            Runtime.getRuntime().halt(1);
        } finally {
            stopped.countDown();
        }
    }
}
