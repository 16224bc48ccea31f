package agency.example;

import agency.v1.CommandOuterClass.Command;
import agency.v1.Query.SubmitResponse;
import agency.v1.Stream.Outcome;
import agency.v1.Stream.DeadLetter;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
        throws NoAnswer, NotDecided, GeneralSecurityException, InterruptedException,
               InvalidProtocolBufferException {
        Instant until = Instant.now().plus(timeout);
        int partition = partitionOf(command.getOrgId(),
            producer.partitionsFor(prefix + ".commands").size());
        var offsets = new HashSet<Long>(); // where its copies lie: an answer is about one of them
        readFromEnd(partition);
        while (Instant.now().isBefore(until)) {
            Instant again = Instant.now().plus(attempt);
            send(command, partition, offsets);
            SubmitResponse answer = await(command, offsets, again.isBefore(until) ? again : until);
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

    private void send(Command command, int partition, Set<Long> offsets)
        throws GeneralSecurityException, InterruptedException {
        var record = Proof.signed(key, identity, clusterId, command, Instant.now(), attempt);
        var sent = producer.send(new ProducerRecord<>(prefix + ".commands", partition,
            command.getOrgId().getBytes(StandardCharsets.UTF_8), record.toByteArray()));
        try {
            offsets.add(sent.get(attempt.toMillis(), TimeUnit.MILLISECONDS).offset());
        } catch (ExecutionException | TimeoutException unknown) {
            // It may lie in the log or not: the next copy is answered in either case.
        }
    }

    /** Others may send commands of the same id, and copies of ours. */
    private boolean isOwn(Command command, Set<Long> offsets, Outcome outcome)
        throws GeneralSecurityException {
        return offsets.contains(outcome.getOffset())
            && outcome.getPrincipal().equals(Proof.fingerprint(Proof.principalOf(identity)))
            && outcome.getOrgId().equals(command.getOrgId())
            && outcome.getAnswer().getCommandId().equals(command.getCommandId());
    }

    /** Null if there is none until then, or if it says to send the command again. */
    private SubmitResponse await(Command command, Set<Long> offsets, Instant until)
        throws NotDecided, GeneralSecurityException, InvalidProtocolBufferException {
        for (Instant now = Instant.now(); now.isBefore(until); now = Instant.now()) {
            for (var record : consumer.poll(Duration.between(now, until))) {
                if (record.topic().endsWith(".outcomes")) {
                    var outcome = Outcome.parseFrom(record.value());
                    if (isOwn(command, offsets, outcome)) {
                        return outcome.getAnswer();
                    }
                } else if (isDead(offsets, record)) {
                    return null;
                }
            }
        }
        return null;
    }

    /** True if it only came too late. */
    private static boolean isDead(Set<Long> offsets, ConsumerRecord<byte[], byte[]> record)
        throws NotDecided, InvalidProtocolBufferException {
        var letter = DeadLetter.parseFrom(record.value());
        if (!offsets.contains(letter.getOffset())) {
            return false;
        }
        if (!letter.getCode().equals("DEADLINE_EXCEEDED")) {
            throw new NotDecided(letter);
        }
        return true;
    }
}
