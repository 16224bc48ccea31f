/* Comments stay where they are. What is written anew is on the disk before the old file is gone;
 * whoever reads meanwhile has one or the other. */
#include "core/keyring/index_keys.h"

#include "core/base/buf.h"
#include "core/base/key_lines.h"
#include "core/base/random.h"
#include "core/base/small_file.h"

static void index_keys_name(const struct hash *key, struct keyring_index_key *item)
{
    const struct str named[] = { STR("agencygrid/index-key/"), hash_str(key) };
    struct hash id = hash_sha256(named, 2);
    char hex[HASH_HEX_SIZE];
    hash_hex(&id, hex);
    memcpy(item->id, hex, KEYRING_ID_SIZE - 1);
    item->id[KEYRING_ID_SIZE - 1] = '\0';
    memcpy(item->key.bytes, key->bytes, KEYRING_KEY_SIZE);
}

static struct status index_keys_parse(struct str text, struct keyring_index_keys *keys)
{
    struct hash found[KEYRING_INDEX_KEYS_MAX];
    struct status st = key_lines_parse(text, found, KEYRING_INDEX_KEYS_MAX, &keys->count);
    for (size_t i = 0; st.code == STATUS_OK && i < keys->count; i++) {
        index_keys_name(&found[i], &keys->items[i]);
    }
    explicit_bzero(found, sizeof found);
    return st;
}

/* The text of the file, and the keys that it has. */
static struct status index_keys_load(const char *path, struct arena *arena, struct str *text,
                                     struct keyring_index_keys *keys)
{
    arena_init(arena, 2 * SMALL_FILE_SIZE_MAX);
    struct status st = small_file_read_secret(path, arena, text);
    if (st.code == STATUS_NOT_FOUND) {
        return status_error(STATUS_DATA_LOSS, "expected '%s', but it is gone: put it back", path);
    }
    return st.code == STATUS_OK ? status_prefix(index_keys_parse(*text, keys), "%s", path) : st;
}

static void index_keys_forget(struct arena *arena)
{
    arena_reset(arena);
    arena_release(arena);
}

struct status index_keys_read(const char *path, struct keyring_index_keys *keys)
{
    struct arena arena;
    struct str text;
    struct status st = index_keys_load(path, &arena, &text, keys);
    index_keys_forget(&arena);
    return st;
}

static struct status index_keys_put(const char *path, struct str text,
                                    struct keyring_index_key *added)
{
    struct hash key;
    char line[HASH_HEX_SIZE];
    struct buf whole = { 0 };
    random_bytes(&key, sizeof key);
    hash_hex(&key, line);
    index_keys_name(&key, added);
    buf_append(&whole, str_z(line));
    buf_byte(&whole, '\n');
    buf_append(&whole, text);
    struct status st = small_file_replace(path, buf_str(&whole));
    buf_clear(&whole);
    buf_release(&whole);
    explicit_bzero(&key, sizeof key);
    explicit_bzero(line, sizeof line);
    return st;
}

struct status index_keys_add(const char *path, struct keyring_index_key *added)
{
    struct arena arena;
    struct str text;
    struct keyring_index_keys keys;
    struct status st = index_keys_load(path, &arena, &text, &keys);
    if (st.code == STATUS_OK && keys.count == KEYRING_INDEX_KEYS_MAX) {
        st = status_error(STATUS_FAILED_PRECONDITION,
                          "expected less than %d index keys: retire the oldest, '%s', first",
                          KEYRING_INDEX_KEYS_MAX, keys.items[keys.count - 1].id);
    }
    if (st.code == STATUS_OK) {
        st = index_keys_put(path, text, added);
    }
    explicit_bzero(&keys, sizeof keys);
    index_keys_forget(&arena);
    return st;
}

/* Whether a line is the key that the id names. */
static bool index_keys_line_is(struct str line, struct str key_id)
{
    struct hash key;
    struct keyring_index_key item;
    bool is = hash_from_hex(line, &key);
    if (is) {
        index_keys_name(&key, &item);
        is = str_eq(str_z(item.id), key_id);
    }
    explicit_bzero(&key, sizeof key);
    explicit_bzero(&item, sizeof item);
    return is;
}

static struct status index_keys_write_without(const char *path, struct str text, struct str key_id)
{
    struct buf whole = { 0 };
    while (text.size > 0) {
        struct str line = str_cut(&text, '\n');
        if (!index_keys_line_is(line, key_id)) {
            buf_append(&whole, line);
            buf_byte(&whole, '\n');
        }
    }
    struct status st = small_file_replace(path, buf_str(&whole));
    buf_clear(&whole);
    buf_release(&whole);
    return st;
}

static struct status index_keys_may_drop(const struct keyring_index_keys *keys, struct str key_id)
{
    bool has = false;
    for (size_t i = 0; i < keys->count; i++) {
        has = has || str_eq(str_z(keys->items[i].id), key_id);
    }
    if (!has) {
        return status_error(STATUS_NOT_FOUND, "expected an index key, but there is no '%.*s'",
                            STR_ARG(key_id));
    }
    return keys->count > 1 ? status_ok()
                           : status_error(STATUS_FAILED_PRECONDITION,
                                          "expected another index key: '%.*s' is the only one",
                                          STR_ARG(key_id));
}

struct status index_keys_drop(const char *path, struct str key_id)
{
    struct arena arena;
    struct str text;
    struct keyring_index_keys keys;
    struct status st = index_keys_load(path, &arena, &text, &keys);
    if (st.code == STATUS_OK) {
        st = index_keys_may_drop(&keys, key_id);
    }
    if (st.code == STATUS_OK) {
        st = index_keys_write_without(path, text, key_id);
    }
    explicit_bzero(&keys, sizeof keys);
    index_keys_forget(&arena);
    return st;
}
