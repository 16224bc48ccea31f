#include "core/auth/api_key.h"

#include <openssl/crypto.h>

#include "core/base/base64.h"
#include "core/base/crc32c.h"
#include "core/base/num.h"

enum { API_KEY_PREFIX_SIZE = 4, API_KEY_BODY_SIZE = 43, API_KEY_CHECK_SIZE = 6 };

static void api_key_write(struct str bytes, char *out)
{
    char memory[64];
    struct buf text = buf_in(memory, sizeof memory);
    base64url_encode(bytes, &text);
    memcpy(out, text.data, text.size);
    buf_release(&text);
}

/* Of the prefix and the body: so that no mistyped key is looked for. */
static void api_key_checksum(const char *key, char out[API_KEY_CHECK_SIZE])
{
    char bytes[4];
    num_put_u32be(bytes, crc32c(0, str_make(key, API_KEY_PREFIX_SIZE + API_KEY_BODY_SIZE)));
    api_key_write(str_make(bytes, sizeof bytes), out);
}

void api_key_make(const uint8_t random[API_KEY_RANDOM_SIZE], char out[API_KEY_SIZE + 1])
{
    memcpy(out, "agk_", API_KEY_PREFIX_SIZE);
    api_key_write(str_make(random, API_KEY_RANDOM_SIZE), out + API_KEY_PREFIX_SIZE);
    api_key_checksum(out, out + API_KEY_PREFIX_SIZE + API_KEY_BODY_SIZE);
    out[API_KEY_SIZE] = '\0';
}

bool api_key_claimed(struct str text)
{
    return str_starts(text, STR("agk_"));
}

struct status api_key_check_form(struct str text)
{
    char check[API_KEY_CHECK_SIZE], decoded[API_KEY_RANDOM_SIZE * 2];
    size_t size;
    bool whole = text.size == API_KEY_SIZE && api_key_claimed(text) &&
                 base64url_decode(str_make(text.data + API_KEY_PREFIX_SIZE, API_KEY_BODY_SIZE),
                                  decoded, &size);
    if (whole) {
        api_key_checksum(text.data, check);
    }
    if (!whole ||
        memcmp(check, text.data + API_KEY_SIZE - API_KEY_CHECK_SIZE, API_KEY_CHECK_SIZE) != 0) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected a whole API key: agk_ and %d characters, but it was cut or "
                            "mistyped",
                            API_KEY_SIZE - API_KEY_PREFIX_SIZE);
    }
    return status_ok();
}

struct hash api_key_hash(struct str key)
{
    const struct str parts[] = { STR("agencygrid/api-key/1"), key };
    return hash_sha256(parts, 2);
}

const struct api_key_entry *api_key_find(const struct api_key_entry *entries, size_t entries_count,
                                         struct str key)
{
    const struct api_key_entry *found = NULL;
    struct hash hash = api_key_hash(key);
    for (size_t i = 0; i < entries_count; i++) {
        if (CRYPTO_memcmp(entries[i].hash.bytes, hash.bytes, HASH_SIZE) == 0) {
            found = &entries[i];
        }
    }
    return found;
}
