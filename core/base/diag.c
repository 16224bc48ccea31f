/* A ring of the last facts, each with the number of times it came again. A fact is its text without
 * the time. */
#include "core/base/diag.h"

#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "core/base/json_text.h"
#include "core/base/memory.h"
#include "core/base/time.h"
#include "core/base/utf8.h"

enum { DIAG_FACTS = 16, DIAG_WINDOW_US = 10 * 1000000 };

struct diag_fact {
    struct buf text;
    int64_t written_us; /* monotonic */
    uint64_t repeated;  /* since then */
};

struct diag {
    pthread_mutex_t mutex;
    enum diag_level level;
    enum diag_format format;
    struct clock clock;
    diag_sink_fn *sink;
    void *self;
    struct buf line; /* reused */
    struct diag_fact facts[DIAG_FACTS];
    size_t next; /* the oldest fact */
};

static void diag_stderr(void *self, struct str line)
{
    (void)self;
    /* Who reads a pipe may hang: better a line is lost than the process waits for ever. One that is
     * writable takes PIPE_BUF bytes at once. */
    struct pollfd room = { .fd = STDERR_FILENO, .events = POLLOUT };
    if (poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0) {
        ssize_t written =
            write(STDERR_FILENO, line.data, line.size < PIPE_BUF ? line.size : PIPE_BUF);
        (void)written; /* there is nobody left to tell */
    }
}

struct diag *diag_open(enum diag_level level, enum diag_format format, struct clock clock,
                       diag_sink_fn *sink, void *self)
{
    struct diag *diag = mem_zalloc(1, sizeof *diag);
    pthread_mutex_init(&diag->mutex, NULL);
    diag->level = level;
    diag->format = format;
    diag->clock = clock;
    diag->sink = sink == NULL ? diag_stderr : sink;
    diag->self = self;
    return diag;
}

static void diag_write(struct diag *diag, struct diag_fact *fact)
{
    char time[TIME_TEXT_SIZE];
    struct buf *line = &diag->line;
    line->size = 0;
    time_format(clock_now_us(&diag->clock), time);
    bool json = diag->format == DIAG_JSON;
    buf_printf(line, json ? "{\"time\":\"%s\"," : "time=%s ", time);
    buf_append(line, buf_str(&fact->text));
    if (fact->repeated > 0) {
        buf_printf(line, json ? ",\"repeated\":%" PRIu64 : " repeated=%" PRIu64, fact->repeated);
    }
    buf_append(line, json ? STR("}\n") : STR("\n"));
    diag->sink(diag->self, buf_str(line));
    fact->repeated = 0;
    fact->written_us = clock_monotonic_us(&diag->clock);
}

void diag_close(struct diag *diag)
{
    if (diag == NULL) {
        return;
    }
    for (size_t i = 0; i < DIAG_FACTS; i++) {
        struct diag_fact *fact = &diag->facts[(diag->next + i) % DIAG_FACTS];
        if (fact->repeated > 0) {
            diag_write(diag, fact);
        }
        buf_release(&fact->text);
    }
    buf_release(&diag->line);
    pthread_mutex_destroy(&diag->mutex);
    mem_free(diag);
}

static const char *diag_level_name(enum diag_level level)
{
    static const char *const names[] = { "error", "warn", "info", "debug" };
    return names[level];
}

bool diag_shows(const struct diag *diag, enum diag_level level)
{
    return diag != NULL && level <= diag->level;
}

struct diag_line diag_begin(struct diag *diag, enum diag_level level, const char *event)
{
    struct diag_line line = { .level = level };
    if (diag_shows(diag, level)) {
        line.diag = diag;
        buf_printf(&line.text,
                   diag->format == DIAG_JSON ? "\"level\":\"%s\",\"event\":\"%s\""
                                             : "level=%s event=%s",
                   diag_level_name(level), event);
    }
    return line;
}

/* Whether a value is one word of ASCII, so that it needs no quotes. */
static bool diag_plain(struct str value)
{
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c >= 0x7F) {
            return false;
        }
    }
    return value.size > 0;
}

/* Bytes up to what a backslash must stand before. */
static size_t diag_unquoted(struct str value)
{
    size_t size = 0;
    while (size < value.size && value.data[size] != '"' && value.data[size] != '\\') {
        size++;
    }
    return size;
}

static void diag_key(struct diag_line *line, const char *key)
{
    buf_printf(&line->text, line->diag->format == DIAG_JSON ? ",\"%s\":" : " %s=", key);
}

void diag_str(struct diag_line *line, const char *key, struct str value)
{
    if (line->diag == NULL) {
        return;
    }
    diag_key(line, key);
    if (line->diag->format == DIAG_JSON) {
        json_text(value, &line->text);
        return;
    }
    if (diag_plain(value)) {
        buf_append(&line->text, value);
        return;
    }
    buf_byte(&line->text, '"');
    for (size_t size; value.size > 0; value = str_from(value, size)) {
        size = diag_unquoted(value);
        utf8_show(str_make(value.data, size), &line->text);
        if (size == 0) {
            buf_printf(&line->text, "\\%c", value.data[0]);
            size = 1;
        }
    }
    buf_byte(&line->text, '"');
}

void diag_i64(struct diag_line *line, const char *key, int64_t value)
{
    if (line->diag != NULL) {
        diag_key(line, key);
        buf_printf(&line->text, "%" PRId64, value);
    }
}

void diag_u64(struct diag_line *line, const char *key, uint64_t value)
{
    if (line->diag != NULL) {
        diag_key(line, key);
        buf_printf(&line->text, "%" PRIu64, value);
    }
}

void diag_status(struct diag_line *line, const struct status *status)
{
    diag_str(line, "code", str_z(status_code_name(status->code)));
    diag_str(line, "error", str_z(status->msg));
}

static struct diag_fact *diag_find(struct diag *diag, struct str text)
{
    for (size_t i = 0; i < DIAG_FACTS; i++) {
        if (str_eq(buf_str(&diag->facts[i].text), text)) {
            return &diag->facts[i];
        }
    }
    return NULL;
}

/* Takes the oldest fact's place; what it has counted is written first. */
static struct diag_fact *diag_replace(struct diag *diag, struct str text)
{
    struct diag_fact *fact = &diag->facts[diag->next];
    diag->next = (diag->next + 1) % DIAG_FACTS;
    if (fact->repeated > 0) {
        diag_write(diag, fact);
    }
    fact->text.size = 0;
    buf_append(&fact->text, text);
    return fact;
}

static void diag_note(struct diag *diag, struct str text)
{
    struct diag_fact *fact = diag_find(diag, text);
    if (fact == NULL) {
        diag_write(diag, diag_replace(diag, text));
        return;
    }
    fact->repeated++;
    if (clock_monotonic_us(&diag->clock) - fact->written_us >= DIAG_WINDOW_US) {
        diag_write(diag, fact);
    }
}

void diag_end(struct diag_line *line)
{
    if (line->diag != NULL) {
        pthread_mutex_lock(&line->diag->mutex);
        diag_note(line->diag, buf_str(&line->text));
        pthread_mutex_unlock(&line->diag->mutex);
    }
    buf_release(&line->text);
}
