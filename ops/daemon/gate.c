/* Order of what is judged: what the method needs, who calls, whether that is enough. On the socket
 * of the data folder its owner calls, who has all its keys, so he is whom he says. */
#include "ops/daemon/gate.h"

#include <unistd.h>

#include "core/auth/principal.h"
#include "core/base/memory.h"
#include "ops/daemon/method_needs.h"

struct gate {
    struct gate_options options;
    struct rpc_gate port;
};

static struct status gate_no_operator(struct str name)
{
    return status_error(
        STATUS_INVALID_ARGUMENT,
        "expected an operator that agency.conf of the data folder names, but '%.*s' "
        "is none",
        STR_ARG(name));
}

/* ---- who calls ---- */

static struct status gate_operator(const struct gate *gate, struct arena *arena, struct str name,
                                   struct admitted *admitted)
{
    Agency__V1__Principal *principal;
    TRY(principal_parse(arena, gate->options.cluster_key, name, &principal));
    if (principal->operator_[0] != '\0' && !folder_conf_is_operator(gate->options.folder, name)) {
        return gate_no_operator(name);
    }
    admitted->principal = *principal;
    return status_ok();
}

static struct status gate_owner(const struct gate *gate, struct rpc_call *call,
                                struct admitted *admitted)
{
    struct str named = rpc_call_metadata(call, STR("agencygrid-principal"));
    if (named.size == 0) {
        named = folder_conf_first(gate->options.folder);
    }
    return gate_operator(gate, rpc_call_arena(call), named, admitted);
}

static struct status gate_caller(const struct gate *gate, struct rpc_call *call,
                                 struct admitted *admitted)
{
    const struct rpc_peer *peer = rpc_call_peer(call);
    if (peer->owner) {
        return gate_owner(gate, call, admitted);
    }
    if (peer->local && gate->options.anonymous.size > 0) {
        return gate_operator(gate, rpc_call_arena(call), gate->options.anonymous, admitted);
    }
    return status_error(STATUS_UNAUTHENTICATED, "expected to be told who calls");
}

/* ---- whether that is enough ---- */

static struct status gate_judge(const struct gate *gate, struct rpc_call *call,
                                struct admitted *admitted)
{
    const struct method_needs *needs = method_needs_find(rpc_call_method(call));
    if (needs == NULL) {
        return status_error(STATUS_PERMISSION_DENIED,
                            "expected a method of which is known what it needs");
    }
    if (needs->need == METHOD_OPEN) {
        return status_ok();
    }
    TRY(gate_caller(gate, call, admitted));
    if (needs->need == METHOD_OPERATE && !admitted_is_operator(admitted)) {
        return status_error(STATUS_PERMISSION_DENIED, "expected an operator of this installation");
    }
    return status_ok();
}

static struct status gate_admit(const struct gate *gate, struct rpc_call *call,
                                struct admitted **out)
{
    struct admitted *admitted;
    ARENA_TRY(rpc_call_arena(call), admitted, arena_alloc(rpc_call_arena(call), sizeof *admitted));
    *admitted = (struct admitted){ .expires_at_us = INT64_MAX };
    agency__v1__principal__init(&admitted->principal);
    *out = admitted;
    return gate_judge(gate, call, admitted);
}

static void gate_ask(void *context, struct rpc_call *call)
{
    struct admitted *admitted = NULL;
    struct status st = gate_admit(context, call, &admitted);
    if (st.code == STATUS_OK) {
        rpc_call_admit(call, admitted);
    } else {
        rpc_call_finish(call, &st);
    }
}

static void gate_gone(void *context, struct rpc_call *call)
{
    (void)context;
    (void)call;
}

/* ---- life ---- */

struct status gate_open(const struct gate_options *options, struct gate **out)
{
    if (options->anonymous.size > 0 &&
        !folder_conf_is_operator(options->folder, options->anonymous)) {
        return status_prefix(gate_no_operator(options->anonymous), "anonymous");
    }
    struct gate *gate = mem_zalloc(1, sizeof *gate);
    gate->options = *options;
    gate->port = (struct rpc_gate){ .ask = gate_ask, .gone = gate_gone, .context = gate };
    *out = gate;
    return status_ok();
}

void gate_close(struct gate *gate)
{
    mem_free(gate);
}

const struct rpc_gate *gate_port(const struct gate *gate)
{
    return &gate->port;
}
