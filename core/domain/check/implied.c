#include "core/domain/check/implied.h"

bool permission_is_command(struct str name)
{
    static const struct str names[] = {
#define X(upper, pascal, snake, ...) { #pascal, sizeof #pascal - 1 },
        COMMANDS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_eq(names[i], name)) {
            return true;
        }
    }
    return false;
}

bool permission_is_reserved(struct str name)
{
    static const struct str names[] = {
        { "*", 1 },    { "delegate", 8 }, { "import", 6 },       { "act_as", 6 },
        { "late", 4 }, { "Read", 4 },     { "ReadProfile", 11 },
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_eq(names[i], name)) {
            return true;
        }
    }
    return false;
}

bool implied_contain(const struct implied *implied, struct str permission)
{
    for (size_t i = 0; i < implied->count; i++) {
        if (str_eq(implied->items[i], permission)) {
            return true;
        }
    }
    return false;
}

static struct status implied_add(struct implied *implied, struct str permission)
{
    if (implied_contain(implied, permission)) {
        return status_ok();
    }
    if (implied->count == IMPLIED_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED,
                            "expected at most %d permissions that imply '%.*s'", IMPLIED_MAX,
                            STR_ARG(implied->items[0]));
    }
    implied->items[implied->count++] = permission;
    return status_ok();
}

/* Adds what implies the permissions already listed, level by level. */
static struct status implied_walk(struct lookup *lookup, struct implied *implied)
{
    for (size_t i = 0; i < implied->count; i++) {
        const Agency__V1__Permission *permission;
        TRY(lookup_permission(lookup, implied->items[i], &permission));
        if (permission == NULL) {
            continue; /* undefined, or built in: implied by `*` only */
        }
        implied->known = implied->known || i == 0;
        for (size_t j = 0; j < permission->n_implied_by; j++) {
            TRY(implied_add(implied, str_z(permission->implied_by[j])));
        }
    }
    return status_ok();
}

struct status implied_of(struct lookup *lookup, struct str permission, struct implied *implied)
{
    *implied = (struct implied){ .items = { permission }, .count = 1 };
    implied->known = permission_is_reserved(permission) || permission_is_command(permission);
    if (!implied->known) {
        TRY(implied_walk(lookup, implied));
    }
    if (!implied_contain(implied, STR("*"))) {
        implied->items[implied->count++] = STR("*");
    }
    return status_ok();
}

struct status implied_known(const struct implied *implied)
{
    return implied->known ? status_ok()
                          : status_error(STATUS_NOT_FOUND,
                                         "expected a permission that is defined, but '%.*s' is not",
                                         STR_ARG(implied->items[0]));
}
