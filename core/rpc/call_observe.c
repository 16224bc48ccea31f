/* What an observer hears of a call. */
#include "core/rpc/call_inside.h"
#include "core/rpc/observer.h"

void rpc_call_conclude(struct rpc_call *call, const struct status *status)
{
    rpc_call_observe_end(call, status);
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

void rpc_call_observe_end(struct rpc_call *call, const struct status *status)
{
    const struct rpc_observer *observer = call->host->observer;
    if (observer == NULL || observer->ended == NULL || call->observed_end) {
        return;
    }
    call->observed_end = true;
    struct rpc_ended ended = { .call = call,
                               .code = status == NULL ? STATUS_CANCELLED : status->code,
                               .message = status == NULL ? "the client did not wait" : status->msg,
                               .began_us = call->began_us,
                               .peer = rpc_call_peer(call),
                               .note = call->observed };
    if (call->entry != NULL) {
        ended.method = rpc_call_method(call);
        ended.number = call->entry->number;
        ended.stream = !rpc_call_answers_one(call);
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
