#include "query/other_moment.h"

#include "core/base/num.h"

static struct status other_moment_resolve(const struct snapshot *snapshot,
                                          const struct moment_ask *ask, struct moment *moment)
{
    return status_prefix(
        moment_resolve(snapshot->reader, snapshot->position, snapshot->org_id, ask, moment),
        "from");
}

struct status other_moment_find(struct snapshot *snapshot, struct str from, int64_t now_us,
                                struct moment *moment)
{
    struct moment_ask ask;
    if (from.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "from: expected the moment to compare with, such as 2020-06-01");
    }
    TRY(status_prefix(snapshot_ask(snapshot->arena, from, STR(""), now_us, &ask), "from"));
    /* What is shown is complete up to its own moment; about a later one the answer may change. */
    ask.closed_us = snapshot->past ? snapshot->moment.time_us : 0;
    ask.open = true;
    ask.settled = snapshot->settled;
    ask.final = snapshot->final;
    return other_moment_resolve(snapshot, &ask, moment);
}

void other_moment_put(const struct moment *moment, char out[OTHER_MOMENT_SIZE])
{
    num_put_u64be(out, moment->org_sequence);
    num_put_u64be(out + 8, (uint64_t)moment->time_us);
    out[16] = (char)moment->provisional;
}

struct status other_moment_get(struct snapshot *snapshot, const char *in, struct moment *moment)
{
    const struct moment_ask ask = { .kind = MOMENT_EXACT,
                                    .org_sequence = num_get_u64be(in),
                                    .time_us = (int64_t)num_get_u64be(in + 8) };
    const unsigned provisional = (unsigned char)in[16];
    if (provisional >= MOMENT_PROVISIONAL_END) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a page token of this question");
    }
    TRY(other_moment_resolve(snapshot, &ask, moment));
    moment->provisional = (enum moment_provisional)provisional;
    return status_ok();
}
