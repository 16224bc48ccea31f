#include "replay/rebuild.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/remove_tree.h"

static struct status rebuild_replace(const struct verify *verify)
{
    TRY(remove_tree(verify->store));
    return rename(verify->fresh, verify->store) == 0
               ? status_ok()
               : status_error(STATUS_UNAVAILABLE, "expected to rename '%s': %s", verify->fresh,
                              strerror(errno));
}

struct status rebuild_run(struct verify *verify, bool accept_lost, struct status *given_up)
{
    *given_up = status_ok();
    struct status st = verify_run(verify);
    if (verify->lost && accept_lost) {
        *given_up = st;
        st = status_ok();
    }
    bool differs = st.code == STATUS_DATA_LOSS && verify->root[0] != '\0' && !verify->lost;
    if (st.code != STATUS_OK && !differs) {
        return st;
    }
    struct status replaced = rebuild_replace(verify);
    return st.code == STATUS_OK ? replaced : st;
}
