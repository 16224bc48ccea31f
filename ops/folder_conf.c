#include "ops/folder_conf.h"

#include <stddef.h>

#include "agency/v1/decision.pb-c.h"
#include "core/base/small_file.h"
#include "core/domain/kernel/id.h"
#include "core/evlog/record.h"
#include "core/pb/message.h"

static const struct config_option folder_options[] = {
    { .name = "operators",
      .type = CONFIG_TEXT,
      .offset = offsetof(struct folder_conf, operators),
      .otherwise = "admin",
      .help = "who commands without a credential, with commas" },
    { .name = "org-creators",
      .type = CONFIG_TEXT,
      .offset = offsetof(struct folder_conf, org_creators),
      .otherwise = "",
      .help = "operators that may create orgs, with commas" },
    { .name = "rejections-per-minute",
      .type = CONFIG_INT,
      .offset = offsetof(struct folder_conf, rejections_per_minute),
      .otherwise = "60",
      .max = 1000000,
      .help = "rejections of one principal that are recorded in a minute; 0: all" },
    { .name = "repeats-known-days",
      .type = CONFIG_INT,
      .offset = offsetof(struct folder_conf, repeats_known_days),
      .otherwise = "0",
      .max = 36500,
      .help = "days for which a command that comes again is known; 0: for ever" },
};
enum { FOLDER_OPTIONS = sizeof folder_options / sizeof folder_options[0] };

enum { SECONDS_PER_DAY = 24 * 60 * 60 };

/* ---- names ---- */

/* Takes the next name; false behind the last. */
static bool folder_conf_next(struct str *list, struct str *name)
{
    if (list->data == NULL) {
        return false;
    }
    const char *comma = list->size == 0 ? NULL : memchr(list->data, ',', list->size);
    *name = (struct str){ list->data, comma == NULL ? list->size : (size_t)(comma - list->data) };
    *list = comma == NULL ? (struct str){ 0 } : str_from(*list, name->size + 1);
    return true;
}

static bool folder_conf_has(struct str list, struct str wanted)
{
    struct str name;
    bool has = false;
    while (!has && folder_conf_next(&list, &name)) {
        has = str_eq(name, wanted);
    }
    return has;
}

bool folder_conf_is_operator(const struct folder_conf *conf, struct str name)
{
    return name.size > 0 && folder_conf_has(conf->operators, name);
}

struct str folder_conf_first(const struct folder_conf *conf)
{
    struct str list = conf->operators, name = STR("");
    bool any = folder_conf_next(&list, &name);
    assert(any); /* folder_conf_check */
    return name;
}

static struct str folder_conf_creators(const struct folder_conf *conf)
{
    if (str_eq(conf->org_creators, STR("none"))) {
        return (struct str){ 0 };
    }
    return conf->org_creators.size > 0 ? conf->org_creators : conf->operators;
}

/* Names have no spaces: ' ops' would be another operator than 'ops'. */
/* Names that decisions have for what no operator did. */
static bool folder_conf_is_taken(struct str name)
{
    return str_eq(name, STR("time")) || str_eq(name, STR("operator")) || str_eq(name, STR("open"));
}

static struct status folder_conf_check_names(const char *what, struct str list)
{
    struct str name;
    while (folder_conf_next(&list, &name)) {
        if (!id_valid(name)) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected %s as names with commas, but one is '%.*s'", what,
                                STR_ARG(name));
        }
        if (folder_conf_is_taken(name)) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected %s not to be called '%.*s', which is no name of a person",
                                what, STR_ARG(name));
        }
    }
    return status_ok();
}

struct status folder_conf_check(const struct folder_conf *conf)
{
    struct str list = folder_conf_creators(conf), name;
    TRY(folder_conf_check_names("operators", conf->operators));
    TRY(folder_conf_check_names("org-creators", list));
    while (folder_conf_next(&list, &name)) {
        if (!folder_conf_is_operator(conf, name)) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected org-creators to be operators, but '%.*s' is none",
                                STR_ARG(name));
        }
    }
    return status_ok();
}

/* ---- the file ---- */

struct status folder_conf_read(const char *path, struct arena *arena, struct folder_conf *conf)
{
    struct config config;
    struct str text;
    TRY(config_init(&config, folder_options, FOLDER_OPTIONS, conf, arena));
    TRY(small_file_read(path, arena, &text));
    TRY(status_prefix(config_read_file(&config, text), "%s", path));
    return status_prefix(folder_conf_check(conf), "%s", path);
}

struct status folder_conf_make(const char *path)
{
    struct status st = small_file_create(
        path,
        STR("# Who commands without a credential, with commas; the first where nobody is named.\n"
            "operators = admin\n"
            "# Those of them that may create orgs; without it all; or none.\n"
            "# org-creators = admin\n"
            "# Rejections of one principal that are recorded in a minute; 0: all.\n"
            "# rejections-per-minute = 60\n"
            "# Days for which a command that comes again gets its first answer; 0: for ever.\n"
            "# repeats-known-days = 0\n"));
    return st.code == STATUS_ALREADY_EXISTS ? status_ok() : st;
}

/* ---- for deciders ---- */

static struct status folder_conf_list(struct str list, struct arena *arena, char ***names,
                                      size_t *count)
{
    struct str name;
    *count = 0;
    ARENA_TRY(arena, *names, arena_alloc(arena, (list.size + 1) * sizeof(char *)));
    while (folder_conf_next(&list, &name)) {
        struct str copy = arena_copy(arena, name);
        if (copy.data == NULL) {
            return arena_full(arena);
        }
        (*names)[(*count)++] = (char *)(uintptr_t)copy.data;
    }
    return status_ok();
}

struct status folder_conf_deciding(const struct folder_conf *conf, bool commands_trusted,
                                   struct arena *arena, struct str *configuration)
{
    Agency__V1__DecidingConfiguration message = AGENCY__V1__DECIDING_CONFIGURATION__INIT;
    TRY(folder_conf_check(conf));
    message.commands_trusted = commands_trusted;
    message.rejections_per_minute = (uint32_t)conf->rejections_per_minute;
    message.repeats_known_seconds = (uint32_t)conf->repeats_known_days * SECONDS_PER_DAY;
    TRY(folder_conf_list(conf->operators, arena, &message.operators, &message.n_operators));
    TRY(folder_conf_list(folder_conf_creators(conf), arena, &message.org_creators,
                         &message.n_org_creators));
    TRY(pb_pack(arena, &message.base, configuration));
    return configuration->size <= RECORD_CONFIGURATION_SIZE_MAX
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected fewer operators: all in all they have at most %d bytes",
                              RECORD_CONFIGURATION_SIZE_MAX);
}
