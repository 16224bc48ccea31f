#include "ops/kafka_conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/num.h"
#include "core/base/small_file.h"

enum { KAFKA_CONF_PATH_MAX = 4096 };

static const struct config_option kafka_conf_table[] = {
    { .name = "brokers",
      .type = CONFIG_STRING,
      .offset = offsetof(struct kafka_conf, brokers),
      .otherwise = "" },
    { .name = "prefix",
      .type = CONFIG_STRING,
      .offset = offsetof(struct kafka_conf, prefix),
      .otherwise = "agency" },
    { .name = "property.",
      .type = CONFIG_PAIRS,
      .offset = offsetof(struct kafka_conf, properties) },
};

static struct status kafka_conf_system(const char *verb, const char *path)
{
    return status_error(STATUS_UNAVAILABLE, "expected to %s '%s': %s", verb, path, strerror(errno));
}

/* ---- reading ---- */

static bool kafka_conf_is_port(struct str text)
{
    uint64_t port;
    return text.size <= 5 && num_get_decimal(text.data, text.size, &port) && port >= 1 &&
           port <= UINT16_MAX;
}

/* HOST, HOST:PORT, [IPV6] or [IPV6]:PORT. librdkafka takes a port's low 16 bits, and 0 for what is
 * no number: it would ask whoever listens there. */
static bool kafka_conf_is_broker(struct str text)
{
    bool bracketed = text.size > 0 && text.data[0] == '[';
    const char *end = text.size == 0 ? NULL : memchr(text.data, bracketed ? ']' : ':', text.size);
    size_t host = end == NULL ? text.size : (size_t)(end - text.data) + bracketed;
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.data[i] <= ' ' || text.data[i] == '/') {
            return false;
        }
    }
    if (bracketed && (end == NULL || host < 3)) {
        return false;
    }
    struct str rest = str_from(text, host);
    return host > 0 &&
           (rest.size == 0 || (rest.data[0] == ':' && kafka_conf_is_port(str_from(rest, 1))));
}

static struct status kafka_conf_check(const struct kafka_conf *conf)
{
    if (conf->brokers.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected brokers, such as 127.0.0.1:9092: where is Kafka?");
    }
    for (size_t at = 0, size; at <= conf->brokers.size; at += size + 1) {
        struct str left = str_from(conf->brokers, at);
        const char *comma = left.size == 0 ? NULL : memchr(left.data, ',', left.size);
        size = comma == NULL ? left.size : (size_t)(comma - left.data);
        if (!kafka_conf_is_broker(str_make(left.data, size))) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected brokers as HOST:PORT with commas, ports from 1 to 65535 "
                                "(9092 where none is given), but one is '%.*s'",
                                (int)size, left.data);
        }
    }
    return status_ok();
}

/* Whether librdkafka is told a password, a token or a private key here. */
static bool kafka_conf_has_secret(const struct kafka_conf *conf)
{
    static const char *const words[] = { "password", "secret", "key.pem", "oauthbearer.config" };
    for (size_t i = 0; i < conf->properties.count; i++) {
        for (size_t j = 0; j < sizeof words / sizeof words[0]; j++) {
            if (strstr(conf->properties.items[i].name.data, words[j]) != NULL) {
                return true;
            }
        }
    }
    return false;
}

struct status kafka_conf_read(const char *path, struct arena *arena, struct kafka_conf *conf)
{
    struct config config;
    struct str text;
    TRY(small_file_read(path, arena, &text));
    TRY(config_init(&config, kafka_conf_table, sizeof kafka_conf_table / sizeof kafka_conf_table[0],
                    conf, arena));
    TRY(status_prefix(config_read_file(&config, text), "%s", path));
    TRY(status_prefix(kafka_conf_check(conf), "%s", path));
    return kafka_conf_has_secret(conf) ? small_file_read_secret(path, arena, &text) : status_ok();
}

/* ---- writing ---- */

static struct status kafka_conf_line(struct buf *text, const char *prefix, struct str name,
                                     struct str value)
{
    if (memchr(name.data, '\n', name.size) != NULL ||
        memchr(value.data, '\n', value.size) != NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected one line as '%s%.*s'", prefix,
                            STR_ARG(name));
    }
    buf_printf(text, "%s%.*s = %.*s\n", prefix, STR_ARG(name), STR_ARG(value));
    return status_ok();
}

static struct status kafka_conf_format(const struct kafka_conf *conf, struct buf *text)
{
    TRY(kafka_conf_check(conf));
    buf_append(text, STR("# Where the log is. property.NAME goes to librdkafka, such as\n"
                         "# property.security.protocol = SASL_SSL\n"));
    TRY(kafka_conf_line(text, "", STR("brokers"), conf->brokers));
    TRY(kafka_conf_line(text, "", STR("prefix"), conf->prefix));
    for (size_t i = 0; i < conf->properties.count; i++) {
        TRY(kafka_conf_line(text, "property.", conf->properties.items[i].name,
                            conf->properties.items[i].value));
    }
    return status_ok();
}

static struct status kafka_conf_store(const char *path, struct str text)
{
    char fresh[KAFKA_CONF_PATH_MAX];
    snprintf(fresh, sizeof fresh, "%.4000s.new", path);
    int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return kafka_conf_system("write", fresh);
    }
    bool written = write(file, text.data, text.size) == (ssize_t)text.size && fsync(file) == 0;
    struct status st = written ? status_ok() : kafka_conf_system("write", fresh);
    close(file);
    if (written && rename(fresh, path) != 0) {
        st = kafka_conf_system("write", path);
    }
    return st;
}

struct status kafka_conf_write(const char *path, const struct kafka_conf *conf)
{
    struct buf text = { 0 };
    struct status st = kafka_conf_format(conf, &text);
    if (st.code == STATUS_OK) {
        st = kafka_conf_store(path, buf_str(&text));
    }
    buf_release(&text);
    return st;
}

static struct status kafka_conf_compare(const char *path, struct arena *arena, struct str text)
{
    struct str there;
    TRY(small_file_read(path, arena, &there));
    return str_eq(there, text)
               ? status_ok()
               : status_error(STATUS_ALREADY_EXISTS,
                              "expected a folder without a log, but '%s' names another", path);
}

struct status kafka_conf_claim(const char *path, struct arena *arena, const struct kafka_conf *conf)
{
    struct buf text = { 0 };
    struct status st = kafka_conf_format(conf, &text);
    if (st.code == STATUS_OK) {
        st = kafka_conf_compare(path, arena, buf_str(&text));
    }
    if (st.code == STATUS_NOT_FOUND) {
        st = kafka_conf_store(path, buf_str(&text));
    }
    buf_release(&text);
    return st;
}

/* ---- using ---- */

struct status kafka_conf_options(const struct kafka_conf *conf, struct arena *arena,
                                 struct evlog_kafka_options *options)
{
    struct evlog_kafka_property *properties;
    size_t count = conf->properties.count;
    TRY(kafka_conf_check(conf));
    ARENA_TRY(arena, properties, arena_alloc(arena, (count + 1) * sizeof *properties));
    for (size_t i = 0; i < count; i++) {
        properties[i].name = conf->properties.items[i].name.data;
        properties[i].value = conf->properties.items[i].value.data;
    }
    *options = (struct evlog_kafka_options){ .brokers = conf->brokers.data,
                                             .prefix = conf->prefix.data,
                                             .properties = properties,
                                             .properties_count = count };
    return status_ok();
}
