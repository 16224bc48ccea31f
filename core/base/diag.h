/* Diagnostics: one fact per line, as key=value or as a JSON object, for whoever runs the program.
 * Only shells write them. Never a result and never part of the log.
 *
 *   time=2026-11-22T13:37:00.123456Z level=warn event=append_failed partition=3 error="broker down"
 *   {"time":"2026-11-22T13:37:00.123456Z","level":"warn","event":"append_failed", ... }
 *
 * The same fact again within ten seconds is counted, not written again; the count follows as
 * `repeated=57` when it comes after that, or at the end. Thread-safe. */
#ifndef CORE_BASE_DIAG_H
#define CORE_BASE_DIAG_H

#include "core/base/buf.h"
#include "core/base/clock.h"

enum diag_level {
    DIAG_ERROR, /* a human must act */
    DIAG_WARN,  /* we handled it */
    DIAG_INFO,  /* life cycle: opened, took over, stopped */
    DIAG_DEBUG, /* off by default */
};

/* How lines look. */
enum diag_format { DIAG_LOGFMT, DIAG_JSON };

struct diag;

/* Where lines go; called with the diagnostics locked, with the line break included. */
typedef void diag_sink_fn(void *self, struct str line);

/* Lines up to `level` go to `sink` (borrowed), NULL: to standard error, one write each; those for
 * which it has no room are lost. */
struct diag *diag_open(enum diag_level level, enum diag_format format, struct clock clock,
                       diag_sink_fn *sink, void *self);
/* Whether lines of the level are written: to spare the work of making one. NULL: none are. */
bool diag_shows(const struct diag *diag, enum diag_level level);
/* Writes the counts that are left; NULL is fine. */
void diag_close(struct diag *diag);

/* A line in the making. */
struct diag_line {
    struct diag *diag; /* NULL: the level is off */
    enum diag_level level;
    struct buf text; /* without the time */
};

/* Begins a line about `event` ("append_failed"). `diag` may be NULL: nothing is written. Pairs
 * follow in any number, then exactly one diag_end. Keys and `event` need no quotes. */
struct diag_line diag_begin(struct diag *diag, enum diag_level level, const char *event);
void diag_str(struct diag_line *line, const char *key, struct str value);
void diag_i64(struct diag_line *line, const char *key, int64_t value);
void diag_u64(struct diag_line *line, const char *key, uint64_t value);
/* The code's name and the message, as `code` and `error`. */
void diag_status(struct diag_line *line, const struct status *status);
void diag_end(struct diag_line *line);

#endif
