#include "core/base/config.h"

#include "core/base/config_value.h"
#include "core/base/nearest.h"

static struct status config_error(const struct config_option *option, struct str value,
                                  const char *expected)
{
    return status_error(STATUS_INVALID_ARGUMENT, "%s: expected %s, but it is '%.*s'", option->name,
                        expected, STR_ARG(value));
}

static struct status config_set_bool(const struct config_option *option, void *at, struct str value)
{
    bool is_true = str_eq(value, STR("true"));
    if (!is_true && !str_eq(value, STR("false"))) {
        return config_error(option, value, "true or false");
    }
    *(bool *)at = is_true;
    return status_ok();
}

/* "1 to 1024", "1s to 1h" */
static void config_range(const struct config_option *option, struct buf *out)
{
    config_value_format(option->type, option->min, out);
    buf_append(out, STR(" to "));
    config_value_format(option->type, option->max, out);
}

static struct status config_set_number(const struct config_option *option, void *at,
                                       struct str value)
{
    int64_t number;
    if (config_value_parse(option->type, value, &number) && number >= option->min &&
        number <= option->max) {
        *(int64_t *)at = number;
        return status_ok();
    }
    struct buf expected = { 0 };
    config_range(option, &expected);
    buf_byte(&expected, '\0');
    struct status st = config_error(option, value, expected.data);
    buf_release(&expected);
    return st;
}

static struct status config_set_string(struct config *config, void *at, struct str value)
{
    struct str copy;
    ARENA_TRY(config->arena, copy.data, arena_copy(config->arena, value).data);
    copy.size = value.size;
    *(struct str *)at = copy;
    return status_ok();
}

static struct status config_set_enum(const struct config_option *option, void *at, struct str value)
{
    struct str choices = str_z(option->choices);
    for (int index = 0; choices.size > 0; index++) {
        const char *bar = memchr(choices.data, '|', choices.size);
        size_t size = bar == NULL ? choices.size : (size_t)(bar - choices.data);
        if (str_eq(str_make(choices.data, size), value)) {
            *(int *)at = index;
            return status_ok();
        }
        choices = str_from(choices, bar == NULL ? size : size + 1);
    }
    return config_error(option, value, option->choices);
}

/* The last value of a name stays. */
static struct status config_set_pair(struct config *config, struct config_pairs *pairs,
                                     struct str name, struct str value)
{
    size_t i = 0;
    while (i < pairs->count && !str_eq(pairs->items[i].name, name)) {
        i++;
    }
    if (i == CONFIG_PAIRS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d names like '%.*s'",
                            CONFIG_PAIRS_MAX, STR_ARG(name));
    }
    TRY(config_set_string(config, &pairs->items[i].name, name));
    TRY(config_set_string(config, &pairs->items[i].value, value));
    pairs->count += i == pairs->count;
    return status_ok();
}

static struct status config_set_option(struct config *config, const struct config_option *option,
                                       struct str name, struct str value)
{
    void *at = (char *)config->values + option->offset;
    switch (option->type) {
    case CONFIG_BOOL:
        return config_set_bool(option, at, value);
    case CONFIG_INT:
    case CONFIG_DURATION:
    case CONFIG_SIZE:
        return config_set_number(option, at, value);
    case CONFIG_STRING:
    case CONFIG_TEXT:
        return config_set_string(config, at, value);
    case CONFIG_ENUM:
        return config_set_enum(option, at, value);
    case CONFIG_PAIRS:
        return config_set_pair(config, at, str_from(name, strlen(option->name)), value);
    }
    return status_error(STATUS_INTERNAL, "expected a type of option '%s'", option->name);
}

static const struct config_option *config_find(const struct config *config, struct str name)
{
    for (size_t i = 0; i < config->options_count; i++) {
        const struct config_option *option = &config->options[i];
        struct str own = str_z(option->name);
        bool found = option->type == CONFIG_PAIRS ? name.size > own.size && str_starts(name, own)
                                                  : str_eq(own, name);
        if (found) {
            return option;
        }
    }
    return NULL;
}

static struct status config_unknown(const struct config *config, struct str name)
{
    struct nearest nearest;
    nearest_init(&nearest, name);
    for (size_t i = 0; i < config->options_count; i++) {
        if (config->options[i].type != CONFIG_PAIRS) {
            nearest_offer(&nearest, str_z(config->options[i].name));
        }
    }
    return status_error(STATUS_INVALID_ARGUMENT, "expected an option, but there is no '%.*s'%s",
                        STR_ARG(name), nearest_hint(&nearest));
}

struct status config_set(struct config *config, struct str name, struct str value)
{
    const struct config_option *option = config_find(config, name);
    if (option == NULL) {
        return config_unknown(config, name);
    }
    if (option->type == CONFIG_TEXT && value.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "%s: expected a value, but it is empty",
                            option->name);
    }
    size_t place = (size_t)(option - config->options);
    config->given |= place < 64 ? UINT64_C(1) << place : 0;
    return config_set_option(config, option, name, value);
}

struct status config_init(struct config *config, const struct config_option *options,
                          size_t options_count, void *values, struct arena *arena)
{
    *config = (struct config){ options, options_count, values, 0, arena };
    for (size_t i = 0; i < options_count; i++) {
        struct str name = str_z(options[i].name);
        if (options[i].type == CONFIG_PAIRS) {
            ((struct config_pairs *)(void *)((char *)values + options[i].offset))->count = 0;
        } else {
            TRY(config_set_option(config, &options[i], name, str_z(options[i].otherwise)));
        }
    }
    return status_ok();
}

/* One argument behind its dashes; `next` is the one after it, or NULL. */
static struct status config_read_arg(struct config *config, struct str arg, const char *next,
                                     bool *took_next)
{
    const char *equals = memchr(arg.data, '=', arg.size);
    *took_next = false;
    if (equals != NULL) {
        size_t size = (size_t)(equals - arg.data);
        return config_set(config, str_make(arg.data, size), str_from(arg, size + 1));
    }
    const struct config_option *option = config_find(config, arg);
    if (option == NULL) {
        return config_unknown(config, arg);
    }
    if (option->type == CONFIG_BOOL) {
        return config_set(config, arg, STR("true"));
    }
    if (next == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a value behind '--%.*s'",
                            STR_ARG(arg));
    }
    *took_next = true;
    return config_set(config, arg, str_z(next));
}

struct status config_read_args(struct config *config, int *argc, char **argv)
{
    int kept = 1, i = 1;
    for (; i < *argc && strcmp(argv[i], "--") != 0; i++) {
        struct str arg = str_z(argv[i]);
        if (!str_starts(arg, STR("--"))) {
            argv[kept++] = argv[i];
            continue;
        }
        bool took_next;
        const char *next = i + 1 < *argc ? argv[i + 1] : NULL;
        TRY(config_read_arg(config, str_from(arg, 2), next, &took_next));
        i += took_next;
    }
    for (i++; i < *argc; i++) {
        argv[kept++] = argv[i];
    }
    *argc = kept;
    return status_ok();
}

static struct status config_read_variable(struct config *config, struct str name, struct str value)
{
    struct buf option = { 0 };
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        buf_byte(&option, (uint8_t)(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
    struct status st = config_set(config, buf_str(&option), value);
    buf_release(&option);
    return st;
}

struct status config_read_environment(struct config *config, struct str prefix,
                                      char *const *environment)
{
    for (; *environment != NULL; environment++) {
        struct str variable = str_z(*environment);
        const char *equals = strchr(*environment, '=');
        if (equals == NULL || !str_starts(variable, prefix)) {
            continue;
        }
        size_t size = (size_t)(equals - *environment);
        struct str name = str_make(variable.data, size);
        TRY(status_prefix(
            config_read_variable(config, str_from(name, prefix.size), str_from(variable, size + 1)),
            "%.*s", STR_ARG(name)));
    }
    return status_ok();
}

static struct str config_trim(struct str text)
{
    while (text.size > 0 && strchr(" \t\r", text.data[0]) != NULL) {
        text = str_from(text, 1);
    }
    while (text.size > 0 && strchr(" \t\r", text.data[text.size - 1]) != NULL) {
        text.size--;
    }
    return text;
}

static struct status config_read_line(struct config *config, struct str line)
{
    line = config_trim(line);
    if (line.size == 0 || line.data[0] == '#') {
        return status_ok();
    }
    const char *equals = memchr(line.data, '=', line.size);
    if (equals == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected 'name = value', but it is '%.*s'",
                            STR_ARG(line));
    }
    size_t size = (size_t)(equals - line.data);
    return config_set(config, config_trim(str_make(line.data, size)),
                      config_trim(str_from(line, size + 1)));
}

struct status config_read_file(struct config *config, struct str text)
{
    for (size_t number = 1; text.size > 0; number++) {
        TRY(status_prefix(config_read_line(config, str_cut(&text, '\n')), "line %zu", number));
    }
    return status_ok();
}

/* What may stand behind the name. */
static void config_values(const struct config_option *option, struct buf *out)
{
    switch (option->type) {
    case CONFIG_BOOL:
        buf_append(out, STR("true|false"));
        break;
    case CONFIG_INT:
    case CONFIG_DURATION:
    case CONFIG_SIZE:
        config_range(option, out);
        break;
    case CONFIG_STRING:
    case CONFIG_TEXT:
    case CONFIG_PAIRS:
        buf_append(out, STR("text"));
        break;
    case CONFIG_ENUM:
        buf_append(out, str_z(option->choices));
        break;
    }
}

static const char *config_otherwise(const struct config_option *option)
{
    return option->type == CONFIG_PAIRS ? "" : option->otherwise;
}

void config_help(const struct config_option *options, size_t options_count, struct buf *out)
{
    for (size_t i = 0; i < options_count; i++) {
        const struct config_option *option = &options[i];
        const char *otherwise = config_otherwise(option);
        buf_printf(out, "  --%s%s ", option->name, option->type == CONFIG_PAIRS ? "NAME" : "");
        config_values(option, out);
        buf_printf(out, "\n        %s", option->help);
        if (otherwise[0] != '\0') {
            buf_printf(out, " (default: %s)", otherwise);
        }
        buf_byte(out, '\n');
    }
}

/* A bar ends a cell in Markdown. */
static void config_cell(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.size; i++) {
        buf_append(out, text.data[i] == '|' ? STR("\\") : STR(""));
        buf_byte(out, (uint8_t)text.data[i]);
    }
    buf_append(out, STR(" | "));
}

void config_markdown(const struct config_option *options, size_t options_count, struct buf *out)
{
    buf_append(out, STR("| name | values | default | meaning |\n| --- | --- | --- | --- |\n"));
    for (size_t i = 0; i < options_count; i++) {
        struct buf values = { 0 };
        config_values(&options[i], &values);
        buf_printf(out, "| `%s%s` | ", options[i].name,
                   options[i].type == CONFIG_PAIRS ? "NAME" : "");
        config_cell(out, buf_str(&values));
        config_cell(out, str_z(config_otherwise(&options[i])));
        config_cell(out, str_z(options[i].help));
        out->size--; /* the space behind the last bar */
        buf_byte(out, '\n');
        buf_release(&values);
    }
}
