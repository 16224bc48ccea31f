/* The closed time of an embedded log (CockroachDB calls it the closed timestamp): its leader's
 * word, for readers in other processes, that nothing it decides from now on was recorded at or
 * before. Lies in a small mapped file, so that giving it costs no system call. */
#ifndef CORE_MODEL_CLOSED_TIME_H
#define CORE_MODEL_CLOSED_TIME_H

#include <stdint.h>

#include "core/base/status.h"

struct closed_time;

/* Opens the word of a folder of stores, makes it where there is none. UNAVAILABLE. */
MUST_USE struct status closed_time_open(const char *stores, struct closed_time **closed);
/* NULL is fine. */
void closed_time_close(struct closed_time *closed);
/* Gives the word; it never falls. One thread. */
void closed_time_set(struct closed_time *closed, int64_t time_us);
/* The last word given, by this owner or an earlier one; 0: none. */
int64_t closed_time_get(const struct closed_time *closed);

/* The same for a reader, who holds nothing; 0 where there is no word. */
int64_t closed_time_read(const char *stores);
/* Gives the word for now, by one who holds the log's lock; what it is from now on, at least
 * `now_us`. Who decides next keeps it, even with a clock that was set back. UNAVAILABLE: it cannot
 * be written down, so it is not given. */
MUST_USE struct status closed_time_vouch(const char *stores, int64_t now_us, int64_t *word_us);

#endif
