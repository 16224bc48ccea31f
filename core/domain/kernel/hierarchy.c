/* Walks up and down by levels: a level is the set of entities at the ends of all chains of that
 * length, each once, so that a walk costs at most levels times entities however the chains cross.
 * Both ways count, as a change in the middle joins what is above to what is below. */
#include "core/domain/kernel/hierarchy.h"

#include "core/domain/kernel/rules.h"
#include "core/pb/field.h"

struct hierarchy_type {
    enum entity_kind kind;
    const char *field;
    enum index_number index;
    const char *words;
};

static const struct hierarchy_type hierarchies[] = {
#define X(name, entity, field_name, index_name, word) \
    [HIERARCHY_##name] = { ENTITY_##entity, (field_name), INDEX_##index_name, (word) },
    HIERARCHIES(X)
#undef X
};

struct walk {
    struct decide *d;
    const struct hierarchy_type *type;
    enum hierarchy_direction direction;
    struct str start;
    struct str cycle; /* what must not be met: the start, or what stands before it */
    size_t levels;    /* of the longest chain, the start counted */
    struct ids seen;  /* all of all levels but the start; not sorted */
};

/* The entities that this one names in the relation's field. */
static struct status walk_up(struct walk *walk, struct str id, struct ids *next)
{
    const ProtobufCMessage *entity;
    TRY(rules_get(walk->d->view, walk->type->kind, id, &entity));
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(entity->descriptor, walk->type->field);
    assert(field != NULL && field->type == PROTOBUF_C_TYPE_STRING);
    if (!pb_field_repeated(field)) {
        struct str above = str_z(*(char **)pb_field_at(entity, field));
        return above.size == 0 ? status_ok() : ids_add(next, above);
    }
    for (size_t i = 0; i < pb_field_count(entity, field); i++) {
        TRY(ids_add(next, str_z(*(char **)pb_field_item(entity, field, i))));
    }
    return status_ok();
}

static struct status walk_down(struct walk *walk, struct str id, struct ids *next)
{
    struct str *ids;
    size_t ids_count;
    TRY(view_ids(walk->d->view, walk->d->arena, walk->type->index, &id, 1, HIERARCHY_WALK_MAX + 1,
                 &ids, &ids_count));
    return ids_add_all(next, ids, ids_count);
}

static struct status walk_reject(struct walk *walk, const struct ids *next)
{
    struct decide *d = walk->d;
    char noun[LIFE_NOUN_SIZE];
    assert(walk->levels > 0 && walk->levels <= HIERARCHY_LEVELS_MAX);
    if (ids_have(next, walk->cycle)) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected no cycle of %s, but %s '%.*s' would come back to itself",
                             walk->type->words, life_noun(walk->type->kind, noun),
                             STR_ARG(walk->cycle));
    }
    if (next->count > 0 && walk->levels == HIERARCHY_LEVELS_MAX) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected at most %d levels of %s, but there would be more",
                             HIERARCHY_LEVELS_MAX, walk->type->words);
    }
    if (walk->seen.count + next->count > HIERARCHY_WALK_MAX) {
        return decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                             "expected at most %d %s to look at, but there are more",
                             HIERARCHY_WALK_MAX, walk->type->words);
    }
    return status_ok();
}

/* Goes to the end of every chain. */
static struct status walk_run(struct walk *walk)
{
    struct decide *d = walk->d;
    struct ids level = { .arena = d->arena };
    TRY(ids_add(&level, walk->start));
    while (level.count > 0) {
        walk->levels++;
        struct ids next = { .arena = d->arena };
        for (size_t i = 0; i < level.count && next.count <= HIERARCHY_WALK_MAX; i++) {
            TRY(walk->direction == HIERARCHY_UP ? walk_up(walk, level.items[i], &next)
                                                : walk_down(walk, level.items[i], &next));
        }
        ids_sort(&next);
        TRY_ACCEPTED(d, walk_reject(walk, &next));
        TRY(ids_add_all(&walk->seen, next.items, next.count));
        assert(walk->seen.count <= HIERARCHY_WALK_MAX);
        level = next;
    }
    return status_ok();
}

static struct walk walk_make(struct decide *d, enum hierarchy hierarchy,
                             enum hierarchy_direction direction, const char *id)
{
    assert((size_t)hierarchy < sizeof hierarchies / sizeof hierarchies[0]);
    return (struct walk){ .d = d,
                          .type = &hierarchies[hierarchy],
                          .direction = direction,
                          .start = str_z(id),
                          .cycle = str_z(id),
                          .seen = { .arena = d->arena } };
}

struct status hierarchy_check(struct decide *d, enum hierarchy hierarchy, const char *id)
{
    struct walk up = walk_make(d, hierarchy, HIERARCHY_UP, id);
    struct walk down = walk_make(d, hierarchy, HIERARCHY_DOWN, id);
    assert(d->events_count > 0); /* the view has what is checked */
    TRY_ACCEPTED(d, walk_run(&up));
    if (up.levels == 1) {
        return status_ok(); /* nothing above: what is below was checked when it came there */
    }
    TRY_ACCEPTED(d, walk_run(&down));
    assert(up.levels > 0 && down.levels > 0); /* each counts the entity itself */
    if (up.levels + down.levels - 1 > HIERARCHY_LEVELS_MAX) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected at most %d levels of %s, but there would be %zu",
                             HIERARCHY_LEVELS_MAX, down.type->words, up.levels + down.levels - 1);
    }
    return status_ok();
}

struct status hierarchy_check_new_above(struct decide *d, enum hierarchy hierarchy, const char *id,
                                        const char *above)
{
    struct walk up = walk_make(d, hierarchy, HIERARCHY_UP, id);
    struct ids next = { .arena = d->arena };
    assert(d->events_count > 0);
    up.levels = 1;
    TRY(ids_add(&next, str_z(above)));
    TRY_ACCEPTED(d, walk_reject(&up, &next));
    up.start = str_z(above);
    return walk_run(&up);
}

struct status hierarchy_walk(struct decide *d, enum hierarchy hierarchy,
                             enum hierarchy_direction direction, const char *id, struct ids *ids)
{
    struct walk walk = walk_make(d, hierarchy, direction, id);
    TRY_ACCEPTED(d, walk_run(&walk));
    TRY(ids_add(ids, walk.start));
    TRY(ids_add_all(ids, walk.seen.items, walk.seen.count));
    ids_sort(ids);
    assert(ids->count > 0);
    return status_ok();
}

struct status hierarchy_check_above(struct decide *d, enum hierarchy hierarchy, const char *id,
                                    size_t above_max)
{
    struct ids below = { .arena = d->arena };
    assert(d->events_count > 0);
    TRY_ACCEPTED(d, hierarchy_walk(d, hierarchy, HIERARCHY_DOWN, id, &below));
    for (size_t i = 0; i < below.count; i++) {
        struct ids above = { .arena = d->arena };
        TRY_ACCEPTED(d, hierarchy_walk(d, hierarchy, HIERARCHY_UP, below.items[i].data, &above));
        assert(above.count > 0); /* itself at least */
        if (above.count - 1 > above_max) {
            char noun[LIFE_NOUN_SIZE];
            return decide_reject(d, STATUS_FAILED_PRECONDITION,
                                 "expected at most %zu %s above %s '%.*s', but there would be %zu",
                                 above_max, hierarchies[hierarchy].words,
                                 life_noun(hierarchies[hierarchy].kind, noun),
                                 STR_ARG(below.items[i]), above.count - 1);
        }
    }
    return status_ok();
}
