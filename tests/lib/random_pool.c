#include "tests/lib/random_pool.h"

#include "core/pb/field.h"

static const struct random_pool pools[] = {
    { "subject_id", ENTITY_SUBJECT, "s", 0 },
    { "parent_subject_ids", ENTITY_SUBJECT, "s", 0 },
    { "holder_subject_ids", ENTITY_SUBJECT, "s", 0 },
    { "group_id", ENTITY_GROUP, "g", 0 },
    { "parent_group_id", ENTITY_GROUP, "g", 50 },
    { "included_group_id", ENTITY_GROUP, "g", 0 },
    { "included_group_ids", ENTITY_GROUP, "g", 0 },
    { "group_ids", ENTITY_GROUP, "g", 0 },
    { "asset_id", ENTITY_ASSET, "a", 0 },
    { "parent_asset_id", ENTITY_ASSET, "a", 50 },
    { "job_space_id", ENTITY_JOB_SPACE, "j", 60 },
    { "permission", ENTITY_PERMISSION, "p", 0 },
    { "permissions", ENTITY_PERMISSION, "p", 0 },
    { "implied_by", ENTITY_PERMISSION, "p", 0 },
    { "role_type", ENTITY_ROLE_TYPE, "t", 0 },
    { "role_types", ENTITY_ROLE_TYPE, "t", 0 },
    { "role_id", ENTITY_ROLE, "r", 0 },
    { "grant_id", ENTITY_GRANT, "x", 0 },
    { "credential_id", ENTITY_CREDENTIAL, "c", 0 },
    { "capability", 0, "cap", 0 },
    { "goal_id", ENTITY_GOAL, "goal", 0 },
    { "parent_goal_id", ENTITY_GOAL, "goal", 60 },
    { "owner_subject_id", ENTITY_SUBJECT, "s", 40 },
    { "statement", 0, "goal ", 5 },
    { "child_org_id", 0, "o", 0 },
    { "parent_org_id", 0, "o", 30 },
    { "condition", 0, "size(context) < ", 60 },
    { "constraint_id", ENTITY_CONSTRAINT, "rule", 0 },
    { "expression", 0, "now.getSeconds() % 31 != ", 2 },
    { "subject_ids", ENTITY_SUBJECT, "s", 0 },
    { "asset_ids", ENTITY_ASSET, "a", 0 },
    { "job_space_ids", ENTITY_JOB_SPACE, "j", 0 },
    { "name", 0, "Name ", 50 },
    { "key", 0, "k", 0 },
    { "set_id", 0, "set", 0 },
    { "type", 0, "y", 30 },
    { "description", 0, "text ", 20 },
    { "schedule_id", ENTITY_SCHEDULE, "schedule", 0 },
    { "acts_as", ENTITY_SUBJECT, "s", 20 },
    { "cron", 0, "* * * * 0-", 10 },
};

/* What `kind` beside an id says about it. */
static const struct {
    const char *kind; /* the end of the enum's name */
    const char *field;
} kinds[] = { { "_SUBJECT", "subject_id" },
              { "_ROLE", "role_id" },
              { "_GROUP", "group_id" },
              { "_ASSET", "asset_id" },
              { "_ASSET_TYPE", "type" } };

const struct random_pool *random_pool_of(const char *field)
{
    for (size_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
        if (strcmp(pools[i].field, field) == 0) {
            return &pools[i];
        }
    }
    return NULL;
}

const struct random_pool *random_pool_of_kind(const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field = pb_field_find(message->descriptor, STR("kind"));
    const ProtobufCEnumValue *value =
        field == NULL ? NULL
                      : protobuf_c_enum_descriptor_get_value(field->descriptor,
                                                             *(int *)pb_field_at(message, field));
    for (size_t i = 0; value != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t size = strlen(value->name), end = strlen(kinds[i].kind);
        if (size > end && strcmp(value->name + size - end, kinds[i].kind) == 0) {
            return random_pool_of(kinds[i].field);
        }
    }
    return NULL;
}

unsigned random_weight(const char *name)
{
    static const struct {
        const char *prefix;
        unsigned percent;
    } rare[] = { { "RemoveConstraint", 100 },
                 { "PutConstraint", 30 },
                 { "Remove", 25 },
                 { "Delete", 25 },
                 { "Retire", 15 },
                 { "Close", 15 },
                 { "ArchiveOrg", 3 },
                 { "EraseOrg", 0 },
                 { "Erase", 5 },
                 { "FinishImport", 0 } };
    for (size_t i = 0; i < sizeof rare / sizeof rare[0]; i++) {
        if (strncmp(name, rare[i].prefix, strlen(rare[i].prefix)) == 0) {
            return rare[i].percent;
        }
    }
    return 100;
}
