#include "query/history_pick.h"

#include "core/base/time.h"
#include "query/history.h"

struct history_pick history_pick_all(void)
{
    return (struct history_pick){ .from_us = INT64_MIN, .to_us = INT64_MAX };
}

bool history_pick_is_all(const struct history_pick *pick)
{
    return pick->from_us == INT64_MIN && pick->to_us == INT64_MAX && pick->note_name.size == 0;
}

struct status history_pick_note(struct history_pick *pick, struct str text)
{
    const char *equals = text.size == 0 ? NULL : memchr(text.data, '=', text.size);
    size_t name = equals == NULL ? 0 : (size_t)(equals - text.data);
    if (name == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a note as NAME=VALUE, such as pr=1147, but it is '%.*s'",
                            STR_ARG(text));
    }
    pick->note_name = str_make(text.data, name);
    pick->note_value = str_from(text, name + 1);
    return status_ok();
}

static bool history_pick_has_note(const struct history_pick *pick,
                                  const Agency__V1__DecisionRow *row)
{
    bool has = pick->note_name.size == 0;
    for (size_t i = 0; i < row->n_annotations && !has; i++) {
        has = str_eq(str_z(row->annotations[i]->key), pick->note_name) &&
              str_eq(str_z(row->annotations[i]->value), pick->note_value);
    }
    return has;
}

struct status history_pick_time(struct str text, int64_t now_us, const char *what, int64_t *time_us)
{
    return text.size == 0 ? status_ok()
                          : status_prefix(time_parse_human(text, now_us, time_us), "%s", what);
}

bool history_pick_wants(const struct history_pick *pick, const Agency__V1__DecisionRow *row)
{
    return row->occurred_at_us >= pick->from_us && row->occurred_at_us < pick->to_us &&
           history_pick_has_note(pick, row);
}

void history_pick(const struct history_pick *pick, struct history_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (history_pick_wants(pick, list->rows[i])) {
            list->rows[kept++] = list->rows[i];
        }
    }
    list->count = kept;
}
