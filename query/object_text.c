#include "query/object_text.h"

/* job_space, as the schema writes it, is the same word. */
static bool object_text_is(struct str word, const char *wanted)
{
    struct str own = str_z(wanted);
    bool same = own.size == word.size;
    for (size_t i = 0; same && i < own.size; i++) {
        same = (word.data[i] == '_' ? '-' : word.data[i]) == own.data[i];
    }
    return same;
}

/* Asset types can be granted on, but not asked about. */
static bool object_text_kind(struct str word, enum object_kind *kind)
{
    for (unsigned number = OBJECT_ORG; number <= OBJECT_SUBJECT; number++) {
        if (number != OBJECT_ASSET_TYPE && object_text_is(word, object_kind_word(number))) {
            *kind = (enum object_kind)number;
            return true;
        }
    }
    return false;
}

static struct status object_text_org(const struct snapshot *snapshot, struct str id)
{
    return id.size == 0 || str_eq(id, snapshot->org_id)
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected the org '%.*s', which the question is about, but it is "
                              "'%.*s'",
                              STR_ARG(snapshot->org_id), STR_ARG(id));
}

static struct status object_text_find(struct snapshot *snapshot, struct str id,
                                      struct object *object)
{
    object->id = (struct str){ 0 };
    return object->kind == OBJECT_ORG
               ? object_text_org(snapshot, id)
               : snapshot_resolve(snapshot, object_entity(object->kind), id, &object->id);
}

struct status object_text_parse(struct snapshot *snapshot, struct str text, struct object *object)
{
    const char *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    struct str word = { text.data, colon == NULL ? text.size : (size_t)(colon - text.data) };
    struct str id = colon == NULL ? STR("") : str_from(text, word.size + 1);
    bool known = object_text_kind(word, &object->kind);
    if (!known || (colon == NULL ? object->kind != OBJECT_ORG : id.size == 0)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an object: org, asset:ID, group:ID, job-space:ID or "
                            "subject:ID, but it is '%.*s'",
                            STR_ARG(text));
    }
    return object_text_find(snapshot, id, object);
}

struct status object_text_named(struct snapshot *snapshot, struct str kind, struct str id,
                                struct object *object)
{
    if (!object_text_kind(kind, &object->kind)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a kind of object: org, asset, group, job-space or subject "
                            "(its id stands apart), but it is '%.*s'",
                            STR_ARG(kind));
    }
    return object_text_find(snapshot, id, object);
}
