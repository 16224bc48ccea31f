#include "writers/wire.h"

#include <assert.h>

#include "core/base/memory.h"

enum {
    WIRE_POLL_MAX = 512,      /* completions that a poll takes at once */
    WIRE_SIZE_MAX = 64 << 20, /* bytes under way: below what a log takes */
};

static void wire_forget(struct wire *wire)
{
    for (uint32_t i = 0; i < EVLOG_PENDING_MAX; i++) {
        wire->flights[i].next_free = i + 1;
    }
    wire->flights_free = 0;
    wire->flights_count = 0;
    wire->flights_size = 0;
    wire->items_count = 0;
    wire->bytes.size = 0;
}

void wire_init(struct wire *wire)
{
    *wire = (struct wire){ .flights = mem_zalloc(EVLOG_PENDING_MAX, sizeof *wire->flights),
                           .items = mem_zalloc(EVLOG_PENDING_MAX, sizeof *wire->items) };
    wire_forget(wire);
}

void wire_close(struct wire *wire)
{
    evlog_reader_close(wire->commands);
    evlog_reader_close(wire->decisions);
    evlog_close(wire->log);
    wire->commands = NULL;
    wire->decisions = NULL;
    wire->log = NULL;
    wire->failure = status_ok();
    wire_forget(wire);
}

void wire_release(struct wire *wire)
{
    wire_close(wire);
    mem_free(wire->flights);
    mem_free(wire->items);
    buf_release(&wire->bytes);
    *wire = (struct wire){ 0 };
}

struct status wire_open(struct wire *wire, struct evlog *log)
{
    assert(wire->log == NULL);
    wire->log = log;
    struct status st = evlog_reader_open(log, EVLOG_DECISIONS, &wire->decisions);
    if (st.code == STATUS_OK) {
        st = evlog_reader_open(log, EVLOG_COMMANDS, &wire->commands);
    }
    if (st.code != STATUS_OK) {
        wire_close(wire);
    }
    return st;
}

void wire_break(struct wire *wire, struct status why)
{
    if (wire->failure.code == STATUS_OK) {
        wire->failure = why;
    }
}

static struct status wire_check(struct wire *wire, struct status st)
{
    if (st.code != STATUS_OK) {
        wire_break(wire, st);
    }
    return st;
}

/* ---- appending ---- */

bool wire_has_room(const struct wire *wire)
{
    return wire->flights_count < EVLOG_PENDING_MAX && wire->flights_size < WIRE_SIZE_MAX;
}

void wire_append(struct wire *wire, const struct evlog_item *item, const struct flight *flight)
{
    assert(wire_has_room(wire));
    uint32_t token = wire->flights_free;
    struct evlog_item *kept = &wire->items[wire->items_count++];
    *kept = *item;
    kept->token = token;
    buf_append(&wire->bytes, item->key);
    buf_append(&wire->bytes, item->value);
    wire->flights_count++;
    wire->flights_free = wire->flights[token].next_free;
    wire->flights[token].flight = *flight;
    wire->flights[token].size = item->key.size + item->value.size;
    wire->flights_size += wire->flights[token].size;
}

void wire_flush(struct wire *wire)
{
    if (wire->items_count == 0) {
        return;
    }
    const char *bytes = wire->bytes.data;
    for (size_t i = 0; i < wire->items_count; i++) {
        struct evlog_item *item = &wire->items[i];
        item->key.data = bytes;
        item->value.data = bytes + item->key.size;
        bytes += item->key.size + item->value.size;
    }
    if (wire->failure.code == STATUS_OK) {
        struct status st = evlog_append(wire->log, wire->items, wire->items_count);
        if (st.code != STATUS_OK) {
            wire_break(wire, st);
        }
    }
    wire->items_count = 0;
    wire->bytes.size = 0;
}

static struct flight wire_land(struct wire *wire, uint64_t token)
{
    assert(token < EVLOG_PENDING_MAX);
    struct wire_flight *landed = &wire->flights[token];
    landed->next_free = wire->flights_free;
    wire->flights_free = (uint32_t)token;
    wire->flights_count--;
    wire->flights_size -= landed->size;
    return landed->flight;
}

/* The fate of a record is unknown: asks the log why, which it says after all else. */
static void wire_unknown(struct wire *wire)
{
    struct evlog_completion done[WIRE_POLL_MAX];
    size_t count;
    struct status st;
    do {
        count = 0;
        st = evlog_poll(wire->log, done, WIRE_POLL_MAX, &count);
    } while (st.code == STATUS_OK && count > 0);
    if (st.code == STATUS_OK) {
        st = status_error(STATUS_UNAVAILABLE, "expected the log to say what became of a record");
    }
    wire_break(wire, st);
}

struct status wire_poll(struct wire *wire, struct wire_done *out, size_t max, size_t *count)
{
    struct evlog_completion done[WIRE_POLL_MAX];
    size_t done_count = 0;
    *count = 0;
    TRY(wire_check(
        wire, evlog_poll(wire->log, done, max < WIRE_POLL_MAX ? max : WIRE_POLL_MAX, &done_count)));
    for (size_t i = 0; i < done_count; i++) {
        if (done[i].offset == EVLOG_OFFSET_UNKNOWN) {
            wire_unknown(wire);
            break; /* those before it are known */
        }
        out[(*count)++] = (struct wire_done){ wire_land(wire, done[i].token), done[i].offset };
    }
    return status_ok();
}

/* ---- reading ---- */

struct status wire_seek(struct wire *wire, struct evlog_reader *reader, uint32_t partition,
                        uint64_t offset)
{
    TRY(wire->failure);
    return wire_check(wire, evlog_reader_seek(reader, partition, offset));
}

struct status wire_range(struct wire *wire, enum evlog_stream stream, uint32_t partition,
                         uint64_t *begin, uint64_t *end)
{
    TRY(wire->failure);
    return wire_check(wire, evlog_range(wire->log, stream, partition, begin, end));
}
