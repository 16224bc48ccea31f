/* Expansion costs 0.8 us a row (one key schedule and 128 AES blocks by OpenSSL); a changed row is
 * two of them. So callers coalesce first and add net changes only. */
#include "core/store/root.h"

#include <openssl/evp.h>

#include "core/base/memory.h"
#include "core/base/num.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "lanes are stored as they lie in memory");

struct root {
    uint16_t parts[ROOT_PARTS][ROOT_LANES];
    uint16_t sum[ROOT_LANES]; /* of all parts */
    uint64_t count;
    bool changed[ROOT_PARTS]; /* since it was stored */
    /* As it was at root_begin: what has been touched since. */
    uint16_t parts_before[ROOT_PARTS][ROOT_LANES];
    uint16_t sum_before[ROOT_LANES];
    uint64_t count_before;
    bool touched[ROOT_PARTS];
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *context;
};

struct root *root_new(void)
{
    struct root *root = mem_zalloc(1, sizeof *root);
    root->cipher = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
    root->context = EVP_CIPHER_CTX_new();
    assert(root->cipher != NULL && root->context != NULL);
    return root;
}

void root_free(struct root *root)
{
    if (root == NULL) {
        return;
    }
    EVP_CIPHER_CTX_free(root->context);
    EVP_CIPHER_free(root->cipher);
    mem_free(root);
}

/* Which part a key belongs to: FNV-1a, folded. For ever: parts are stored. */
static unsigned root_part_of(struct str key)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < key.size; i++) {
        hash = (hash ^ (uint8_t)key.data[i]) * 16777619u;
    }
    return (hash ^ hash >> 8 ^ hash >> 16 ^ hash >> 24) % ROOT_PARTS;
}

/* Fields are framed by their sizes, so that no two rows are hashed as the same bytes. */
static void root_expand(struct root *root, struct str key, uint64_t version, struct str value,
                        uint16_t lanes[ROOT_LANES])
{
    static const uint8_t zeros[ROOT_PART_SIZE], counter[16];
    char frame[24];
    num_put_u64be(frame, key.size);
    num_put_u64be(frame + 8, version);
    num_put_u64be(frame + 16, value.size);
    const struct str fields[] = { str_make(frame, sizeof frame), key, value };
    struct hash seed = hash_sha256(fields, 3);
    int written = 0;
    int ok = EVP_EncryptInit_ex(root->context, root->cipher, NULL, seed.bytes, counter);
    ok = ok && EVP_EncryptUpdate(root->context, (uint8_t *)lanes, &written, zeros, ROOT_PART_SIZE);
    assert(ok && written == ROOT_PART_SIZE);
}

void root_begin(struct root *root)
{
    memcpy(root->sum_before, root->sum, sizeof root->sum);
    memset(root->touched, 0, sizeof root->touched);
    root->count_before = root->count;
}

void root_rollback(struct root *root)
{
    for (unsigned part = 0; part < ROOT_PARTS; part++) {
        if (root->touched[part]) {
            memcpy(root->parts[part], root->parts_before[part], ROOT_PART_SIZE);
        }
    }
    memcpy(root->sum, root->sum_before, sizeof root->sum);
    root->count = root->count_before;
    memset(root->touched, 0, sizeof root->touched);
}

/* The part that a key's row is about to change. */
static unsigned root_touch(struct root *root, struct str key)
{
    unsigned part = root_part_of(key);
    if (!root->touched[part]) {
        memcpy(root->parts_before[part], root->parts[part], ROOT_PART_SIZE);
        root->touched[part] = true;
    }
    root->changed[part] = true;
    return part;
}

void root_add(struct root *root, struct str key, uint64_t version, struct str value)
{
    uint16_t lanes[ROOT_LANES];
    unsigned part = root_touch(root, key);
    root_expand(root, key, version, value, lanes);
    for (int i = 0; i < ROOT_LANES; i++) {
        root->parts[part][i] = (uint16_t)(root->parts[part][i] + lanes[i]);
        root->sum[i] = (uint16_t)(root->sum[i] + lanes[i]);
    }
    root->count++;
}

void root_remove(struct root *root, struct str key, uint64_t version, struct str value)
{
    uint16_t lanes[ROOT_LANES];
    unsigned part = root_touch(root, key);
    root_expand(root, key, version, value, lanes);
    for (int i = 0; i < ROOT_LANES; i++) {
        root->parts[part][i] = (uint16_t)(root->parts[part][i] - lanes[i]);
        root->sum[i] = (uint16_t)(root->sum[i] - lanes[i]);
    }
    root->count--;
}

struct hash root_hash(const struct root *root)
{
    char count[8];
    num_put_u64be(count, root->count);
    const struct str fields[] = { str_make(root->sum, sizeof root->sum), str_make(count, 8) };
    return hash_sha256(fields, 2);
}

uint64_t root_count(const struct root *root)
{
    return root->count;
}

struct str root_part(const struct root *root, unsigned part)
{
    assert(part < ROOT_PARTS);
    return str_make(root->parts[part], ROOT_PART_SIZE);
}

struct status root_set_part(struct root *root, unsigned part, struct str bytes)
{
    assert(part < ROOT_PARTS);
    if (bytes.size != ROOT_PART_SIZE) {
        return status_error(STATUS_DATA_LOSS,
                            "expected '%d' bytes for a part of the root, but there are '%zu'",
                            ROOT_PART_SIZE, bytes.size);
    }
    uint16_t lanes[ROOT_LANES];
    memcpy(lanes, bytes.data, sizeof lanes);
    for (int i = 0; i < ROOT_LANES; i++) {
        root->sum[i] = (uint16_t)(root->sum[i] - root->parts[part][i] + lanes[i]);
        root->parts[part][i] = lanes[i];
    }
    root->changed[part] = false;
    return status_ok();
}

void root_set_count(struct root *root, uint64_t count)
{
    root->count = count;
}

bool root_changed(const struct root *root, unsigned part)
{
    assert(part < ROOT_PARTS);
    return root->changed[part];
}

void root_saved(struct root *root)
{
    memset(root->changed, 0, sizeof root->changed);
}
