/* What a thread keeps of what is shown, from question to question. */
#include "query/service/shown_stores.h"

#include <stdio.h>

#include "query/snapshot.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

static struct partition_kit kit;
static struct partition *partition; /* what is shown */
static struct shelf *shelf;
static struct shown_stores shown;

static void open_shown(bool on_disk)
{
    partition_kit_open_org(&kit);
    partition_kit_do(&kit, NULL, "createGroup", "{\"groupId\":\"red\"}");
    partition = partition_kit_fold(&kit, on_disk ? kit.store : NULL);
    shelf = shelf_new(1);
    partition_show(partition, shelf);
    shown_stores_init(&shown, shelf, 1);
}

static void close_shown(void)
{
    shown_stores_release(&shown);
    partition_close(partition);
    shelf_free(shelf);
    partition_kit_close(&kit);
}

/* The group, as a question of now sees it; valid until the next one. */
static const Agency__V1__Group *see_red(void)
{
    struct stores stores = shown_stores_port(&shown);
    struct moment_ask ask = { .kind = MOMENT_LATEST };
    struct store_reader *reader;
    const struct position *position;
    const Agency__V1__Group *group;
    struct snapshot now;
    assert_ok(stores.open(stores.self, 0, &ask, &reader, &position));
    assert_ok(snapshot_open_kept(&now, stores.latest(stores.self, 0), position, &kit.arena,
                                 STR("acme"), &ask));
    assert_int_equal(position->chain.sequence, partition->position.chain.sequence);
    assert_ok(view_group(&now.org.view, STR("red"), &group));
    snapshot_release(&now);
    return group;
}

static void change_red(const char *name)
{
    char json[96];
    snprintf(json, sizeof json, "{\"groupId\":\"red\",\"updateMask\":\"name\",\"name\":\"%s\"}",
             name);
    partition_kit_do(&kit, NULL, "updateGroup", json);
    assert_ok(partition_kit_catch_up(&kit, partition));
}

static void see_each_change(void)
{
    char name[8];
    for (unsigned i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "n%u", i);
        change_red(name);
        const Agency__V1__Group *seen = see_red();
        assert_string_equal(seen->name, name);
        assert_ptr_equal(see_red(), seen); /* kept: it is not read again */
    }
}

TEST(shown_stores, what_is_kept_is_never_older_than_what_is_shown)
{
    for (int on_disk = 0; on_disk < 2; on_disk++) {
        open_shown(on_disk);
        see_each_change();
        close_shown();
    }
}

TEST(shown_stores, who_rests_keeps_nothing_from_its_owner)
{
    open_shown(true);
    assert_non_null(see_red());
    shown_stores_rest(&shown);
    partition_close(partition); /* waits for readers */
    struct stores stores = shown_stores_port(&shown);
    struct moment_ask ask = { .kind = MOMENT_LATEST };
    struct store_reader *reader;
    const struct position *position;
    assert_code(STATUS_UNAVAILABLE, stores.open(stores.self, 0, &ask, &reader, &position));
    partition = NULL;
    close_shown();
}
