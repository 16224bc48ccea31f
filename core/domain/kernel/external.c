/* A value is whatever the outside system uses: an address, a path, a mail address. Only its size is
 * bounded, and what no screen shows is refused. A system has no ':', so that ext:SYSTEM:VALUE can
 * be read in one way only.
 *
 * A personal one has no value but its hashes under the index keys of the keyring. Nobody can tell
 * whether a hash and a value are of the same, so that of the live ones of a kind a system has
 * either values or hashes: what is asked for is found in one way only. */
#include "core/domain/kernel/external.h"

#include "core/base/hash.h"
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

/* ---- one of them ---- */

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

static struct status external_check_value(struct decide *d, const Agency__V1__ExternalId *item)
{
    struct str value = str_z(item->value);
    if (item->n_hashes > 0) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected hashes of personal external ids only, but that of system "
                             "'%s' is none",
                             item->system);
    }
    assert(value.size <= EXTERNAL_VALUE_SIZE_MAX); /* given_check */
    if (!utf8_printable(value)) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected the external id of system '%s' to be 1 to %d bytes without "
                             "control characters, but it is not",
                             item->system, EXTERNAL_VALUE_SIZE_MAX);
    }
    return status_ok();
}

static bool external_hash_valid(const Agency__V1__ExternalIdHash *hash)
{
    struct hash bytes;
    return id_valid(str_z(hash->key_id)) && hash_from_hex(str_z(hash->hmac), &bytes);
}

/* Whether it has hashes, each valid and under another key. */
static bool external_hashes_valid(const Agency__V1__ExternalId *item)
{
    bool valid = item->n_hashes > 0 && item->n_hashes <= EXTERNAL_HASHES_MAX;
    for (size_t i = 0; valid && i < item->n_hashes; i++) {
        valid = external_hash_valid(item->hashes[i]);
        for (size_t j = 0; valid && j < i; j++) {
            valid = strcmp(item->hashes[i]->key_id, item->hashes[j]->key_id) != 0;
        }
    }
    return valid;
}

static struct status external_check_personal(const struct external *external,
                                             const Agency__V1__ExternalId *item)
{
    assert(item->value[0] == '\0'); /* given_check_whole */
    if (external->kind != ENTITY_SUBJECT) {
        return decide_reject(external->d, STATUS_INVALID_ARGUMENT,
                             "expected personal external ids of subjects only, but that of system "
                             "'%s' is of another kind",
                             item->system);
    }
    if (!external_hashes_valid(item)) {
        return decide_reject(external->d, STATUS_INVALID_ARGUMENT,
                             "expected the personal external id of system '%s' as 1 to %d hashes, "
                             "each of 64 hexadecimal digits under another key, but it is not",
                             item->system, EXTERNAL_HASHES_MAX);
    }
    return status_ok();
}

/* ---- beside its others ---- */

static bool external_same(const Agency__V1__ExternalId *a, const Agency__V1__ExternalId *b)
{
    bool same = strcmp(a->value, b->value) == 0 && !a->personal;
    for (size_t i = 0; i < a->n_hashes && a->personal; i++) {
        for (size_t j = 0; j < b->n_hashes && !same; j++) {
            same = strcmp(a->hashes[i]->hmac, b->hashes[j]->hmac) == 0;
        }
    }
    return same;
}

static struct status external_check_beside(const struct external *external,
                                           const Agency__V1__ExternalId *item,
                                           const Agency__V1__ExternalId *other)
{
    if (strcmp(item->system, other->system) != 0) {
        return status_ok();
    }
    if (!item->personal != !other->personal) {
        return decide_reject(external->d, STATUS_INVALID_ARGUMENT,
                             "expected all external ids of system '%s' to be personal, or none",
                             item->system);
    }
    return external_same(item, other)
               ? decide_reject(external->d, STATUS_INVALID_ARGUMENT,
                               "expected each external id once, but '%s:%s' is there twice",
                               item->system, item->personal ? "(personal)" : item->value)
               : status_ok();
}

/* ---- among those of others ---- */

/* Whether the index has somebody else under these parts: a value, or a hash and its key. */
static struct status external_check_free(const struct external *external,
                                         const Agency__V1__ExternalId *item, const char *key_id,
                                         const char *value)
{
    const struct str parts[] = { index_kind((unsigned)external->kind), str_z(item->system),
                                 str_z(key_id), str_z(value) };
    struct decide *d = external->d;
    struct str *ids;
    size_t ids_count;
    TRY(view_ids(d->view, d->arena, INDEX_EXTERNAL_ID, parts, 4, 1, &ids, &ids_count));
    if (ids_count == 0 || str_eq(ids[0], external->id)) {
        return status_ok();
    }
    char noun[LIFE_NOUN_SIZE];
    return decide_reject(d, STATUS_ALREADY_EXISTS,
                         "expected an external id that is free, but %s '%.*s' has '%s:%s'",
                         life_noun(external->kind, noun), STR_ARG(ids[0]), item->system,
                         item->personal ? "(personal)" : item->value);
}

static struct status external_check_all_free(const struct external *external,
                                             const Agency__V1__ExternalId *item)
{
    if (!item->personal) {
        return external_check_free(external, item, "", item->value);
    }
    for (size_t i = 0; i < item->n_hashes; i++) {
        TRY_ACCEPTED(external->d, external_check_free(external, item, item->hashes[i]->key_id,
                                                      item->hashes[i]->hmac));
    }
    return status_ok();
}

/* The first rows of the other form of the system: those of values are before those of hashes. At
 * most so many are the entity's own. */
enum { EXTERNAL_OWN_ROWS_MAX = EXTERNAL_IDS_MAX * EXTERNAL_HASHES_MAX };

static struct status external_other_form(const struct external *external,
                                         const Agency__V1__ExternalId *item, struct view_row **rows,
                                         size_t *count)
{
    const struct str parts[] = { index_kind((unsigned)external->kind), str_z(item->system),
                                 STR("") };
    const struct str hashes = STR("0"); /* a key's name begins with a digit or letter */
    struct view_range range = { .index = INDEX_EXTERNAL_ID,
                                .parts = parts,
                                .parts_count = 3,
                                .limit = EXTERNAL_OWN_ROWS_MAX + 1 };
    if (!item->personal) {
        range.parts_count = 2;
        range.from = &hashes;
        range.from_count = 1;
    }
    return view_rows(external->d->view, external->d->arena, &range, rows, count);
}

static struct status external_check_form(const struct external *external,
                                         const Agency__V1__ExternalId *item)
{
    struct view_row *rows;
    size_t count;
    if (external->kind != ENTITY_SUBJECT) {
        return status_ok(); /* others have no personal ones */
    }
    TRY(external_other_form(external, item, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(rows[i].id, external->id)) {
            return decide_reject(external->d, STATUS_FAILED_PRECONDITION,
                                 "expected external ids of system '%s' %sto be personal, as that "
                                 "of subject '%.*s' is%s",
                                 item->system, item->personal ? "not " : "", STR_ARG(rows[i].id),
                                 item->personal ? " not" : "");
        }
    }
    return status_ok();
}

/* ---- all of them ---- */

static struct status external_check_item(const struct external *external, size_t at)
{
    const Agency__V1__ExternalId *item = external->items[at];
    struct decide *d = external->d;
    TRY_ACCEPTED(d, external_check_system(d, str_z(item->system)));
    TRY_ACCEPTED(d, item->personal ? external_check_personal(external, item)
                                   : external_check_value(d, item));
    for (size_t i = 0; i < at; i++) {
        TRY_ACCEPTED(d, external_check_beside(external, item, external->items[i]));
    }
    TRY_ACCEPTED(d, external_check_all_free(external, item));
    return external_check_form(external, item);
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
