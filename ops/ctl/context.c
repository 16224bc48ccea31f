#include "ops/ctl/context.h"

#include <stdlib.h>

#include "core/base/small_file.h"
#include "ops/ctl/verb.h"

extern char **environ;

#define CONTEXT_PREFIX "AGENCYCTL_"
#define CONTEXT_VARIABLE CONTEXT_PREFIX "CONFIG"

bool context_keeps(const char *option)
{
    return verb_names("data org output " CONTEXT_OPTIONS, option);
}

static const char *context_variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

struct status context_path(struct arena *arena, struct str *path)
{
    const char *named = context_variable(CONTEXT_VARIABLE);
    const char *config = context_variable("XDG_CONFIG_HOME"), *home = context_variable("HOME");
    struct buf text = { 0 };
    if (named != NULL) {
        buf_printf(&text, "%s", named);
    } else if (config != NULL) {
        buf_printf(&text, "%s/agencyctl.conf", config);
    } else if (home != NULL) {
        buf_printf(&text, "%s/.config/agencyctl.conf", home);
    }
    *path = arena_copy(arena, buf_str(&text)); /* with a NUL behind it */
    buf_release(&text);
    return path->data != NULL ? status_ok() : arena_full(arena);
}

static struct status context_read_file(struct ctl *ctl, struct config *config)
{
    struct str path, text;
    TRY(context_path(&ctl->arena, &path));
    if (path.size == 0) {
        return status_ok();
    }
    struct status st = small_file_read(path.data, &ctl->arena, &text);
    if (st.code == STATUS_NOT_FOUND) {
        return status_ok();
    }
    TRY(st);
    return status_prefix(config_read_file(config, text), "%s", path.data);
}

/* The variable that names the file is no option. */
static struct status context_read_environment(struct arena *arena, struct config *config)
{
    size_t count = 0, kept = 0;
    char **variables;
    while (environ[count] != NULL) {
        count++;
    }
    ARENA_TRY(arena, variables, arena_alloc(arena, (count + 1) * sizeof *variables));
    for (size_t i = 0; i < count; i++) {
        if (!str_starts(str_z(environ[i]), STR(CONTEXT_VARIABLE "="))) {
            variables[kept++] = environ[i];
        }
    }
    variables[kept] = NULL;
    return config_read_environment(config, STR(CONTEXT_PREFIX), variables);
}

/* A secret that stands on a command line stands in the list of processes, too. */
static struct status context_read_principal(struct ctl *ctl)
{
    struct ctl_options *options = &ctl->options;
    struct str text;
    if (options->principal_file.size == 0 || options->principal.size > 0) {
        return status_ok();
    }
    TRY(small_file_read_secret(options->principal_file.data, &ctl->arena, &text));
    text.size = strcspn(text.data, "\r\n");
    options->principal = arena_copy(&ctl->arena, text);
    return options->principal.data != NULL ? status_ok() : arena_full(&ctl->arena);
}

bool context_given(uint64_t given, const char *name)
{
    for (size_t i = 0; i < ctl_options_count; i++) {
        if (strcmp(ctl_options[i].name, name) == 0) {
            return (given & UINT64_C(1) << i) != 0;
        }
    }
    return false;
}

/* Whoever says --data means that folder, whatever server a context names. */
static void context_take_nearer(struct ctl *ctl)
{
    const uint64_t sources[] = { ctl->sources.arguments, ctl->sources.environment,
                                 ctl->sources.file };
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        if (context_given(sources[i], "server")) {
            return;
        }
        if (context_given(sources[i], "data")) {
            ctl->options.server = STR("");
            return;
        }
    }
}

struct status context_read(struct ctl *ctl, int *argc, char **argv)
{
    struct config config;
    struct ctl_sources *sources = &ctl->sources;
    TRY(config_init(&config, ctl_options, ctl_options_count, &ctl->options, &ctl->arena));
    TRY(context_read_file(ctl, &config));
    sources->file = config.given;
    config.given = 0;
    TRY(context_read_environment(&ctl->arena, &config));
    sources->environment = config.given;
    config.given = 0;
    TRY(config_read_args(&config, argc, argv));
    sources->arguments = config.given;
    context_take_nearer(ctl);
    return context_read_principal(ctl);
}
