/* The settings of our clients, and why.
 *
 * Rules of the log that depend on them: records of one producer enter a partition in order and once
 * (idempotence, all acknowledgements); an error means "unknown", and never that a record that was
 * given up is still retried behind our back: with a message time-out, librdkafka was seen to report
 * records as failed that were in the log, some of them twice and out of order. So there is none: a
 * record stays under way until the brokers answer or the producer is dropped. */
#include "core/evlog/kafka_client.h"

#include <stdio.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Set for both kinds unless the caller says otherwise. */
static const struct evlog_kafka_property kafka_common[] = {
    { "client.id", "agencygrid" },
    { "socket.nagle.disable", "true" },
    { "request.timeout.ms", "5000" },
    { "reconnect.backoff.ms", "20" },
    { "reconnect.backoff.max.ms", "500" },
    { "retry.backoff.ms", "20" },
    { "topic.metadata.refresh.interval.ms", "10000" },
    { "topic.metadata.refresh.fast.interval.ms", "50" },
    /* Else a client has a connection to one broker, and when that hangs nobody else to ask. */
    { "enable.sparse.connections", "false" },
    /* librdkafka asks the broker that it used last for topics and for a producer's number, again
     * and again: one that hangs must lose its connection. Longer than a broker waits for replicas
     * (request.timeout.ms), long enough for the answer to any one request. */
    { "socket.timeout.ms", "6000" },
};

static const struct evlog_kafka_property kafka_producer[] = {
    { "compression.codec", "zstd" },
    { "compression.level", "1" }, /* each batch begins with tables that are cleared: small ones */
    { "linger.ms", "0" },         /* what comes while a request is under way gathers anyway */
    { "batch.size", "1000000" },
    { "batch.num.messages", "10000" },
};

static const struct evlog_kafka_property kafka_consumer[] = {
    { "fetch.wait.max.ms", "50" }, /* a seek waits for the fetch under way */
    { "fetch.error.backoff.ms", "20" },
    { "fetch.message.max.bytes", "8388608" },
    { "fetch.max.bytes", "16777216" }, /* comes within socket.timeout.ms on a slow network, too */
    { "queued.min.messages", "10000000" }, /* a full queue makes a fetch pause for a second */
    { "queued.max.messages.kbytes", "131072" },
};

/* Somebody waits for its answer. */
static const struct evlog_kafka_property kafka_asker[] = { { "socket.timeout.ms", "2000" } };

/* Ours alone: a caller's value would break a rule. */
struct kafka_fixed {
    const char *name;
    const char *producer; /* NULL = not for this kind */
    const char *consumer;
    const char *reason;
};

static const struct kafka_fixed kafka_fixed[] = {
    { "enable.idempotence", "true", NULL, "records would be doubled or reordered" },
    { "acks", "all", NULL, "acknowledged records could be lost" },
    { "request.required.acks", NULL, NULL, "acknowledged records could be lost" },
    { "message.timeout.ms", "0", NULL, "a record reported as failed could still be written" },
    { "delivery.timeout.ms", NULL, NULL, "a record reported as failed could still be written" },
    /* A broker serves one request of a connection at a time, and each is of one partition: while it
     * is under way, the records of all others gather for larger and fewer ones. */
    { "max.in.flight.requests.per.connection", "1", NULL, "records could be reordered" },
    { "max.in.flight", NULL, NULL, "records could be reordered" },
    { "transactional.id", NULL, NULL, "one decision is one record: there are no transactions" },
    { "queue.buffering.max.messages", "32768", NULL, "the log bounds what is under way itself" },
    { "queue.buffering.max.kbytes", "1048576", NULL, "the log bounds what is under way itself" },
    { "message.max.bytes", NULL, NULL, "the largest record has to fit" },
    { "delivery.report.only.error", "false", NULL, "acknowledgements would be missing" },
    { "partitioner", NULL, NULL, "the log chooses the partition itself" },
    { "isolation.level", NULL, "read_uncommitted", "a foreign transaction could stop all readers" },
    { "auto.offset.reset", NULL, "error", "a lost tail would go unnoticed" },
    { "check.crcs", NULL, "true", "damage on the way would go unnoticed" },
    { "enable.partition.eof", NULL, "true", "gaps at the end could not be told from silence" },
    { "enable.auto.commit", NULL, "false", "positions lie in our stores" },
    { "enable.auto.offset.store", NULL, "false", "positions lie in our stores" },
    { "group.id", NULL, NULL, "partitions are assigned by configuration, not by a group" },
    { "bootstrap.servers", NULL, NULL, "the brokers have an option of their own" },
    { "metadata.broker.list", NULL, NULL, "the brokers have an option of their own" },
};

struct status kafka_client_error(const char *verb, rd_kafka_resp_err_t error)
{
    bool refused = error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
                   error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
    return status_error(refused ? STATUS_PERMISSION_DENIED : STATUS_UNAVAILABLE, "cannot %s: %s",
                        verb, rd_kafka_err2str(error));
}

/* librdkafka before 2.6.1 ends the exchange of SCRAM wrongly, and brokers from 4.0 on look
 * (librdkafka pull request 4895): they call the right password invalid. */
static const char *kafka_client_hint(const char *text)
{
    static const int repaired = 0x020601ff;
    bool scram = strstr(text, "SCRAM") != NULL && rd_kafka_version() < repaired;
    return scram ? " (or Kafka 4: librdkafka before 2.6.1 has no SCRAM for it)" : "";
}

/* Refusals stay: what comes behind them says less. */
static void kafka_client_take(rd_kafka_event_t *event, struct status *trouble)
{
    rd_kafka_resp_err_t error = rd_kafka_event_error(event);
    bool refused = error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__SSL;
    bool tells = error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
    if (refused || (tells && trouble->code != STATUS_UNAUTHENTICATED)) {
        const char *text = rd_kafka_event_error_string(event);
        const char *end = strstr(text, " (after "); /* how often, in which state: for its authors */
        int size = (int)(end == NULL ? strlen(text) : (size_t)(end - text));
        *trouble = status_error(refused ? STATUS_UNAUTHENTICATED : STATUS_UNAVAILABLE, "%.*s%s",
                                size, text, refused ? kafka_client_hint(text) : "");
    }
}

void kafka_client_trouble(rd_kafka_t *asker, struct status *trouble)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_get_main(asker);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 0);
    for (; event != NULL; event = rd_kafka_queue_poll(queue, 0)) {
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) {
            kafka_client_take(event, trouble);
        }
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
}

void kafka_client_topic(const struct evlog_kafka_options *options, int stream,
                        char name[KAFKA_TOPIC_SIZE])
{
    static const char *const endings[KAFKA_TOPICS] = {
        [EVLOG_COMMANDS] = "commands",
        [EVLOG_DECISIONS] = "decisions",
        [EVLOG_OUTCOMES] = "outcomes",
        [EVLOG_EVENTS] = "events",
        [EVLOG_DEAD_LETTERS] = "dead_letters",
        [EVLOG_STATUS] = "status",
        [KAFKA_LOG_TOPIC] = "log",
    };
    assert(stream >= 0 && stream < KAFKA_TOPICS);
    snprintf(name, KAFKA_TOPIC_SIZE, "%.*s.%s", KAFKA_PREFIX_SIZE_MAX, options->prefix,
             endings[stream]);
}

int kafka_client_bell(rd_kafka_queue_t *queue)
{
    static const uint64_t one = 1;
    int bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert(bell >= 0);
    rd_kafka_queue_io_event_enable(queue, bell, &one, sizeof one);
    return bell;
}

void kafka_client_ring(int bell)
{
    int failed = eventfd_write(bell, 1);
    assert(failed == 0);
}

void kafka_client_silence(int bell)
{
    eventfd_t rung;
    (void)eventfd_read(bell, &rung); /* fails when it is silent already */
}

static struct status kafka_set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char reason[160];
    if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) != RD_KAFKA_CONF_OK) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a property of librdkafka, but '%s=%s' is none: %s", name,
                            value, reason);
    }
    return status_ok();
}

static struct status kafka_set_all(rd_kafka_conf_t *conf,
                                   const struct evlog_kafka_property *properties, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        TRY(kafka_set(conf, properties[i].name, properties[i].value));
    }
    return status_ok();
}

static struct status kafka_set_fixed(rd_kafka_conf_t *conf, enum kafka_client_kind kind)
{
    for (size_t i = 0; i < sizeof kafka_fixed / sizeof kafka_fixed[0]; i++) {
        const struct kafka_fixed *fixed = &kafka_fixed[i];
        const char *value = kind == KAFKA_PRODUCER ? fixed->producer : fixed->consumer;
        if (value != NULL) {
            TRY(kafka_set(conf, fixed->name, value));
        }
    }
    return status_ok();
}

static struct status kafka_check_property(const struct evlog_kafka_property *property)
{
    for (size_t i = 0; i < sizeof kafka_fixed / sizeof kafka_fixed[0]; i++) {
        if (strcasecmp(kafka_fixed[i].name, property->name) == 0) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected no property '%s', which is fixed: %s", property->name,
                                kafka_fixed[i].reason);
        }
    }
    return status_ok();
}

/* Kafka's rule for names of topics, with room for what is put behind the prefix. */
static struct status kafka_check_prefix(const char *prefix)
{
    size_t size = strlen(prefix);
    bool fits = size > 0 && size <= KAFKA_PREFIX_SIZE_MAX;
    for (size_t i = 0; fits && i < size; i++) {
        char c = prefix[i];
        fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    }
    return fits ? status_ok()
                : status_error(STATUS_INVALID_ARGUMENT,
                               "expected a prefix of 1 to %d letters, digits, or . _ -, but it is "
                               "'%.40s'",
                               KAFKA_PREFIX_SIZE_MAX, prefix);
}

static struct status kafka_configure(rd_kafka_conf_t *conf,
                                     const struct evlog_kafka_options *options,
                                     enum kafka_client_kind kind)
{
    bool producer = kind == KAFKA_PRODUCER;
    TRY(kafka_check_prefix(options->prefix));
    TRY(kafka_set_all(conf, kafka_common, sizeof kafka_common / sizeof kafka_common[0]));
    TRY(kafka_set_all(conf, producer ? kafka_producer : kafka_consumer,
                      producer ? sizeof kafka_producer / sizeof kafka_producer[0]
                               : sizeof kafka_consumer / sizeof kafka_consumer[0]));
    if (kind == KAFKA_ASKER) {
        TRY(kafka_set_all(conf, kafka_asker, sizeof kafka_asker / sizeof kafka_asker[0]));
    }
    for (size_t i = 0; i < options->properties_count; i++) {
        TRY(kafka_check_property(&options->properties[i]));
    }
    TRY(kafka_set_all(conf, options->properties, options->properties_count));
    TRY(kafka_set_fixed(conf, kind));
    TRY(kafka_set(conf, "bootstrap.servers", options->brokers));
    /* What goes wrong comes back in statuses; the library's own lines would go to stderr. */
    rd_kafka_conf_set_log_cb(conf, NULL);
    static const int events[] = { [KAFKA_PRODUCER] = RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR,
                                  [KAFKA_ASKER] = RD_KAFKA_EVENT_ERROR };
    rd_kafka_conf_set_events(conf, events[kind]);
    return status_ok();
}

struct status kafka_client_new(const struct evlog_kafka_options *options,
                               enum kafka_client_kind kind, rd_kafka_t **client)
{
    char reason[160];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    struct status st = kafka_configure(conf, options, kind);
    *client = NULL;
    if (st.code == STATUS_OK) {
        *client = rd_kafka_new(kind == KAFKA_PRODUCER ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf,
                               reason, sizeof reason);
        if (*client != NULL) {
            return st;
        }
        /* Else the machine has no threads or time for it now. */
        bool wrong = rd_kafka_last_error() == RD_KAFKA_RESP_ERR__INVALID_ARG;
        st = status_error(wrong ? STATUS_INVALID_ARGUMENT : STATUS_UNAVAILABLE,
                          "cannot make a Kafka client: %s", reason);
    }
    rd_kafka_conf_destroy(conf);
    return st;
}
