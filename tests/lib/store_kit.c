#include "tests/lib/store_kit.h"

#include <stdio.h>

#include "tests/lib/test.h"

static struct store *store_kit_rocks(const struct store_kit *kit)
{
    char path[80];
    snprintf(path, sizeof path, "%s/store", kit->folder);
    static const size_t durable_min[STORE_KIT_BACKENDS] = {
        [STORE_KIT_FILES] = 1, [STORE_KIT_MIXED] = 2
    };
    struct store_options options = {
        .path = path,
        .fold_version = 1,
        .create = true,
        .durable_min = durable_min[kit->backend],
        .knows_absent = kit->backend == STORE_KIT_ABSENT,
    };
    struct store *store = NULL;
    assert_ok(store_open(&options, &store));
    return store;
}

void store_kit_open(struct store_kit *kit, enum store_kit_backend backend)
{
    *kit = (struct store_kit){ .backend = backend };
    folder_tool_make(kit->folder);
    kit->store = backend == STORE_KIT_MEM ? store_mem_new() : store_kit_rocks(kit);
    assert_ok(store_writer_open(kit->store, &kit->writer));
}

void store_kit_settle(struct store_kit *kit)
{
    if (kit->backend == STORE_KIT_LAYER && kit->under == NULL) {
        store_writer_close(kit->writer);
        kit->under = kit->store;
        kit->store = store_layer_new(kit->under);
        assert_ok(store_writer_open(kit->store, &kit->writer));
    }
}

void store_kit_close(struct store_kit *kit)
{
    store_writer_close(kit->writer);
    store_close(kit->store);
    store_close(kit->under);
    folder_tool_remove(kit->folder);
}

void store_kit_reopen(struct store_kit *kit)
{
    assert_true(kit->backend != STORE_KIT_MEM && kit->backend != STORE_KIT_LAYER);
    store_writer_close(kit->writer);
    store_close(kit->store);
    kit->store = store_kit_rocks(kit);
    assert_ok(store_writer_open(kit->store, &kit->writer));
}

void store_kit_each(void (*check)(struct store_kit *kit))
{
    for (int backend = 0; backend < STORE_KIT_BACKENDS; backend++) {
        struct store_kit kit;
        store_kit_open(&kit, (enum store_kit_backend)backend);
        check(&kit);
        store_kit_close(&kit);
    }
}

void store_kit_write(struct store_kit *kit, const struct store_change *changes, size_t count)
{
    kit->written++;
    assert_ok(
        store_write(kit->writer, changes, count, str_make(&kit->written, sizeof kit->written)));
}

void store_kit_put(struct store_kit *kit, enum store_family family, const char *key,
                   uint64_t version, const char *value)
{
    struct store_change change = {
        .family = family,
        .is_delete = value == NULL,
        .key = str_z(key),
        .value = str_z(value),
        .version = version,
    };
    store_kit_write(kit, &change, 1);
}
