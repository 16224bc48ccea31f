#include "ops/data_dir.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/remove_tree.h"
#include "ops/cluster_key.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/test.h"

static void write_file(const char *folder, const char *name, struct str bytes)
{
    char path[FOLDER_TOOL_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(bytes.data, 1, bytes.size, file);
    fclose(file);
    assert_int_equal(chmod(path, 0600), 0);
}

/* The number of a folder that has nothing else. */
static uint64_t process_of(const char *folder)
{
    struct data_dir dir = { 0 };
    uint64_t process = 0;
    snprintf(dir.process, sizeof dir.process, "%s/process", folder);
    assert_ok(data_dir_process(&dir, &process));
    return process;
}

TEST(data_dir, the_number_of_a_folder_stays)
{
    char folder[FOLDER_TOOL_PATH_MAX];
    folder_tool_make(folder);
    uint64_t process = process_of(folder);
    assert_true(process != 0);
    assert_true(process_of(folder) == process);
    folder_tool_remove(folder);
}

TEST(data_dir, a_number_that_cannot_be_read_is_made_anew)
{
    static const char *const wrong[] = { "hello world 1234567", "0", "0000000000000000" };
    char folder[FOLDER_TOOL_PATH_MAX];
    folder_tool_make(folder);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        write_file(folder, "process", str_z(wrong[i]));
        uint64_t process = process_of(folder);
        assert_true(process != 0);
        assert_true(process_of(folder) == process);
    }
    folder_tool_remove(folder);
}

TEST(data_dir, a_copy_of_a_folder_has_a_number_of_its_own)
{
    char folder[FOLDER_TOOL_PATH_MAX], copy[FOLDER_TOOL_PATH_MAX];
    char from[FOLDER_TOOL_PATH_MAX + 32], text[64] = { 0 };
    folder_tool_make(folder);
    folder_tool_make(copy);
    uint64_t process = process_of(folder);
    snprintf(from, sizeof from, "%s/process", folder);
    FILE *file = fopen(from, "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    write_file(copy, "process", str_make(text, size));
    assert_true(process_of(copy) != process);
    folder_tool_remove(copy);
    folder_tool_remove(folder);
}

/* Opens a folder on Kafka whose cluster key is these bytes. */
static struct status open_with_key(struct str key, mode_t mode)
{
    char folder[FOLDER_TOOL_PATH_MAX], path[FOLDER_TOOL_PATH_MAX + 32];
    struct data_dir dir;
    struct arena arena;
    folder_tool_make(folder);
    write_file(folder, "kafka.conf", STR("brokers = 127.0.0.1:1\n"));
    write_file(folder, "cluster.key", key);
    write_file(folder, "agency.conf", STR("operators = admin\n"));
    snprintf(path, sizeof path, "%s/cluster.key", folder);
    assert_int_equal(chmod(path, mode), 0);
    arena_init(&arena, 1 << 20);
    struct status st = data_dir_open(&dir, &arena, folder, false);
    arena_release(&arena);
    folder_tool_remove(folder);
    return st;
}

TEST(data_dir, a_cluster_key_has_32_bytes)
{
    char bytes[65] = { 0 };
    assert_ok(open_with_key(str_make(bytes, 32), 0600));
    assert_code(STATUS_DATA_LOSS, open_with_key(str_make(bytes, 0), 0600));
    assert_code(STATUS_DATA_LOSS, open_with_key(str_make(bytes, 31), 0600));
    assert_code(STATUS_DATA_LOSS, open_with_key(str_make(bytes, 65), 0600)); /* in hexadecimal */
}

TEST(data_dir, a_cluster_key_is_not_for_others)
{
    static const mode_t open_modes[] = { 0644, 0604, 0602, 0601, 0666 };
    char bytes[32] = { 0 };
    for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
        assert_code(STATUS_FAILED_PRECONDITION,
                    open_with_key(str_make(bytes, sizeof bytes), open_modes[i]));
    }
    assert_ok(open_with_key(str_make(bytes, sizeof bytes), 0640)); /* a group is chosen */
}

TEST(data_dir, a_file_that_is_no_cluster_key_is_not_taken_for_one)
{
    char folder[FOLDER_TOOL_PATH_MAX], data[FOLDER_TOOL_PATH_MAX + 32];
    char file[FOLDER_TOOL_PATH_MAX + 32];
    struct arena arena;
    struct kafka_conf kafka = { .brokers = STR("127.0.0.1:1"), .prefix = STR("agency") };
    folder_tool_make(folder);
    write_file(folder, "text", STR("root:x:0:0:root:/root:/bin/bash and more"));
    snprintf(data, sizeof data, "%s/data", folder);
    snprintf(file, sizeof file, "%s/text", folder);
    struct data_dir_new made = {
        .kafka = &kafka, .key_file = file, .partitions_count = 1, .timeout_ms = 100
    };
    arena_init(&arena, 1 << 20);
    assert_code(STATUS_INVALID_ARGUMENT, data_dir_make_shared(&arena, data, &made));
    arena_release(&arena);
    folder_tool_remove(folder);
}

TEST(data_dir, nothing_is_made_for_brokers_that_do_not_answer)
{
    char folder[FOLDER_TOOL_PATH_MAX], data[FOLDER_TOOL_PATH_MAX + 32];
    struct arena arena;
    struct kafka_conf kafka = { .brokers = STR("127.0.0.1:1"), .prefix = STR("agency") };
    struct data_dir_new made = { .kafka = &kafka, .partitions_count = 1, .timeout_ms = 100 };
    folder_tool_make(folder);
    snprintf(data, sizeof data, "%s/data", folder);
    arena_init(&arena, 1 << 20);
    assert_code(STATUS_UNAVAILABLE, data_dir_make_shared(&arena, data, &made));
    kafka.prefix = STR("a b");
    assert_code(STATUS_INVALID_ARGUMENT, data_dir_make_shared(&arena, data, &made));
    assert_int_equal(access(data, F_OK), -1);
    arena_release(&arena);
    folder_tool_remove(folder);
}

/* ---- whole or not ---- */

static void assert_said(enum status_code code, const char *words, struct status st)
{
    assert_code(code, st);
    if (strstr(st.msg, words) == NULL) {
        fail_msg("expected '%s' in '%s'", words, st.msg);
    }
}

static struct status opened(const char *folder)
{
    struct data_dir dir;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct status st = data_dir_open(&dir, &arena, folder, true);
    if (st.code == STATUS_OK) {
        struct evlog *log = NULL;
        st = data_dir_open_log(&dir, false, &log);
        evlog_close(log);
    }
    arena_release(&arena);
    return st;
}

static struct status made(const char *folder, const char *key_file)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct status st = data_dir_make(&arena, folder, key_file);
    arena_release(&arena);
    return st;
}

static const char *in(const char *folder, const char *name)
{
    static char path[FOLDER_TOOL_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void remove_from(const char *folder, const char *name)
{
    assert_ok(remove_tree(in(folder, name)));
}

TEST(data_dir, what_is_missing_is_named_and_not_made)
{
    static const struct {
        const char *gone;
        enum status_code code;
    } cases[] = { { "log", STATUS_DATA_LOSS },
                  { "cluster.key", STATUS_DATA_LOSS },
                  { "agency.conf", STATUS_FAILED_PRECONDITION },
                  { "log/0000000000000000.log", STATUS_DATA_LOSS } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char folder[FOLDER_TOOL_PATH_MAX];
        folder_tool_make(folder);
        assert_ok(made(folder, NULL));
        assert_ok(opened(folder));
        remove_from(folder, cases[i].gone);
        assert_said(cases[i].code, i == 3 ? "/log" : cases[i].gone, opened(folder));
        assert_int_equal(access(in(folder, cases[i].gone), F_OK), -1);
        folder_tool_remove(folder);
    }
}

TEST(data_dir, stores_may_be_gone)
{
    char folder[FOLDER_TOOL_PATH_MAX];
    folder_tool_make(folder);
    assert_ok(made(folder, NULL));
    remove_from(folder, "stores");
    assert_ok(opened(folder));
    folder_tool_remove(folder);
}

static bool has_keyring(const char *folder)
{
    struct data_dir dir;
    struct arena arena;
    struct keyring keyring;
    arena_init(&arena, 1 << 20);
    assert_ok(data_dir_open(&dir, &arena, folder, true));
    assert_ok(data_dir_open_keyring(&dir, &keyring));
    bool has = keyring.ops != NULL;
    keyring_close(&keyring);
    arena_release(&arena);
    return has;
}

TEST(data_dir, has_a_keyring_and_opens_without_one)
{
    char folder[FOLDER_TOOL_PATH_MAX];
    folder_tool_make(folder);
    assert_ok(made(folder, NULL));
    assert_true(has_keyring(folder));
    remove_from(folder, "keyring");
    assert_ok(opened(folder));
    assert_false(has_keyring(folder));
    folder_tool_remove(folder);
}

TEST(data_dir, a_folder_that_is_not_there_is_not_made)
{
    char folder[FOLDER_TOOL_PATH_MAX];
    folder_tool_make(folder);
    assert_said(STATUS_NOT_FOUND, "agencyctl init", opened(in(folder, "typo")));
    assert_int_equal(access(in(folder, "typo"), F_OK), -1);
    assert_said(STATUS_NOT_FOUND, "agencyctl init", opened(folder)); /* an empty one */
    write_file(folder, "stores", STR(""));
    assert_said(STATUS_DATA_LOSS, "backup", opened(folder));
    folder_tool_remove(folder);
}

TEST(data_dir, what_is_there_is_not_made_again)
{
    static const char *const parts[] = { "log", "stores", "kafka.conf", "moved", "cluster.key" };
    char folder[FOLDER_TOOL_PATH_MAX];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        folder_tool_make(folder);
        write_file(folder, parts[i], STR(""));
        assert_said(STATUS_ALREADY_EXISTS, parts[i], made(folder, NULL));
        assert_int_equal(access(in(folder, "agency.conf"), F_OK), -1);
        folder_tool_remove(folder);
    }
    folder_tool_make(folder);
    assert_ok(made(folder, NULL));
    assert_code(STATUS_ALREADY_EXISTS, made(folder, NULL));
    folder_tool_remove(folder);
}

TEST(data_dir, an_unfinished_folder_is_finished_by_the_next_init)
{
    static const char *const gone[] = { "log", "stores", "agency.conf", "cluster.key", "keyring" };
    char folder[FOLDER_TOOL_PATH_MAX];
    folder_tool_make(folder);
    assert_ok(made(folder, NULL));
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        write_file(folder, "unfinished", STR(""));
        remove_from(folder, gone[i]);
        assert_said(STATUS_FAILED_PRECONDITION, "init", opened(folder));
        assert_ok(made(folder, NULL));
        assert_ok(opened(folder));
    }
    folder_tool_remove(folder);
}

TEST(data_dir, a_new_folder_can_have_the_key_of_an_old_one)
{
    char old[FOLDER_TOOL_PATH_MAX], folder[FOLDER_TOOL_PATH_MAX];
    struct arena arena;
    struct str key, copy;
    arena_init(&arena, 1 << 20);
    folder_tool_make(old);
    folder_tool_make(folder);
    assert_ok(made(old, NULL));
    assert_ok(cluster_key_read(&arena, in(old, "cluster.key"), &key));
    assert_code(STATUS_NOT_FOUND, made(folder, in(old, "no.key")));
    assert_int_equal(access(in(folder, "unfinished"), F_OK), -1);
    assert_ok(made(folder, in(old, "cluster.key")));
    assert_ok(cluster_key_read(&arena, in(folder, "cluster.key"), &copy));
    assert_true(str_eq(key, copy));
    arena_release(&arena);
    folder_tool_remove(folder);
    folder_tool_remove(old);
}
