#include "core/auth/jwks.h"

#include "core/base/memory.h"

/* What a set of the largest size takes as a tree of values: a value of two bytes takes some
 * hundred.
 */
enum { JWKS_MEMORY = 32 << 20 };

struct jwks {
    struct arena arena; /* the texts of the keys */
    struct jwk keys[JWKS_KEYS_MAX];
    size_t count;
    size_t skipped;
    struct status reason; /* of the first that was skipped */
};

static struct status jwks_add(struct jwks *jwks, const Google__Protobuf__Value *value,
                              struct str use)
{
    if (value->kind_case != GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected every key to be an object");
    }
    struct status st = jwk_read(&jwks->arena, value->struct_value, use, &jwks->keys[jwks->count]);
    if (st.code == STATUS_INVALID_ARGUMENT) {
        jwks->reason = jwks->skipped == 0 ? st : jwks->reason;
        jwks->skipped++;
        return status_ok();
    }
    jwks->count += st.code == STATUS_OK;
    return st;
}

static struct status jwks_fill(struct jwks *jwks, struct str json, struct str use)
{
    const Google__Protobuf__Struct *claims;
    TRY(claims_read(&jwks->arena, json, &claims));
    const Google__Protobuf__Value *keys = claims_find(claims, "keys");
    if (keys == NULL || keys->kind_case != GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected 'keys' to be a list");
    }
    const Google__Protobuf__ListValue *list = keys->list_value;
    if (list->n_values > JWKS_KEYS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d keys, but there are %zu",
                            JWKS_KEYS_MAX, list->n_values);
    }
    for (size_t i = 0; i < list->n_values; i++) {
        TRY(jwks_add(jwks, list->values[i], use));
    }
    return status_ok();
}

struct status jwks_read(struct str json, struct str use, struct jwks **jwks)
{
    if (json.size > JWKS_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a key set of at most %d bytes, but it has %zu", JWKS_SIZE_MAX,
                            json.size);
    }
    struct jwks *made = mem_zalloc(1, sizeof *made);
    arena_init(&made->arena, JWKS_MEMORY);
    struct status st = jwks_fill(made, json, use);
    if (st.code != STATUS_OK) {
        jwks_free(made);
        return st.code == STATUS_RESOURCE_EXHAUSTED
                   ? status_error(STATUS_INVALID_ARGUMENT,
                                  "expected a key set of fewer values: it needs too much memory")
                   : st;
    }
    *jwks = made;
    return status_ok();
}

void jwks_free(struct jwks *jwks)
{
    if (jwks == NULL) {
        return;
    }
    for (size_t i = 0; i < jwks->count; i++) {
        jwk_release(&jwks->keys[i]);
    }
    arena_release(&jwks->arena);
    mem_free(jwks);
}

size_t jwks_count(const struct jwks *jwks)
{
    return jwks->count;
}

size_t jwks_skipped(const struct jwks *jwks, const char **reason)
{
    *reason = jwks->reason.msg;
    return jwks->skipped;
}

void jwks_find(const struct jwks *jwks, struct str id, const struct jws_algorithm *algorithm,
               struct jwks_found *found)
{
    for (size_t i = 0; i < jwks->count; i++) {
        const struct jwk *key = &jwks->keys[i];
        bool named = id.data == NULL || (key->id.data != NULL && str_eq(key->id, id));
        if (!named || !jwk_fits(key, algorithm)) {
            continue;
        }
        if (found->count == JWKS_FOUND_MAX) {
            found->more = true;
            return;
        }
        found->keys[found->count++] = key;
    }
}
