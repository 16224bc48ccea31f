#include "core/base/config.h"

#include "tests/lib/test.h"

struct values {
    bool help;
    int64_t partitions;
    int64_t timeout_us;
    int64_t cache_size;
    struct str data;
    struct str org;
    int log;
    struct config_pairs kafka;
};

static const struct config_option options[] = {
    { "help", CONFIG_BOOL, offsetof(struct values, help), "false", 0, 0, NULL, "Shows this." },
    { "partitions", CONFIG_INT, offsetof(struct values, partitions), "16", 1, 1024, NULL,
      "Partitions of a new log." },
    { "timeout", CONFIG_DURATION, offsetof(struct values, timeout_us), "1500ms", 1000, 60000000,
      NULL, "How long to wait." },
    { "cache", CONFIG_SIZE, offsetof(struct values, cache_size), "64MiB", 0, INT64_C(1) << 40, NULL,
      "Memory of the store." },
    { "data", CONFIG_STRING, offsetof(struct values, data), "", 0, 0, NULL, "The data folder." },
    { "org", CONFIG_TEXT, offsetof(struct values, org), "", 0, 0, NULL, "The org." },
    { "log", CONFIG_ENUM, offsetof(struct values, log), "local", 0, 0, "local|kafka",
      "Where the log is." },
    { "kafka.", CONFIG_PAIRS, offsetof(struct values, kafka), NULL, 0, 0, NULL,
      "A property of librdkafka." },
};
enum { OPTIONS = sizeof options / sizeof options[0] };

static struct arena arena;
static struct values values;
static struct config config;

static void start(void)
{
    arena_release(&arena);
    arena_init(&arena, 1 << 16);
    assert_ok(config_init(&config, options, OPTIONS, &values, &arena));
}

static void assert_set(const char *name, const char *value)
{
    assert_ok(config_set(&config, str_z(name), str_z(value)));
}

static void assert_refused(const char *name, const char *value, const char *message)
{
    struct status st = config_set(&config, str_z(name), str_z(value));
    assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
    assert_string_equal(st.msg, message);
}

TEST(config, defaults_are_read_like_any_value)
{
    start();
    assert_false(values.help);
    assert_int_equal(values.partitions, 16);
    assert_int_equal(values.timeout_us, 1500000);
    assert_int_equal(values.cache_size, 64 << 20);
    assert_string_equal(values.data.data, "");
    assert_int_equal(values.log, 0);
    assert_int_equal(values.kafka.count, 0);
    arena_release(&arena);
}

TEST(config, values_have_types_and_units)
{
    start();
    assert_set("timeout", "2s");
    assert_int_equal(values.timeout_us, 2000000);
    assert_set("timeout", "1m");
    assert_int_equal(values.timeout_us, 60000000);
    assert_set("cache", "4096");
    assert_int_equal(values.cache_size, 4096);
    assert_set("cache", "0");
    assert_set("log", "kafka");
    assert_int_equal(values.log, 1);
    assert_set("kafka.acks", "1");
    assert_set("kafka.acks", "all");
    assert_int_equal(values.kafka.count, 1);
    assert_string_equal(values.kafka.items[0].name.data, "acks");
    assert_string_equal(values.kafka.items[0].value.data, "all");
    arena_release(&arena);
}

TEST(config, errors_say_what_was_expected)
{
    start();
    assert_refused("partitions", "0", "partitions: expected 1 to 1024, but it is '0'");
    assert_refused("partitions", "1s", "partitions: expected 1 to 1024, but it is '1s'");
    assert_refused("timeout", "5", "timeout: expected 1ms to 1m, but it is '5'");
    assert_refused("timeout", "2m", "timeout: expected 1ms to 1m, but it is '2m'");
    assert_refused("cache", "9223372036854775807TiB",
                   "cache: expected 0 to 1TiB, but it is '9223372036854775807TiB'");
    assert_refused("help", "yes", "help: expected true or false, but it is 'yes'");
    assert_refused("log", "loc", "log: expected local|kafka, but it is 'loc'");
    assert_refused("partition", "1",
                   "expected an option, but there is no 'partition', did you mean 'partitions'");
    assert_refused("kafka.", "1", "expected an option, but there is no 'kafka.'");
    arena_release(&arena);
}

TEST(config, arguments_are_taken_out)
{
    char arguments[][24] = { "prog",   "get", "--partitions=3", "x", "--log", "kafka",
                             "--help", "--",  "--data" };
    char *argv[9];
    int argc = 9;
    for (int i = 0; i < argc; i++) {
        argv[i] = arguments[i];
    }
    start();
    assert_ok(config_read_args(&config, &argc, argv));
    assert_int_equal(argc, 4);
    assert_string_equal(argv[1], "get");
    assert_string_equal(argv[2], "x");
    assert_string_equal(argv[3], "--data");
    assert_int_equal(values.partitions, 3);
    assert_int_equal(values.log, 1);
    assert_true(values.help);
    arena_release(&arena);
}

TEST(config, an_argument_without_its_value_is_refused)
{
    char program[] = "prog", name[] = "--data";
    char *argv[] = { program, name };
    int argc = 2;
    start();
    struct status st = config_read_args(&config, &argc, argv);
    assert_string_equal(st.msg, "expected a value behind '--data'");
    arena_release(&arena);
}

TEST(config, a_text_that_is_given_is_not_empty)
{
    char program[] = "prog", name[] = "--org", value[] = "";
    char *argv[] = { program, name, value };
    int argc = 3;
    start();
    assert_int_equal(values.org.size, 0); /* the default */
    assert_refused("org", "", "org: expected a value, but it is empty");
    struct status st = config_read_args(&config, &argc, argv);
    assert_string_equal(st.msg, "org: expected a value, but it is empty");
    assert_set("org", "acme");
    assert_true(str_eq(values.org, STR("acme")));
    arena_release(&arena);
}

TEST(config, files_are_lines_of_name_and_value)
{
    start();
    assert_ok(
        config_read_file(&config, STR("# comment\n\n partitions = 4 \r\ndata=a b\nkafka.x=")));
    assert_int_equal(values.partitions, 4);
    assert_string_equal(values.data.data, "a b");
    assert_string_equal(values.kafka.items[0].value.data, "");
    struct status st = config_read_file(&config, STR("partitions = 4\nfoo\n"));
    assert_string_equal(st.msg, "line 2: expected 'name = value', but it is 'foo'");
    arena_release(&arena);
}

TEST(config, variables_are_options_behind_a_prefix)
{
    char *environment[] = { "PROG_PARTITIONS=4", "PROGRAM=x", "OTHER_DATA=y", "PROG_DATA=a=b",
                            NULL };
    char *wrong[] = { "PROG_PARTITION=4", NULL };
    start();
    assert_ok(config_read_environment(&config, STR("PROG_"), environment));
    assert_int_equal(values.partitions, 4);
    assert_string_equal(values.data.data, "a=b");
    struct status st = config_read_environment(&config, STR("PROG_"), wrong);
    assert_string_equal(st.msg, "PROG_PARTITION: expected an option, but there is no 'partition', "
                                "did you mean 'partitions'");
    arena_release(&arena);
}

TEST(config, the_table_explains_itself)
{
    struct buf out = { 0 };
    config_help(&options[1], 2, &out);
    buf_byte(&out, '\0');
    assert_string_equal(out.data, "  --partitions 1 to 1024\n"
                                  "        Partitions of a new log. (default: 16)\n"
                                  "  --timeout 1ms to 1m\n"
                                  "        How long to wait. (default: 1500ms)\n");
    out.size = 0;
    config_markdown(&options[6], 2, &out);
    buf_byte(&out, '\0');
    assert_string_equal(out.data, "| name | values | default | meaning |\n"
                                  "| --- | --- | --- | --- |\n"
                                  "| `log` | local\\|kafka | local | Where the log is. |\n"
                                  "| `kafka.NAME` | text |  | A property of librdkafka. |\n");
    buf_release(&out);
}
