#include "ops/kafka_conf.h"

#include <stdio.h>
#include <sys/stat.h>

#include "tests/lib/folder_tool.h"
#include "tests/lib/test.h"

static void kafka_conf_path(char path[FOLDER_TOOL_PATH_MAX + 16])
{
    char folder[FOLDER_TOOL_PATH_MAX];
    folder_tool_make(folder);
    snprintf(path, FOLDER_TOOL_PATH_MAX + 16, "%s/kafka.conf", folder);
}

static void kafka_conf_gone(char *path)
{
    path[strlen(path) - strlen("/kafka.conf")] = '\0';
    folder_tool_remove(path);
}

static struct status kafka_conf_of(const char *text, struct arena *arena, struct kafka_conf *conf)
{
    char path[FOLDER_TOOL_PATH_MAX + 16];
    kafka_conf_path(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    struct status st = kafka_conf_read(path, arena, conf);
    kafka_conf_gone(path);
    return st;
}

TEST(kafka_conf, what_is_written_is_read_again)
{
    char path[FOLDER_TOOL_PATH_MAX + 16];
    struct arena arena;
    struct stat found;
    struct kafka_conf again, conf = { .brokers = STR("a:1,b:2"), .prefix = STR("agency") };
    conf.properties.count = 1;
    conf.properties.items[0].name = STR("sasl.password");
    conf.properties.items[0].value = STR("a = b #c");
    arena_init(&arena, 1 << 20);
    kafka_conf_path(path);
    assert_code(STATUS_NOT_FOUND, kafka_conf_read(path, &arena, &again));
    assert_ok(kafka_conf_write(path, &conf));
    assert_ok(kafka_conf_read(path, &arena, &again));
    assert_true(str_eq(again.brokers, conf.brokers));
    assert_true(str_eq(again.prefix, conf.prefix));
    assert_int_equal(again.properties.count, 1);
    assert_true(str_eq(again.properties.items[0].name, conf.properties.items[0].name));
    assert_true(str_eq(again.properties.items[0].value, conf.properties.items[0].value));
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600); /* it may hold passwords */
    arena_release(&arena);
    kafka_conf_gone(path);
}

TEST(kafka_conf, is_claimed_again_for_the_same_log_only)
{
    char path[FOLDER_TOOL_PATH_MAX + 16];
    struct arena arena;
    struct kafka_conf conf = { .brokers = STR("a:1"), .prefix = STR("agency") };
    struct kafka_conf other = { .brokers = STR("b:2"), .prefix = STR("agency") };
    kafka_conf_path(path);
    arena_init(&arena, 1 << 20);
    assert_ok(kafka_conf_claim(path, &arena, &conf));
    assert_ok(kafka_conf_claim(path, &arena, &conf));
    assert_code(STATUS_ALREADY_EXISTS, kafka_conf_claim(path, &arena, &other));
    kafka_conf_gone(path);
    arena_release(&arena);
}

TEST(kafka_conf, a_wrong_line_is_named)
{
    struct arena arena;
    struct kafka_conf conf;
    arena_init(&arena, 1 << 20);
    struct status st = kafka_conf_of("brokers = a:1\nbrokres = b:2\n", &arena, &conf);
    assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(st.msg, "line 2"));
    assert_non_null(strstr(st.msg, "brokers"));
    assert_code(STATUS_INVALID_ARGUMENT, kafka_conf_of("prefix = x\n", &arena, &conf));
    arena_release(&arena);
}

TEST(kafka_conf, gives_what_opens_the_log)
{
    struct arena arena;
    struct kafka_conf conf;
    struct evlog_kafka_options options;
    arena_init(&arena, 1 << 20);
    assert_ok(kafka_conf_of("brokers = a:1\nproperty.security.protocol = SSL\n", &arena, &conf));
    assert_ok(kafka_conf_options(&conf, &arena, &options));
    assert_string_equal(options.brokers, "a:1");
    assert_string_equal(options.prefix, "agency");
    assert_int_equal(options.properties_count, 1);
    assert_string_equal(options.properties[0].name, "security.protocol");
    assert_string_equal(options.properties[0].value, "SSL");
    arena_release(&arena);
}

static struct status kafka_conf_at(const char *brokers)
{
    char line[128];
    struct arena arena;
    struct kafka_conf conf;
    arena_init(&arena, 1 << 20);
    snprintf(line, sizeof line, "brokers = %s\n", brokers);
    struct status st = kafka_conf_of(line, &arena, &conf);
    arena_release(&arena);
    return st;
}

TEST(kafka_conf, names_brokers_by_host_and_port)
{
    static const char *const right[] = { "a", "a:1", "127.0.0.1:65535,b:9092", "[::1]:9092",
                                         "[::1]" };
    static const char *const wrong[] = { "a:0",     "a:65536", "a:99999",   "a:x",    "a:",
                                         ":9092",   "a:1,",    ",a:1",      "a:1,b:", "::1",
                                         "a:1 b:2", "[::1",    "[::1]9092", "[]:1",   "SSL://a:1" };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        assert_ok(kafka_conf_at(right[i]));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct status st = kafka_conf_at(wrong[i]);
        assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
        assert_non_null(strstr(st.msg, "HOST:PORT"));
    }
}

TEST(kafka_conf, a_value_of_two_lines_is_refused)
{
    char path[FOLDER_TOOL_PATH_MAX + 16];
    struct kafka_conf conf = { .brokers = STR("a:1\nprefix = b"), .prefix = STR("agency") };
    kafka_conf_path(path);
    assert_code(STATUS_INVALID_ARGUMENT, kafka_conf_write(path, &conf));
    kafka_conf_gone(path);
}
