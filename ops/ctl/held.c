#include "ops/ctl/held.h"

#include "core/domain/check/check_held.h"
#include "ops/ctl/known.h"
#include "ops/ctl/object_text.h"
#include "ops/ctl/table.h"

/* One line: as JSON, or a row of the table. */
static struct status held_line(struct ctl *ctl, struct table *table, const struct check_held *held)
{
    Agency__V1__HeldItem item = AGENCY__V1__HELD_ITEM__INIT;
    TRY(object_text_format(&ctl->arena, held->on, &item.object));
    item.permission = (char *)(uintptr_t)held->permission.data;
    item.grant_id = (char *)(uintptr_t)held->grant_id.data;
    item.role_id = (char *)(uintptr_t)held->role_id.data;
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &item.base);
    }
    TRY(table_add(table, held->permission));
    TRY(table_add(table, str_z(item.object)));
    TRY(table_add(table, held->grant_id));
    return table_add(table, held->role_id);
}

static struct status held_permissions(struct reading *reading, struct ctl *ctl,
                                      struct str subject_id)
{
    static const char *const heads[] = { "permission", "object", "grant", "seat" };
    struct check_held *items;
    size_t count;
    struct table table;
    TRY(check_held_permissions(&reading->org.view, &ctl->arena, reading->moment.time_us, subject_id,
                               &items, &count));
    TRY(table_init(&table, &ctl->arena, heads, 4));
    for (size_t i = 0; i < count; i++) {
        TRY(held_line(ctl, &table, &items[i]));
    }
    if (ctl->options.output == CTL_TABLE) {
        table_print(&table, &ctl->out);
    }
    return status_ok();
}

static struct status held_objects(struct reading *reading, struct ctl *ctl, struct str subject_id,
                                  const char *permission)
{
    struct object *items;
    size_t count;
    TRY(check_held_objects(&reading->org.view, &ctl->arena, reading->moment.time_us, subject_id,
                           str_z(permission), &items, &count));
    for (size_t i = 0; i < count; i++) {
        Agency__V1__HeldItem item = AGENCY__V1__HELD_ITEM__INIT;
        TRY(object_text_format(&ctl->arena, items[i], &item.object));
        item.permission = (char *)(uintptr_t)permission;
        if (ctl->options.output == CTL_JSON) {
            TRY(ctl_json(ctl, &item.base));
        } else {
            buf_printf(&ctl->out, "%s\n", item.object);
        }
    }
    return status_ok();
}

struct status held_say(struct reading *reading, struct ctl *ctl, const char *subject,
                       const char *permission)
{
    struct str subject_id;
    const Agency__V1__Subject *found;
    TRY(reading_resolve(reading, ctl, ENTITY_SUBJECT, str_z(subject), &subject_id));
    TRY(view_subject(&reading->org.view, subject_id, &found));
    if (found == NULL) {
        return status_error(STATUS_NOT_FOUND, "expected a subject, but there is no '%.*s'",
                            STR_ARG(subject_id));
    }
    if (permission != NULL) {
        TRY(known_permission(reading, ctl, str_z(permission)));
    }
    reading_say_moment(reading, ctl);
    return permission == NULL ? held_permissions(reading, ctl, subject_id)
                              : held_objects(reading, ctl, subject_id, permission);
}
