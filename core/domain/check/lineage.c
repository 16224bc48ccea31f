#include "core/domain/check/lineage.h"

#include "core/domain/kernel/ids.h"

int kin_compare(const struct kin *a, const struct kin *b)
{
    int order = 0;
    for (; order == 0 && a != NULL && b != NULL && a != b; a = a->via, b = b->via) {
        order = str_cmp(a->id, b->id);
    }
    return order;
}

const struct kin *lineage_level(const struct lineage *lineage, size_t level, size_t *count)
{
    size_t begin = level == 0 || level >= lineage->levels ? 0 : lineage->ends[level - 1];
    *count = level >= lineage->levels ? 0 : lineage->ends[level] - begin;
    return &lineage->items[begin];
}

static struct kin *lineage_find(struct lineage *lineage, struct str id)
{
    for (size_t i = 0; i < lineage->count; i++) {
        if (str_eq(lineage->items[i].id, id)) {
            return &lineage->items[i];
        }
    }
    return NULL;
}

/* Adds to `next` the ids of parents that are not there yet. */
static struct status lineage_parents(struct lineage *lineage, const struct kin *child,
                                     struct ids *next)
{
    for (size_t i = 0; i < child->subject->n_parent_subject_ids; i++) {
        const struct str id = str_z(child->subject->parent_subject_ids[i]);
        if (lineage_find(lineage, id) == NULL) {
            TRY(ids_add(next, id));
        }
    }
    return status_ok();
}

/* Adds the ACTIVE ones, as many as there is room for. */
static struct status lineage_add(struct lookup *lookup, struct lineage *lineage, size_t level,
                                 const struct ids *next)
{
    for (size_t i = 0; i < next->count && lineage->count <= lineage->others_max; i++) {
        const Agency__V1__Subject *subject;
        TRY(lookup_known_subject(lookup, next->items[i], &subject));
        if (subject->status == LIFE_ACTIVE) {
            lineage->items[lineage->count++] =
                (struct kin){ .id = next->items[i], .subject = subject, .level = level };
        }
    }
    return status_ok();
}

/* Lets those of a new level come by the best of their children. */
static void lineage_link(struct lineage *lineage, const struct kin *child, size_t level)
{
    for (size_t i = 0; i < child->subject->n_parent_subject_ids; i++) {
        struct kin *parent = lineage_find(lineage, str_z(child->subject->parent_subject_ids[i]));
        if (parent != NULL && parent->level == level &&
            (parent->via == NULL || kin_compare(child, parent->via) < 0)) {
            parent->via = child;
        }
    }
}

static struct status lineage_next(struct lookup *lookup, struct lineage *lineage)
{
    struct ids next = { .arena = lookup->arena };
    size_t count, level = lineage->levels;
    const struct kin *children = lineage_level(lineage, level - 1, &count);
    for (size_t i = 0; i < count; i++) {
        TRY(lineage_parents(lineage, &children[i], &next));
    }
    ids_sort(&next);
    TRY(lineage_add(lookup, lineage, level, &next));
    for (size_t i = 0; i < count; i++) {
        lineage_link(lineage, &children[i], level);
    }
    lineage->ends[level] = lineage->count;
    lineage->levels += lineage->count > lineage->ends[level - 1];
    return status_ok();
}

struct status lineage_of(struct lookup *lookup, const Agency__V1__Subject *subject, bool deep,
                         struct lineage *lineage)
{
    const size_t levels_max = deep ? LINEAGE_LEVELS_TOLD : LINEAGE_LEVELS_MAX;
    assert(subject->status == LIFE_ACTIVE);
    lineage->others_max = deep ? LINEAGE_OTHERS_TOLD : LINEAGE_OTHERS_MAX;
    lineage->items[0] = (struct kin){ .id = str_z(subject->subject_id), .subject = subject };
    lineage->count = lineage->ends[0] = lineage->levels = 1;
    for (size_t level = 1; level <= levels_max && lineage->levels == level; level++) {
        TRY(lineage_next(lookup, lineage));
    }
    return status_ok();
}
