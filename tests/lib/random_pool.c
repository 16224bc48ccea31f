#include "tests/lib/random_pool.h"

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
    { "name", 0, "Name ", 50 },
    { "key", 0, "k", 0 },
    { "type", 0, "y", 30 },
    { "description", 0, "text ", 20 },
};

const struct random_pool *random_pool_of(const char *field)
{
    for (size_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
        if (strcmp(pools[i].field, field) == 0) {
            return &pools[i];
        }
    }
    return NULL;
}
