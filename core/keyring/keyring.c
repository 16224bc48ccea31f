#include "core/keyring/keyring.h"

#include <assert.h>

#include "core/base/hmac.h"

static struct status keyring_none(void)
{
    return status_error(STATUS_FAILED_PRECONDITION,
                        "expected a keyring in the data folder: without one personal data cannot "
                        "be sealed here");
}

struct status keyring_make(const struct keyring *keyring, struct str org_id, struct str subject_id,
                           struct keyring_key *key)
{
    assert(org_id.size > 0 && subject_id.size > 0);
    return keyring->ops == NULL ? keyring_none()
                                : keyring->ops->make(keyring->self, org_id, subject_id, key);
}

struct status keyring_find(const struct keyring *keyring, struct str org_id, struct str subject_id,
                           struct keyring_key *key)
{
    assert(org_id.size > 0 && subject_id.size > 0);
    return keyring->ops == NULL ? status_error(STATUS_NOT_FOUND, "expected a keyring")
                                : keyring->ops->find(keyring->self, org_id, subject_id, key);
}

struct status keyring_destroy(const struct keyring *keyring, struct str org_id,
                              struct str subject_id)
{
    assert(org_id.size > 0 && subject_id.size > 0);
    return keyring->ops == NULL ? status_ok()
                                : keyring->ops->destroy(keyring->self, org_id, subject_id);
}

struct status keyring_destroy_org(const struct keyring *keyring, struct str org_id)
{
    assert(org_id.size > 0);
    return keyring->ops == NULL ? status_ok() : keyring->ops->destroy_org(keyring->self, org_id);
}

struct status keyring_index_keys(const struct keyring *keyring, struct keyring_index_keys *keys)
{
    *keys = (struct keyring_index_keys){ 0 };
    if (keyring->ops == NULL) {
        return keyring_none();
    }
    TRY(keyring->ops->index_keys(keyring->self, keys));
    assert(keys->count > 0 && keys->count <= KEYRING_INDEX_KEYS_MAX);
    return status_ok();
}

struct status keyring_rotate(const struct keyring *keyring, struct keyring_index_key *added)
{
    return keyring->ops == NULL ? keyring_none() : keyring->ops->rotate(keyring->self, added);
}

struct status keyring_retire(const struct keyring *keyring, struct str key_id)
{
    return keyring->ops == NULL ? keyring_none() : keyring->ops->retire(keyring->self, key_id);
}

void keyring_close(struct keyring *keyring)
{
    if (keyring->ops != NULL) {
        keyring->ops->close(keyring->self);
    }
    *keyring = (struct keyring){ 0 };
}

/* A zero byte stands in none of the parts but the last, so no two lists of them give one text. */
static void keyring_code(const struct keyring_index_key *key, const struct str parts[3],
                         struct keyring_code *code)
{
    const struct str text[] = {
        STR("agencygrid/index/"), parts[0], STR("\0"), parts[1], STR("\0"), parts[2]
    };
    struct hash hash =
        hmac_sha256(str_make(key->key.bytes, KEYRING_KEY_SIZE), text, sizeof text / sizeof text[0]);
    hash_hex(&hash, code->hmac);
    memcpy(code->key_id, key->id, KEYRING_ID_SIZE);
}

struct status keyring_index(const struct keyring *keyring, struct str org_id, struct str system,
                            struct str value, struct keyring_codes *codes)
{
    struct keyring_index_keys keys;
    const struct str parts[] = { org_id, system, value };
    TRY(keyring_index_keys(keyring, &keys));
    codes->count = keys.count;
    for (size_t i = 0; i < keys.count; i++) {
        keyring_code(&keys.items[i], parts, &codes->items[i]);
    }
    explicit_bzero(&keys, sizeof keys);
    return status_ok();
}
