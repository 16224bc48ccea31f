#include "ops/ctl.h"

#include <stdio.h>

#include "core/pb/json.h"

void ctl_flush(struct ctl *ctl)
{
    if (ctl->out.size > 0) {
        fwrite(ctl->out.data, 1, ctl->out.size, stdout);
    }
    fflush(stdout);
    ctl->out.size = 0;
}

struct status ctl_json(struct ctl *ctl, const ProtobufCMessage *message)
{
    TRY(pb_to_json(message, (struct pb_json_options){ .defaults = true }, &ctl->out));
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

struct status ctl_need_org(const struct ctl *ctl)
{
    return ctl->options.org.size > 0 ? status_ok()
                                     : status_error(STATUS_INVALID_ARGUMENT,
                                                    "expected --org ORG: which org is it about?");
}
