/* One command, many, or a stream of them. All of it runs on the server's thread; what is decided
 * comes back there by submission.h.
 *
 * A call is held while commands of it are under way, so it lives until the last is answered, also
 * when its client has gone: what was taken is decided, and repeating it gives the answer.
 *
 * A stream has at most STREAM_UNDER_WAY_MAX commands under way: then it is held, and what its
 * client sends waits with the client. */
#include "writers/service/commands_service.h"

#include "core/auth/admitted.h"
#include "core/base/memory.h"
#include "core/pb/message.h"

enum { BATCH_REQUESTS_MAX = 1000, STREAM_UNDER_WAY_MAX = 1024 };
/* The largest command four times over: read, copied, packed, recorded. */
static const size_t SERVICE_ARENA_MAX = (size_t)16 << 20;

/* Whoever has put a request there resets it afterwards, too: it may have been personal. */
static struct commands_service *service_of(struct rpc_call *call)
{
    struct commands_service *service = rpc_call_context(call);
    arena_reset(&service->arena);
    return service;
}

/* What was not taken has an answer, too. */
static struct submit_answer service_refusal(const struct status *why)
{
    struct submit_answer answer = { .outcome = SUBMIT_FAILED, .code = why->code };
    memcpy(answer.reason, why->msg, sizeof why->msg);
    static_assert(sizeof why->msg <= sizeof answer.reason, "a status fits in");
    return answer;
}

static const char *service_command_id(const Agency__V1__SubmitRequest *request)
{
    bool command = request->what_case == AGENCY__V1__SUBMIT_REQUEST__WHAT_COMMAND;
    return command ? request->command->command_id : "";
}

static void service_finish(struct rpc_call *call, struct status st)
{
    rpc_call_finish(call, &st);
}

static struct status service_say(struct commands_service *service, struct rpc_call *call,
                                 const char *command_id, uint32_t partition,
                                 const struct submit_answer *answer)
{
    Agency__V1__SubmitResponse *response;
    TRY(submission_response(&service->submission, &service->arena, command_id, partition, answer,
                            &response));
    rpc_call_send(call, &response->base);
    return status_ok();
}

/* ---- one ---- */

static struct status submit_refuse(struct commands_service *service, struct rpc_call *call,
                                   const char *command_id, uint32_t partition,
                                   const struct submit_answer *answer)
{
    Agency__V1__SubmitResponse *response;
    struct str packed;
    TRY(submission_response(&service->submission, &service->arena, command_id, partition, answer,
                            &response));
    TRY(pb_pack(&service->arena, &response->base, &packed));
    TRY(rpc_call_detail(call, STR("agency.v1.SubmitResponse"), packed));
    return status_error(answer->code, "%s", answer->reason);
}

static void submit_back(void *owner, size_t index, const char *command_id, uint32_t partition,
                        const struct submit_answer *answer)
{
    struct rpc_call *call = owner;
    (void)index;
    struct commands_service *service = service_of(call);
    service_finish(call, answer->code == STATUS_OK
                             ? service_say(service, call, command_id, partition, answer)
                             : submit_refuse(service, call, command_id, partition, answer));
}

static void submit_one(struct rpc_call *call, const ProtobufCMessage *message)
{
    struct commands_service *service = service_of(call);
    struct status st =
        submission_send(&service->submission, &service->arena, call,
                        RPC_AS(Agency__V1__SubmitRequest, message), submit_back, call, 0);
    arena_reset(&service->arena);
    if (st.code == STATUS_OK) {
        rpc_call_hold(call);
    } else {
        service_finish(call, st);
    }
}

/* ---- many ---- */

struct batch_answer {
    char *command_id;
    uint32_t partition;
    struct submit_answer answer;
};

struct submit_batch {
    struct rpc_call *call;
    size_t count;
    size_t under_way;
    struct batch_answer answers[];
};

static struct status batch_respond(struct commands_service *service, struct submit_batch *batch)
{
    Agency__V1__SubmitBatchResponse response = AGENCY__V1__SUBMIT_BATCH_RESPONSE__INIT;
    ARENA_TRY(&service->arena, response.responses,
              arena_alloc(&service->arena, (batch->count + 1) * sizeof(void *)));
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_answer *at = &batch->answers[i];
        TRY(submission_response(&service->submission, &service->arena, at->command_id,
                                at->partition, &at->answer, &response.responses[i]));
    }
    response.n_responses = batch->count;
    rpc_call_send(batch->call, &response.base);
    return status_ok();
}

static char *service_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(mem_alloc(size), text, size);
}

static void batch_free(struct submit_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        mem_free(batch->answers[i].command_id);
    }
    mem_free(batch);
}

static void batch_end(struct submit_batch *batch)
{
    struct rpc_call *call = batch->call;
    struct status st = batch_respond(service_of(call), batch);
    batch_free(batch);
    service_finish(call, st);
}

static void batch_back(void *owner, size_t index, const char *command_id, uint32_t partition,
                       const struct submit_answer *answer)
{
    struct submit_batch *batch = owner;
    batch->answers[index] = (struct batch_answer){ service_copy(command_id), partition, *answer };
    batch->under_way--;
    if (batch->under_way == 0) {
        batch_end(batch);
    }
}

/* Sends all; what could not be taken stands in its answer. What comes behind a command that waits
 * for room may stand on it, so it is not tried. */
static void batch_send(struct commands_service *service, struct submit_batch *batch,
                       const Agency__V1__SubmitBatchRequest *request)
{
    struct status st = status_ok();
    for (size_t i = 0; i < batch->count; i++) {
        bool full = st.code == STATUS_RESOURCE_EXHAUSTED || st.code == STATUS_UNAVAILABLE;
        arena_reset(&service->arena);
        if (!full) {
            st = submission_send(&service->submission, &service->arena, batch->call,
                                 request->requests[i], batch_back, batch, i);
        }
        if (st.code == STATUS_OK) {
            batch->under_way++;
        } else {
            batch->answers[i].answer = service_refusal(&st);
            batch->answers[i].command_id = service_copy(service_command_id(request->requests[i]));
        }
    }
    arena_reset(&service->arena);
}

static void submit_batch(struct rpc_call *call, const ProtobufCMessage *message)
{
    const Agency__V1__SubmitBatchRequest *request = RPC_AS(Agency__V1__SubmitBatchRequest, message);
    size_t count = request->n_requests;
    if (count == 0 || count > BATCH_REQUESTS_MAX) {
        service_finish(call, status_error(STATUS_INVALID_ARGUMENT,
                                          "expected 1 to %d requests, but there are %zu",
                                          BATCH_REQUESTS_MAX, count));
        return;
    }
    struct submit_batch *batch = mem_zalloc(1, sizeof *batch + count * sizeof batch->answers[0]);
    batch->call = call;
    batch->count = count;
    rpc_call_hold(call);
    batch_send(service_of(call), batch, request);
    if (batch->under_way == 0) {
        batch_end(batch);
    }
}

/* ---- a stream ---- */

struct submit_stream {
    struct rpc_call *call;
    size_t under_way;
    bool ends;         /* no more will be taken */
    struct status end; /* what it then ends with */
};

static void stream_open(struct rpc_call *call)
{
    struct submit_stream *stream = mem_zalloc(1, sizeof *stream);
    stream->call = call;
    stream->end = status_ok();
    rpc_call_set_user(call, stream);
    rpc_call_send_headers(call);
}

/* Ends when the last command is answered. */
static void stream_settle(struct submit_stream *stream)
{
    struct rpc_call *call = stream->call;
    if (stream->ends && stream->under_way == 0) {
        struct status end = stream->end;
        mem_free(stream);
        service_finish(call, end);
    }
}

static void stream_end(struct submit_stream *stream, struct status with)
{
    if (!stream->ends) {
        stream->ends = true;
        stream->end = with;
        rpc_call_hold(stream->call);
    }
    stream_settle(stream);
}

static void stream_regulate(struct submit_stream *stream)
{
    bool full = stream->under_way >= STREAM_UNDER_WAY_MAX || rpc_call_full(stream->call);
    if (full || stream->ends) {
        rpc_call_hold(stream->call);
    } else {
        rpc_call_let_go(stream->call);
    }
}

static void stream_back(void *owner, size_t index, const char *command_id, uint32_t partition,
                        const struct submit_answer *answer)
{
    struct submit_stream *stream = owner;
    (void)index;
    struct status st =
        service_say(service_of(stream->call), stream->call, command_id, partition, answer);
    stream->under_way--;
    if (st.code != STATUS_OK) {
        stream_end(stream, st);
    } else if (stream->ends) {
        stream_settle(stream);
    } else {
        stream_regulate(stream);
    }
}

/* One that was not taken stops none of the others; a token that has expired stops them all. */
static void stream_take(struct submit_stream *stream, const Agency__V1__SubmitRequest *request)
{
    struct commands_service *service = service_of(stream->call);
    struct status st = submission_send(&service->submission, &service->arena, stream->call, request,
                                       stream_back, stream, 0);
    arena_reset(&service->arena);
    if (st.code == STATUS_OK) {
        stream->under_way++;
        if (stream->under_way >= STREAM_UNDER_WAY_MAX) {
            rpc_call_hold(stream->call);
        }
        return;
    }
    struct submit_answer refusal = service_refusal(&st);
    st = service_say(service, stream->call, service_command_id(request), 0, &refusal);
    if (st.code != STATUS_OK) {
        stream_end(stream, st);
    }
}

static void stream_message(struct rpc_call *call, const ProtobufCMessage *message)
{
    struct submit_stream *stream = rpc_call_user(call);
    const struct commands_service *service = rpc_call_context(call);
    const struct admitted *admitted = rpc_call_admitted(call);
    if (clock_now_us(&service->submission.clock) >= admitted->expires_at_us) {
        stream_end(stream, status_error(STATUS_UNAUTHENTICATED,
                                        "expected a token that has not expired meanwhile"));
        return;
    }
    stream_take(stream, RPC_AS(Agency__V1__SubmitRequest, message));
}

static void stream_half_close(struct rpc_call *call)
{
    stream_end(rpc_call_user(call), status_ok());
}

static void stream_room(struct rpc_call *call)
{
    stream_regulate(rpc_call_user(call));
}

static void stream_cancel(struct rpc_call *call)
{
    stream_end(rpc_call_user(call), status_error(STATUS_CANCELLED, "the client has gone"));
}

static void stream_drain(struct rpc_call *call)
{
    stream_end(rpc_call_user(call),
               status_error(STATUS_UNAVAILABLE, "the server stops: send again what is not "
                                                "answered, to another or a little later"));
}

/* ---- the service ---- */

static const struct rpc_method commands_methods[] = {
    { "Submit", RPC_UNARY, false, { .message = submit_one } },
    { "SubmitBatch", RPC_UNARY, false, { .message = submit_batch } },
    { "SubmitStream",
      RPC_BIDI_STREAM,
      false,
      { .open = stream_open,
        .message = stream_message,
        .half_close = stream_half_close,
        .room = stream_room,
        .cancel = stream_cancel,
        .drain = stream_drain } },
};

struct status commands_service_add(struct commands_service *service,
                                   const struct submission_options *options)
{
    service->submission = *options;
    arena_init(&service->arena, SERVICE_ARENA_MAX);
    return rpc_server_add(
        options->server,
        &(struct rpc_service){ .descriptor = &agency__v1__commands__descriptor,
                               .methods = commands_methods,
                               .methods_count = sizeof commands_methods / sizeof *commands_methods,
                               .context = service });
}

void commands_service_release(struct commands_service *service)
{
    arena_release(&service->arena);
}
