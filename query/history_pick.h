/* Some of a history: what happened in a time, or carries a note. */
#ifndef QUERY_HISTORY_PICK_H
#define QUERY_HISTORY_PICK_H

#include "agency/v1/decision.pb-c.h"
#include "core/base/status.h"
#include "core/base/str.h"

struct history_pick {
    struct str note_name; /* of an annotation; empty: whatever they carry */
    struct str note_value;
    int64_t from_us; /* when it happened: not before this, */
    int64_t to_us;   /* and before this */
};

struct history_list;

/* All of a history. */
struct history_pick history_pick_all(void);
bool history_pick_is_all(const struct history_pick *pick);
/* `NAME=VALUE`, borrowed. INVALID_ARGUMENT. */
MUST_USE struct status history_pick_note(struct history_pick *pick, struct str text);
/* A time as people write it; an empty one leaves `time_us` as it is. INVALID_ARGUMENT, which names
 * it. */
MUST_USE struct status history_pick_time(struct str text, int64_t now_us, const char *what,
                                         int64_t *time_us);
bool history_pick_wants(const struct history_pick *pick, const Agency__V1__DecisionRow *row);
/* Leaves those that are wanted in the list. */
void history_pick(const struct history_pick *pick, struct history_list *list);

#endif
