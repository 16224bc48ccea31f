#include "core/keyring/keyring_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/keyring/key_table.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/test.h"

static char folder[FOLDER_TOOL_PATH_MAX];

static const char *in(const char *name)
{
    static char path[FOLDER_TOOL_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void begin(struct keyring *keyring)
{
    folder_tool_make(folder);
    assert_ok(keyring_file_make(folder));
    assert_ok(keyring_file_open(folder, keyring));
}

static void end(struct keyring *keyring)
{
    keyring_close(keyring);
    folder_tool_remove(folder);
}

static struct buf contents(const char *name)
{
    struct buf bytes = { 0 };
    FILE *file = fopen(in(name), "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    bytes.size = fread(buf_reserve(&bytes, size), 1, size, file);
    fclose(file);
    return bytes;
}

static void replace(const char *name, size_t offset, const char *bytes)
{
    int file = open(in(name), O_WRONLY | O_CREAT, 0600);
    assert_true(pwrite(file, bytes, strlen(bytes), (off_t)offset) >= 0);
    close(file);
}

static void name_of(size_t i, char name[16])
{
    snprintf(name, 16, "s%zu", i);
}

TEST(keyring_file, keeps_keys_when_it_is_opened_again)
{
    struct keyring keyring;
    struct keyring_key key, found;
    begin(&keyring);
    assert_ok(keyring_make(&keyring, STR("acme"), STR("ada"), &key));
    keyring_close(&keyring);
    assert_ok(keyring_file_make(folder));
    assert_ok(keyring_file_open(folder, &keyring));
    assert_ok(keyring_find(&keyring, STR("acme"), STR("ada"), &found));
    assert_memory_equal(&found, &key, sizeof key);
    end(&keyring);
}

TEST(keyring_file, goes_on_in_another_table_when_one_is_full)
{
    enum { KEYS = 9000 };
    struct keyring keyring;
    struct keyring_key key, found;
    char name[16];
    begin(&keyring);
    for (size_t i = 0; i < KEYS; i++) {
        name_of(i, name);
        assert_ok(keyring_make(&keyring, STR("acme"), str_z(name), &key));
    }
    assert_int_equal(access(in("keys.01"), F_OK), 0);
    for (size_t i = 0; i < KEYS; i += 7) {
        name_of(i, name);
        assert_ok(keyring_find(&keyring, STR("acme"), str_z(name), &found));
    }
    assert_ok(keyring_destroy_org(&keyring, STR("acme")));
    for (size_t i = 0; i < KEYS; i += 7) {
        name_of(i, name);
        assert_code(STATUS_NOT_FOUND, keyring_find(&keyring, STR("acme"), str_z(name), &found));
    }
    end(&keyring);
}

/* The wrapped key of the one that was made. */
static struct key_slot only_slot(void)
{
    struct buf table = contents("keys.00");
    struct key_slot slot = { 0 };
    for (size_t at = 0; at < table.size; at += sizeof slot) {
        if (table.data[at + offsetof(struct key_slot, state)] != KEY_FREE) {
            memcpy(&slot, table.data + at, sizeof slot);
        }
    }
    buf_release(&table);
    return slot;
}

TEST(keyring_file, holds_no_byte_of_a_destroyed_key)
{
    struct keyring keyring;
    struct keyring_key key;
    static const struct key_slot none;
    begin(&keyring);
    assert_ok(keyring_make(&keyring, STR("acme"), STR("ada"), &key));
    struct key_slot slot = only_slot();
    assert_memory_not_equal(slot.wrapped, none.wrapped, sizeof slot.wrapped);
    assert_ok(keyring_destroy(&keyring, STR("acme"), STR("ada")));
    struct buf table = contents("keys.00");
    assert_null(memmem(table.data, table.size, slot.wrapped, 8));
    assert_null(memmem(table.data, table.size, slot.nonce, sizeof slot.nonce));
    buf_release(&table);
    end(&keyring);
}

TEST(keyring_file, does_not_say_whose_keys_it_has_nor_what_they_are)
{
    struct keyring keyring;
    struct keyring_key key;
    begin(&keyring);
    assert_ok(keyring_make(&keyring, STR("acme-limited"), STR("ada-lovelace"), &key));
    struct buf table = contents("keys.00");
    assert_null(memmem(table.data, table.size, "acme-limited", 12));
    assert_null(memmem(table.data, table.size, "ada-lovelace", 12));
    assert_null(memmem(table.data, table.size, key.bytes, 8));
    buf_release(&table);
    end(&keyring);
}

TEST(keyring_file, is_shared_by_those_who_have_it_open)
{
    struct keyring keyring, other;
    struct keyring_key key, found;
    begin(&keyring);
    assert_ok(keyring_file_open(folder, &other));
    assert_ok(keyring_make(&keyring, STR("acme"), STR("ada"), &key));
    assert_ok(keyring_make(&other, STR("acme"), STR("ada"), &found));
    assert_memory_equal(&found, &key, sizeof key);
    assert_ok(keyring_destroy(&keyring, STR("acme"), STR("ada")));
    assert_code(STATUS_NOT_FOUND, keyring_find(&other, STR("acme"), STR("ada"), &found));
    keyring_close(&other);
    end(&keyring);
}

TEST(keyring_file, that_is_damaged_says_so)
{
    struct keyring keyring;
    struct keyring_key key;
    begin(&keyring);
    assert_ok(keyring_make(&keyring, STR("acme"), STR("ada"), &key));
    struct buf table = contents("keys.00");
    struct key_slot slot = only_slot();
    size_t at = (size_t)((char *)memmem(table.data, table.size, &slot, sizeof slot) - table.data);
    replace("keys.00", at + offsetof(struct key_slot, wrapped), "damaged");
    assert_code(STATUS_DATA_LOSS, keyring_find(&keyring, STR("acme"), STR("ada"), &key));
    buf_release(&table);
    end(&keyring);
}

TEST(keyring_file, opens_nothing_with_another_master_key)
{
    struct keyring keyring;
    begin(&keyring);
    keyring_close(&keyring);
    assert_int_equal(unlink(in("master.key")), 0);
    assert_code(STATUS_DATA_LOSS, keyring_file_open(folder, &keyring));
    replace("master.key", 0, "short");
    assert_code(STATUS_DATA_LOSS, keyring_file_open(folder, &keyring));
    end(&keyring);
}

TEST(keyring_file, is_its_owners_alone)
{
    struct keyring keyring;
    struct stat found;
    begin(&keyring);
    struct keyring_key key;
    assert_ok(keyring_make(&keyring, STR("acme"), STR("ada"), &key));
    static const char *const files[] = { "master.key", "index.keys", "keys.00", "lock" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        assert_int_equal(stat(in(files[i]), &found), 0);
        assert_int_equal(found.st_mode & 0777, 0600);
    }
    keyring_close(&keyring);
    assert_int_equal(chmod(folder, 0750), 0);
    assert_code(STATUS_FAILED_PRECONDITION, keyring_file_open(folder, &keyring));
    end(&keyring);
}

TEST(keyring_file, that_is_not_there_is_not_found)
{
    struct keyring keyring;
    assert_code(STATUS_NOT_FOUND, keyring_file_open("/nowhere/keyring", &keyring));
    keyring_close(&keyring);
}

#define KEY_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

TEST(keyring_file, takes_every_index_key_that_its_file_has)
{
    struct keyring keyring;
    struct keyring_codes before, codes;
    begin(&keyring);
    assert_ok(keyring_index(&keyring, STR("acme"), STR("mail"), STR("ada"), &before));
    struct buf old = contents("index.keys");
    buf_byte(&old, 0);
    replace("index.keys", 0, "# rotated\n" KEY_A "\n");
    replace("index.keys", strlen("# rotated\n" KEY_A "\n"), old.data);
    assert_ok(keyring_index(&keyring, STR("acme"), STR("mail"), STR("ada"), &codes));
    assert_int_equal(codes.count, 2);
    assert_string_equal(codes.items[1].hmac, before.items[0].hmac);
    assert_string_equal(codes.items[1].key_id, before.items[0].key_id);
    assert_ok(keyring_retire(&keyring, str_z(codes.items[0].key_id)));
    struct buf left = contents("index.keys");
    assert_int_equal(left.size, strlen("# rotated\n") + old.size - 1);
    assert_memory_equal(left.data, "# rotated\n", strlen("# rotated\n"));
    buf_release(&left);
    replace("index.keys", 0, "no key at");
    assert_code(STATUS_INVALID_ARGUMENT,
                keyring_index(&keyring, STR("acme"), STR("mail"), STR("ada"), &codes));
    buf_release(&old);
    end(&keyring);
}
