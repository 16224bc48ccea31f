#include "core/domain/kernel/object.h"

struct object object_of(enum entity_kind kind, struct str id)
{
    static const enum object_kind kinds[ENTITY_KINDS_END] = {
        [ENTITY_ASSET] = OBJECT_ASSET,
        [ENTITY_GROUP] = OBJECT_GROUP,
        [ENTITY_JOB_SPACE] = OBJECT_JOB_SPACE,
        [ENTITY_SUBJECT] = OBJECT_SUBJECT,
    };
    bool known = (size_t)kind < ENTITY_KINDS_END && kinds[kind] != 0;
    return known ? (struct object){ kinds[kind], id } : object_org();
}

const char *object_kind_name(unsigned kind)
{
    static const char *const names[] = {
        [OBJECT_ORG] = "org",         [OBJECT_ASSET] = "asset",
        [OBJECT_GROUP] = "group",     [OBJECT_ASSET_TYPE] = "asset type",
        [OBJECT_SUBJECT] = "subject", [OBJECT_JOB_SPACE] = "job space",
    };
    return kind > 0 && kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "object";
}
