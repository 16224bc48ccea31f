#include "ops/ctl/status_topics.h"

#include <inttypes.h>

#include "core/evlog/kafka_retention.h"
#include "core/evlog/kafka_writers.h"
#include "core/pb/message.h"

/* Whose time is for the installation to choose. */
static const struct {
    enum evlog_stream stream;
    const char *name;
} status_topics[] = { { EVLOG_COMMANDS, "commands" },
                      { EVLOG_OUTCOMES, "outcomes" },
                      { EVLOG_DEAD_LETTERS, "dead letters" },
                      { EVLOG_EVENTS, "events" } };
enum { STATUS_TOPICS = sizeof status_topics / sizeof status_topics[0] };

static struct status status_topics_text(struct arena *arena, struct str text, char **copy)
{
    struct str copied = arena_copy(arena, text);
    *copy = (char *)(uintptr_t)copied.data;
    return copied.data == NULL ? arena_full(arena) : status_ok();
}

static struct status status_topics_writers(const struct evlog_kafka_options *kafka,
                                           struct arena *arena, char **copy)
{
    struct buf text = { 0 };
    kafka_writers_say(kafka, EVLOG_DECISIONS, &text);
    struct status st = status_topics_text(arena, buf_str(&text), copy);
    buf_release(&text);
    return st;
}

static struct status status_topics_retentions(const int64_t retention_ms[EVLOG_STREAMS],
                                              struct arena *arena,
                                              Agency__V1__StatusResponse *response)
{
    ARENA_TRY(arena, response->retentions, arena_alloc(arena, STATUS_TOPICS * sizeof(void *)));
    for (size_t i = 0; i < STATUS_TOPICS; i++) {
        Agency__V1__StreamRetention *retention;
        TRY(pb_new(arena, &agency__v1__stream_retention__descriptor, &retention));
        TRY(status_topics_text(arena, str_z(status_topics[i].name), &retention->stream));
        retention->retention_ms = retention_ms[status_topics[i].stream];
        response->retentions[response->n_retentions++] = retention;
    }
    return status_ok();
}

struct status status_topics_ask(const struct evlog_kafka_options *kafka, struct arena *arena,
                                Agency__V1__StatusResponse *response)
{
    int64_t retention_ms[EVLOG_STREAMS];
    TRY(status_topics_writers(kafka, arena, &response->decisions_writers));
    struct status st = kafka_retention_ask(kafka, retention_ms);
    return st.code == STATUS_OK ? status_topics_retentions(retention_ms, arena, response)
                                : status_ok();
}

/* In the largest unit that says it whole. */
static void status_topics_time(int64_t ms, struct buf *out)
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "m" }, { 1000, "s" }, { 1, "ms" } };
    size_t i = 0;
    while (ms % units[i].ms != 0) {
        i++;
    }
    buf_printf(out, "for %" PRId64 "%s", ms / units[i].ms, units[i].name);
}

void status_topics_say(const Agency__V1__StatusResponse *response, struct buf *out)
{
    buf_printf(out, "decisions can be written by: %s\n", response->decisions_writers);
    for (size_t i = 0; i < response->n_retentions; i++) {
        const Agency__V1__StreamRetention *retention = response->retentions[i];
        buf_printf(out, "%s%s ", i == 0 ? "kept: decisions for ever, " : ", ", retention->stream);
        if (retention->retention_ms < 0) {
            buf_append(out, STR("for ever"));
        } else {
            status_topics_time(retention->retention_ms, out);
        }
    }
    buf_append(out, response->n_retentions > 0 ? STR("\n") : STR(""));
}
