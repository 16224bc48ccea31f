#include "ops/daemon/admin_service.h"

#include "agency/v1/admin_service.pb-c.h"

/* Some hundred bytes for each of at most 1,024 partitions. */
static const size_t ADMIN_MEMORY_MAX = (size_t)4 << 20;

static void admin_get_process_status(struct rpc_call *call, const ProtobufCMessage *message)
{
    struct arena arena;
    struct str packed;
    (void)message;
    arena_init(&arena, ADMIN_MEMORY_MAX);
    struct status st = status_board_get(rpc_call_context(call), &arena, &packed);
    if (st.code == STATUS_OK) {
        rpc_call_send_packed(call, packed);
    }
    rpc_call_finish(call, &st);
    arena_release(&arena);
}

static const struct rpc_method admin_methods[] = {
    { "GetProcessStatus", RPC_UNARY, true, { .message = admin_get_process_status } },
};

struct status admin_service_add(struct rpc_server *server, struct status_board *board)
{
    return rpc_server_add(server, &(struct rpc_service){
                                      .descriptor = &agency__v1__admin__descriptor,
                                      .methods = admin_methods,
                                      .methods_count = sizeof admin_methods / sizeof *admin_methods,
                                      .context = board });
}
