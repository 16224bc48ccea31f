/* A proxy brings others along, and a page in a browser can have its own name lead here: both show.
 */
#include "ops/daemon/plain_local.h"

static bool plain_local_is_name(struct str authority)
{
    static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct str name = str_z(names[i]);
        bool whole = authority.size == name.size ||
                     (authority.size > name.size && authority.data[name.size] == ':');
        if (whole && str_starts(authority, name)) {
            return true;
        }
    }
    return false;
}

/* Of a page that this server gave itself, or of no page. */
static bool plain_local_is_own_origin(struct rpc_call *call)
{
    struct str origin = rpc_call_metadata(call, STR("origin"));
    struct str own = rpc_call_authority(call);
    return origin.data == NULL ||
           (origin.size > own.size + 3 && str_eq(str_from(origin, origin.size - own.size), own) &&
            origin.data[origin.size - own.size - 1] == '/');
}

bool plain_local_is(struct rpc_call *call)
{
    return rpc_call_peer(call)->local && plain_local_is_name(rpc_call_authority(call)) &&
           rpc_call_metadata(call, STR("forwarded")).data == NULL &&
           rpc_call_metadata(call, STR("x-forwarded-for")).data == NULL &&
           plain_local_is_own_origin(call);
}
