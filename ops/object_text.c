#include "ops/object_text.h"

/* As words without blanks; asset types can be granted on, but not asked about. */
static const char *const object_words[] = { [OBJECT_ORG] = "org",
                                            [OBJECT_ASSET] = "asset",
                                            [OBJECT_GROUP] = "group",
                                            [OBJECT_JOB_SPACE] = "job-space",
                                            [OBJECT_SUBJECT] = "subject" };

struct status object_text_kind(struct str word, enum object_kind *kind)
{
    for (unsigned number = OBJECT_ORG; number <= OBJECT_SUBJECT; number++) {
        if (object_words[number] != NULL && str_eq(str_z(object_words[number]), word)) {
            *kind = (enum object_kind)number;
            return status_ok();
        }
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected an object: org, asset:ID, group:ID, job-space:ID or subject:ID, "
                        "but it is '%.*s'",
                        STR_ARG(word));
}

static enum entity_kind object_text_entity(enum object_kind kind)
{
    static const enum entity_kind entities[] = { [OBJECT_ASSET] = ENTITY_ASSET,
                                                 [OBJECT_GROUP] = ENTITY_GROUP,
                                                 [OBJECT_JOB_SPACE] = ENTITY_JOB_SPACE,
                                                 [OBJECT_SUBJECT] = ENTITY_SUBJECT };
    return entities[kind];
}

struct status object_text_parse(struct reading *reading, struct ctl *ctl, const char *text,
                                struct object *object)
{
    struct str whole = str_z(text);
    const char *colon = strchr(text, ':');
    struct str word = { text, colon == NULL ? whole.size : (size_t)(colon - text) };
    TRY(object_text_kind(word, &object->kind));
    object->id = (struct str){ 0 };
    if ((object->kind == OBJECT_ORG) != (colon == NULL)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected org, or a kind and an id such as asset:ID, but it is '%s'",
                            text);
    }
    return colon == NULL ? status_ok()
                         : reading_resolve(reading, ctl, object_text_entity(object->kind),
                                           colon + 1, &object->id);
}

struct status object_text_format(struct arena *arena, struct object object, char **text)
{
    struct str made = arena_printf(arena, "%s%s%.*s", object_words[object.kind],
                                   object.id.size > 0 ? ":" : "", STR_ARG(object.id));
    *text = (char *)(uintptr_t)made.data;
    return made.data == NULL ? arena_full(arena) : status_ok();
}
