/* The owner's word, for readers in other processes: nothing that it decides from now on was
 * recorded at or before this time. Lies in a small mapped file, so that giving it costs no system
 * call. */
#ifndef CORE_MODEL_CLOSED_TIME_H
#define CORE_MODEL_CLOSED_TIME_H

#include <stdint.h>

#include "core/base/status.h"

struct vouch;

/* Opens the word of a folder of stores, makes it where there is none. UNAVAILABLE. */
MUST_USE struct status vouch_open(const char *stores, struct vouch **vouch);
/* NULL is fine. */
void vouch_close(struct vouch *vouch);
/* Gives the word; it never falls. One thread. */
void vouch_give(struct vouch *vouch, int64_t time_us);
/* The last word given, by this owner or an earlier one; 0: none. */
int64_t vouch_given(const struct vouch *vouch);

/* The same for a reader, who holds nothing; 0 where there is no word. */
int64_t vouch_read(const char *stores);

#endif
