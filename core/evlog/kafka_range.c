/* Asking brokers while they come and go: each question is short, and asked again until the
 * deadline, since the one who knows may just have changed. What the connections met meanwhile (a
 * wrong password, a certificate) is told instead of "timed out", for waiting does not mend it. */
#include "core/evlog/kafka_range.h"

#include <limits.h>
#include <unistd.h>

#include "core/base/clock.h"

enum {
    KAFKA_TIMEOUT_MS = 10000,
    KAFKA_ONCE_MS = 2000, /* then it is looked what the connections met */
};

int kafka_range_timeout_ms(const struct evlog_kafka_options *options)
{
    return options->timeout_ms > 0 ? options->timeout_ms : KAFKA_TIMEOUT_MS;
}

struct kafka_range_deadline kafka_range_deadline(const struct evlog_kafka_options *options)
{
    struct clock clock = clock_real();
    int64_t timeout_us = (int64_t)kafka_range_timeout_ms(options) * 1000;
    return (struct kafka_range_deadline){ clock_monotonic_us(&clock) + timeout_us };
}

int kafka_range_left(const struct kafka_range_deadline *deadline)
{
    struct clock clock = clock_real();
    int64_t left_us = deadline->at_us - clock_monotonic_us(&clock);
    assert(left_us / 1000 <= INT_MAX);
    return left_us > 0 ? (int)(left_us / 1000) : 0;
}

bool kafka_range_pause(const struct kafka_range_deadline *deadline)
{
    usleep(20000);
    return kafka_range_left(deadline) > 0;
}

/* How many partitions a topic has, all with a leader. NOT_FOUND: there is no such topic. */
static struct status kafka_range_count_once(rd_kafka_t *client, const char *name, int timeout_ms,
                                            uint32_t *count)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, topic, &metadata, timeout_ms);
    rd_kafka_topic_destroy(topic);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_client_error("ask the brokers for their topics", error);
    }
    struct status st = status_ok();
    const struct rd_kafka_metadata_topic *found = &metadata->topics[0];
    *count = (uint32_t)found->partition_cnt;
    if (metadata->topic_cnt != 1 || found->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        st = status_error(STATUS_NOT_FOUND, "expected a topic '%s', but there is none", name);
    } else if (found->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        st = status_prefix(kafka_client_error("use the topic", found->err), "%s", name);
    }
    for (int i = 0; st.code == STATUS_OK && i < found->partition_cnt; i++) {
        if (found->partitions[i].leader < 0) {
            st = status_error(STATUS_UNAVAILABLE, "expected a leader of each partition of '%s'",
                              name);
        }
    }
    rd_kafka_metadata_destroy(metadata);
    return st;
}

struct status kafka_range_count(rd_kafka_t *client, const char *name,
                                const struct kafka_range_deadline *deadline, uint32_t *count)
{
    struct status st, trouble = status_ok();
    do {
        int left = kafka_range_left(deadline);
        int once = left < KAFKA_ONCE_MS ? left : KAFKA_ONCE_MS;
        st = kafka_range_count_once(client, name, once > 100 ? once : 100, count);
        kafka_client_trouble(client, &trouble);
    } while (st.code == STATUS_UNAVAILABLE && trouble.code != STATUS_UNAUTHENTICATED &&
             kafka_range_pause(deadline));
    bool told = st.code == STATUS_UNAVAILABLE && trouble.code != STATUS_OK;
    return told ? status_prefix(trouble, "cannot ask the brokers") : st;
}

/* Asks the leader of a partition where a point lies: the offset at a time, of which Kafka takes -1
 * for the end and -2 for the beginning. (rd_kafka_query_watermark_offsets would be meant for it,
 * but waits for ever on a leader that is gone.) */
static rd_kafka_resp_err_t kafka_range_offset_once(rd_kafka_t *client, const char *name,
                                                   uint32_t partition, int64_t point,
                                                   int timeout_ms, int64_t *offset)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *asked =
        rd_kafka_topic_partition_list_add(list, name, (int32_t)partition);
    asked->offset = point;
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(client, list, timeout_ms);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        error = asked->err;
    }
    *offset = asked->offset;
    rd_kafka_topic_partition_list_destroy(list);
    return error;
}

static struct status kafka_range_offset(rd_kafka_t *client, const char *name, uint32_t partition,
                                        int64_t point, const struct kafka_range_deadline *deadline,
                                        uint64_t *offset)
{
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
    int64_t found = -1;
    do {
        /* The leader may have moved: ask who it is, then ask it, each for a short time. */
        uint32_t count;
        int left = kafka_range_left(deadline);
        struct status st =
            kafka_range_count_once(client, name, left < 1000 ? left + 1 : 1000, &count);
        if (st.code == STATUS_OK) {
            error = kafka_range_offset_once(client, name, partition, point,
                                            left < 1000 ? left + 1 : 1000, &found);
        }
    } while ((error != RD_KAFKA_RESP_ERR_NO_ERROR || found < 0) && kafka_range_pause(deadline));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR || found < 0) {
        return kafka_client_error("ask the brokers for the range of a partition", error);
    }
    *offset = (uint64_t)found;
    return status_ok();
}

struct status kafka_range(const struct evlog_kafka_options *options, rd_kafka_t *client, int stream,
                          uint32_t partition, uint64_t *begin, uint64_t *end)
{
    char name[KAFKA_TOPIC_SIZE];
    struct kafka_range_deadline deadline = kafka_range_deadline(options);
    kafka_client_topic(options, stream, name);
    TRY(kafka_range_offset(client, name, partition, RD_KAFKA_OFFSET_BEGINNING, &deadline, begin));
    return kafka_range_offset(client, name, partition, RD_KAFKA_OFFSET_END, &deadline, end);
}
