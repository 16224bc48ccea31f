#include "core/keyring/profile.h"

#include "core/base/aead.h"
#include "core/base/hmac.h"
#include "core/base/limits.h"
#include "core/pb/message.h"

/* The first byte of what is sealed: how. */
enum { PROFILE_FORM = 1, PROFILE_HEAD_SIZE = 1 + AEAD_NONCE_SIZE };
static_assert(PROFILE_HEAD_SIZE + AEAD_TAG_SIZE == SEALED_SIZE_MIN, "what sealing adds");

/* Keys of one use each. */
struct profile_keys {
    struct hash seal;
    struct hash nonce;
};

static struct profile_keys profile_keys_of(const struct keyring_key *key)
{
    const struct str bytes = str_make(key->bytes, KEYRING_KEY_SIZE);
    const struct str seal = STR("agencygrid/profile/seal"), nonce = STR("agencygrid/profile/nonce");
    return (struct profile_keys){ hmac_sha256(bytes, &seal, 1), hmac_sha256(bytes, &nonce, 1) };
}

/* What a sealed profile is about: nobody can put it under another subject. */
static struct status profile_about(struct arena *arena, struct str org_id, const char *subject_id,
                                   struct str *about)
{
    const struct str parts[] = { STR("profile"), STR("\0"), org_id, STR("\0"), str_z(subject_id) };
    *about = arena_join(arena, parts, sizeof parts / sizeof parts[0]);
    return about->data == NULL ? arena_full(arena) : status_ok();
}

/* ---- sealing ---- */

static struct status profile_check(const Agency__V1__Subject *subject)
{
    const Agency__V1__Profile *profile = subject->profile;
    size_t id_size = strlen(subject->subject_id);
    if (id_size == 0 || id_size > ID_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a subject_id of at most %d bytes beside a profile",
                            ID_SIZE_MAX);
    }
    if (profile->sealed.len > 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected profile.data or profile.sealed, but both are set");
    }
    size_t size = pb_packed_size(&profile->data->base);
    return size <= DATA_SIZE_MAX
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected profile.data of at most %d bytes, but it has %zu",
                              DATA_SIZE_MAX, size);
}

static struct status profile_seal_data(struct arena *arena, const struct profile_keys *keys,
                                       struct str about, Agency__V1__Profile *profile)
{
    struct str plain;
    uint8_t *sealed;
    TRY(pb_sort_structs(arena, &profile->data->base));
    TRY(pb_pack(arena, &profile->data->base, &plain));
    ARENA_TRY(arena, sealed, arena_alloc(arena, plain.size + SEALED_SIZE_MIN));
    const struct str text[] = { about, STR("\0"), plain };
    struct hash nonce = hmac_sha256(hash_str(&keys->nonce), text, 3);
    sealed[0] = PROFILE_FORM;
    memcpy(sealed + 1, nonce.bytes, AEAD_NONCE_SIZE);
    aead_seal(keys->seal.bytes, sealed + 1, about, plain, sealed + PROFILE_HEAD_SIZE);
    explicit_bzero((char *)(uintptr_t)plain.data, plain.size);
    profile->data = NULL;
    profile->sealed = (ProtobufCBinaryData){ plain.size + SEALED_SIZE_MIN, sealed };
    return status_ok();
}

struct status profile_seal(struct arena *arena, const struct keyring *keyring, struct str org_id,
                           Agency__V1__Subject *subject)
{
    struct keyring_key key;
    struct str about;
    if (subject->profile == NULL || subject->profile->data == NULL) {
        return status_ok();
    }
    TRY(profile_check(subject));
    TRY(profile_about(arena, org_id, subject->subject_id, &about));
    TRY(keyring_make(keyring, org_id, str_z(subject->subject_id), &key));
    struct profile_keys keys = profile_keys_of(&key);
    struct status st = profile_seal_data(arena, &keys, about, subject->profile);
    explicit_bzero(&key, sizeof key);
    explicit_bzero(&keys, sizeof keys);
    return st;
}

/* ---- opening ---- */

static struct status profile_no_key_opens(const char *subject_id)
{
    return status_error(STATUS_DATA_LOSS,
                        "expected a profile that the key of subject '%s' opens: it was sealed by "
                        "another keyring, or by hand",
                        subject_id);
}

static struct status profile_open_data(struct arena *arena, const struct profile_keys *keys,
                                       struct str about, const Agency__V1__Subject *subject,
                                       Google__Protobuf__Struct **data)
{
    const ProtobufCBinaryData *sealed = &subject->profile->sealed;
    uint8_t *plain;
    if (sealed->len < SEALED_SIZE_MIN || sealed->data[0] != PROFILE_FORM) {
        return profile_no_key_opens(subject->subject_id);
    }
    size_t size = sealed->len - SEALED_SIZE_MIN;
    struct str text = str_make(sealed->data + PROFILE_HEAD_SIZE, size + AEAD_TAG_SIZE);
    ARENA_TRY(arena, plain, arena_alloc(arena, size));
    if (!aead_open(keys->seal.bytes, sealed->data + 1, about, text, plain)) {
        return profile_no_key_opens(subject->subject_id);
    }
    struct status st = pb_unpack(arena, &google__protobuf__struct__descriptor,
                                 str_make(plain, size), PB_STORED, data);
    explicit_bzero(plain, size);
    return st;
}

struct status profile_open(struct arena *arena, const struct keyring *keyring, struct str org_id,
                           const Agency__V1__Subject *subject, Agency__V1__Profile **opened)
{
    struct keyring_key key;
    struct str about;
    assert(subject->profile != NULL);
    TRY(pb_new(arena, &agency__v1__profile__descriptor, opened));
    TRY(profile_about(arena, org_id, subject->subject_id, &about));
    TRY(keyring_find(keyring, org_id, str_z(subject->subject_id), &key));
    struct profile_keys keys = profile_keys_of(&key);
    struct status st = profile_open_data(arena, &keys, about, subject, &(*opened)->data);
    explicit_bzero(&key, sizeof key);
    explicit_bzero(&keys, sizeof keys);
    return st;
}
