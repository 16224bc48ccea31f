#include "core/domain/check/listed.h"

#include <stdlib.h>

struct status listed_add(struct listed_items *list, const struct listed *item)
{
    ARENA_TRY(
        list->lookup->arena, list->items,
        arena_grow(list->lookup->arena, list->items, list->count, sizeof *list->items, &list->cap));
    list->items[list->count++] = *item;
    return status_ok();
}

/* The fields that an answer lacked, copied. */
static struct status listed_missing(struct arena *arena, const struct check_answer *answer,
                                    struct listed *item)
{
    size_t count = 0;
    for (size_t i = 0; i < answer->conditions_count; i++) {
        count += answer->conditions[i].missing_count;
    }
    ARENA_TRY(arena, item->missing, arena_alloc(arena, (count + 1) * sizeof *item->missing));
    for (size_t i = 0; i < answer->conditions_count; i++) {
        for (size_t j = 0; j < answer->conditions[i].missing_count; j++) {
            struct str field = arena_copy(arena, answer->conditions[i].missing[j]);
            if (field.data == NULL) {
                return arena_full(arena);
            }
            item->missing[item->missing_count++] = field;
        }
    }
    return status_ok();
}

static struct status listed_take(struct listed_items *list, const struct check_answer *answer,
                                 const struct listed *item)
{
    struct listed found = *item;
    if (answer->reason == CHECK_CONTEXT_MISSING) {
        found.conditional = true;
        TRY(listed_missing(list->lookup->arena, answer, &found));
    }
    return answer->allowed || found.conditional ? listed_add(list, &found) : status_ok();
}

struct status listed_ask(struct listed_items *list, const struct check_question *question,
                         const struct listed *item)
{
    struct check_question asked = *question;
    struct check_answer answer;
    struct arena work;
    uint64_t gas_used = 0;
    asked.gas_used = &gas_used;
    arena_init(&work, list->lookup->arena->cap);
    struct status st = check(list->lookup->view, &work, list->lookup->at_us, &asked, &answer);
    if (st.code == STATUS_OK) {
        st = lookup_charge(list->lookup, answer.lookups + gas_used / LISTED_GAS_A_LOOKUP);
    }
    if (st.code == STATUS_OK) {
        st = listed_take(list, &answer, item);
    }
    arena_release(&work);
    return st;
}

static int listed_compare(const void *a, const void *b)
{
    const struct listed *left = a, *right = b;
    int order = object_compare((struct object){ left->kind, left->id },
                               (struct object){ right->kind, right->id });
    return order != 0 ? order : left->conditional - right->conditional;
}

void listed_sort(struct listed_items *list)
{
    size_t kept = 0;
    if (list->count > 1) {
        qsort(list->items, list->count, sizeof *list->items, listed_compare);
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct listed *last = kept == 0 ? NULL : &list->items[kept - 1];
        bool again = last != NULL && last->kind == list->items[i].kind &&
                     str_eq(last->id, list->items[i].id);
        if (!again) {
            list->items[kept++] = list->items[i];
        }
    }
    list->count = kept;
}
