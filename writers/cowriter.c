#include "writers/cowriter.h"

#include "core/base/num.h"

const char *cowriter_state_name(enum cowriter_state state)
{
    static const char *const names[COWRITER_STATES] = { "opening", "standby", "taking", "serving",
                                                        "stopped" };
    return names[state];
}

uint64_t cowriter_process(struct evlog_id owner)
{
    return num_get_u64be((const char *)owner.bytes);
}
