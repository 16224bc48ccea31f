#include "core/keyring/key_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/crc32c.h"
#include "core/base/num.h"

/* The first table has room for 4,096 keys (512 KiB, which take no room before they are used); ten
 * tables for four million. */
enum { KEY_TABLE_BUCKETS = 128, KEY_BUCKET_SIZE = KEY_BUCKET_SLOTS * (int)sizeof(struct key_slot) };
static_assert(KEY_BUCKET_SIZE == 4096, "a bucket is a page: no write of a slot tears another");

static struct status key_table_failed(const char *what)
{
    return status_error(STATUS_UNAVAILABLE, "expected to %s a table of the keyring: %s", what,
                        strerror(errno));
}

static size_t key_table_buckets(size_t number)
{
    return (size_t)KEY_TABLE_BUCKETS << number;
}

static void key_table_name(char name[32], size_t number, const char *suffix)
{
    snprintf(name, 32, "keys.%02zu%s", number, suffix);
}

struct status key_table_open(int folder, size_t number, struct key_table *table)
{
    char name[32];
    struct stat found;
    key_table_name(name, number, "");
    *table = (struct key_table){ .buckets_count = key_table_buckets(number) };
    table->file = openat(folder, name, O_RDWR | O_CLOEXEC);
    if (table->file < 0) {
        return errno == ENOENT ? status_error(STATUS_NOT_FOUND, "no table %zu", number)
                               : key_table_failed("open");
    }
    int failed = fstat(table->file, &found);
    assert(failed == 0);
    if ((size_t)found.st_size != table->buckets_count * KEY_BUCKET_SIZE) {
        close(table->file);
        return status_error(STATUS_DATA_LOSS,
                            "expected %zu bytes in table %s of the keyring, not %jd",
                            table->buckets_count * KEY_BUCKET_SIZE, name, (intmax_t)found.st_size);
    }
    return status_ok();
}

struct status key_table_make(int folder, size_t number)
{
    char name[32], fresh[32];
    key_table_name(name, number, "");
    key_table_name(fresh, number, ".new");
    int file = openat(folder, fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool made =
        file >= 0 && ftruncate(file, (off_t)key_table_buckets(number) * KEY_BUCKET_SIZE) == 0 &&
        fsync(file) == 0 && renameat(folder, fresh, folder, name) == 0 && fsync(folder) == 0;
    struct status st = made ? status_ok() : key_table_failed("make");
    if (file >= 0) {
        close(file);
    }
    return st;
}

void key_table_close(struct key_table *table)
{
    close(table->file);
    *table = (struct key_table){ .file = -1 };
}

/* ---- slots ---- */

static uint32_t key_slot_checksum(const struct key_slot *slot)
{
    return crc32c(0, str_make(slot, offsetof(struct key_slot, checksum)));
}

static bool key_slot_sound(const struct key_slot *slot)
{
    static const struct key_slot free_slot;
    return slot->state == KEY_FREE ? memcmp(slot, &free_slot, sizeof free_slot) == 0
                                   : num_get_u32be(slot->checksum) == key_slot_checksum(slot);
}

static size_t key_table_bucket(const struct key_table *table, const struct hash *id)
{
    return (size_t)(num_get_u64be(id->bytes) % table->buckets_count);
}

struct status key_table_read(const struct key_table *table, size_t bucket,
                             struct key_slot slots[KEY_BUCKET_SLOTS])
{
    ssize_t size = pread(table->file, slots, KEY_BUCKET_SIZE, (off_t)bucket * KEY_BUCKET_SIZE);
    if (size != KEY_BUCKET_SIZE) {
        return key_table_failed("read");
    }
    for (size_t i = 0; i < KEY_BUCKET_SLOTS; i++) {
        if (!key_slot_sound(&slots[i])) {
            return status_error(STATUS_DATA_LOSS,
                                "expected keys in bucket %zu of the keyring as they were written: "
                                "put it back from a backup",
                                bucket);
        }
    }
    return status_ok();
}

struct status key_table_find(const struct key_table *table, const struct hash *id,
                             struct key_place *place, struct key_slot *slot)
{
    struct key_slot slots[KEY_BUCKET_SLOTS];
    place->bucket = key_table_bucket(table, id);
    TRY(key_table_read(table, place->bucket, slots));
    size_t at = 0;
    while (at < KEY_BUCKET_SLOTS && slots[at].state != KEY_FREE && !hash_eq(&slots[at].id, id)) {
        at++;
    }
    place->slot = at;
    *slot = at < KEY_BUCKET_SLOTS ? slots[at] : (struct key_slot){ 0 };
    explicit_bzero(slots, sizeof slots);
    return status_ok();
}

struct status key_table_write(const struct key_table *table, const struct key_place *place,
                              struct key_slot *slot)
{
    off_t offset = (off_t)(place->bucket * KEY_BUCKET_SIZE + place->slot * sizeof *slot);
    assert(place->slot < KEY_BUCKET_SLOTS && slot->state != KEY_FREE);
    num_put_u32be(slot->checksum, key_slot_checksum(slot));
    return pwrite(table->file, slot, sizeof *slot, offset) == (ssize_t)sizeof *slot
               ? status_ok()
               : key_table_failed("write");
}

struct status key_table_sync(const struct key_table *table)
{
    return fdatasync(table->file) == 0 ? status_ok() : key_table_failed("sync");
}
