#include "tests/lib/org_rules.h"

#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/hierarchy.h"
#include "core/pb/field.h"

struct org_rules {
    const struct layer *layer;
    int64_t now_us;
};

/* All entities of a kind, one after the other. */
#define EACH(rules, kind, entity)                                                                 \
    for (const struct omap_entry *entry_##entity =                                                \
             org_rules_first(rules, &agency__v1__##kind##__descriptor);                           \
         entry_##entity != NULL && (entity = (const void *)layer_entity(entry_##entity)) != NULL; \
         entry_##entity = org_rules_next(entry_##entity, &agency__v1__##kind##__descriptor))

static const struct omap_entry *org_rules_of(const struct omap_entry *entry,
                                             const ProtobufCMessageDescriptor *descriptor)
{
    while (entry != NULL && layer_entity(entry)->descriptor != descriptor) {
        entry = omap_next(entry);
    }
    return entry;
}

static const struct omap_entry *org_rules_first(const struct org_rules *rules,
                                                const ProtobufCMessageDescriptor *descriptor)
{
    return org_rules_of(omap_lower_bound(&rules->layer->entities, STR("")), descriptor);
}

static const struct omap_entry *org_rules_next(const struct omap_entry *entry,
                                               const ProtobufCMessageDescriptor *descriptor)
{
    return org_rules_of(omap_next(entry), descriptor);
}

/* The status of what a kind's first field names; 0 for none. */
/* What was erased was removed, and more. */
static unsigned org_rules_status(const struct org_rules *rules,
                                 const ProtobufCMessageDescriptor *descriptor, const char *id)
{
    const struct omap_entry *entry = org_rules_first(rules, descriptor);
    while (entry != NULL) {
        const ProtobufCMessage *entity = layer_entity(entry);
        if (str_eq(fields_string(entity, descriptor->fields[0].name), str_z(id))) {
            unsigned status = fields_status(entity);
            return status == LIFE_ERASED ? LIFE_REMOVED : status;
        }
        entry = org_rules_next(entry, descriptor);
    }
    return 0;
}

static bool org_rules_live(const struct org_rules *rules, unsigned status,
                           const Google__Protobuf__Timestamp *expires_at)
{
    return status == LIFE_ACTIVE &&
           (expires_at == NULL || fields_time_us(expires_at) > rules->now_us);
}

static bool org_rules_early(const struct org_rules *rules, unsigned status,
                            const Google__Protobuf__Timestamp *starts_at)
{
    return status == LIFE_ACTIVE && starts_at != NULL && fields_time_us(starts_at) > rules->now_us;
}

/* Live, or waiting to be. */
static bool org_rules_held(const struct org_rules *rules, unsigned status,
                           const Google__Protobuf__Timestamp *expires_at)
{
    return status == LIFE_SCHEDULED || org_rules_live(rules, status, expires_at);
}

/* ---- hierarchies: parents, groups only (the others share the code) ---- */

static const Agency__V1__Group *org_rules_group(const struct org_rules *rules, const char *id)
{
    const Agency__V1__Group *group;
    EACH(rules, group, group)
    {
        if (strcmp(group->group_id, id) == 0) {
            return group;
        }
    }
    return NULL;
}

static const char *org_rules_parents(const struct org_rules *rules)
{
    const Agency__V1__Group *group;
    EACH(rules, group, group)
    {
        const Agency__V1__Group *above = group->status == LIFE_REMOVED ? NULL : group;
        int levels = 0;
        while (above != NULL && levels++ <= HIERARCHY_LEVELS_MAX) {
            above = above->parent_group_id[0] == '\0'
                        ? NULL
                        : org_rules_group(rules, above->parent_group_id);
        }
        if (levels > HIERARCHY_LEVELS_MAX) {
            return "groups lie at most 8 levels deep, in no cycle";
        }
    }
    return NULL;
}

/* Groups that a walk has come by. */
enum { WALK_MAX = 256 };
struct org_rules_walk {
    const Agency__V1__Group *seen[WALK_MAX];
    size_t count;
};

static bool org_rules_saw(const struct org_rules_walk *walk, const Agency__V1__Group *group)
{
    for (size_t i = 0; i < walk->count; i++) {
        if (walk->seen[i] == group) {
            return true;
        }
    }
    return false;
}

/* Whether a group includes itself by way of others. How deep inclusions may be is asked of who
 * includes, and no longer when somebody else includes him. */
static bool org_rules_in_cycle(const struct org_rules *rules, const Agency__V1__Group *group)
{
    struct org_rules_walk walk = { .seen = { group }, .count = 1 };
    for (size_t at = 0; at < walk.count; at++) {
        for (size_t i = 0; i < walk.seen[at]->n_included_group_ids; i++) {
            const Agency__V1__Group *below =
                org_rules_group(rules, walk.seen[at]->included_group_ids[i]);
            if (below == group) {
                return true;
            }
            bool fresh = below != NULL && !org_rules_saw(&walk, below);
            if (fresh && walk.count < WALK_MAX) {
                walk.seen[walk.count++] = below;
            }
        }
    }
    return false;
}

static const char *org_rules_inclusions(const struct org_rules *rules)
{
    const Agency__V1__Group *group;
    EACH(rules, group, group)
    {
        if (group->status == LIFE_REMOVED) {
            continue;
        }
        if (org_rules_in_cycle(rules, group)) {
            return "groups include each other in no cycle";
        }
        for (size_t i = 0; i < group->n_included_group_ids; i++) {
            const Agency__V1__Group *below = org_rules_group(rules, group->included_group_ids[i]);
            if (below == NULL || below->status == LIFE_REMOVED) {
                return "no group includes one that is deleted or never was";
            }
        }
    }
    return NULL;
}

/* ---- seats and holders ---- */

static const char *org_rules_seats(const struct org_rules *rules)
{
    const Agency__V1__Role *role;
    EACH(rules, role, role)
    {
        size_t live = 0;
        for (size_t i = 0; i < role->n_group_ids; i++) {
            live += org_rules_group(rules, role->group_ids[i])->status != LIFE_REMOVED;
        }
        if (role->status == LIFE_ACTIVE && role->n_group_ids > 0 && live == 0) {
            return "a seat ends with its last group";
        }
    }
    return NULL;
}

static bool org_rules_is_single(const struct org_rules *rules, const char *role_type)
{
    const Agency__V1__RoleType *type;
    EACH(rules, role_type, type)
    {
        if (strcmp(type->role_type, role_type) == 0) {
            return type->assignment == AGENCY__V1__ASSIGNMENT_MODE__ASSIGNMENT_MODE_DYNAMIC_SINGLE;
        }
    }
    return false;
}

static bool org_rules_rival(const struct org_rules *rules, const Agency__V1__Assignment *a,
                            const Agency__V1__Assignment *b)
{
    return org_rules_live(rules, b->status, b->expires_at) &&
           strcmp(a->role_type, b->role_type) == 0 &&
           strcmp(a->job_space_id, b->job_space_id) == 0 &&
           strcmp(a->subject_id, b->subject_id) != 0;
}

static const char *org_rules_holders(const struct org_rules *rules)
{
    const Agency__V1__Assignment *held, *other;
    EACH(rules, assignment, held)
    {
        if (!org_rules_held(rules, held->status, held->expires_at)) {
            continue;
        }
        if (org_rules_status(rules, &agency__v1__role__descriptor, held->role_id) != LIFE_ACTIVE ||
            org_rules_status(rules, &agency__v1__subject__descriptor, held->subject_id) ==
                LIFE_REMOVED) {
            return "an assignment ends with its seat and with its holder";
        }
        if (org_rules_early(rules, held->status, held->starts_at)) {
            return "nothing is held before it begins";
        }
        bool single = held->status == LIFE_ACTIVE && org_rules_is_single(rules, held->role_type);
        EACH(rules, assignment, other)
        {
            if (single && org_rules_rival(rules, held, other)) {
                return "a single role type has one holder in a job space";
            }
        }
    }
    return NULL;
}

/* It may have expired since: time alone decides nothing. */
static bool org_rules_has_credential(const struct org_rules *rules, const char *subject_id)
{
    const Agency__V1__Credential *credential;
    EACH(rules, credential, credential)
    {
        if (strcmp(credential->subject_id, subject_id) == 0 && credential->status == LIFE_ACTIVE) {
            return true;
        }
    }
    return false;
}

static const char *org_rules_owner(const struct org_rules *rules)
{
    const Agency__V1__Assignment *held;
    EACH(rules, assignment, held)
    {
        if (strcmp(held->role_type, "owner") == 0 && held->status == LIFE_ACTIVE &&
            held->expires_at == NULL && held->n_group_ids == 0 &&
            org_rules_status(rules, &agency__v1__subject__descriptor, held->subject_id) ==
                LIFE_ACTIVE &&
            org_rules_has_credential(rules, held->subject_id)) {
            return NULL;
        }
    }
    return "an org has an active owner with a credential";
}

/* ---- grants ---- */

static bool org_rules_gone(const struct org_rules *rules, const Agency__V1__Grant *grant)
{
    static const ProtobufCMessageDescriptor *const grantees[] = { NULL,
                                                                  &agency__v1__subject__descriptor,
                                                                  &agency__v1__role__descriptor,
                                                                  &agency__v1__group__descriptor };
    static const ProtobufCMessageDescriptor *const objects[] = { NULL,
                                                                 NULL,
                                                                 &agency__v1__asset__descriptor,
                                                                 NULL,
                                                                 &agency__v1__group__descriptor,
                                                                 NULL,
                                                                 &agency__v1__subject__descriptor };
    const ProtobufCMessageDescriptor *object = objects[grant->on->kind];
    return org_rules_status(rules, grantees[grant->grantee->kind], grant->grantee->id) ==
               LIFE_REMOVED ||
           (object != NULL && org_rules_status(rules, object, grant->on->id) == LIFE_REMOVED);
}

static bool org_rules_same(const Agency__V1__Grant *a, const Agency__V1__Grant *b)
{
    bool same = strcmp(a->permission, b->permission) == 0 && a->on->kind == b->on->kind &&
                strcmp(a->on->id, b->on->id) == 0 && a->grantee->kind == b->grantee->kind &&
                strcmp(a->grantee->id, b->grantee->id) == 0 &&
                a->grantee->n_role_types == b->grantee->n_role_types;
    for (size_t i = 0; same && i < a->grantee->n_role_types; i++) {
        same = strcmp(a->grantee->role_types[i], b->grantee->role_types[i]) == 0;
    }
    return same;
}

/* From when on a grant is there, if it is not now. */
static int64_t org_rules_begins(const Agency__V1__Grant *grant)
{
    return grant->status == LIFE_SCHEDULED ? fields_time_us(grant->starts_at) : INT64_MIN;
}

static bool org_rules_meet(const Agency__V1__Grant *a, const Agency__V1__Grant *b)
{
    int64_t a_end = a->expires_at == NULL ? INT64_MAX : fields_time_us(a->expires_at);
    int64_t b_end = b->expires_at == NULL ? INT64_MAX : fields_time_us(b->expires_at);
    return org_rules_begins(a) < b_end && org_rules_begins(b) < a_end;
}

static const char *org_rules_grants(const struct org_rules *rules)
{
    const Agency__V1__Grant *grant, *other;
    EACH(rules, grant, grant)
    {
        if (!org_rules_held(rules, grant->status, grant->expires_at)) {
            continue;
        }
        if (org_rules_early(rules, grant->status, grant->starts_at)) {
            return "nothing is granted before it begins";
        }
        if (org_rules_gone(rules, grant)) {
            return "a grant ends with its grantee and with its object";
        }
        EACH(rules, grant, other)
        {
            if (other != grant && org_rules_held(rules, other->status, other->expires_at) &&
                org_rules_same(grant, other) && org_rules_meet(grant, other)) {
                return "a grant is made once at any time";
            }
        }
    }
    return NULL;
}

/* ---- names ---- */

static bool org_rules_same_name(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
    struct str name = fields_string(a, "name");
    return a != b && a->descriptor == b->descriptor && name.size > 0 && !fields_is_over(b) &&
           str_eq(name, fields_string(b, "name"));
}

static const char *org_rules_names(const struct org_rules *rules)
{
    const struct omap *entities = &rules->layer->entities;
    const struct omap_entry *a, *b;
    for (a = omap_lower_bound(entities, STR("")); a != NULL; a = omap_next(a)) {
        bool live = !fields_is_over(layer_entity(a));
        for (b = omap_next(a); live && b != NULL; b = omap_next(b)) {
            if (org_rules_same_name(layer_entity(a), layer_entity(b))) {
                return "a name is that of one live entity of its kind";
            }
        }
    }
    return NULL;
}

/* ---- external ids ---- */

/* Of one system: the same value, the same hash under the same key, or one of each. */
static bool org_rules_same_external(const Agency__V1__ExternalId *a,
                                    const Agency__V1__ExternalId *b)
{
    bool same = a->personal != b->personal || (!a->personal && strcmp(a->value, b->value) == 0);
    for (size_t i = 0; i < a->n_hashes; i++) {
        for (size_t j = 0; j < b->n_hashes; j++) {
            same = same || (strcmp(a->hashes[i]->key_id, b->hashes[j]->key_id) == 0 &&
                            strcmp(a->hashes[i]->hmac, b->hashes[j]->hmac) == 0);
        }
    }
    return same;
}

static bool org_rules_has_external(const ProtobufCMessage *entity,
                                   const ProtobufCFieldDescriptor *field,
                                   const Agency__V1__ExternalId *wanted)
{
    for (size_t i = 0; i < pb_field_count(entity, field); i++) {
        const Agency__V1__ExternalId *id = *(void **)pb_field_item(entity, field, i);
        if (strcmp(id->system, wanted->system) == 0 && org_rules_same_external(id, wanted)) {
            return true;
        }
    }
    return false;
}

/* Whether another live one of its kind has one of its external ids. */
static bool org_rules_shares_external(const struct omap_entry *entry,
                                      const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessage *entity = layer_entity(entry);
    const struct omap_entry *other = org_rules_of(omap_next(entry), entity->descriptor);
    for (; other != NULL; other = org_rules_next(other, entity->descriptor)) {
        bool live = !fields_is_over(layer_entity(other));
        for (size_t i = 0; live && i < pb_field_count(entity, field); i++) {
            if (org_rules_has_external(layer_entity(other), field,
                                       *(void **)pb_field_item(entity, field, i))) {
                return true;
            }
        }
    }
    return false;
}

static const char *org_rules_external(const struct org_rules *rules)
{
    const struct omap_entry *entry = omap_lower_bound(&rules->layer->entities, STR(""));
    for (; entry != NULL; entry = omap_next(entry)) {
        const ProtobufCMessage *entity = layer_entity(entry);
        const ProtobufCFieldDescriptor *field =
            pb_field_find(entity->descriptor, STR("external_ids"));
        if (field != NULL && !fields_is_over(entity) && org_rules_shares_external(entry, field)) {
            return "an external id is that of one live entity of its kind, and of a system all are "
                   "personal or none";
        }
    }
    return NULL;
}

const char *org_rules_broken(const struct layer *layer, int64_t now_us)
{
    static const char *(*const rules[])(const struct org_rules *) = {
        org_rules_parents, org_rules_inclusions, org_rules_seats, org_rules_holders,
        org_rules_owner,   org_rules_grants,     org_rules_names, org_rules_external,
    };
    const struct org_rules all = { layer, now_us };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const char *broken = rules[i](&all);
        if (broken != NULL) {
            return broken;
        }
    }
    return NULL;
}
