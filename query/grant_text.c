#include "query/grant_text.h"

#include "core/domain/check/grantees.h"
#include "query/object_text.h"

static const struct grant_word {
    const char *word;
    enum entity_kind entity;
    const char *number; /* as a filter names it */
} grant_words[] = {
    [GRANTEE_SUBJECT] = { "subject", ENTITY_SUBJECT, "SUBJECT" },
    [GRANTEE_ROLE] = { "role", ENTITY_ROLE, "ROLE" },
    [GRANTEE_GROUP] = { "group", ENTITY_GROUP, "GROUP" },
};
enum { GRANT_WORDS_END = sizeof grant_words / sizeof grant_words[0] };

struct status grant_text_on(struct arena *arena, const Agency__V1__GrantObject *on,
                            struct str *text)
{
    char *made;
    if ((unsigned)on->kind < OBJECT_ORG || (unsigned)on->kind > OBJECT_SUBJECT) {
        return status_error(STATUS_DATA_LOSS, "expected a grant on a kind of object, not %u",
                            (unsigned)on->kind);
    }
    TRY(object_format(arena, (struct object){ (enum object_kind)on->kind, str_z(on->id) }, &made));
    *text = str_z(made);
    return status_ok();
}

struct status grant_text_grantee(struct arena *arena, const Agency__V1__Grantee *grantee,
                                 struct str *text)
{
    unsigned kind = (unsigned)grantee->kind;
    if (kind < GRANTEE_SUBJECT || kind >= GRANT_WORDS_END) {
        return status_error(STATUS_DATA_LOSS, "expected a kind of grantee, not %u", kind);
    }
    *text = arena_printf(arena, "%s:%s", grant_words[kind].word, grantee->id);
    for (size_t i = 0; i < grantee->n_role_types && text->data != NULL; i++) {
        *text = arena_printf(arena, "%.*s%s%s", STR_ARG(*text), i == 0 ? " as " : ", ",
                             grantee->role_types[i]);
    }
    return text->data == NULL ? arena_full(arena) : status_ok();
}

/* ---- filters ---- */

/* An asset type can be granted on, but not asked about: it is no object of a question. */
static struct status grant_text_parse_on(struct snapshot *snapshot, struct str text,
                                         struct str *kind, struct str *id)
{
    static const char *const numbers[] = { [OBJECT_ORG] = "ORG",
                                           [OBJECT_ASSET] = "ASSET",
                                           [OBJECT_ASSET_TYPE] = "ASSET_TYPE",
                                           [OBJECT_GROUP] = "GROUP",
                                           [OBJECT_JOB_SPACE] = "JOB_SPACE",
                                           [OBJECT_SUBJECT] = "SUBJECT" };
    const struct str type = STR("asset-type:");
    struct object object = { OBJECT_ASSET_TYPE, { 0 } };
    if (str_starts(text, type) && text.size > type.size) {
        object.id = str_from(text, type.size);
    } else {
        TRY(object_text_parse(snapshot, text, &object));
    }
    *kind = str_z(numbers[object.kind]);
    *id = object.id;
    return status_ok();
}

static struct status grant_text_parse_grantee(struct snapshot *snapshot, struct str text,
                                              struct str *kind, struct str *id)
{
    for (unsigned i = GRANTEE_SUBJECT; i < GRANT_WORDS_END; i++) {
        const struct grant_word *word = &grant_words[i];
        size_t size = strlen(word->word);
        if (str_starts(text, str_z(word->word)) && text.size > size && text.data[size] == ':') {
            *kind = str_z(word->number);
            return snapshot_resolve(snapshot, word->entity, str_from(text, size + 1), id);
        }
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected a grantee: subject:ID, role:ID or group:ID, but it is '%.*s'",
                        STR_ARG(text));
}

struct status grant_text_filters(struct snapshot *snapshot, enum entity_kind kind,
                                 const struct list_filter *asked, struct list_filter filters[2],
                                 size_t *count)
{
    bool on = kind == ENTITY_GRANT && str_eq(asked->field, STR("on"));
    bool grantee = kind == ENTITY_GRANT && str_eq(asked->field, STR("grantee"));
    filters[0] = *asked;
    *count = 1;
    if (asked->value.size == 0 || (!on && !grantee)) {
        return status_ok();
    }
    filters[0].field = on ? STR("on.kind") : STR("grantee.kind");
    filters[1].field = on ? STR("on.id") : STR("grantee.id");
    TRY(status_prefix(
        on ? grant_text_parse_on(snapshot, asked->value, &filters[0].value, &filters[1].value)
           : grant_text_parse_grantee(snapshot, asked->value, &filters[0].value, &filters[1].value),
        "filter '%.*s'", STR_ARG(asked->field)));
    *count = filters[1].value.size > 0 ? 2 : 1; /* the org has no id */
    return status_ok();
}
