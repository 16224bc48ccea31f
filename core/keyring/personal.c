#include "core/keyring/personal.h"

#include <assert.h>

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "core/pb/field.h"
#include "core/pb/message.h"

static_assert((int)EXTERNAL_HASHES_MAX == (int)KEYRING_INDEX_KEYS_MAX, "a hash under each key");

/* Who decides sees no value any more. */
static struct status personal_check(const Agency__V1__ExternalId *id)
{
    struct str value = str_z(id->value);
    if (id->n_hashes > 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected the personal external id of system '%s' with a value or with "
                            "hashes, but it has both",
                            id->system);
    }
    return value.size <= EXTERNAL_VALUE_SIZE_MAX && utf8_printable(value)
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected the external id of system '%s' to be 1 to %d bytes without "
                              "control characters, but it is not",
                              id->system, EXTERNAL_VALUE_SIZE_MAX);
}

static struct status personal_hash(struct arena *arena, const struct keyring_code *code,
                                   Agency__V1__ExternalIdHash **hash)
{
    TRY(pb_new(arena, &agency__v1__external_id_hash__descriptor, hash));
    struct str key_id = arena_copy(arena, str_z(code->key_id));
    struct str hmac = arena_copy(arena, str_z(code->hmac));
    if (key_id.data == NULL || hmac.data == NULL) {
        return arena_full(arena);
    }
    (*hash)->key_id = (char *)(uintptr_t)key_id.data;
    (*hash)->hmac = (char *)(uintptr_t)hmac.data;
    return status_ok();
}

static struct status personal_hide_one(struct arena *arena, const struct keyring *keyring,
                                       struct str org_id, Agency__V1__ExternalId *id)
{
    struct keyring_codes codes;
    TRY(personal_check(id));
    TRY(status_prefix(keyring_index(keyring, org_id, str_z(id->system), str_z(id->value), &codes),
                      "personal external id of system '%s'", id->system));
    ARENA_TRY(arena, id->hashes, arena_alloc(arena, codes.count * sizeof(void *)));
    for (id->n_hashes = 0; id->n_hashes < codes.count; id->n_hashes++) {
        TRY(personal_hash(arena, &codes.items[id->n_hashes], &id->hashes[id->n_hashes]));
    }
    id->value = (char *)(uintptr_t) "";
    return status_ok();
}

/* The external ids of an entity; none where its kind has none. */
static Agency__V1__ExternalId **personal_ids(const ProtobufCMessage *entity, size_t *count)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(entity->descriptor, "external_ids");
    *count = field == NULL ? 0 : pb_field_count(entity, field);
    return *count == 0 ? NULL : pb_field_item(entity, field, 0);
}

static bool personal_is_clear(const Agency__V1__ExternalId *id)
{
    return id->personal && id->value[0] != '\0';
}

bool personal_in_clear(const ProtobufCMessage *entity)
{
    size_t count;
    Agency__V1__ExternalId **ids = personal_ids(entity, &count);
    bool clear = false;
    for (size_t i = 0; i < count; i++) {
        clear = clear || personal_is_clear(ids[i]);
    }
    return clear;
}

struct status personal_hide(struct arena *arena, const struct keyring *keyring, struct str org_id,
                            ProtobufCMessage *entity)
{
    size_t count;
    Agency__V1__ExternalId **ids = personal_ids(entity, &count);
    for (size_t i = 0; i < count; i++) {
        if (personal_is_clear(ids[i])) {
            TRY(personal_hide_one(arena, keyring, org_id, ids[i]));
        }
    }
    return status_ok();
}
