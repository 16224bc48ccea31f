#include "core/domain/feed/access_entry.h"

#include <stdlib.h>

struct access_entry access_entry_of(const Agency__V1__Grant *grant)
{
    bool conditional = grant->condition[0] != '\0';
    return (struct access_entry){ .permission = str_z(grant->permission),
                                  .on = { (enum object_kind)grant->on->kind, str_z(grant->on->id) },
                                  .grant_id = conditional ? str_z(grant->grant_id) : STR("") };
}

struct access_entry access_entry_of_type(const Agency__V1__RoleType *type, size_t permission,
                                         struct str job_space)
{
    bool conditional = type->condition[0] != '\0';
    return (struct access_entry){
        .permission = str_z(type->permissions[permission]),
        .on = object_scope(job_space),
        .role_type = conditional ? str_z(type->role_type) : STR(""),
    };
}

bool access_entry_is_conditional(const struct access_entry *entry)
{
    return entry->grant_id.size > 0 || entry->role_type.size > 0;
}

int access_entry_compare(const struct access_entry *a, const struct access_entry *b)
{
    int order = object_compare(a->on, b->on);
    order = order != 0 ? order : str_cmp(a->permission, b->permission);
    order = order != 0 ? order : str_cmp(a->grant_id, b->grant_id);
    return order != 0 ? order : str_cmp(a->role_type, b->role_type);
}

struct status access_entries_add(struct access_entries *entries, const struct access_entry *entry)
{
    ARENA_TRY(entries->arena, entries->items,
              arena_grow(entries->arena, entries->items, entries->count, sizeof *entries->items,
                         &entries->cap));
    entries->items[entries->count++] = *entry;
    return status_ok();
}

static int access_entries_order(const void *a, const void *b)
{
    return access_entry_compare(a, b);
}

void access_entries_sort(struct access_entries *entries)
{
    size_t kept = 0;
    if (entries->count > 1) {
        qsort(entries->items, entries->count, sizeof *entries->items, access_entries_order);
    }
    for (size_t i = 0; i < entries->count; i++) {
        if (kept == 0 || access_entry_compare(&entries->items[kept - 1], &entries->items[i]) != 0) {
            entries->items[kept++] = entries->items[i];
        }
    }
    entries->count = kept;
}
