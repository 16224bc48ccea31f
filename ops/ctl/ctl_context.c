/* context, context save, context forget: what stands for options that are not given. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/small_file.h"
#include "ops/ctl/context.h"
#include "ops/ctl/say.h"

static struct str context_value(const struct ctl *ctl, const struct config_option *option)
{
    if (option->type == CONFIG_ENUM) {
        return ctl->options.output == CTL_JSON ? STR("json") : STR("table");
    }
    struct str value;
    memcpy(&value, (const char *)&ctl->options + option->offset, sizeof value);
    return value;
}

static const char *context_source(const struct ctl *ctl, const char *name)
{
    if (context_given(ctl->sources.arguments, name)) {
        return "the command line";
    }
    return context_given(ctl->sources.environment, name) ? "the environment"
           : context_given(ctl->sources.file, name)      ? "what was saved"
                                                         : NULL;
}

struct status ctl_context(struct ctl *ctl)
{
    struct str path;
    TRY(context_path(&ctl->arena, &path));
    buf_printf(&ctl->out, "# %s\n", path.size > 0 ? path.data : "nowhere to save: no HOME");
    for (size_t i = 0; i < ctl_options_count; i++) {
        const struct config_option *option = &ctl_options[i];
        const char *source = context_source(ctl, option->name);
        if (context_keeps(option->name) && source != NULL) {
            struct str value = context_value(ctl, option);
            buf_printf(&ctl->out, "# by %s\n%s = %.*s\n", source, option->name, STR_ARG(value));
        }
    }
    return status_ok();
}

/* Paths are for whatever folder agencyctl is called in later. */
static struct status context_put(struct ctl *ctl, const struct config_option *option,
                                 struct buf *text)
{
    struct str value = context_value(ctl, option);
    bool is_name = strcmp(option->name, "server") == 0 || strcmp(option->name, "org") == 0 ||
                   option->type == CONFIG_ENUM;
    char whole[PATH_MAX];
    if (!is_name && realpath(value.data, whole) == NULL) {
        return status_error(STATUS_NOT_FOUND, "expected what --%s names to be there: %s: %s",
                            option->name, value.data, strerror(errno));
    }
    buf_printf(text, "%s = %s\n", option->name, is_name ? value.data : whole);
    return status_ok();
}

static struct status context_text(struct ctl *ctl, struct buf *text)
{
    for (size_t i = 0; i < ctl_options_count; i++) {
        const char *name = ctl_options[i].name;
        if (context_keeps(name) && context_source(ctl, name) != NULL) {
            TRY(context_put(ctl, &ctl_options[i], text));
        }
    }
    return status_ok();
}

/* What is no plain file is not ours to take away: a context of /dev/null keeps nothing. */
static struct status context_remove(const char *path)
{
    struct stat there;
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected a plain file to keep a context in, but '%s' is none", path);
    }
    return unlink(path) == 0 || errno == ENOENT
               ? status_ok()
               : status_error(STATUS_UNAVAILABLE, "expected to remove '%s': %s", path,
                              strerror(errno));
}

static struct status context_place(struct ctl *ctl, struct str *path)
{
    TRY(context_path(&ctl->arena, path));
    return path->size > 0 ? status_ok()
                          : status_error(STATUS_FAILED_PRECONDITION,
                                         "expected HOME or AGENCYCTL_CONFIG to say where a "
                                         "context is kept");
}

/* HOME is there, but .config need not be. */
static void context_make_room(struct str path)
{
    struct buf folder = { 0 };
    const char *slash = strrchr(path.data, '/');
    if (slash != NULL) {
        buf_append(&folder, str_make(path.data, (size_t)(slash - path.data)));
        buf_byte(&folder, 0);
        (void)mkdir(folder.data, S_IRWXU); /* what cannot be made is told when the file is */
    }
    buf_release(&folder);
}

struct status ctl_context_save(struct ctl *ctl)
{
    struct buf text = { 0 };
    struct str path;
    TRY(context_place(ctl, &path));
    struct status st = context_text(ctl, &text);
    if (st.code == STATUS_OK) {
        st = context_remove(path.data);
    }
    if (st.code == STATUS_OK) {
        context_make_room(path);
        st = small_file_create(path.data, buf_str(&text));
    }
    buf_release(&text);
    TRY(st);
    say("saved in %s", path.data);
    return status_ok();
}

struct status ctl_context_forget(struct ctl *ctl)
{
    struct str path;
    TRY(context_place(ctl, &path));
    return context_remove(path.data);
}
