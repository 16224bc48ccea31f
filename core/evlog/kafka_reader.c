/* A reader of a log on Kafka.
 *
 * Partitions are assigned by hand, and all are forwarded to one queue. Moving in a partition stops
 * and starts it: librdkafka then drops what it had fetched before. Records are lent out as they lie
 * in its messages, which are kept until the next call. Offsets of a partition can have gaps
 * (foreign transactions leave markers): the position passes over them. The headers of a record are
 * looked at only in streams that have them: it costs a parse and a list each. */
#include "core/evlog/kafka_reader.h"

#include <inttypes.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/base/memory.h"
#include "core/evlog/kafka_client.h"

enum { KAFKA_READER_BATCH = 512 };

struct kafka_follow {
    bool followed;
    uint64_t position;
};

struct kafka_reader {
    struct evlog_reader reader; /* first: a reader is its port */
    rd_kafka_t *client;
    rd_kafka_topic_t *topic;
    rd_kafka_queue_t *queue;
    int bell;
    uint32_t partitions_count;
    struct kafka_follow *follows;
    rd_kafka_message_t *messages[KAFKA_READER_BATCH];
    size_t messages_count; /* lent out or still to give; the caller may want fewer than came */
    size_t messages_given;
    struct evlog_header (*headers)[EVLOG_HEADERS_MAX]; /* by message; NULL in a stream without */
};

static const struct evlog_reader_ops kafka_reader_ops;

/* Ends the loan of what was given. */
static void kafka_reader_return(struct kafka_reader *reader)
{
    assert(reader->messages_given <= reader->messages_count);
    for (size_t i = 0; i < reader->messages_given; i++) {
        rd_kafka_message_destroy(reader->messages[i]);
    }
    reader->messages_count -= reader->messages_given;
    memmove(reader->messages, reader->messages + reader->messages_given,
            reader->messages_count * sizeof *reader->messages);
    reader->messages_given = 0;
}

/* Drops what came but was not given of a partition that moves; what is lent stays lent. */
static void kafka_reader_forget(struct kafka_reader *reader, uint32_t partition)
{
    size_t kept = reader->messages_given;
    for (size_t i = reader->messages_given; i < reader->messages_count; i++) {
        if (reader->messages[i]->partition == (int32_t)partition) {
            rd_kafka_message_destroy(reader->messages[i]);
        } else {
            reader->messages[kept++] = reader->messages[i];
        }
    }
    assert(kept <= reader->messages_count);
    reader->messages_count = kept;
}

static void kafka_reader_leave(struct evlog_reader *port, uint32_t partition)
{
    struct kafka_reader *reader = (struct kafka_reader *)port;
    assert(partition < reader->partitions_count);
    if (reader->follows[partition].followed) {
        rd_kafka_consume_stop(reader->topic, (int32_t)partition);
        kafka_reader_forget(reader, partition);
    }
    reader->follows[partition].followed = false;
}

static struct status kafka_reader_seek(struct evlog_reader *port, uint32_t partition,
                                       uint64_t offset)
{
    struct kafka_reader *reader = (struct kafka_reader *)port;
    assert(partition < reader->partitions_count);
    kafka_reader_leave(port, partition);
    if (offset > INT64_MAX || rd_kafka_consume_start_queue(reader->topic, (int32_t)partition,
                                                           (int64_t)offset, reader->queue) != 0) {
        return kafka_client_error("follow a partition", rd_kafka_last_error());
    }
    reader->follows[partition] = (struct kafka_follow){ true, offset };
    return status_ok();
}

static void kafka_reader_fetch(struct kafka_reader *reader)
{
    assert(reader->messages_count == 0 && reader->messages_given == 0);
    rd_kafka_poll(reader->client, 0);
    ssize_t count =
        rd_kafka_consume_batch_queue(reader->queue, 0, reader->messages, KAFKA_READER_BATCH);
    if (count <= 0) {
        kafka_client_silence(reader->bell);
        count =
            rd_kafka_consume_batch_queue(reader->queue, 0, reader->messages, KAFKA_READER_BATCH);
    }
    reader->messages_count = count > 0 ? (size_t)count : 0;
}

/* What a message that is no record says. */
static struct status kafka_reader_judge(struct kafka_reader *reader,
                                        const rd_kafka_message_t *message)
{
    struct kafka_follow *follow = &reader->follows[message->partition];
    switch ((int)message->err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        if (message->offset > (int64_t)follow->position) {
            follow->position = (uint64_t)message->offset;
        }
        return status_ok();
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return status_error(STATUS_OUT_OF_RANGE,
                            "expected an offset that partition %d has, but it is %" PRIu64
                            ": the log lost its end, or dropped its beginning",
                            message->partition, follow->position);
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
        return status_error(STATUS_DATA_LOSS,
                            "expected a whole record at offset %" PRIu64 " of partition %d",
                            follow->position, message->partition);
    default:
        return kafka_client_error("read a partition", message->err);
    }
}

static int64_t kafka_reader_time_us(const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    int64_t time_ms = rd_kafka_message_timestamp(message, &type);
    return type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? time_ms * 1000 : 0;
}

/* Lends the headers of the message that is given next. */
static void kafka_reader_headers(struct kafka_reader *reader, const rd_kafka_message_t *message,
                                 struct evlog_record *out)
{
    assert(reader->messages_given < KAFKA_READER_BATCH);
    rd_kafka_headers_t *found;
    if (reader->headers == NULL ||
        rd_kafka_message_headers(message, &found) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return;
    }
    struct evlog_header *headers = reader->headers[reader->messages_given];
    size_t count = 0;
    const char *name;
    const void *value;
    size_t size;
    while (count < EVLOG_HEADERS_MAX &&
           rd_kafka_header_get_all(found, count, &name, &value, &size) ==
               RD_KAFKA_RESP_ERR_NO_ERROR) {
        headers[count++] = (struct evlog_header){ str_z(name), str_make(value, size) };
    }
    out->headers = headers;
    out->headers_count = count;
}

/* Gives one message, if it is a record that is due. */
static bool kafka_reader_give(struct kafka_reader *reader, const rd_kafka_message_t *message,
                              struct evlog_record *out)
{
    struct kafka_follow *follow = &reader->follows[message->partition];
    if (!follow->followed || message->offset < (int64_t)follow->position) {
        return false;
    }
    follow->position = (uint64_t)message->offset + 1;
    *out = (struct evlog_record){
        .partition = (uint32_t)message->partition,
        .offset = (uint64_t)message->offset,
        .time_us = kafka_reader_time_us(message),
        .key = str_make(message->key, message->key_len),
        .value = str_make(message->payload, message->len),
    };
    kafka_reader_headers(reader, message, out);
    return true;
}

static struct status kafka_reader_read(struct evlog_reader *port, struct evlog_record *out,
                                       size_t out_max, size_t *out_count)
{
    struct kafka_reader *reader = (struct kafka_reader *)port;
    kafka_reader_return(reader);
    if (reader->messages_count == 0) {
        kafka_reader_fetch(reader);
    }
    while (*out_count < out_max && reader->messages_given < reader->messages_count) {
        const rd_kafka_message_t *message = reader->messages[reader->messages_given];
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            *out_count += kafka_reader_give(reader, message, &out[*out_count]);
            reader->messages_given++;
            continue;
        }
        struct status st = kafka_reader_judge(reader, message);
        if (st.code != STATUS_OK && *out_count > 0) {
            return status_ok(); /* it comes again, alone */
        }
        reader->messages_given++;
        if (st.code != STATUS_OK) {
            out[0] = (struct evlog_record){
                .partition = (uint32_t)message->partition,
                .offset = reader->follows[message->partition].position,
            };
            return st;
        }
    }
    return status_ok();
}

static uint64_t kafka_reader_position(const struct evlog_reader *port, uint32_t partition)
{
    const struct kafka_reader *reader = (const struct kafka_reader *)port;
    assert(partition < reader->partitions_count);
    return reader->follows[partition].position;
}

/* What the brokers said with the last records that came. */
static uint64_t kafka_reader_end(const struct evlog_reader *port, uint32_t partition)
{
    const struct kafka_reader *reader = (const struct kafka_reader *)port;
    int64_t begin, end = 0;
    rd_kafka_resp_err_t error = rd_kafka_get_watermark_offsets(
        reader->client, rd_kafka_topic_name(reader->topic), (int32_t)partition, &begin, &end);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR && end > 0 ? (uint64_t)end : 0;
}

static int kafka_reader_descriptor(struct evlog_reader *port)
{
    return ((struct kafka_reader *)port)->bell;
}

static void kafka_reader_close(struct evlog_reader *port)
{
    struct kafka_reader *reader = (struct kafka_reader *)port;
    for (uint32_t p = 0; p < reader->partitions_count; p++) {
        kafka_reader_leave(port, p);
    }
    reader->messages_given = reader->messages_count;
    kafka_reader_return(reader);
    rd_kafka_queue_destroy(reader->queue);
    rd_kafka_topic_destroy(reader->topic);
    rd_kafka_destroy(reader->client);
    close(reader->bell);
    mem_free(reader->headers);
    mem_free(reader->follows);
    mem_free(reader);
}

struct status kafka_reader_new(const struct evlog_kafka_options *options, uint32_t partitions_count,
                               enum evlog_stream stream, struct evlog_reader **out)
{
    assert(partitions_count > 0 && partitions_count <= PARTITIONS_MAX);
    char name[KAFKA_TOPIC_SIZE];
    rd_kafka_t *client;
    TRY(kafka_client_new(options, KAFKA_CONSUMER, &client));
    kafka_client_topic(options, (int)stream, name);
    struct kafka_reader *reader = mem_zalloc(1, sizeof *reader);
    reader->reader.ops = &kafka_reader_ops;
    reader->client = client;
    reader->topic = rd_kafka_topic_new(client, name, NULL);
    reader->queue = rd_kafka_queue_new(client);
    reader->bell = kafka_client_bell(reader->queue);
    reader->partitions_count = partitions_count;
    reader->follows = mem_zalloc(partitions_count, sizeof *reader->follows);
    if (!evlog_stream_is_kept(stream)) {
        reader->headers = mem_zalloc(KAFKA_READER_BATCH, sizeof *reader->headers);
    }
    *out = &reader->reader;
    return status_ok();
}

static const struct evlog_reader_ops kafka_reader_ops = {
    .seek = kafka_reader_seek,
    .leave = kafka_reader_leave,
    .read = kafka_reader_read,
    .position = kafka_reader_position,
    .end = kafka_reader_end,
    .descriptor = kafka_reader_descriptor,
    .close = kafka_reader_close,
};
