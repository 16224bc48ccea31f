#include "ops/daemon/log_trouble.h"

/* What waiting does not mend is for a person. */
static enum diag_level log_trouble_level(enum status_code code)
{
    return code == STATUS_OK ? DIAG_INFO : code == STATUS_UNAVAILABLE ? DIAG_WARN : DIAG_ERROR;
}

static void log_trouble_say(void *diag, uint32_t partition, struct status what)
{
    struct diag_line line = diag_begin(diag, log_trouble_level(what.code),
                                       what.code == STATUS_OK ? "recovered" : "trouble");
    if (partition != EVLOG_ALL) {
        diag_u64(&line, "partition", partition);
    }
    diag_status(&line, &what);
    diag_end(&line);
}

struct evlog_reporter log_trouble_reporter(struct diag *diag)
{
    return (struct evlog_reporter){ log_trouble_say, diag };
}
