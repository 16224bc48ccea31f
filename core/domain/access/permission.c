/* Permissions, and what implies what. */
#include "core/domain/access/permission.h"

#include "core/domain/check/implied.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/ids.h"
#include "core/domain/kernel/plain.h"

/* ---- names ---- */

static bool permission_builtin(struct str name)
{
    return permission_is_command(name) || permission_is_reserved(name);
}

static bool permission_capital(struct str name)
{
    return name.size > 0 && name.data[0] >= 'A' && name.data[0] <= 'Z';
}

struct status permission_check_use(struct decide *d, const char *name)
{
    const Agency__V1__Permission *permission;
    if (permission_builtin(str_z(name))) {
        return status_ok();
    }
    return rules_find_permission(d, name, LIVES_ACTIVE, &permission);
}

struct status permission_check_uses(struct decide *d, char *const *names, size_t names_count,
                                    char *const *before, size_t before_count)
{
    for (size_t i = 0; i < names_count; i++) {
        if (!ids_listed(before, before_count, str_z(names[i]))) {
            TRY_ACCEPTED(d, permission_check_use(d, names[i]));
        }
    }
    return status_ok();
}

/* ---- decide ---- */

static struct status permission_check_name(struct decide *d, const char *name)
{
    if (permission_capital(str_z(name)) || permission_builtin(str_z(name))) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected the name of a permission to begin with no capital letter "
                             "and not to be reserved, but it is '%s'",
                             name);
    }
    return status_ok();
}

/* Those that imply it must be defined: a built-in one cannot. */
static struct status permission_check_implied_by(struct decide *d, char *const *implied_by,
                                                 size_t count, char *const *before,
                                                 size_t before_count)
{
    TRY_ACCEPTED(d, rules_check_distinct(d, "implied_by", implied_by, count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__Permission *implying;
        if (!ids_listed(before, before_count, str_z(implied_by[i]))) {
            TRY_ACCEPTED(d, rules_find_permission(d, implied_by[i], LIVES_ACTIVE, &implying));
        }
    }
    return status_ok();
}

/* After the event. */
static struct status permission_check_implying(struct decide *d, const char *name)
{
    TRY_ACCEPTED(d, hierarchy_check(d, HIERARCHY_IMPLICATIONS, name));
    return hierarchy_check_above(d, HIERARCHY_IMPLICATIONS, name, IMPLIED_MAX - 1);
}

struct status decide_define_permission(struct decide *d,
                                       const Agency__V1__DefinePermission *command)
{
    const Agency__V1__Permission *made = command->permission;
    TRY_ACCEPTED(d, permission_check_name(d, made->permission));
    TRY_ACCEPTED(d, plain_check_new(d));
    TRY_ACCEPTED(d, permission_check_implied_by(d, made->implied_by, made->n_implied_by, NULL, 0));
    TRY_ACCEPTED(d, plain_emit(d, &made->base));
    return made->n_implied_by == 0 ? status_ok() : permission_check_implying(d, made->permission);
}

struct status decide_update_permission(struct decide *d,
                                       const Agency__V1__UpdatePermission *command)
{
    const Agency__V1__Permission *before;
    struct rules_change change;
    TRY_ACCEPTED(d, life_find_permission(d, &before));
    TRY_ACCEPTED(d, rules_update(d, &before->base, &change));
    const Agency__V1__Permission *after = (const Agency__V1__Permission *)(void *)change.entity;
    TRY_ACCEPTED(d, permission_check_implied_by(d, after->implied_by, after->n_implied_by,
                                                before->implied_by, before->n_implied_by));
    TRY_ACCEPTED(d, plain_emit_change(d, &change));
    return after->n_implied_by == 0 ? status_ok()
                                    : permission_check_implying(d, command->permission->permission);
}
