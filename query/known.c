#include "query/known.h"

#include "core/base/nearest.h"
#include "core/domain/check/implied.h"
#include "core/domain/kernel/fields.h"
#include "core/model/list.h"

/* Offers the keys of the first entities of a kind: more would be no vocabulary. */
static struct status known_offer(struct snapshot *snapshot, enum entity_kind kind,
                                 struct nearest *nearest)
{
    const ProtobufCFieldDescriptor *key = &registry_entity(kind)->descriptor->fields[0];
    const struct list_request request = { .org_id = snapshot->org_id,
                                          .kind = kind,
                                          .moment = snapshot->moment,
                                          .page_size = LIST_PAGE_MAX };
    struct list_page page;
    TRY(list_page(snapshot->reader, snapshot->arena, &request, &page));
    for (size_t i = 0; i < page.count; i++) {
        nearest_offer(nearest, fields_string(page.items[i], key->name));
    }
    return status_ok();
}

const char *known_kind(struct arena *arena, enum entity_kind kind)
{
    const char *name = registry_entity(kind)->name;
    bool vowel = strchr("AEIO", name[0]) != NULL;
    struct str text = arena_printf(arena, "%s %s", vowel ? "an" : "a", name);
    return text.data == NULL ? "an entity" : text.data;
}

static struct status known_unknown(struct snapshot *snapshot, enum entity_kind kind,
                                   struct nearest *nearest)
{
    if (nearest->wanted.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected %s, but it is empty",
                            known_kind(snapshot->arena, kind));
    }
    if (snapshot->whole) {
        struct status st = known_offer(snapshot, kind, nearest);
        TRY(st.code == STATUS_RESOURCE_EXHAUSTED ? status_ok() : st); /* then without a hint */
    }
    return status_error(STATUS_NOT_FOUND, "expected %s, but there is no '%.*s'%s%s",
                        known_kind(snapshot->arena, kind), STR_ARG(nearest->wanted),
                        snapshot_then(snapshot), nearest_hint(nearest));
}

struct status known_permission(struct snapshot *snapshot, struct str permission)
{
    const Agency__V1__Permission *defined;
    struct nearest nearest;
    if (permission_is_reserved(permission) || permission_is_command(permission)) {
        return status_ok();
    }
    TRY(view_permission(&snapshot->org.view, permission, &defined));
    if (defined != NULL) {
        return status_ok();
    }
    nearest_init(&nearest, permission);
    for (unsigned i = 0; i < agency__v1__command__descriptor.n_fields; i++) {
        const struct command_type *command =
            registry_command(agency__v1__command__descriptor.fields[i].id);
        nearest_offer(&nearest, str_z(command == NULL ? "" : command->name));
    }
    return known_unknown(snapshot, ENTITY_PERMISSION, &nearest);
}

struct status known_in(struct snapshot *snapshot, const struct view *view, enum entity_kind kind,
                       struct str id)
{
    const ProtobufCMessage *entity;
    struct nearest nearest;
    TRY(view_get(view, kind, id, &entity));
    if (entity != NULL) {
        return status_ok();
    }
    nearest_init(&nearest, id);
    return known_unknown(snapshot, kind, &nearest);
}

struct status known_entity(struct snapshot *snapshot, enum entity_kind kind, struct str text,
                           struct str *id)
{
    TRY(snapshot_resolve(snapshot, kind, text, id));
    return known_in(snapshot, &snapshot->org.view, kind, *id);
}

struct status known_object(struct snapshot *snapshot, struct object object)
{
    return object.kind == OBJECT_ORG
               ? status_ok()
               : known_in(snapshot, &snapshot->org.view, object_entity(object.kind), object.id);
}
