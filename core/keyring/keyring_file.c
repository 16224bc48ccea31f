/* Reads go to the files each time (the page cache has them): no key stays in memory, so none
 * outlives what somebody else destroyed.
 *
 * Invariants:
 *   (1) a slot that is not free keeps its id for ever, so a key is found in one table only;
 *   (2) slots are written, and synced, under the lock;
 *   (3) what is DESTROYED holds zeros where the key was.
 * Cost: a read of a page for each table, of which there are log2(keys / 4096); a sync for each key
 * made or destroyed. Destroying those of an org reads all tables, with a sync for each of them.
 * Left out: SQLite or the like: their journals keep the pages that a deleted key stood in. */
#include "core/keyring/keyring_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/hmac.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/base/small_file.h"
#include "core/keyring/index_keys.h"
#include "core/keyring/key_table.h"

/* 2^16 times the first one: more keys than there are people. */
enum { KEYRING_TABLES_MAX = 17, INDEX_KEYS_SIZE_MAX = 4096 };

struct keyring_file {
    pthread_mutex_t mutex;
    char path[PATH_MAX];
    int folder;
    int lock;
    struct keyring_key master;
    struct key_table tables[KEYRING_TABLES_MAX];
    _Atomic size_t tables_count; /* rises only, under the mutex */
};

/* What a slot is found by, and what those of its org have in common. */
struct keyring_name {
    struct hash id;
    uint8_t org[KEY_ORG_SIZE];
};

static struct keyring_name keyring_file_name(const struct keyring_file *file, struct str org_id,
                                             struct str subject_id)
{
    struct keyring_name name;
    struct str master = str_make(file->master.bytes, KEYRING_KEY_SIZE);
    const struct str org[] = { STR("agencygrid/keyring/org/"), org_id };
    const struct str subject[] = { STR("agencygrid/keyring/subject/"), org_id, STR("\0"),
                                   subject_id };
    struct hash of_org = hmac_sha256(master, org, 2);
    memcpy(name.org, of_org.bytes, sizeof name.org);
    name.id = subject_id.size == 0 ? of_org : hmac_sha256(master, subject, 4);
    return name;
}

/* ---- tables ---- */

/* Those that another process has made since, too. */
static struct status keyring_file_tables(struct keyring_file *file)
{
    struct status st = status_ok();
    while (st.code == STATUS_OK && file->tables_count < KEYRING_TABLES_MAX) {
        st = key_table_open(file->folder, file->tables_count, &file->tables[file->tables_count]);
        file->tables_count += st.code == STATUS_OK;
    }
    return st.code == STATUS_NOT_FOUND ? status_ok() : st;
}

/* The slot of the name; else a free one (slot->state), in a table to be made if need be. */
static struct status keyring_file_look(struct keyring_file *file, const struct keyring_name *name,
                                       struct key_place *place, struct key_slot *slot)
{
    bool room = false;
    *slot = (struct key_slot){ 0 };
    for (size_t i = 0; i < file->tables_count; i++) {
        struct key_place here = { .table = i };
        struct key_slot found;
        TRY(key_table_find(&file->tables[i], &name->id, &here, &found));
        if (found.state != KEY_FREE) {
            *place = here;
            *slot = found;
            return status_ok();
        }
        if (!room && here.slot < KEY_BUCKET_SLOTS) {
            *place = here;
            room = true;
        }
    }
    place->table = room ? place->table : file->tables_count;
    return status_ok();
}

static struct status keyring_file_put(struct keyring_file *file, const struct keyring_name *name,
                                      struct key_place *place, struct key_slot *slot)
{
    struct key_slot none;
    if (place->table == file->tables_count) {
        if (file->tables_count == KEYRING_TABLES_MAX) {
            return status_error(STATUS_RESOURCE_EXHAUSTED, "expected room in the keyring");
        }
        TRY(key_table_make(file->folder, file->tables_count));
        TRY(keyring_file_tables(file));
        TRY(key_table_find(&file->tables[place->table], &name->id, place, &none));
    }
    slot->id = name->id;
    memcpy(slot->org, name->org, sizeof slot->org);
    TRY(key_table_write(&file->tables[place->table], place, slot));
    return key_table_sync(&file->tables[place->table]);
}

/* ---- one at a time ---- */

static void keyring_file_end(struct keyring_file *file)
{
    flock(file->lock, LOCK_UN);
    pthread_mutex_unlock(&file->mutex);
}

static struct status keyring_file_begin(struct keyring_file *file)
{
    pthread_mutex_lock(&file->mutex);
    if (flock(file->lock, LOCK_EX) != 0) {
        pthread_mutex_unlock(&file->mutex);
        return status_error(STATUS_UNAVAILABLE, "expected to lock the keyring '%s': %s", file->path,
                            strerror(errno));
    }
    struct status st = keyring_file_tables(file);
    if (st.code != STATUS_OK) {
        keyring_file_end(file);
    }
    return st;
}

/* ---- keys ---- */

static struct status keyring_file_unwrap(const struct keyring_file *file,
                                         const struct key_slot *slot, struct keyring_key *key)
{
    struct str wrapped = str_make(slot->wrapped, sizeof slot->wrapped);
    return aead_open(file->master.bytes, slot->nonce, hash_str(&slot->id), wrapped, key->bytes)
               ? status_ok()
               : status_error(STATUS_DATA_LOSS,
                              "expected a key in the keyring '%s' that its master.key opens: is it "
                              "the right one?",
                              file->path);
}

static struct status keyring_file_gone(const struct key_slot *slot, const char *whose)
{
    bool gone = slot->state == KEY_DESTROYED || slot->state == KEY_DESTROYING;
    return gone ? status_error(STATUS_FAILED_PRECONDITION,
                               "expected %s whose data is not erased: no key is made again", whose)
                : status_ok();
}

static struct status keyring_file_new(struct keyring_file *file, const struct keyring_name *name,
                                      struct key_place *place, struct keyring_key *key)
{
    struct key_slot slot = { .id = name->id, .state = KEY_LIVE };
    random_bytes(key->bytes, sizeof key->bytes);
    random_bytes(slot.nonce, sizeof slot.nonce);
    aead_seal(file->master.bytes, slot.nonce, hash_str(&name->id),
              str_make(key->bytes, KEYRING_KEY_SIZE), slot.wrapped);
    return keyring_file_put(file, name, place, &slot);
}

static struct status keyring_file_make_locked(struct keyring_file *file, struct str org_id,
                                              const struct keyring_name *name,
                                              struct keyring_key *key)
{
    struct keyring_name org = keyring_file_name(file, org_id, STR(""));
    struct key_place place;
    struct key_slot slot;
    TRY(keyring_file_look(file, &org, &place, &slot));
    TRY(keyring_file_gone(&slot, "an org"));
    TRY(keyring_file_look(file, name, &place, &slot));
    TRY(keyring_file_gone(&slot, "a subject"));
    return slot.state == KEY_LIVE ? keyring_file_unwrap(file, &slot, key)
                                  : keyring_file_new(file, name, &place, key);
}

/* As most are asked for: without a lock, so that nobody waits for another's sync. A slot that is
 * being written is not sound, and looked for again. */
static bool keyring_file_find_live(struct keyring_file *file, const struct keyring_name *name,
                                   struct key_slot *slot)
{
    struct key_place place;
    struct status st = keyring_file_look(file, name, &place, slot);
    return st.code == STATUS_OK && slot->state == KEY_LIVE;
}

static struct status keyring_file_make_key(void *self, struct str org_id, struct str subject_id,
                                           struct keyring_key *key)
{
    struct keyring_file *file = self;
    struct keyring_name name = keyring_file_name(file, org_id, subject_id);
    struct key_slot slot;
    if (keyring_file_find_live(file, &name, &slot)) {
        return keyring_file_unwrap(file, &slot, key);
    }
    TRY(keyring_file_begin(file));
    struct status st = keyring_file_make_locked(file, org_id, &name, key);
    keyring_file_end(file);
    return st;
}

static struct status keyring_file_find(void *self, struct str org_id, struct str subject_id,
                                       struct keyring_key *key)
{
    struct keyring_file *file = self;
    struct keyring_name name = keyring_file_name(file, org_id, subject_id);
    struct key_place place;
    struct key_slot slot;
    if (!keyring_file_find_live(file, &name, &slot)) {
        TRY(keyring_file_begin(file));
        struct status st = keyring_file_look(file, &name, &place, &slot);
        keyring_file_end(file);
        TRY(st);
    }
    return slot.state == KEY_LIVE
               ? keyring_file_unwrap(file, &slot, key)
               : status_error(STATUS_NOT_FOUND, "expected a key, but this keyring has none");
}

/* ---- destroying ---- */

static struct status keyring_file_mark(struct keyring_file *file, const struct keyring_name *name,
                                       enum key_state state)
{
    struct key_place place;
    struct key_slot found, slot = { .state = (uint8_t)state };
    TRY(keyring_file_look(file, name, &place, &found));
    return found.state == slot.state || found.state == KEY_DESTROYED
               ? status_ok()
               : keyring_file_put(file, name, &place, &slot);
}

static struct status keyring_file_destroy(void *self, struct str org_id, struct str subject_id)
{
    struct keyring_file *file = self;
    struct keyring_name name = keyring_file_name(file, org_id, subject_id);
    TRY(keyring_file_begin(file));
    struct status st = keyring_file_mark(file, &name, KEY_DESTROYED);
    keyring_file_end(file);
    return st;
}

static struct status keyring_file_sweep_bucket(const struct key_table *table, size_t bucket,
                                               const struct keyring_name *org)
{
    struct key_slot slots[KEY_BUCKET_SLOTS];
    TRY(key_table_read(table, bucket, slots));
    for (size_t i = 0; i < KEY_BUCKET_SLOTS; i++) {
        struct key_slot gone = { .id = slots[i].id, .state = KEY_DESTROYED };
        bool live = slots[i].state == KEY_LIVE;
        if (live && memcmp(slots[i].org, org->org, sizeof org->org) == 0) {
            memcpy(gone.org, org->org, sizeof gone.org);
            TRY(key_table_write(table, &(struct key_place){ .bucket = bucket, .slot = i }, &gone));
        }
    }
    return status_ok();
}

static struct status keyring_file_sweep_table(const struct key_table *table,
                                              const struct keyring_name *org)
{
    for (size_t bucket = 0; bucket < table->buckets_count; bucket++) {
        TRY(keyring_file_sweep_bucket(table, bucket, org));
    }
    return key_table_sync(table);
}

/* The org's own mark comes first, so that no key is made behind the sweep. */
static struct status keyring_file_sweep(struct keyring_file *file, const struct keyring_name *org)
{
    struct key_place place;
    struct key_slot slot;
    TRY(keyring_file_look(file, org, &place, &slot));
    if (slot.state == KEY_DESTROYED) {
        return status_ok();
    }
    TRY(keyring_file_mark(file, org, KEY_DESTROYING));
    for (size_t i = 0; i < file->tables_count; i++) {
        TRY(keyring_file_sweep_table(&file->tables[i], org));
    }
    return keyring_file_mark(file, org, KEY_DESTROYED);
}

static struct status keyring_file_destroy_org(void *self, struct str org_id)
{
    struct keyring_file *file = self;
    struct keyring_name org = keyring_file_name(file, org_id, STR(""));
    TRY(keyring_file_begin(file));
    struct status st = keyring_file_sweep(file, &org);
    keyring_file_end(file);
    return st;
}

/* ---- index keys ---- */

static void keyring_file_path(char path[PATH_MAX + 16], const char *folder, const char *name)
{
    snprintf(path, PATH_MAX + 16, "%s/%s", folder, name);
}

static struct status keyring_file_index_keys(void *self, struct keyring_index_keys *keys)
{
    const struct keyring_file *file = self;
    char path[PATH_MAX + 16];
    keyring_file_path(path, file->path, "index.keys");
    return index_keys_read(path, keys);
}

static struct status keyring_file_rotate(void *self, struct keyring_index_key *added)
{
    struct keyring_file *file = self;
    char path[PATH_MAX + 16];
    keyring_file_path(path, file->path, "index.keys");
    TRY(keyring_file_begin(file));
    struct status st = index_keys_add(path, added);
    keyring_file_end(file);
    return st;
}

static struct status keyring_file_retire(void *self, struct str key_id)
{
    struct keyring_file *file = self;
    char path[PATH_MAX + 16];
    keyring_file_path(path, file->path, "index.keys");
    TRY(keyring_file_begin(file));
    struct status st = index_keys_drop(path, key_id);
    keyring_file_end(file);
    return st;
}

/* ---- making, opening ---- */

static struct status keyring_file_system(const char *what, const char *path)
{
    enum status_code code = errno == ENOENT   ? STATUS_NOT_FOUND
                            : errno == EACCES ? STATUS_PERMISSION_DENIED
                                              : STATUS_UNAVAILABLE;
    return status_error(code, "expected to %s the keyring '%s': %s", what, path, strerror(errno));
}

static struct status keyring_file_make_secret(const char *path, const char *name, struct str text)
{
    char whole[PATH_MAX + 16];
    keyring_file_path(whole, path, name);
    struct status st = small_file_create(whole, text);
    return st.code == STATUS_ALREADY_EXISTS ? status_ok() : st;
}

struct status keyring_file_make(const char *path)
{
    struct hash master, index;
    char line[HASH_HEX_SIZE + 1];
    if (strlen(path) >= PATH_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a shorter path of the keyring");
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return keyring_file_system("make", path);
    }
    random_bytes(&master, sizeof master);
    random_bytes(&index, sizeof index);
    hash_hex(&index, line);
    line[HASH_HEX_SIZE - 1] = '\n';
    TRY(keyring_file_make_secret(path, "index.keys", str_make(line, HASH_HEX_SIZE)));
    TRY(keyring_file_make_secret(path, "lock", STR("")));
    return keyring_file_make_secret(path, "master.key", hash_str(&master)); /* the last one */
}

static struct status keyring_file_read_master(struct keyring_file *file)
{
    char path[PATH_MAX + 16];
    struct arena arena;
    struct str text;
    arena_init(&arena, 2 * SMALL_FILE_SIZE_MAX);
    keyring_file_path(path, file->path, "master.key");
    struct status st = small_file_read_secret(path, &arena, &text);
    if (st.code == STATUS_NOT_FOUND) {
        st = status_error(STATUS_DATA_LOSS,
                          "expected '%s', but it is gone: put it back, nothing else opens the keys",
                          path);
    } else if (st.code == STATUS_OK && text.size != KEYRING_KEY_SIZE) {
        st = status_error(STATUS_DATA_LOSS, "expected %d bytes in '%s', not %zu", KEYRING_KEY_SIZE,
                          path, text.size);
    }
    if (st.code == STATUS_OK) {
        memcpy(file->master.bytes, text.data, KEYRING_KEY_SIZE);
        explicit_bzero((char *)(uintptr_t)text.data, text.size);
    }
    arena_release(&arena);
    return st;
}

static struct status keyring_file_open_parts(struct keyring_file *file)
{
    struct stat found;
    file->folder = open(file->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file->folder < 0) {
        return keyring_file_system("open", file->path);
    }
    if (fstat(file->folder, &found) != 0 || (found.st_mode & (S_IRWXO | S_IRWXG)) != 0) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected the keyring '%s' to be its owner's alone: say chmod 700",
                            file->path);
    }
    file->lock = openat(file->folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file->lock < 0) {
        return keyring_file_system("lock", file->path);
    }
    TRY(keyring_file_read_master(file));
    return keyring_file_tables(file);
}

static void keyring_file_close(void *self)
{
    struct keyring_file *file = self;
    for (size_t i = 0; i < file->tables_count; i++) {
        key_table_close(&file->tables[i]);
    }
    if (file->lock >= 0) {
        close(file->lock);
    }
    if (file->folder >= 0) {
        close(file->folder);
    }
    pthread_mutex_destroy(&file->mutex);
    explicit_bzero(&file->master, sizeof file->master);
    mem_free(file);
}

static const struct keyring_ops keyring_file_ops = {
    .make = keyring_file_make_key,
    .find = keyring_file_find,
    .destroy = keyring_file_destroy,
    .destroy_org = keyring_file_destroy_org,
    .index_keys = keyring_file_index_keys,
    .rotate = keyring_file_rotate,
    .retire = keyring_file_retire,
    .close = keyring_file_close,
};

struct status keyring_file_open(const char *path, struct keyring *keyring)
{
    *keyring = (struct keyring){ 0 };
    if (strlen(path) >= PATH_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a shorter path of the keyring");
    }
    struct keyring_file *file = mem_zalloc(1, sizeof *file);
    pthread_mutex_init(&file->mutex, NULL);
    memcpy(file->path, path, strlen(path) + 1);
    file->folder = file->lock = -1;
    struct status st = keyring_file_open_parts(file);
    if (st.code != STATUS_OK) {
        keyring_file_close(file);
        return st;
    }
    *keyring = (struct keyring){ &keyring_file_ops, file };
    return status_ok();
}
