package agency.example;

import agency.v1.Log.Command;
import agency.v1.Query.SubmitResponse;
import agency.v1.Stream.Outcome;
import agency.v1.Stream.DeadLetter;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Sends commands over Kafka and finds their answers. One object is for one thread. `submit` repeats
 * a command under the same command_id until it is answered: however often it arrives, it is decided
 * once.
 */
final class Client implements AutoCloseable {
    /** Nobody answered in time: the command may still be decided. Submit it again with its id. */
    static final class NoAnswer extends Exception {
        NoAnswer(String commandId) {
            super("no answer to command " + commandId);
        }
    }

    /** The command was not decided and will not be. */
    static final class NotDecided extends Exception {
        final DeadLetter why;

        NotDecided(DeadLetter why) {
            super(why.getCode() + ": " + why.getReason());
            this.why = why;
        }
    }

    private final byte[] clusterId;
    private final PrivateKey key;
    private final String identity;
    private final String prefix;
    private final Duration attempt;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private int reading = -1;

    /**
     * `properties`: at least the brokers; `clusterId`: the bytes that `agencyctl log id` shows;
     * `attempt`: how long to wait before a command is sent again, and its proof counts.
     */
    Client(Properties properties, String prefix, byte[] clusterId, PrivateKey key, String identity,
           Duration attempt) {
        this.clusterId = clusterId;
        this.key = key;
        this.identity = identity;
        this.prefix = prefix;
        this.attempt = attempt;
        var writing = new Properties();
        writing.putAll(properties);
        writing.put("compression.type", "zstd");
        producer = new KafkaProducer<>(writing, new ByteArraySerializer(), new ByteArraySerializer());
        var following = new Properties();
        following.putAll(properties);
        following.put("enable.auto.commit", "false"); // only places that we choose are read
        following.put("fetch.max.wait.ms", "50");
        consumer = new KafkaConsumer<>(following, new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        consumer.close();
    }

    /** The answer to a command that has a command_id. */
    SubmitResponse submit(Command command, Duration timeout)
        throws NoAnswer, NotDecided, GeneralSecurityException, InvalidProtocolBufferException {
        Instant until = Instant.now().plus(timeout);
        int partition = partitionOf(command.getOrgId(),
            producer.partitionsFor(prefix + ".commands").size());
        readFromEnd(partition);
        while (Instant.now().isBefore(until)) {
            send(command, partition);
            Instant again = Instant.now().plus(attempt);
            SubmitResponse answer = await(command, again.isBefore(until) ? again : until);
            if (answer != null) {
                return answer;
            }
        }
        throw new NoAnswer(command.getCommandId());
    }

    /** Kafka's own partitioner of keyed records. */
    static int partitionOf(String orgId, int count) {
        byte[] bytes = orgId.getBytes(StandardCharsets.UTF_8);
        return Utils.toPositive(Utils.murmur2(bytes)) % count;
    }

    /** What is answered from now on; an earlier answer to the same id comes again as a repeat. */
    private void readFromEnd(int partition) {
        if (reading == partition) {
            return;
        }
        var places = List.of(new TopicPartition(prefix + ".outcomes", partition),
            new TopicPartition(prefix + ".dead_letters", partition));
        consumer.assign(places);
        consumer.seekToEnd(places);
        places.forEach(consumer::position); // seeking is lazy: this does it
        reading = partition;
    }

    private void send(Command command, int partition) throws GeneralSecurityException {
        var record = Proof.signed(key, identity, clusterId, command, Instant.now(), attempt);
        producer.send(new ProducerRecord<>(prefix + ".commands", partition,
            command.getOrgId().getBytes(StandardCharsets.UTF_8), record.toByteArray()));
    }

    /** Null if there is none until then, or if it says to send the command again. */
    private SubmitResponse await(Command command, Instant until)
        throws NotDecided, InvalidProtocolBufferException {
        for (Instant now = Instant.now(); now.isBefore(until); now = Instant.now()) {
            for (var record : consumer.poll(Duration.between(now, until))) {
                if (record.topic().endsWith(".outcomes")) {
                    var outcome = Outcome.parseFrom(record.value());
                    if (outcome.getOrgId().equals(command.getOrgId())
                        && outcome.getAnswer().getCommandId().equals(command.getCommandId())) {
                        return outcome.getAnswer();
                    }
                } else if (isDead(command, record)) {
                    return null;
                }
            }
        }
        return null;
    }

    /** True if it only came too late. */
    private static boolean isDead(Command command, ConsumerRecord<byte[], byte[]> record)
        throws NotDecided, InvalidProtocolBufferException {
        var letter = DeadLetter.parseFrom(record.value());
        if (!letter.getOrgId().equals(command.getOrgId())
            || !letter.getCommandId().equals(command.getCommandId())) {
            return false;
        }
        if (!letter.getCode().equals("DEADLINE_EXCEEDED")) {
            throw new NotDecided(letter);
        }
        return true;
    }
}
