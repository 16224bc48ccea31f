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

static struct status known_unknown(struct snapshot *snapshot, enum entity_kind kind,
                                   struct nearest *nearest)
{
    if (nearest->wanted.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a %s, but it is empty",
                            registry_entity(kind)->name);
    }
    TRY(known_offer(snapshot, kind, nearest));
    return status_error(STATUS_NOT_FOUND, "expected a %s, but there is no '%.*s'%s%s",
                        registry_entity(kind)->name, STR_ARG(nearest->wanted),
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

struct status known_role_type(struct snapshot *snapshot, struct str role_type)
{
    const Agency__V1__RoleType *defined;
    struct nearest nearest;
    TRY(view_role_type(&snapshot->org.view, role_type, &defined));
    if (defined != NULL) {
        return status_ok();
    }
    nearest_init(&nearest, role_type);
    return known_unknown(snapshot, ENTITY_ROLE_TYPE, &nearest);
}
