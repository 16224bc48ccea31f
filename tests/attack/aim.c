#include "tests/attack/aim.h"

#include "core/pb/field.h"
#include "tests/attack/plain_reach.h"
#include "tests/lib/deep_field.h"

struct aiming {
    struct random_state *random;
    struct arena *arena;
    const struct plain_org *org;
    struct counts counts;
    char *subject_id;
    ProtobufCMessage *payload;
};

/* Whether one of the objects that stand over an entity is his. */
static bool aim_in_hand(const struct aiming *aiming, const struct plain *item)
{
    struct over over;
    over_read(aiming->org, item, false, false, &over);
    for (size_t i = 0; i < over.count; i++) {
        if (access_has(aiming->org, &aiming->counts, STR("delegate"), over.objects[i])) {
            return true;
        }
    }
    return false;
}

/* One of a kind that is in his hands; NULL if there is none. */
static const struct plain *aim_pick(const struct aiming *aiming, enum entity_kind kind)
{
    const struct plain *picked = NULL;
    unsigned seen = 0;
    bool joint = kind == ENTITY_ROLE && random_below(aiming->random, 2) == 0;
    PLAIN_EACH(aiming->org, kind, item)
    {
        if (joint && item->list_count < 2) {
            continue; /* of seats rather those that are his in part */
        }
        if (item->status != LIFE_REMOVED && item->status != LIFE_ENDED &&
            aim_in_hand(aiming, item)) {
            picked = random_below(aiming->random, ++seen) == 0 ? item : picked;
        }
    }
    return picked;
}

static char *aim_text(const struct aiming *aiming, struct str text)
{
    return (char *)(uintptr_t)arena_copy(aiming->arena, text).data;
}

/* A field that names an entity of a kind, if the command has it. */
static void aim_field(const struct aiming *aiming, const char *field, enum entity_kind kind)
{
    const struct plain *item = aim_pick(aiming, kind);
    char *id = item == NULL ? NULL : aim_text(aiming, item->id);
    if (id != NULL) {
        deep_field_set(aiming->payload, field, &id);
    }
}

/* The same for a list: the first is his, behind it stays what stood there. */
static void aim_list(const struct aiming *aiming, const char *field_name, enum entity_kind kind)
{
    const ProtobufCFieldDescriptor *field;
    ProtobufCMessage *holder = deep_field_find(aiming->payload, field_name, &field);
    const struct plain *item = aim_pick(aiming, kind);
    if (holder == NULL || item == NULL) {
        return;
    }
    size_t count = pb_field_count(holder, field);
    char **ids = arena_alloc(aiming->arena, (count + 2) * sizeof *ids);
    ids[0] = aim_text(aiming, item->id);
    for (size_t i = 0; i < count; i++) {
        ids[i + 1] = *(char **)pb_field_item(holder, field, i);
    }
    pb_field_set_items(holder, field, ids, count + 1);
}

/* What a command makes is in nobody's hands. */
static bool aim_makes(const char *name)
{
    static const char *const making[] = { "Register", "Open", "Define", "Bind" };
    bool makes = false;
    for (size_t i = 0; i < sizeof making / sizeof making[0]; i++) {
        makes = makes || strncmp(name, making[i], strlen(making[i])) == 0;
    }
    return makes;
}

/* A group that shares a seat with one of his: it stands in his way. */
static void aim_protector(const struct aiming *aiming)
{
    const struct plain *seat = aim_pick(aiming, ENTITY_ROLE);
    if (seat != NULL && seat->list_count > 1) {
        unsigned place = random_below(aiming->random, (unsigned)seat->list_count);
        char *id = aim_text(aiming, str_z(seat->list[place]));
        deep_field_set(aiming->payload, "group_id", &id);
    }
}

/* Somebody, whoever it is, to inherit from. */
static void aim_parents(const struct aiming *aiming)
{
    const struct plain *first = plain_first(aiming->org, ENTITY_SUBJECT);
    unsigned count = (unsigned)(plain_end(aiming->org, ENTITY_SUBJECT) - first);
    char **ids = arena_alloc(aiming->arena, sizeof *ids);
    ids[0] = aim_text(aiming, first[random_below(aiming->random, count)].id);
    deep_field_set(aiming->payload, "parent_subject_ids", ids);
}

static void aim_subject(const struct aiming *aiming)
{
    deep_field_set(aiming->payload, "subject_id", &aiming->subject_id);
}

/* A grant to himself, on something that is his. */
static void aim_grant(const struct aiming *aiming)
{
    static const enum entity_kind kinds[] = { ENTITY_GROUP, ENTITY_GROUP, ENTITY_ASSET,
                                              ENTITY_ASSET, ENTITY_JOB_SPACE };
    const struct plain *item = aim_pick(aiming, kinds[random_below(aiming->random, 5)]);
    Agency__V1__Grantee *grantee = arena_alloc(aiming->arena, sizeof *grantee);
    Agency__V1__GrantObject *on = arena_alloc(aiming->arena, sizeof *on);
    if (item == NULL) {
        return;
    }
    agency__v1__grantee__init(grantee);
    agency__v1__grant_object__init(on);
    grantee->kind = AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT;
    grantee->id = aiming->subject_id;
    on->kind = (Agency__V1__ObjectKind)object_of(item->kind, item->id).kind;
    on->id = aim_text(aiming, item->id);
    deep_field_set(aiming->payload, "grantee", &grantee);
    deep_field_set(aiming->payload, "on", &on);
}

void aim(struct random_state *random, struct arena *arena, const struct plain_org *org,
         char *subject_id, Agency__V1__Command *command)
{
    const struct command_type *type = registry_command((unsigned)command->payload_case);
    struct aiming aiming = {
        random,     arena,
        org,        counts_of(org, arena, str_z(subject_id)),
        subject_id, (ProtobufCMessage *)(uintptr_t)registry_command_payload(command)
    };
    if (strcmp(type->name, "GrantPermission") == 0) {
        aim_grant(&aiming);
    } else if (type->entity == ENTITY_ASSIGNMENT) {
        aim_field(&aiming, "role_id", ENTITY_ROLE);
        aim_subject(&aiming);
    } else if (type->entity == ENTITY_GROUP && judge_ends(type->name) &&
               random_below(random, 2) == 0) {
        aim_protector(&aiming);
    } else if (strcmp(type->name, "RegisterSubject") == 0 && random_below(random, 4) == 0) {
        aim_parents(&aiming); /* not given at creation: refused */
    } else if (strncmp(type->name, "Create", 6) == 0) {
        aim_list(&aiming, "group_ids", ENTITY_GROUP);
    } else if (!aim_makes(type->name)) {
        aim_parents(&aiming);
        aim_field(&aiming, registry_entity((unsigned)type->entity)->descriptor->fields[0].name,
                  type->entity);
    }
}
