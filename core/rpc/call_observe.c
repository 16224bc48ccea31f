/* What an observer hears of a call. */
#include <stdio.h>

#include "core/rpc/call_inside.h"
#include "core/rpc/observer.h"

void rpc_call_conclude(struct rpc_call *call, const struct status *status)
{
    call->concluded = true;
    call->code = status->code;
    if (call->host->observer != NULL && status->code != STATUS_OK) {
        call->message = arena_copy(&call->arena, str_z(status->msg)).data;
    }
    call->protocol->finish(call, status);
}

void rpc_call_observe_begin(struct rpc_call *call)
{
    const struct rpc_observer *observer = call->host->observer;
    call->began_us = call->host->now_us;
    if (observer != NULL && observer->begin != NULL) {
        call->observed = observer->begin(observer->self, call);
    }
}

void rpc_call_observe_end(struct rpc_call *call)
{
    const struct rpc_observer *observer = call->host->observer;
    if (observer == NULL || observer->ended == NULL) {
        return;
    }
    struct rpc_ended ended = { .code = call->concluded ? call->code : STATUS_CANCELLED,
                               .message = call->message == NULL ? "" : call->message,
                               .began_us = call->began_us,
                               .peer = rpc_call_peer(call),
                               .note = call->observed };
    if (call->entry != NULL) {
        ended.method = rpc_call_method(call);
        ended.number = call->entry->number;
    }
    observer->ended(observer->self, &ended);
}

struct str rpc_call_trace(const struct rpc_call *call)
{
    return call->trace.size > 0 ? call->trace : rpc_call_metadata(call, STR("traceparent"));
}

void rpc_call_set_trace(struct rpc_call *call, struct str trace)
{
    call->trace = arena_copy(&call->arena, trace);
}
