#include "ops/data_dir.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

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
