#include "ops/ctl/known.h"

#include "core/base/nearest.h"
#include "core/domain/check/implied.h"
#include "core/domain/kernel/fields.h"
#include "core/model/list.h"

/* Offers the keys of the first entities of a kind: more would be no vocabulary. */
static struct status known_offer(struct reading *reading, struct ctl *ctl, enum entity_kind kind,
                                 struct nearest *nearest)
{
    const ProtobufCFieldDescriptor *key = &registry_entity(kind)->descriptor->fields[0];
    const struct list_request request = { .org_id = ctl->options.org,
                                          .kind = kind,
                                          .at = reading_at(reading),
                                          .page_size = LIST_PAGE_MAX };
    struct list_page page;
    TRY(list_page(reading->partition->reader, &reading->partition->position, &ctl->arena, &request,
                  &page));
    for (size_t i = 0; i < page.count; i++) {
        nearest_offer(nearest, fields_string(page.items[i], key->name));
    }
    return status_ok();
}

static struct status known_unknown(struct reading *reading, struct ctl *ctl, enum entity_kind kind,
                                   struct nearest *nearest)
{
    if (nearest->wanted.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a %s, but it is empty",
                            registry_entity(kind)->name);
    }
    TRY(known_offer(reading, ctl, kind, nearest));
    return status_error(STATUS_NOT_FOUND, "expected a %s, but there is no '%.*s'%s%s",
                        registry_entity(kind)->name, STR_ARG(nearest->wanted), reading_then(ctl),
                        nearest_hint(nearest));
}

struct status known_permission(struct reading *reading, struct ctl *ctl, struct str permission)
{
    const Agency__V1__Permission *defined;
    struct nearest nearest;
    if (permission_is_reserved(permission) || permission_is_command(permission)) {
        return status_ok();
    }
    TRY(view_permission(&reading->org.view, permission, &defined));
    if (defined != NULL) {
        return status_ok();
    }
    nearest_init(&nearest, permission);
    for (unsigned i = 0; i < agency__v1__command__descriptor.n_fields; i++) {
        const struct command_type *command =
            registry_command(agency__v1__command__descriptor.fields[i].id);
        nearest_offer(&nearest, str_z(command == NULL ? "" : command->name));
    }
    return known_unknown(reading, ctl, ENTITY_PERMISSION, &nearest);
}

struct status known_role_type(struct reading *reading, struct ctl *ctl, struct str role_type)
{
    const Agency__V1__RoleType *defined;
    struct nearest nearest;
    TRY(view_role_type(&reading->org.view, role_type, &defined));
    if (defined != NULL) {
        return status_ok();
    }
    nearest_init(&nearest, role_type);
    return known_unknown(reading, ctl, ENTITY_ROLE_TYPE, &nearest);
}
