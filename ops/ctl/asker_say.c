/* What a person is told beside an answer, on standard error. */
#include <inttypes.h>

#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "ops/ctl/asker.h"
#include "ops/ctl/say.h"

/* "from decision 17, 2020-06-01T00:00:00Z to " */
static void asker_say_from(const struct asker *asker, struct buf *out)
{
    char time[TIME_TEXT_SIZE];
    if (asker->from != NULL && asker->from->time != NULL) {
        time_format(fields_time_us(asker->from->time), time);
        buf_printf(out, "from decision %" PRIu64 ", %s%s, to", asker->from->org_sequence, time,
                   asker->from->provisional ? " (provisional)" : "");
    } else {
        buf_append(out, STR("as of"));
    }
}

void asker_say_moment(struct asker *asker)
{
    char time[TIME_TEXT_SIZE];
    struct buf from = { 0 };
    if (asker->ctl->options.output != CTL_TABLE || asker->moment == NULL || asker->said) {
        return;
    }
    asker->said = true;
    time_format(fields_time_us(asker->moment->time), time);
    asker_say_from(asker, &from);
    const bool final = asker->why[0] == '\0';
    say("%.*s decision %" PRIu64 " of %.*s, %s%s%s%s", STR_ARG(buf_str(&from)),
        asker->moment->org_sequence, STR_ARG(asker->ctl->options.org), time,
        final ? "" : " (provisional: ", asker->why, final ? "" : ")");
    buf_release(&from);
}

void asker_say_known(const struct asker *asker)
{
    const struct ctl *ctl = asker->ctl;
    char time[TIME_TEXT_SIZE];
    const char *may_change = asker->provisional ? " (provisional: something may still come)" : "";
    if (ctl->options.output != CTL_TABLE || !asker->across) {
        return;
    }
    if (asker->index[0] != '\0' && asker->looked > 0) { /* which operators alone are told */
        say("looked at %" PRIu64 ", found by %s", asker->looked, asker->index);
    }
    if (ctl->options.as_of.size > 0) {
        say("as of %.*s, in all partitions%s", STR_ARG(ctl->options.as_of), may_change);
    } else if (asker->known_us > 0) {
        time_format(asker->known_us, time);
        say("each as its partition has it now; all of them know what happened up to %s", time);
    }
}

void asker_say_waived(const struct asker *asker, bool waived, const char *permission)
{
    const struct ctl *ctl = asker->ctl;
    if (waived && ctl->options.output == CTL_TABLE) {
        say("%.*s is OPEN: who is bound in it may give the command %s without this permission, "
            "where 'delegate' is not needed or held",
            STR_ARG(ctl->options.org), permission);
    }
}

void asker_say_looked(const struct asker *asker)
{
    bool all = asker->index[0] == '\0';
    if (asker->ctl->options.output == CTL_TABLE) {
        say(all ? "looked at %" PRIu64 ", all of the kind%s"
                : "looked at %" PRIu64 ", found by the index %s",
            asker->looked, asker->index);
    }
}
