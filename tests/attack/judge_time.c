/* What time may change: a grant or an assignment begins if it waited for that and its time has
 * come, ends if its end has, and stays as it was without its beginning if there was no place; a
 * schedule has its turn, and says then how its command ended; nothing else, and all of it. */
#include "tests/attack/judge.h"

struct time_bench {
    struct arena *arena;
    const struct plain_org *before, *after;
    int64_t until_us;
    struct verdict verdict;
};

static void time_say(struct time_bench *bench, const struct plain *item, const char *what)
{
    if (bench->verdict.broken == HOLDS) {
        bench->verdict =
            (struct verdict){ .broken = TIME,
                              .text = arena_printf(bench->arena, "%s '%.*s' %s",
                                                   registry_entity((unsigned)item->kind)->name,
                                                   STR_ARG(item->id), what) };
    }
}

static bool time_is_given(const struct plain *item)
{
    return item->kind == ENTITY_ASSIGNMENT || item->kind == ENTITY_GRANT;
}

static bool time_ends(const struct time_bench *bench, const struct plain *item)
{
    bool there = item->status == LIFE_ACTIVE || item->status == LIFE_SCHEDULED;
    return time_is_given(item) && there && item->expires_us <= bench->until_us;
}

static bool time_begins(const struct time_bench *bench, const struct plain *item)
{
    return item->status == LIFE_SCHEDULED && item->starts_us != INT64_MIN &&
           item->starts_us <= bench->until_us;
}

static bool time_turns(const struct time_bench *bench, const struct plain *schedule)
{
    if (schedule->kind != ENTITY_SCHEDULE || schedule->status != LIFE_ACTIVE) {
        return false;
    }
    const Agency__V1__Schedule *entity =
        (const Agency__V1__Schedule *)(const void *)schedule->entity;
    return entity->continues != NULL ||
           (schedule->starts_us != INT64_MIN && schedule->starts_us <= bench->until_us);
}

static void time_judge_change(struct time_bench *bench, const struct plain *was,
                              const struct plain *is)
{
    if (time_turns(bench, was) && is->status == LIFE_ACTIVE) {
        return;
    }
    if (is->status == LIFE_ENDED) {
        if (!time_ends(bench, was)) {
            time_say(bench, is, "ended, though nothing was due");
        }
    } else if (!time_begins(bench, was)) {
        time_say(bench, is, "changed, though nothing was due");
    } else if (is->status == LIFE_SCHEDULED && is->kind != ENTITY_ASSIGNMENT) {
        time_say(bench, is, "did not begin, though it needs no place");
    } else if (is->status != LIFE_ACTIVE && is->status != LIFE_SCHEDULED) {
        time_say(bench, is, "became what time makes of nothing");
    }
}

/* ---- places ---- */

static const struct plain *time_type(const struct plain_org *org, const struct plain *seat)
{
    return plain_find(org, ENTITY_ROLE_TYPE, seat->texts[PLAIN_TYPE]);
}

/* Whether two seats are one place, of which there is one holder. */
static bool time_one_place(const struct plain *a, const struct plain *b)
{
    return str_eq(a->texts[PLAIN_TYPE], b->texts[PLAIN_TYPE]) &&
           str_eq(a->texts[PLAIN_JOB_SPACE], b->texts[PLAIN_JOB_SPACE]);
}

static void time_judge_place(struct time_bench *bench, const struct plain *held)
{
    const struct plain_org *org = bench->after;
    const struct plain *seat = plain_find(org, ENTITY_ROLE, held->texts[PLAIN_ROLE]);
    const struct plain *type = time_type(org, seat);
    const bool single = type->numbers[PLAIN_ASSIGNMENT_MODE] ==
                        AGENCY__V1__ASSIGNMENT_MODE__ASSIGNMENT_MODE_DYNAMIC_SINGLE;
    unsigned holders = 0;
    PLAIN_EACH(org, ENTITY_ASSIGNMENT, other)
    {
        const struct plain *place = plain_find(org, ENTITY_ROLE, other->texts[PLAIN_ROLE]);
        bool live = other->status == LIFE_ACTIVE && other->expires_us > bench->until_us;
        bool same = str_eq(other->texts[PLAIN_SUBJECT], held->texts[PLAIN_SUBJECT]);
        holders += live && place == seat;
        if (live && single && !same && time_one_place(seat, place)) {
            time_say(bench, held, "began beside another holder");
        }
    }
    if (type->numbers[PLAIN_HOLDERS_MAX] > 0 && holders > type->numbers[PLAIN_HOLDERS_MAX]) {
        time_say(bench, held, "began where no place was free");
    }
}

/* ---- all ---- */

static void time_judge_item(struct time_bench *bench, const struct plain *is)
{
    const struct plain *was = plain_same(bench->before, is);
    if (was == NULL) {
        time_say(bench, is, "came by time alone");
        return;
    }
    if (was->entity == is->entity) {
        return;
    }
    time_judge_change(bench, was, is);
    if (is->kind == ENTITY_ASSIGNMENT && is->status == LIFE_ACTIVE) {
        time_judge_place(bench, is);
    }
}

struct verdict judge_time(struct arena *arena, const struct plain_org *before,
                          const struct plain_org *after, int64_t until_us)
{
    struct time_bench bench = {
        .arena = arena, .before = before, .after = after, .until_us = until_us
    };
    for (size_t i = 0; i < after->count; i++) {
        time_judge_item(&bench, &after->items[i]);
    }
    return bench.verdict;
}

struct verdict judge_due(struct arena *arena, const struct plain_org *org, int64_t until_us)
{
    struct time_bench bench = { .arena = arena, .before = org, .after = org, .until_us = until_us };
    for (size_t i = 0; i < org->count; i++) {
        const struct plain *item = &org->items[i];
        if (time_ends(&bench, item) || (time_is_given(item) && time_begins(&bench, item)) ||
            time_turns(&bench, item)) {
            time_say(&bench, item, "is still due");
        }
    }
    return bench.verdict;
}
