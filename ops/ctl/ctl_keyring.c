/* keyring, keyring rotate, keyring retire: the keys of the index of personal external ids. What
 * stands under a key is counted before it goes: nobody finds it without one. */
#include <inttypes.h>

#include "ops/ctl/personal_ids.h"
#include "ops/ctl/say.h"
#include "ops/ctl/table.h"

/* ---- keyring ---- */

struct keyring_run {
    struct keyring_index_keys keys;
    uint64_t under[KEYRING_INDEX_KEYS_MAX]; /* how many have a hash under the key, */
    uint64_t alone[KEYRING_INDEX_KEYS_MAX]; /* and none under a newer one */
    uint64_t lost;                          /* under none of them */
};

static struct status keyring_count(void *context, const struct personal_id *id)
{
    struct keyring_run *run = context;
    bool newer = false;
    for (size_t i = 0; i < run->keys.count; i++) {
        bool has = personal_id_has(id, &run->keys.items[i], 1);
        run->under[i] += has;
        run->alone[i] += has && !newer;
        newer = newer || has;
    }
    run->lost += !newer;
    return status_ok();
}

static struct status keyring_row(struct ctl *ctl, struct table *table,
                                 const struct keyring_run *run, size_t place)
{
    if (ctl->options.output == CTL_JSON) {
        buf_printf(&ctl->out,
                   "{\"keyId\":\"%s\",\"externalIds\":\"%" PRIu64 "\",\"noneNewer\":\"%" PRIu64
                   "\"}\n",
                   run->keys.items[place].id, run->under[place], run->alone[place]);
        return status_ok();
    }
    const uint64_t numbers[] = { run->under[place], run->alone[place] };
    TRY(table_add(table, str_z(run->keys.items[place].id)));
    for (size_t i = 0; i < 2; i++) {
        struct str cell = arena_printf(&ctl->arena, "%" PRIu64, numbers[i]);
        TRY(cell.data == NULL ? arena_full(&ctl->arena) : table_add(table, cell));
    }
    return status_ok();
}

static struct status keyring_show(struct ctl *ctl, const struct keyring_run *run)
{
    static const char *const heads[] = { "index key", "external ids", "none newer" };
    struct table table;
    TRY(table_init(&table, &ctl->arena, heads, 3));
    for (size_t i = 0; i < run->keys.count; i++) {
        TRY(keyring_row(ctl, &table, run, i));
    }
    if (ctl->options.output == CTL_TABLE) {
        table_print(&table, &ctl->out);
    }
    if (run->lost > 0) {
        say("agencyctl: ATTENTION: %" PRIu64
            " personal external ids are hashed under none of these "
            "keys, and found by nobody: put the key back that they were given under, or give them "
            "again",
            run->lost);
    }
    return status_ok();
}

struct status ctl_keyring(struct ctl *ctl)
{
    struct keyring_run run = { 0 };
    TRY(ctl_need_keyring(ctl));
    TRY(keyring_index_keys(&ctl->keyring, &run.keys));
    struct status st = personal_ids_each(ctl, keyring_count, &run);
    if (st.code == STATUS_OK) {
        st = keyring_show(ctl, &run);
    }
    explicit_bzero(&run.keys, sizeof run.keys);
    return st;
}

/* ---- rotate ---- */

struct status ctl_keyring_rotate(struct ctl *ctl)
{
    struct keyring_index_key added;
    TRY(ctl_need_keyring(ctl));
    TRY(keyring_rotate(&ctl->keyring, &added));
    buf_printf(&ctl->out, ctl->options.output == CTL_JSON ? "{\"keyId\":\"%s\"}\n" : "%s\n",
               added.id);
    explicit_bzero(&added, sizeof added);
    return status_ok();
}

/* ---- retire ---- */

struct retiring {
    struct ctl *ctl;
    struct keyring_index_keys keys;
    size_t newer; /* of the keys: those before the one that retires */
    uint64_t count;
    uint64_t lacking;
    struct str example; /* the first that lacks them */
};

static struct status retiring_count(void *context, const struct personal_id *id)
{
    struct retiring *retiring = context;
    const Agency__V1__ExternalId *external = id->subject->external_ids[id->place];
    retiring->count++;
    if (personal_id_has(id, retiring->keys.items, retiring->newer)) {
        return status_ok();
    }
    if (retiring->lacking++ == 0) {
        retiring->example =
            arena_printf(&retiring->ctl->arena, "that of subject '%s' of org '%.*s' in system '%s'",
                         id->subject->subject_id, STR_ARG(id->org_id), external->system);
    }
    return status_ok();
}

static struct status retiring_allow(const struct retiring *retiring, struct str key_id)
{
    return retiring->lacking == 0
               ? status_ok()
               : status_error(STATUS_FAILED_PRECONDITION,
                              "expected all personal external ids to be hashed under a newer key "
                              "than '%.*s', but %" PRIu64 " of %" PRIu64 " are not, such as %.*s: "
                              "say keyring rehash, or give them again",
                              STR_ARG(key_id), retiring->lacking, retiring->count,
                              STR_ARG(retiring->example));
}

static struct status retiring_run(struct retiring *retiring, struct str key_id)
{
    struct ctl *ctl = retiring->ctl;
    while (retiring->newer < retiring->keys.count &&
           !str_eq(str_z(retiring->keys.items[retiring->newer].id), key_id)) {
        retiring->newer++;
    }
    if (retiring->newer < retiring->keys.count && retiring->keys.count > 1) {
        TRY(personal_ids_each(ctl, retiring_count, retiring));
        TRY(retiring_allow(retiring, key_id));
    }
    return keyring_retire(&ctl->keyring, key_id); /* which refuses what is none, and the last one */
}

struct status ctl_keyring_retire(struct ctl *ctl)
{
    struct retiring retiring = { .ctl = ctl };
    TRY(ctl_need_keyring(ctl));
    TRY(keyring_index_keys(&ctl->keyring, &retiring.keys));
    struct status st = retiring_run(&retiring, str_z(ctl->argv[0]));
    explicit_bzero(&retiring.keys, sizeof retiring.keys);
    return st;
}
