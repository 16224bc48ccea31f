/* The log on Kafka.
 *
 * Any number of processes may hold a handle that writes; what counts is decided by readers
 * (chain.h), so nothing here fences anybody. A record is produced to the partition that the caller
 * names, and stays under way until its delivery report: with an offset it is durable there; any
 * error, and an acknowledgement without an offset, means "unknown" and breaks the handle. Then all
 * else under way is given back as unknown, too, and the producer is dropped: nothing is ever
 * produced again without having been read first. */
#include "core/evlog/evlog_kafka.h"

#include <unistd.h>

#include "core/base/memory.h"
#include "core/evlog/kafka_identity.h"
#include "core/evlog/kafka_range.h"
#include "core/evlog/kafka_reader.h"
#include "core/evlog/kafka_topics.h"

enum { KAFKA_UNDER_WAY_SIZE_MAX = 256 << 20 }; /* bytes; bounds the producer's memory */

struct evlog_kafka {
    struct evlog log; /* first: a handle is its log */
    struct evlog_kafka_options options;
    rd_kafka_t *client;                      /* asks for ranges */
    rd_kafka_t *producer;                    /* NULL when reading only */
    rd_kafka_topic_t *topics[EVLOG_STREAMS]; /* NULL until something is appended to it */
    rd_kafka_queue_t *reports;
    int bell;
    size_t under_way_count; /* produced, report not yet taken */
    size_t under_way_size;
    struct status failure; /* OK until broken */
    struct evlog_completion *done;
    size_t done_count;
    size_t done_given;
};

static const struct evlog_ops evlog_kafka_ops;

static void evlog_kafka_break(struct evlog_kafka *kafka, struct status why)
{
    assert(kafka->producer != NULL);
    assert(why.code != STATUS_OK);
    if (kafka->failure.code == STATUS_OK) {
        kafka->failure = status_prefix(why, "the log is broken until it is opened again");
        kafka->failure.code = STATUS_UNAVAILABLE;
        /* What is under way comes back at once, as unknown: see rd_kafka_purge. */
        rd_kafka_purge(kafka->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                            RD_KAFKA_PURGE_F_NON_BLOCKING);
        kafka_client_ring(kafka->bell);
    }
}

static struct status evlog_kafka_may_append(const struct evlog_kafka *kafka,
                                            const struct evlog_item *items, size_t items_count)
{
    if (kafka->producer == NULL) {
        return status_error(STATUS_UNAVAILABLE, "expected a handle that may write, but this one "
                                                "was opened for reading only");
    }
    TRY(kafka->failure);
    size_t size = 0;
    for (size_t i = 0; i < items_count; i++) {
        size += items[i].key.size + items[i].value.size;
    }
    assert(kafka->done_given <= kafka->done_count);
    size_t waiting = kafka->under_way_count + kafka->done_count - kafka->done_given;
    assert(waiting <= EVLOG_PENDING_MAX && kafka->under_way_size <= KAFKA_UNDER_WAY_SIZE_MAX);
    if (items_count > EVLOG_PENDING_MAX - waiting ||
        size > KAFKA_UNDER_WAY_SIZE_MAX - kafka->under_way_size) {
        return status_error(STATUS_RESOURCE_EXHAUSTED,
                            "expected at most %d records and %d bytes under way", EVLOG_PENDING_MAX,
                            KAFKA_UNDER_WAY_SIZE_MAX);
    }
    return status_ok();
}

static void evlog_kafka_complete(struct evlog_kafka *kafka, uint64_t token, uint64_t offset)
{
    assert(kafka->done_count < EVLOG_PENDING_MAX);
    kafka->done[kafka->done_count++] = (struct evlog_completion){ token, offset };
}

/* Makes room at the end of the completions. */
static void evlog_kafka_shift(struct evlog_kafka *kafka)
{
    assert(kafka->done_given <= kafka->done_count);
    kafka->done_count -= kafka->done_given;
    memmove(kafka->done, kafka->done + kafka->done_given, kafka->done_count * sizeof *kafka->done);
    kafka->done_given = 0;
}

static bool evlog_kafka_compression_is_chosen(const struct evlog_kafka_options *options)
{
    for (size_t i = 0; i < options->properties_count; i++) {
        if (str_starts(str_z(options->properties[i].name), STR("compression."))) {
            return true;
        }
    }
    return false;
}

/* What is kept for ever is small (zstd), the rest cheap: LZ4 takes half the CPU of all who write
 * and read it, and a half to three quarters more bytes. */
static rd_kafka_topic_conf_t *evlog_kafka_topic_conf(const struct evlog_kafka *kafka,
                                                     enum evlog_stream stream)
{
    if (stream == EVLOG_DECISIONS || evlog_kafka_compression_is_chosen(&kafka->options)) {
        return NULL;
    }
    rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(kafka->producer);
    rd_kafka_conf_res_t set = rd_kafka_topic_conf_set(conf, "compression.codec", "lz4", NULL, 0);
    assert(set == RD_KAFKA_CONF_OK);
    return conf;
}

/* Each time that a producer's thread wakes up it looks at all partitions of all its topics: it has
 * only those that it needs. */
static rd_kafka_topic_t *evlog_kafka_topic(struct evlog_kafka *kafka, enum evlog_stream stream)
{
    assert(stream <= EVLOG_STATUS);
    if (kafka->topics[stream] == NULL) {
        char name[KAFKA_TOPIC_SIZE];
        kafka_client_topic(&kafka->options, (int)stream, name);
        rd_kafka_topic_conf_t *conf = evlog_kafka_topic_conf(kafka, stream);
        kafka->topics[stream] = rd_kafka_topic_new(kafka->producer, name, conf);
    }
    return kafka->topics[stream];
}

static rd_kafka_headers_t *evlog_kafka_headers(const struct evlog_item *item)
{
    assert(item->headers_count <= EVLOG_HEADERS_MAX);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(item->headers_count);
    for (size_t i = 0; i < item->headers_count; i++) {
        const struct evlog_header *header = &item->headers[i];
        rd_kafka_resp_err_t error =
            rd_kafka_header_add(headers, header->name.data, (ssize_t)header->name.size,
                                header->value.data, (ssize_t)header->value.size);
        assert(error == RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    return headers;
}

/* Our librdkafka frees the headers twice when it refuses an unknown partition, so the partition has
 * been checked before; it takes them on success only. */
static rd_kafka_resp_err_t evlog_kafka_produce_headers(struct evlog_kafka *kafka,
                                                       const struct evlog_item *item)
{
    rd_kafka_headers_t *headers = evlog_kafka_headers(item);
    const rd_kafka_vu_t parts[] = {
        { .vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = evlog_kafka_topic(kafka, item->stream) },
        { .vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = (int32_t)item->partition },
        { .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY },
        { .vtype = RD_KAFKA_VTYPE_KEY,
          .u.mem = { (void *)(uintptr_t)item->key.data, item->key.size } },
        { .vtype = RD_KAFKA_VTYPE_VALUE,
          .u.mem = { (void *)(uintptr_t)item->value.data, item->value.size } },
        { .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers },
        { .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = (void *)(uintptr_t)item->token },
    };
    rd_kafka_error_t *failed =
        rd_kafka_produceva(kafka->producer, parts, sizeof parts / sizeof parts[0]);
    if (failed == NULL) {
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    rd_kafka_resp_err_t error = rd_kafka_error_code(failed);
    rd_kafka_error_destroy(failed);
    rd_kafka_headers_destroy(headers);
    return error;
}

static rd_kafka_resp_err_t evlog_kafka_produce(struct evlog_kafka *kafka,
                                               const struct evlog_item *item)
{
    if (item->headers_count > 0) {
        return evlog_kafka_produce_headers(kafka, item);
    }
    /* librdkafka copies the payload, whatever its const-less prototype says. */
    int failed =
        rd_kafka_produce(evlog_kafka_topic(kafka, item->stream), (int32_t)item->partition,
                         RD_KAFKA_MSG_F_COPY, (void *)(uintptr_t)item->value.data, item->value.size,
                         item->key.data, item->key.size, (void *)(uintptr_t)item->token);
    return failed ? rd_kafka_last_error() : RD_KAFKA_RESP_ERR_NO_ERROR;
}

static struct status evlog_kafka_append(struct evlog *log, const struct evlog_item *items,
                                        size_t items_count)
{
    struct evlog_kafka *kafka = (struct evlog_kafka *)log;
    TRY(evlog_kafka_may_append(kafka, items, items_count));
    evlog_kafka_shift(kafka);
    for (size_t i = 0; i < items_count; i++) {
        const struct evlog_item *item = &items[i];
        rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__PURGE_QUEUE;
        if (kafka->failure.code == STATUS_OK) {
            error = evlog_kafka_produce(kafka, item);
        }
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            evlog_kafka_break(kafka, kafka_client_error("append", error));
            evlog_kafka_complete(kafka, item->token, EVLOG_OFFSET_UNKNOWN);
        } else {
            kafka->under_way_count++;
            kafka->under_way_size += item->key.size + item->value.size;
        }
    }
    return status_ok();
}

static void evlog_kafka_report(struct evlog_kafka *kafka, const rd_kafka_message_t *message)
{
    uint64_t token = (uint64_t)(uintptr_t)message->_private;
    bool known = message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset >= 0;
    assert(kafka->under_way_count > 0);
    assert(kafka->under_way_size >= message->key_len + message->len);
    kafka->under_way_count--;
    kafka->under_way_size -= message->key_len + message->len;
    evlog_kafka_complete(kafka, token, known ? (uint64_t)message->offset : EVLOG_OFFSET_UNKNOWN);
    if (!known) {
        evlog_kafka_break(kafka, kafka_client_error("append", message->err));
    }
}

static void evlog_kafka_event(struct evlog_kafka *kafka, rd_kafka_event_t *event)
{
    char reason[160];
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR) {
        const rd_kafka_message_t *message = rd_kafka_event_message_next(event);
        for (; message != NULL; message = rd_kafka_event_message_next(event)) {
            evlog_kafka_report(kafka, message);
        }
    } else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR &&
               rd_kafka_event_error_is_fatal(event)) {
        rd_kafka_resp_err_t error = rd_kafka_fatal_error(kafka->producer, reason, sizeof reason);
        evlog_kafka_break(kafka, kafka_client_error("append", error));
    }
}

/* Takes all reports that have come. */
static void evlog_kafka_collect(struct evlog_kafka *kafka)
{
    evlog_kafka_shift(kafka);
    kafka_client_silence(kafka->bell);
    rd_kafka_event_t *event = rd_kafka_queue_poll(kafka->reports, 0);
    for (; event != NULL; event = rd_kafka_queue_poll(kafka->reports, 0)) {
        evlog_kafka_event(kafka, event);
        rd_kafka_event_destroy(event);
    }
}

static struct status evlog_kafka_poll(struct evlog *log, struct evlog_completion *out,
                                      size_t out_max, size_t *out_count)
{
    struct evlog_kafka *kafka = (struct evlog_kafka *)log;
    if (kafka->producer != NULL && kafka->done_given == kafka->done_count) {
        evlog_kafka_collect(kafka);
    }
    size_t left = kafka->done_count - kafka->done_given;
    *out_count = left < out_max ? left : out_max;
    memcpy(out, kafka->done + kafka->done_given, *out_count * sizeof *out);
    kafka->done_given += *out_count;
    assert(kafka->done_given <= kafka->done_count);
    if (*out_count < left || (kafka->producer != NULL && kafka->failure.code != STATUS_OK)) {
        kafka_client_ring(kafka->bell);
    }
    return left == 0 && kafka->under_way_count == 0 ? kafka->failure : status_ok();
}

static struct status evlog_kafka_range(struct evlog *log, enum evlog_stream stream,
                                       uint32_t partition, uint64_t *begin, uint64_t *end)
{
    struct evlog_kafka *kafka = (struct evlog_kafka *)log;
    return kafka_range(&kafka->options, kafka->client, (int)stream, partition, begin, end);
}

static struct status evlog_kafka_reader_open(struct evlog *log, enum evlog_stream stream,
                                             struct evlog_reader **reader)
{
    struct evlog_kafka *kafka = (struct evlog_kafka *)log;
    return kafka_reader_new(&kafka->options, evlog_partitions_count(log, stream), stream, reader);
}

static struct status evlog_kafka_finish(struct evlog *log)
{
    struct evlog_kafka *kafka = (struct evlog_kafka *)log;
    return log->draft ? kafka_identity_write(&kafka->options, &log->identity, false) : status_ok();
}

static int evlog_kafka_descriptor(const struct evlog *log)
{
    return ((const struct evlog_kafka *)log)->bell;
}

static void evlog_kafka_drop_producer(struct evlog_kafka *kafka)
{
    if (kafka->producer == NULL) {
        return;
    }
    rd_kafka_purge(kafka->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    evlog_kafka_collect(kafka);
    for (int i = 0; i < EVLOG_STREAMS; i++) {
        if (kafka->topics[i] != NULL) {
            rd_kafka_topic_destroy(kafka->topics[i]);
        }
    }
    rd_kafka_queue_destroy(kafka->reports);
    rd_kafka_destroy(kafka->producer);
    close(kafka->bell);
}

static void evlog_kafka_close(struct evlog *log)
{
    struct evlog_kafka *kafka = (struct evlog_kafka *)log;
    evlog_kafka_drop_producer(kafka);
    if (kafka->client != NULL) {
        rd_kafka_destroy(kafka->client);
    }
    mem_free(kafka->done);
    mem_free(kafka);
}

static struct status evlog_kafka_start(struct evlog_kafka *kafka)
{
    assert(kafka->producer == NULL);
    TRY(kafka_client_new(&kafka->options, KAFKA_PRODUCER, &kafka->producer));
    kafka->reports = rd_kafka_queue_get_main(kafka->producer);
    kafka->bell = kafka_client_bell(kafka->reports);
    return status_ok();
}

struct status evlog_kafka_open(const struct evlog_kafka_options *options, struct evlog **log)
{
    struct evlog_kafka *kafka = mem_zalloc(1, sizeof *kafka);
    kafka->log = (struct evlog){ .ops = &evlog_kafka_ops, .has_clock = true, .all_streams = true };
    kafka->options = *options;
    kafka->bell = -1;
    kafka->done = mem_zalloc(EVLOG_PENDING_MAX, sizeof *kafka->done);
    struct status st = kafka_client_new(options, KAFKA_ASKER, &kafka->client);
    if (st.code == STATUS_OK) {
        st = kafka_topics_check(options, kafka->client, &kafka->log.identity, &kafka->log.draft);
    }
    if (st.code == STATUS_OK && !options->read_only) {
        st = evlog_kafka_start(kafka);
    }
    if (st.code != STATUS_OK) {
        evlog_kafka_close(&kafka->log);
        return st;
    }
    *log = &kafka->log;
    return st;
}

struct status evlog_kafka_create(const struct evlog_kafka_options *options,
                                 const struct evlog_identity *identity)
{
    rd_kafka_t *client;
    TRY(kafka_client_new(options, KAFKA_ASKER, &client));
    struct status st = kafka_topics_create(options, client, identity);
    rd_kafka_destroy(client);
    return st;
}

static const struct evlog_ops evlog_kafka_ops = {
    .append = evlog_kafka_append,
    .poll = evlog_kafka_poll,
    .range = evlog_kafka_range,
    .reader_open = evlog_kafka_reader_open,
    .finish = evlog_kafka_finish,
    .descriptor = evlog_kafka_descriptor,
    .close = evlog_kafka_close,
};
