#include "tests/attack/plain_access.h"

#include <stdio.h>
#include <stdlib.h>

/* Of parents above one another: twice what an org may have, so that a cycle ends. */
enum { LEVELS_MAX = 16 };

/* ---- the extent ---- */

static void extent_add_permission(struct extent *extent, struct str name)
{
    for (size_t i = 0; i < extent->permissions_count; i++) {
        if (str_eq(extent->permissions[i], name)) {
            return;
        }
    }
    if (extent->permissions_count == EXTENT_PERMISSIONS_MAX) {
        fprintf(stderr, "expected at most %d permissions\n", EXTENT_PERMISSIONS_MAX);
        abort();
    }
    extent->permissions[extent->permissions_count++] = name;
}

static void extent_add_permissions(struct extent *extent, const struct plain_org *org)
{
    PLAIN_EACH(org, ENTITY_PERMISSION, permission)
    {
        extent_add_permission(extent, permission->id);
    }
    PLAIN_EACH(org, ENTITY_GRANT, grant)
    {
        extent_add_permission(extent, grant->texts[PLAIN_PERMISSION]);
    }
    PLAIN_EACH(org, ENTITY_ROLE_TYPE, type)
    {
        for (size_t i = 0; i < type->list_count; i++) {
            extent_add_permission(extent, str_z(type->list[i]));
        }
    }
}

static void extent_add_objects(struct extent *extent, const struct plain_org *org,
                               enum entity_kind kind, enum object_kind object_kind)
{
    PLAIN_EACH(org, kind, item)
    {
        if (extent->objects_count == EXTENT_OBJECTS_MAX) {
            fprintf(stderr, "expected at most %d objects\n", EXTENT_OBJECTS_MAX);
            abort();
        }
        extent->objects[extent->objects_count++] = (struct object){ object_kind, item->id };
    }
}

void extent_read(struct extent *extent, const struct plain_org *before,
                 const struct plain_org *after)
{
    *extent = (struct extent){ .objects = { object_org() }, .objects_count = 1 };
    extent_add_permission(extent, EXTENT_ANY_COMMAND);
    extent_add_permission(extent, STR("delegate"));
    extent_add_permission(extent, STR("import"));
    extent_add_permission(extent, STR("act_as"));
    extent_add_permissions(extent, before);
    extent_add_permissions(extent, after);
    extent_add_objects(extent, before, ENTITY_ASSET, OBJECT_ASSET);
    extent_add_objects(extent, before, ENTITY_GROUP, OBJECT_GROUP);
    extent_add_objects(extent, before, ENTITY_JOB_SPACE, OBJECT_JOB_SPACE);
    extent_add_objects(extent, before, ENTITY_SUBJECT, OBJECT_SUBJECT);
}

/* ---- conditions ---- */

/* Those that random commands make (tests/lib/random_pool.c): "size(context) < N", where nobody who
 * is asked about here gives any context. */
static bool condition_is_true(struct str text)
{
    static const struct str known = { "size(context) < ", 16 };
    bool fine = text.size == known.size + 1 && memcmp(text.data, known.data, known.size) == 0;
    if (text.size > 0 && !fine) {
        fprintf(stderr, "expected a condition that this can tell of, not '%.*s'\n", STR_ARG(text));
        abort();
    }
    return text.size == 0 || text.data[known.size] != '0';
}

/* ---- grants ---- */

static bool grant_is_for(const struct plain_org *org, const struct counts *counts,
                         const struct plain *grant)
{
    static const enum entity_kind kinds[] = {
        [AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT] = ENTITY_SUBJECT,
        [AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_ROLE] = ENTITY_ROLE,
        [AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_GROUP] = ENTITY_GROUP,
    };
    if (!plain_live(org, grant) || !condition_is_true(grant->texts[PLAIN_CONDITION])) {
        return false;
    }
    enum entity_kind kind = kinds[grant->numbers[PLAIN_GRANTEE_KIND]];
    const struct plain *grantee = plain_find(org, kind, grant->texts[PLAIN_GRANTEE]);
    if (grantee == NULL) {
        return false;
    }
    return grant->list_count > 0 ? counts_holds_type(org, counts, grantee, grant)
                                 : counts_marked(org, counts, grantee);
}

/* ---- objects ---- */

bool access_covers(const struct plain_org *org, struct object on, struct object object)
{
    const struct plain *item = plain_find(org, object_entity(object.kind), object.id);
    if (on.kind == OBJECT_ORG || object_eq(on, object)) {
        return true;
    }
    if (item == NULL) {
        return false;
    }
    if (on.kind == OBJECT_ASSET_TYPE || on.kind == OBJECT_JOB_SPACE) {
        enum plain_text text = on.kind == OBJECT_ASSET_TYPE ? PLAIN_TYPE : PLAIN_JOB_SPACE;
        return item->kind == (on.kind == OBJECT_ASSET_TYPE ? ENTITY_ASSET : ENTITY_GROUP) &&
               str_eq(item->texts[text], on.id);
    }
    for (int level = 0; item != NULL && on.kind == object.kind && level < LEVELS_MAX; level++) {
        if (str_eq(item->id, on.id)) {
            return true;
        }
        item = plain_find(org, item->kind, item->texts[PLAIN_PARENT]);
    }
    return false;
}

bool access_serves(const struct plain_org *org, struct object object)
{
    const struct plain *item = plain_find(org, object_entity(object.kind), object.id);
    if (object.kind == OBJECT_ORG) {
        return true;
    }
    bool serves = item != NULL && item->status != LIFE_REMOVED;
    for (int level = 0; serves && item != NULL && level < LEVELS_MAX; level++) {
        serves = item->status != LIFE_ARCHIVED;
        item = plain_find(org, item->kind, item->texts[PLAIN_PARENT]);
    }
    return serves;
}

/* ---- permissions ---- */

static bool permission_builtin(struct str name)
{
    static const struct str reserved[] = {
        { "*", 1 },      { "delegate", 8 }, { "import", 6 },
        { "act_as", 6 }, { "late", 4 },     { "Read", 4 },
    };
    bool builtin = name.size > 0 && name.data[0] >= 'A' && name.data[0] <= 'Z';
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        builtin = builtin || str_eq(name, reserved[i]);
    }
    return builtin;
}

/* Whether who holds one permission has the other. */
static bool permission_implies(const struct plain_org *org, struct str held, struct str asked,
                               int depth)
{
    if (str_eq(held, asked)) {
        return true;
    }
    const struct plain *permission = plain_find(org, ENTITY_PERMISSION, asked);
    for (size_t i = 0; permission != NULL && depth < LEVELS_MAX && i < permission->list_count;
         i++) {
        if (permission_implies(org, held, str_z(permission->list[i]), depth + 1)) {
            return true;
        }
    }
    return false;
}

static bool permission_known(const struct plain_org *org, struct str name)
{
    return permission_builtin(name) || plain_find(org, ENTITY_PERMISSION, name) != NULL;
}

static bool permission_gives(const struct plain_org *org, struct str held, struct str asked)
{
    return str_eq(held, STR("*")) || permission_implies(org, held, asked, 0);
}

/* ---- access ---- */

/* A permission that somebody holds on an object and on all that it covers. */
struct holding {
    struct str permission;
    struct object on;
};

typedef void holding_found(void *self, const struct holding *holding);

static void holdings_of_seats(const struct plain_org *org, const struct counts *counts,
                              holding_found *found, void *self)
{
    PLAIN_EACH(org, ENTITY_ROLE, seat)
    {
        const struct plain *type = plain_find(org, ENTITY_ROLE_TYPE, seat->texts[PLAIN_TYPE]);
        struct str job_space = seat->texts[PLAIN_JOB_SPACE];
        bool marked = type != NULL && condition_is_true(type->texts[PLAIN_CONDITION]) &&
                      counts_marked(org, counts, seat);
        for (size_t i = 0; marked && i < type->list_count; i++) {
            found(self, &(struct holding){
                            str_z(type->list[i]),
                            { job_space.size > 0 ? OBJECT_JOB_SPACE : OBJECT_ORG, job_space } });
        }
    }
}

static void holdings_each(const struct plain_org *org, const struct counts *counts,
                          holding_found *found, void *self)
{
    PLAIN_EACH(org, ENTITY_GRANT, grant)
    {
        if (grant_is_for(org, counts, grant)) {
            found(self, &(struct holding){ grant->texts[PLAIN_PERMISSION],
                                           { (enum object_kind)grant->numbers[PLAIN_ON_KIND],
                                             grant->texts[PLAIN_ON] } });
        }
    }
    holdings_of_seats(org, counts, found, self);
}

struct reading {
    const struct plain_org *org;
    const struct extent *extent;
    bool serves[EXTENT_OBJECTS_MAX];
    struct access *access;
};

static void reading_add(void *self, const struct holding *holding)
{
    struct reading *reading = self;
    bool gives[EXTENT_PERMISSIONS_MAX];
    for (size_t p = 0; p < reading->extent->permissions_count; p++) {
        gives[p] =
            permission_known(reading->org, reading->extent->permissions[p]) &&
            permission_gives(reading->org, holding->permission, reading->extent->permissions[p]);
    }
    for (size_t o = 0; o < reading->extent->objects_count; o++) {
        if (!reading->serves[o] ||
            !access_covers(reading->org, holding->on, reading->extent->objects[o])) {
            continue;
        }
        for (size_t p = 0; p < reading->extent->permissions_count; p++) {
            reading->access->allowed[p][o] |= gives[p];
        }
    }
}

static bool org_active(const struct plain_org *org)
{
    const struct plain *item = plain_first(org, ENTITY_ORG);
    return item != plain_end(org, ENTITY_ORG) && item->status == LIFE_ACTIVE;
}

bool access_open(const struct plain_org *org)
{
    const struct plain *item = plain_first(org, ENTITY_ORG);
    return item != plain_end(org, ENTITY_ORG) &&
           item->numbers[PLAIN_ACCESS_MODE] == AGENCY__V1__ACCESS_MODE__ACCESS_MODE_OPEN;
}

void access_read(const struct plain_org *org, const struct extent *extent,
                 const struct counts *counts, enum access_mode mode, struct access *access)
{
    struct reading reading = { .org = org, .extent = extent, .access = access };
    *access = (struct access){ 0 };
    if ((mode == ACCESS_ASKED && !org_active(org)) || !counts_anything(org, counts)) {
        return;
    }
    for (size_t o = 0; o < extent->objects_count; o++) {
        reading.serves[o] = mode == ACCESS_FOR_COMMAND || access_serves(org, extent->objects[o]);
        access->allowed[0][o] = reading.serves[o] && access_open(org);
    }
    holdings_each(org, counts, reading_add, &reading);
}

struct question {
    const struct plain_org *org;
    struct str permission;
    struct object object;
    bool has;
};

static void question_look(void *self, const struct holding *holding)
{
    struct question *question = self;
    question->has = question->has ||
                    (permission_gives(question->org, holding->permission, question->permission) &&
                     access_covers(question->org, holding->on, question->object));
}

bool access_has(const struct plain_org *org, const struct counts *counts, struct str permission,
                struct object object)
{
    struct question question = { org, permission, object, false };
    holdings_each(org, counts, question_look, &question);
    return question.has;
}

bool access_may(const struct plain_org *org, struct arena *arena, struct str subject_id,
                struct str permission, struct object object, enum access_mode mode)
{
    struct counts counts = counts_of(org, arena, subject_id);
    bool serves = mode == ACCESS_FOR_COMMAND || (org_active(org) && access_serves(org, object));
    return serves && permission_known(org, permission) &&
           access_has(org, &counts, permission, object);
}
