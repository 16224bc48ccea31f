/* A value is whatever the outside system uses: an address, a path, a mail address. Only its size is
 * bounded, and what no screen shows is refused. A system has no ':', so that ext:SYSTEM:VALUE can
 * be read in one way only. */
#include "core/domain/kernel/external.h"

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "core/domain/kernel/id.h"
#include "core/domain/kernel/life.h"

/* What is about to be checked: the external ids of one entity. */
struct external {
    struct decide *d;
    enum entity_kind kind;
    struct str id;
    Agency__V1__ExternalId *const *items;
    size_t count;
};

static struct status external_check_system(struct decide *d, struct str system)
{
    if (id_valid(system) && memchr(system.data, ':', system.size) == NULL) {
        return status_ok();
    }
    return decide_reject(d, STATUS_INVALID_ARGUMENT,
                         "expected the system of an external id to be an id without ':', but it is "
                         "'%.*s'",
                         STR_ARG(system));
}

static bool external_is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

static bool external_is_text(struct str value)
{
    for (size_t at = 0; at < value.size;) {
        uint32_t code_point;
        size_t size = utf8_decode(str_from(value, at), &code_point);
        if (size == 0 || external_is_control(code_point)) {
            return false;
        }
        at += size;
    }
    return true;
}

static struct status external_check_value(struct decide *d, struct str system, struct str value)
{
    if (value.size > 0 && value.size <= EXTERNAL_VALUE_SIZE_MAX && external_is_text(value)) {
        return status_ok();
    }
    return decide_reject(d, STATUS_INVALID_ARGUMENT,
                         "expected the external id of system '%.*s' to be 1 to %d bytes without "
                         "control characters, but it is not",
                         STR_ARG(system), EXTERNAL_VALUE_SIZE_MAX);
}

static bool external_same(const Agency__V1__ExternalId *a, const Agency__V1__ExternalId *b)
{
    return strcmp(a->system, b->system) == 0 && strcmp(a->value, b->value) == 0;
}

static struct status external_check_once(const struct external *external, size_t at)
{
    const Agency__V1__ExternalId *item = external->items[at];
    for (size_t i = 0; i < at; i++) {
        if (external_same(external->items[i], item)) {
            return decide_reject(external->d, STATUS_INVALID_ARGUMENT,
                                 "expected each external id once, but '%s:%s' is there twice",
                                 item->system, item->value);
        }
    }
    return status_ok();
}

static struct status external_check_free(const struct external *external,
                                         const Agency__V1__ExternalId *item)
{
    const struct str parts[] = { index_kind((unsigned)external->kind), str_z(item->system),
                                 str_z(item->value) };
    struct decide *d = external->d;
    struct str *ids;
    size_t ids_count;
    TRY(view_ids(d->view, d->arena, INDEX_EXTERNAL_ID, parts, 3, 1, &ids, &ids_count));
    if (ids_count == 0 || str_eq(ids[0], external->id)) {
        return status_ok();
    }
    char noun[LIFE_NOUN_SIZE];
    return decide_reject(
        d, STATUS_ALREADY_EXISTS, "expected an external id that is free, but %s '%.*s' has '%s:%s'",
        life_noun(external->kind, noun), STR_ARG(ids[0]), item->system, item->value);
}

static struct status external_check_item(const struct external *external, size_t at)
{
    const Agency__V1__ExternalId *item = external->items[at];
    TRY_ACCEPTED(external->d, external_check_system(external->d, str_z(item->system)));
    TRY_ACCEPTED(external->d,
                 external_check_value(external->d, str_z(item->system), str_z(item->value)));
    TRY_ACCEPTED(external->d, external_check_once(external, at));
    return external_check_free(external, item);
}

struct status external_check(struct decide *d, enum entity_kind kind, struct str id,
                             const ProtobufCMessage *entity)
{
    struct external external = { .d = d, .kind = kind, .id = id };
    external.items = registry_external_ids(kind, entity, &external.count);
    if (external.count > EXTERNAL_IDS_MAX) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected at most %d external_ids, but there are %zu",
                             EXTERNAL_IDS_MAX, external.count);
    }
    for (size_t i = 0; i < external.count; i++) {
        TRY_ACCEPTED(d, external_check_item(&external, i));
    }
    return status_ok();
}
