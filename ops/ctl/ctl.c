#include "ops/ctl/ctl.h"

#include <errno.h>
#include <stdio.h>

#include "core/base/utf8.h"
#include "core/pb/json.h"
#include "query/entities.h"

/* What is for a person may hold what others wrote: no screen is to act upon it. */
static void ctl_show(struct ctl *ctl)
{
    struct buf shown = { 0 };
    struct str left = buf_str(&ctl->out);
    while (left.size > 0) {
        const char *end = memchr(left.data, '\n', left.size);
        size_t size = end == NULL ? left.size : (size_t)(end - left.data);
        utf8_show(str_make(left.data, size), &shown);
        buf_append(&shown, end == NULL ? STR("") : STR("\n"));
        left = str_from(left, size + (end != NULL));
    }
    fwrite(shown.data, 1, shown.size, stdout);
    buf_release(&shown);
}

void ctl_flush(struct ctl *ctl)
{
    if (ctl->out.size > 0 && ctl->options.output == CTL_TABLE) {
        ctl_show(ctl);
    } else if (ctl->out.size > 0) {
        fwrite(ctl->out.data, 1, ctl->out.size, stdout);
    }
    fflush(stdout);
    if (ferror(stdout) != 0 && ctl->unwritten == 0) {
        ctl->unwritten = errno;
    }
    ctl->out.size = 0;
}

/* What an Any of an answer may hold. */
static const struct pb_types *ctl_types(struct ctl *ctl)
{
    bool known = ctl->types.count > 0;
    for (unsigned kind = 0; !known && kind < ENTITY_KINDS_END; kind++) {
        if (registry_entity(kind) != NULL) {
            pb_types_add(&ctl->types, registry_entity(kind)->descriptor);
        }
    }
    return &ctl->types;
}

struct status ctl_json(struct ctl *ctl, const ProtobufCMessage *message)
{
    const struct pb_json_options options = { .defaults = true, .types = ctl_types(ctl) };
    TRY(pb_to_json(message, options, &ctl->out));
    buf_byte(&ctl->out, '\n');
    return status_ok();
}

struct status ctl_partition(const struct ctl *ctl, const struct evlog_identity *log)
{
    int64_t partition = ctl->options.partition;
    return partition < (int64_t)log->partitions_count
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected a partition from 0 to %u, but it is '%lld'",
                              log->partitions_count - 1, (long long)partition);
}

struct status ctl_entity(struct ctl *ctl, char **entity)
{
    enum entity_kind kind;
    if (ctl->argc == 0) {
        return status_ok();
    }
    TRY(entities_kind(str_z(ctl->argv[0]), &kind));
    struct str text = ctl->argc == 1
                          ? arena_copy(&ctl->arena, str_z(ctl->argv[0]))
                          : arena_printf(&ctl->arena, "%s:%s", ctl->argv[0], ctl->argv[1]);
    *entity = (char *)(uintptr_t)text.data;
    return text.data == NULL ? arena_full(&ctl->arena) : status_ok();
}

struct status ctl_to(struct ctl *ctl)
{
    struct moment_ask ask;
    const struct str to = ctl->options.to;
    TRY(status_prefix(snapshot_ask(&ctl->arena, to, STR(""), clock_now_us(&ctl->clock), &ask),
                      "--to"));
    ctl->options.as_of = to;
    return ask.kind == MOMENT_TIME && ask.time_us > ask.now_us
               ? status_error(STATUS_INVALID_ARGUMENT,
                              "--to: expected a time that is not in the future")
               : status_ok();
}

struct status ctl_need_org(const struct ctl *ctl)
{
    return ctl->options.org.size > 0 ? status_ok()
                                     : status_error(STATUS_INVALID_ARGUMENT,
                                                    "expected --org ORG: which org is it about?");
}

struct status ctl_need_keyring(const struct ctl *ctl)
{
    return ctl->options.server.size == 0
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected a data folder: the keyring lies in one, not behind "
                              "--server");
}
