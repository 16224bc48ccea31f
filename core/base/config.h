/* Configuration as one table per program: name, type, default, range, help. The table drives
 * parsing, --help and the README. Unknown names and values out of range are errors that say what
 * was expected. Failures are INVALID_ARGUMENT. Not thread-safe. */
#ifndef CORE_BASE_CONFIG_H
#define CORE_BASE_CONFIG_H

#include "core/base/arena.h"
#include "core/base/buf.h"

/* What a value is, in text and in the program's struct. */
enum config_type {
    CONFIG_BOOL,     /* "true", "false"; `--name` alone is true: bool */
    CONFIG_INT,      /* "-12": int64_t */
    CONFIG_DURATION, /* "500ms" (us, ms, s, m, h, d), "0": int64_t, microseconds */
    CONFIG_SIZE,     /* "64MiB" (KiB, MiB, GiB, TiB), "4096": int64_t, bytes */
    CONFIG_STRING,   /* anything: struct str, NUL-terminated behind its size */
    CONFIG_TEXT,  /* the same, but never empty where it is given: --as-of "$UNSET" is a mistake */
    CONFIG_ENUM,  /* one of `choices`: int, its place among them */
    CONFIG_PAIRS, /* every name that begins with the option's own: struct config_pairs */
};

struct config_option {
    const char *name; /* "partitions"; of PAIRS the prefix: "kafka." */
    enum config_type type;
    size_t offset;         /* of the value in the program's struct */
    const char *otherwise; /* the default, as text; of PAIRS unused */
    int64_t min, max;      /* inclusive; of INT, DURATION and SIZE */
    const char *choices;   /* of ENUM: "local|kafka|mem" */
    const char *help;      /* one sentence */
};

/* A row of the table of a program whose values are in a `values_type`; with a range where the type
 * has one. For macros of the table's own, which say less. */
#define CONFIG_ROW(values_type, option_name, option_type, field, default_text, low, high,     \
                   help_text)                                                                 \
    {                                                                                         \
        .name = (option_name), .type = (option_type), .offset = offsetof(values_type, field), \
        .otherwise = (default_text), .min = (low), .max = (high), .help = (help_text)         \
    }

enum { CONFIG_PAIRS_MAX = 64 };

struct config_pairs {
    size_t count;
    struct {
        struct str name; /* without the prefix */
        struct str value;
    } items[CONFIG_PAIRS_MAX];
};

struct config {
    const struct config_option *options; /* borrowed */
    size_t options_count;
    void *values;        /* borrowed: the program's struct */
    uint64_t given;      /* by place: which were set since config_init, of the first 64 */
    struct arena *arena; /* borrowed: strings lie in it */
};

/* Sets all values to their defaults, which must be valid. RESOURCE_EXHAUSTED at the arena's cap. */
MUST_USE struct status config_init(struct config *config, const struct config_option *options,
                                   size_t options_count, void *values, struct arena *arena);
/* Sets one value. */
MUST_USE struct status config_set(struct config *config, struct str name, struct str value);
/* Reads `--name=value`, `--name value` and `--name` (bool) from argv[1] on; what is no option
 * stays, in its order, as argv[1 .. *argc - 1]. Everything behind `--` is no option. */
MUST_USE struct status config_read_args(struct config *config, int *argc, char **argv);
/* Reads the variables whose names begin with `prefix`: AGENCYD_LOG_LEVEL=debug is log-level, for
 * the prefix AGENCYD_. `environment` ends with NULL. Failures name the variable. */
MUST_USE struct status config_read_environment(struct config *config, struct str prefix,
                                               char *const *environment);
/* Reads lines of `name = value`; '#' begins a comment line. Failures name the line. */
MUST_USE struct status config_read_file(struct config *config, struct str text);

/* The options as --help shows them, and as a table in Markdown. */
void config_help(const struct config_option *options, size_t options_count, struct buf *out);
void config_markdown(const struct config_option *options, size_t options_count, struct buf *out);

#endif
