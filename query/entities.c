#include "query/entities.h"

#include "core/base/nearest.h"
#include "core/model/configured.h"
#include "query/known.h"
#include "query/selection.h"

const char *entities_word(enum entity_kind kind, char word[LIFE_NOUN_SIZE])
{
    life_noun(kind, word);
    for (char *space; (space = strchr(word, ' ')) != NULL;) {
        *space = '-';
    }
    return word;
}

struct status entities_kind(struct str name, enum entity_kind *kind)
{
    struct nearest nearest;
    char word[LIFE_NOUN_SIZE];
    nearest_init(&nearest, name);
    for (unsigned number = 0; number < ENTITY_KINDS_END; number++) {
        const struct entity_type *type = registry_entity(number);
        if (type == NULL) {
            continue;
        }
        struct str plural = str_z(type->plural);
        enum entity_kind is = (enum entity_kind)number;
        if (str_eq(plural, name) || str_eq(str_z(entities_word(is, word)), name)) {
            *kind = is;
            return status_ok();
        }
        nearest_offer(&nearest, plural);
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected a kind, such as groups, but it is '%.*s'%s", STR_ARG(name),
                        nearest_hint(&nearest));
}

static struct status entities_id(struct snapshot *snapshot, enum entity_kind kind,
                                 const struct str *parts, size_t parts_count, struct str *id)
{
    if (parts_count == 1) {
        return snapshot_resolve(snapshot, kind, parts[0], id);
    }
    *id = STR("");
    for (size_t i = 0; i < parts_count; i++) {
        if (parts[i].size == 0) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected all parts of an id of kind %s, but one is empty",
                                registry_entity(kind)->name);
        }
        *id = arena_printf(snapshot->arena, "%.*s%s%.*s", STR_ARG(*id), i > 0 ? "~" : "",
                           STR_ARG(parts[i]));
        if (id->data == NULL) {
            return arena_full(snapshot->arena);
        }
    }
    return status_ok();
}

struct status entities_get(struct snapshot *snapshot, enum entity_kind kind,
                           const struct str *parts, size_t parts_count,
                           const ProtobufCMessage **entity)
{
    struct str id;
    TRY(entities_id(snapshot, kind, parts, parts_count, &id));
    TRY(view_get(&snapshot->org.view, kind, id, entity));
    return *entity != NULL ? status_ok()
                           : status_error(STATUS_NOT_FOUND, "expected %s, but there is no '%.*s'%s",
                                          known_kind(snapshot->arena, kind), STR_ARG(id),
                                          snapshot_then(snapshot));
}

struct status entities_is_idle(const struct snapshot *snapshot, const ProtobufCMessage *entity,
                               bool *idle)
{
    *idle = false;
    return entity->descriptor == &agency__v1__config__descriptor
               ? configured_is_gone(snapshot->reader, snapshot->arena, snapshot->org_id,
                                    &snapshot->moment,
                                    (const Agency__V1__Config *)(const void *)entity, idle)
               : status_ok();
}

struct status entities_page(struct snapshot *snapshot, const struct list_request *request,
                            const struct page_ask *ask, struct entities_page *page)
{
    const struct selection selection = { .list = *request };
    return selection_page(snapshot, &selection, ask, page);
}
