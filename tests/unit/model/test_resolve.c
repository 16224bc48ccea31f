/* What people write for an id, as of any moment. */
#include "core/model/resolve.h"

#include <stdio.h>

#include "core/model/list.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/random.h"
#include "tests/lib/test.h"

struct resolving {
    struct partition_kit kit;
    struct partition *partition;
    struct arena arena;
    struct moment moment;
};

static void resolving_open(struct resolving *resolving)
{
    partition_kit_open_org(&resolving->kit); /* decision 1 */
    arena_init(&resolving->arena, 1 << 26);
}

static void resolving_close(struct resolving *resolving)
{
    partition_close(resolving->partition);
    arena_release(&resolving->arena);
    partition_kit_close(&resolving->kit);
}

/* Moves to after a decision. */
static void resolving_at(struct resolving *resolving, uint64_t org_sequence)
{
    const struct moment_ask ask = { .kind = MOMENT_VERSION, .org_sequence = org_sequence };
    assert_ok(moment_resolve(resolving->partition->reader, &resolving->partition->position,
                             STR("acme"), &ask, &resolving->moment));
}

static struct status resolving_id(struct resolving *resolving, enum entity_kind kind,
                                  const char *text, struct str *id)
{
    return resolve_id(resolving->partition->reader, &resolving->arena, STR("acme"), kind,
                      &resolving->moment, str_z(text), id);
}

static void resolves_to(struct resolving *resolving, enum entity_kind kind, const char *text,
                        const char *expected)
{
    struct str id;
    assert_ok(resolving_id(resolving, kind, text, &id));
    assert_true(str_eq(id, str_z(expected)));
}

static void resolves_not(struct resolving *resolving, enum entity_kind kind, const char *text,
                         enum status_code code, const char *message)
{
    struct str id;
    struct status st = resolving_id(resolving, kind, text, &id);
    assert_int_equal(st.code, code);
    assert_string_equal(st.msg, message);
}

static void resolving_history(struct resolving *resolving)
{
    struct partition_kit *kit = &resolving->kit;
    partition_kit_do(kit, NULL, "registerSubject", /* 2 */
                     "{\"subjectId\":\"ada\",\"externalIds\":[{\"system\":\"github\",\"value\":"
                     "\"a:/@~\"},{\"system\":\"crm\",\"value\":\"7\"}]}");
    partition_kit_do(kit, NULL, "updateSubject", /* 3 */
                     "{\"subjectId\":\"ada\",\"externalIds\":[{\"system\":\"crm\",\"value\":"
                     "\"7\"}]}");
    partition_kit_do(kit, NULL, "registerSubject", /* 4 */
                     "{\"subjectId\":\"bob\",\"externalIds\":[{\"system\":\"github\",\"value\":"
                     "\"a:/@~\"}]}");
    partition_kit_do(kit, NULL, "removeSubject", "{\"subjectId\":\"bob\"}"); /* 5 */
    resolving->partition = partition_kit_fold(kit, NULL);
}

TEST(resolve, an_external_id_stands_for_the_id_that_had_it)
{
    struct resolving resolving;
    const char *id = "ext:github:a:/@~";
    const char *nobody = "expected a live Subject that 'github' calls 'a:/@~', but there is none";
    resolving_open(&resolving);
    resolving_history(&resolving);
    resolving_at(&resolving, 1);
    resolves_not(&resolving, ENTITY_SUBJECT, id, STATUS_NOT_FOUND, nobody);
    resolving_at(&resolving, 2);
    resolves_to(&resolving, ENTITY_SUBJECT, id, "ada");
    resolves_to(&resolving, ENTITY_SUBJECT, "ext:crm:7", "ada");
    resolving_at(&resolving, 3);
    resolves_not(&resolving, ENTITY_SUBJECT, id, STATUS_NOT_FOUND, nobody);
    resolves_to(&resolving, ENTITY_SUBJECT, "ext:crm:7", "ada");
    resolving_at(&resolving, 4);
    resolves_to(&resolving, ENTITY_SUBJECT, id, "bob");
    resolving_at(&resolving, 5);
    resolves_not(&resolving, ENTITY_SUBJECT, id, STATUS_NOT_FOUND, nobody);
    resolving_close(&resolving);
}

TEST(resolve, what_names_nothing_says_what_was_expected)
{
    struct resolving resolving;
    resolving_open(&resolving);
    resolving_history(&resolving);
    resolving_at(&resolving, 4);
    resolves_not(&resolving, ENTITY_GROUP, "ext:github:a:/@~", STATUS_NOT_FOUND,
                 "expected a live Group that 'github' calls 'a:/@~', but there is none");
    resolves_not(&resolving, ENTITY_SUBJECT, "ext:github:a", STATUS_NOT_FOUND,
                 "expected a live Subject that 'github' calls 'a', but there is none");
    static const char *const none[] = { "ext:", "ext:github", "ext:github:", "ext::a" };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        char message[128];
        snprintf(message, sizeof message,
                 "expected ext:SYSTEM:VALUE, such as ext:github:ada, but it is '%s'", none[i]);
        resolves_not(&resolving, ENTITY_SUBJECT, none[i], STATUS_INVALID_ARGUMENT, message);
    }
    resolves_not(&resolving, ENTITY_ROLE, "ext:github:a", STATUS_INVALID_ARGUMENT,
                 "expected an id, as Role has no external ids, but it is 'ext:github:a'");
    resolving_close(&resolving);
}

/* ---- random histories ---- */

enum { RANDOM_STEPS = 400, RANDOM_SUBJECTS = 8, RANDOM_SYSTEMS = 3, RANDOM_VALUES = 4 };
enum { RANDOM_PERSONAL = 2 }; /* the system of which they are */

static const char *const random_commands[] = { "registerSubject", "updateSubject", "updateSubject",
                                               "updateSubject",   "removeSubject", "restoreSubject",
                                               "suspendSubject" };

/* Of a personal one a hash, under a key that all have, and at times another. */
static int random_external_id(struct random_state *random, char *json, size_t json_size)
{
    unsigned system = random_below(random, RANDOM_SYSTEMS), value = random_below(random, 4);
    if (system != RANDOM_PERSONAL) {
        return snprintf(json, json_size, "{\"system\":\"y%u\",\"value\":\"v%u\"}", system, value);
    }
    char other[128] = "";
    if (random_below(random, 2) == 0) {
        snprintf(other, sizeof other, ",{\"keyId\":\"k2\",\"hmac\":\"%064x\"}", 16 + value);
    }
    return snprintf(json, json_size,
                    "{\"system\":\"y%u\",\"personal\":true,\"hashes\":[{\"keyId\":\"k1\","
                    "\"hmac\":\"%064x\"}%s]}",
                    system, value, other);
}

/* One of a few commands about one of a few subjects; many are rejected. */
static void random_step(struct partition_kit *kit, struct random_state *random)
{
    char json[1024];
    const char *command = random_commands[random_below(random, 7)];
    bool whole = strcmp(command, "registerSubject") == 0 || strcmp(command, "updateSubject") == 0;
    int size = snprintf(json, sizeof json, "{\"subjectId\":\"s%u\"",
                        random_below(random, RANDOM_SUBJECTS));
    if (whole) {
        size += snprintf(json + size, sizeof json - (size_t)size, "%s,\"externalIds\":[",
                         command[0] == 'u' ? ",\"updateMask\":\"externalIds\"" : "");
        for (unsigned left = random_below(random, 3), i = 0; i < left; i++) {
            size += snprintf(json + size, sizeof json - (size_t)size, "%s", i > 0 ? "," : "");
            size += random_external_id(random, json + size, sizeof json - (size_t)size);
        }
    }
    snprintf(json + size, sizeof json - (size_t)size, whole ? "]}" : "}");
    partition_kit_decide(kit, NULL, command, json);
}

static bool external_is(const Agency__V1__ExternalId *id, const char *system, const char *value)
{
    bool is = strcmp(id->value, value) == 0;
    for (size_t i = 0; i < id->n_hashes; i++) {
        is = is || strcmp(id->hashes[i]->hmac, value) == 0;
    }
    return is && strcmp(id->system, system) == 0;
}

/* Whom a system calls so by all live subjects of the moment; none: empty. Two: the test fails. */
static struct str scanned(const struct list_page *page, const char *system, const char *value)
{
    struct str found = STR("");
    for (size_t i = 0; i < page->count; i++) {
        const Agency__V1__Subject *subject = (const void *)page->items[i];
        for (size_t j = 0; j < subject->n_external_ids; j++) {
            if (external_is(subject->external_ids[j], system, value)) {
                assert_int_equal(found.size, 0);
                found = str_z(subject->subject_id);
            }
        }
    }
    return found;
}

/* By the index: whom a system calls so, by a value, or by a hash and its key. */
static struct str found(struct resolving *resolving, const char *system, const char *key_id,
                        const char *value)
{
    struct str id = STR("");
    char text[96];
    struct status st;
    if (key_id != NULL) {
        st = resolve_hash(resolving->partition->reader, &resolving->arena, STR("acme"),
                          &resolving->moment, str_z(system), str_z(key_id), str_z(value), &id);
        assert_ok(st);
        return id;
    }
    snprintf(text, sizeof text, "ext:%s:%s", system, value);
    st = resolving_id(resolving, ENTITY_SUBJECT, text, &id);
    assert_true(st.code == STATUS_OK || st.code == STATUS_NOT_FOUND);
    return st.code == STATUS_OK ? id : STR("");
}

/* Compares each look-up with a scan; gives how many found something. */
static size_t compare_moment(struct resolving *resolving)
{
    const struct list_request request = { .org_id = STR("acme"),
                                          .kind = ENTITY_SUBJECT,
                                          .moment = resolving->moment,
                                          .page_size = LIST_PAGE_MAX };
    static const char *const keys[] = { NULL, NULL, "k1", "k2" };
    struct list_page page;
    size_t found_count = 0;
    assert_ok(list_page(resolving->partition->reader, &resolving->arena, &request, &page));
    for (unsigned i = 0; i < 4 * RANDOM_VALUES; i++) {
        char system[8], value[72];
        unsigned kind = i % 4, number = i / 4;
        snprintf(system, sizeof system, "y%u", kind < 2 ? kind : RANDOM_PERSONAL);
        snprintf(value, sizeof value, kind < 2 ? "v%u" : "%064x", kind == 3 ? 16 + number : number);
        struct str expected = scanned(&page, system, value);
        assert_true(str_eq(found(resolving, system, keys[kind], value), expected));
        found_count += expected.size > 0;
    }
    return found_count;
}

TEST(resolve, after_a_random_history_each_moment_finds_what_a_scan_finds)
{
    for (unsigned seed = 1; seed <= 4; seed++) {
        struct resolving resolving;
        struct random_state random = { .state = seed };
        size_t found = 0, moments = 0;
        resolving_open(&resolving);
        for (size_t step = 0; step < RANDOM_STEPS; step++) {
            random_step(&resolving.kit, &random);
        }
        resolving.partition = partition_kit_fold(&resolving.kit, NULL);
        do {
            arena_reset(&resolving.arena);
            resolving_at(&resolving, ++moments);
            found += compare_moment(&resolving);
        } while (!resolving.moment.is_last);
        assert_true(moments > 50 && found > moments);
        resolving_close(&resolving);
    }
}
