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

enum entity_kind object_entity(enum object_kind kind)
{
    static const enum entity_kind kinds[] = {
        [OBJECT_ASSET] = ENTITY_ASSET,
        [OBJECT_GROUP] = ENTITY_GROUP,
        [OBJECT_JOB_SPACE] = ENTITY_JOB_SPACE,
        [OBJECT_SUBJECT] = ENTITY_SUBJECT,
    };
    return kind < sizeof kinds / sizeof kinds[0] ? kinds[kind] : (enum entity_kind)0;
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

const char *object_kind_word(enum object_kind kind)
{
    static const char *const words[] = {
        [OBJECT_ORG] = "org",         [OBJECT_ASSET] = "asset",
        [OBJECT_GROUP] = "group",     [OBJECT_ASSET_TYPE] = "asset-type",
        [OBJECT_SUBJECT] = "subject", [OBJECT_JOB_SPACE] = "job-space",
    };
    assert(kind >= OBJECT_ORG && kind <= OBJECT_SUBJECT);
    return words[kind];
}

struct status object_format(struct arena *arena, struct object object, char **text)
{
    struct str made = arena_printf(arena, "%s%s%.*s", object_kind_word(object.kind),
                                   object.id.size > 0 ? ":" : "", STR_ARG(object.id));
    *text = (char *)(uintptr_t)made.data;
    return made.data == NULL ? arena_full(arena) : status_ok();
}
