/* Whoever holds `delegate` on a subject can become it; on a group, a member of it and a holder of
 * any type there; on all that stands over a seat, its holder. What these have may therefore be
 * passed on by him, and besides that only what is on objects that he has `delegate` on. */
#include "tests/attack/plain_reach.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what stands over an entity ---- */

static void over_add(struct over *over, enum object_kind kind, struct str id)
{
    if (over->count == OVER_MAX) {
        fprintf(stderr, "expected at most %d objects over one entity\n", OVER_MAX);
        abort();
    }
    over->objects[over->count++] = id.size > 0 ? (struct object){ kind, id } : object_org();
}

/* A group that protects a seat; a deleted one's part falls to its parent, else to the org. */
static void over_add_group(const struct plain_org *org, struct str id, struct over *over)
{
    const struct plain *group = plain_find(org, ENTITY_GROUP, id);
    while (group != NULL && group->status == LIFE_REMOVED) {
        group = plain_find(org, ENTITY_GROUP, group->texts[PLAIN_PARENT]);
    }
    over_add(over, OBJECT_GROUP, group == NULL ? STR("") : group->id);
}

static void over_seat(const struct plain_org *org, const struct plain *seat, bool kept,
                      struct over *over)
{
    for (size_t i = 0; i < seat->list_count; i++) {
        const struct plain *group = plain_find(org, ENTITY_GROUP, str_z(seat->list[i]));
        if (kept || group == NULL || group->status != LIFE_REMOVED) {
            over_add_group(org, str_z(seat->list[i]), over);
        }
    }
    if (over->count == 0) {
        over_add(over, OBJECT_JOB_SPACE, seat->texts[PLAIN_JOB_SPACE]);
    }
}

static void over_assignment(const struct plain_org *org, const struct plain *held, bool kept,
                            struct over *over)
{
    const struct plain *seat = plain_find(org, ENTITY_ROLE, held->texts[PLAIN_ROLE]);
    if (seat != NULL) {
        over_seat(org, seat, kept, over);
    }
}

static void over_add_named(struct over *over, enum object_kind kind, struct str id)
{
    if (id.size > 0) {
        over_add(over, kind, id);
    }
}

static void over_group(const struct plain *group, bool made, struct over *over)
{
    if (!made) {
        over_add(over, OBJECT_GROUP, group->id);
        return;
    }
    over_add_named(over, OBJECT_GROUP, group->texts[PLAIN_PARENT]);
    over_add_named(over, OBJECT_JOB_SPACE, group->texts[PLAIN_JOB_SPACE]);
    if (over->count == 0) {
        over_add(over, OBJECT_ORG, STR(""));
    }
}

/* All assets of a type are the org's. */
static void over_grant(const struct plain *grant, struct over *over)
{
    enum object_kind on = (enum object_kind)grant->numbers[PLAIN_ON_KIND];
    over_add(over, on, on == OBJECT_ASSET_TYPE ? STR("") : grant->texts[PLAIN_ON]);
}

static void over_config(const struct plain *config, struct over *over)
{
    struct object on =
        object_of((enum entity_kind)config->numbers[PLAIN_ON_KIND], config->texts[PLAIN_ON]);
    over_add(over, on.kind, on.id);
}

static void over_add_all(struct over *over, enum object_kind kind, char *const *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        over_add_named(over, kind, str_z(ids[i]));
    }
}

/* One that is there binds those over what it is for: it is the org's to change. */
static void over_constraint(const struct plain *item, bool made, struct over *over)
{
    const Agency__V1__Constraint *constraint =
        (const Agency__V1__Constraint *)(const void *)item->entity;
    if (made && constraint != NULL) {
        over_add_all(over, OBJECT_GROUP, constraint->group_ids, constraint->n_group_ids);
        over_add_all(over, OBJECT_ASSET, constraint->asset_ids, constraint->n_asset_ids);
        over_add_all(over, OBJECT_JOB_SPACE, constraint->job_space_ids,
                     constraint->n_job_space_ids);
        over_add_all(over, OBJECT_SUBJECT, constraint->subject_ids, constraint->n_subject_ids);
    }
    if (over->count == 0) {
        over_add(over, OBJECT_ORG, STR(""));
    }
}

void over_read(const struct plain_org *org, const struct plain *item, bool made, bool kept,
               struct over *over)
{
    *over = (struct over){ 0 };
    switch ((unsigned)item->kind) {
    case ENTITY_SUBJECT:
        over_add(over, OBJECT_SUBJECT, made ? STR("") : item->id);
        return;
    case ENTITY_CAPABILITY:
    case ENTITY_CREDENTIAL:
    case ENTITY_SCHEDULE:
        over_add(over, OBJECT_SUBJECT, item->texts[PLAIN_SUBJECT]);
        return;
    case ENTITY_GROUP:
        over_group(item, made, over);
        return;
    case ENTITY_ASSET:
        over_add(over, OBJECT_ASSET, made ? item->texts[PLAIN_PARENT] : item->id);
        return;
    case ENTITY_JOB_SPACE:
        over_add(over, OBJECT_JOB_SPACE, made ? STR("") : item->id);
        return;
    case ENTITY_ROLE:
        over_seat(org, item, kept, over);
        return;
    case ENTITY_ASSIGNMENT:
        over_assignment(org, item, kept, over);
        return;
    case ENTITY_GRANT:
        over_grant(item, over);
        return;
    case ENTITY_CONFIG:
        over_config(item, over);
        return;
    case ENTITY_CONSTRAINT:
        over_constraint(item, made, over);
        return;
    case ENTITY_ORG:
    case ENTITY_ORG_CHILD:
    case ENTITY_PERMISSION:
    case ENTITY_ROLE_TYPE:
    case ENTITY_GOAL:
    case ENTITY_APPLIED_DOCUMENT:
        over_add(over, OBJECT_ORG, STR(""));
        return;
    }
    fprintf(stderr, "expected to know what stands over a %s: tests/attack/plain_reach.c\n",
            registry_entity((unsigned)item->kind)->name);
    abort();
}

/* ---- what may be passed on ---- */

static bool reach_delegates(const struct plain_org *org, const struct counts *counts,
                            const struct over *over)
{
    bool all = over->count > 0;
    for (size_t i = 0; i < over->count && all; i++) {
        all = access_has(org, counts, STR("delegate"), over->objects[i]);
    }
    return all;
}

/* Whether he may seat somebody: a seat whose type has permissions also needs their scope. */
static bool reach_seats(const struct plain_org *org, const struct counts *counts,
                        const struct plain *seat)
{
    const struct plain *type = plain_find(org, ENTITY_ROLE_TYPE, seat->texts[PLAIN_TYPE]);
    struct over over;
    over_read(org, seat, false, true, &over);
    if (type == NULL || type->list_count > 0) {
        over_add(&over, OBJECT_JOB_SPACE, seat->texts[PLAIN_JOB_SPACE]);
    }
    return reach_delegates(org, counts, &over);
}

/* What a delegate of this entity may make others count as. */
static uint8_t reach_marks(const struct plain_org *org, const struct counts *counts,
                           const struct plain *item)
{
    struct over over;
    switch ((unsigned)item->kind) {
    case ENTITY_SUBJECT:
        over_read(org, item, false, true, &over);
        return reach_delegates(org, counts, &over) ? COUNTS | COUNTS_REVIVED : 0;
    case ENTITY_GROUP:
        over_read(org, item, false, true, &over);
        return item->status != LIFE_REMOVED && reach_delegates(org, counts, &over)
                   ? COUNTS | COUNTS_REVIVED | COUNTS_ANY_TYPE
                   : 0;
    case ENTITY_ROLE:
        return item->status == LIFE_ACTIVE && reach_seats(org, counts, item) ? COUNTS : 0;
    }
    return 0;
}

void reach_read(const struct plain_org *org, const struct plain_org *then,
                const struct extent *extent, struct arena *arena, const struct counts *counts,
                struct reach *reach)
{
    struct counts others = counts_none(org, arena);
    for (size_t o = 0; o < extent->objects_count; o++) {
        reach->delegate[o] = access_has(org, counts, STR("delegate"), extent->objects[o]);
    }
    for (size_t i = 0; i < org->count; i++) {
        others.marks[i] = reach_marks(org, counts, &org->items[i]);
    }
    counts_complete(then, &others);
    access_read(then, extent, &others, ACCESS_FOR_COMMAND, &reach->given);
}
