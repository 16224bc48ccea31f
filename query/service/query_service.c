/* A call is held while it is answered: its message and what the gate says of its caller live as
 * long. A worker answers into the job, which the server's thread then sends; only that thread
 * touches the call.
 *
 * Left out: telling a worker in the middle of an answer that its client has gone. Answers are
 * bounded (pages, budgets of look-ups), so that it is soon done. */
#include "query/service/query_service.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

#include "agency/v1/entities_service.pb-c.h"
#include "agency/v1/query_service.pb-c.h"
#include "core/auth/admitted.h"
#include "core/base/murmur2.h"
#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "query/service/watch.h"

enum {
    QUERY_PATIENCE_US = 2 * 1000 * 1000, /* for stores to reach the moment asked about */
    QUERY_RETRY_US = 5 * 1000,
    QUERY_TOKEN_SIZE = 128,
    QUERY_MOMENT_SIZE = 256,
};
/* Of one answer, beside the entities that it looks at. */
static const size_t QUERY_MEMORY_MAX = (size_t)64 << 20;

struct query_job {
    struct worker_job job;
    struct query_service *service;
    struct rpc_call *call;
    const struct question *question;
    const ProtobufCMessage *request;
    const Agency__V1__Principal *reader;
    struct str as_of; /* of the headers */
    struct str at_least;
    bool final;
    bool patient;       /* it may still be tried again */
    uint32_t partition; /* whose thread answers */
    int64_t until_us;   /* monotonic: how long it may be tried again */
    bool waiting;       /* to be tried again: no worker has it */
    atomic_bool gone;   /* nobody waits for the answer */
    /* the answer */
    struct status status;
    struct buf response;
    char position[QUERY_TOKEN_SIZE];
    size_t position_size;
    char moment[QUERY_MOMENT_SIZE];
    const char *note;
};

/* ---- on a worker's thread ---- */

static struct status query_keep_position(struct query_job *job, const struct asking *asking)
{
    struct str token;
    char time[TIME_TEXT_SIZE], why[MOMENT_WHY_SIZE];
    TRY(asking_position(asking, &token));
    if (asking->snapshot != NULL) {
        const struct moment *moment = &asking->snapshot->moment;
        time_format(moment->time_us, time);
        int size = snprintf(
            job->moment, sizeof job->moment, "%" PRIu64 " %s%s%s", moment->org_sequence, time,
            moment->provisional == MOMENT_FINAL ? "" : " provisional: ", moment_why(moment, why));
        assert(size > 0 && (size_t)size < sizeof job->moment);
    }
    assert(token.size <= sizeof job->position);
    if (token.size > 0) {
        memcpy(job->position, token.data, token.size);
    }
    job->position_size = token.size;
    return status_ok();
}

static struct status query_answer(struct worker *worker, struct query_job *job)
{
    const struct query_service_options *options = &job->service->options;
    struct stores stores = shown_stores_port(&worker->stores);
    struct question_where where = { .stores = &stores,
                                    .keyring = options->keyring,
                                    .reader = job->reader,
                                    .clock = options->clock,
                                    .as_of = job->as_of,
                                    .at_least = job->at_least,
                                    .settled = job->patient,
                                    .final = job->final,
                                    .memory_max = SHOWN_ENTITIES_MEMORY_MAX };
    struct asking asking;
    struct status st = asking_open(&asking, job->question, &where, &worker->arena, job->request);
    if (st.code == STATUS_OK) {
        st = query_keep_position(job, &asking);
    }
    if (st.code == STATUS_OK) {
        pb_pack_buf(asking.response, &job->response);
        job->note = asking.note;
    }
    asking_close(&asking);
    return st;
}

/* ---- on the server's thread ---- */

static void query_finish(struct query_job *job)
{
    struct status st = job->status;
    if (st.code == STATUS_OK && job->position_size > 0) {
        st = rpc_call_header(job->call, STR("agencygrid-position"),
                             str_make(job->position, job->position_size));
    }
    if (st.code == STATUS_OK && job->moment[0] != '\0') {
        st = rpc_call_header(job->call, STR("agencygrid-moment"), str_z(job->moment));
    }
    if (st.code == STATUS_OK && job->note != NULL) {
        st = rpc_call_header(job->call, STR("agencygrid-note"), str_z(job->note));
    }
    if (st.code == STATUS_OK) {
        rpc_call_send_packed(job->call, buf_str(&job->response));
    }
    buf_release(&job->response);
    rpc_call_finish(job->call, &st); /* the job lies in the call */
}

static void query_push(struct query_job *job)
{
    if (!workers_push(job->service->workers, job->partition, &job->job)) {
        job->status = status_error(STATUS_RESOURCE_EXHAUSTED,
                                   "expected fewer questions at once: try again soon");
        query_finish(job);
    }
}

static bool query_waits(const struct query_job *job)
{
    return job->status.code == STATUS_UNAVAILABLE && !atomic_load(&job->gone) && job->patient;
}

/* The last try takes an answer before what is due is decided, if it must. */
static void query_decide_patience(struct query_job *job)
{
    const struct clock *clock = &job->service->options.clock;
    job->patient = clock_monotonic_us(clock) + QUERY_RETRY_US < job->until_us;
}

static void query_done(void *argument)
{
    struct query_job *job = argument;
    job->waiting = query_waits(job);
    if (job->waiting) {
        rpc_call_wake_in(job->call, QUERY_RETRY_US);
    } else {
        query_finish(job);
    }
}

static void query_work(struct worker *worker, struct worker_job *argument)
{
    struct query_job *job = (struct query_job *)(void *)argument;
    query_decide_patience(job);
    job->status = atomic_load(&job->gone) ? status_error(STATUS_CANCELLED, "nobody waits for it")
                                          : query_answer(worker, job);
    rpc_server_post(job->service->options.server, query_done, job);
}

static void query_on_wake(struct rpc_call *call)
{
    struct query_job *job = rpc_call_user(call);
    job->waiting = false;
    query_push(job);
}

/* A worker that has it brings it back all the same. */
static void query_on_cancel(struct rpc_call *call)
{
    struct query_job *job = rpc_call_user(call);
    if (job == NULL) {
        struct status st = status_error(STATUS_CANCELLED, "nobody waits for it");
        rpc_call_finish(call, &st); /* the question had not come */
        return;
    }
    atomic_store(&job->gone, true);
    if (job->waiting) {
        query_finish(job);
    }
}

/* Headers live as long as the client, the job as long as the call. */
static struct status query_header(struct rpc_call *call, struct str name, struct str *value)
{
    struct str given = rpc_call_metadata(call, name);
    *value = STR("");
    if (given.size == 0) {
        return status_ok();
    }
    *value = arena_copy(rpc_call_arena(call), given);
    return value->data == NULL ? arena_full(rpc_call_arena(call)) : status_ok();
}

static struct status query_read_final(struct rpc_call *call, bool *final)
{
    struct str said = rpc_call_metadata(call, STR("agencygrid-final"));
    *final = str_eq(said, STR("true"));
    return *final || said.size == 0 || str_eq(said, STR("false"))
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected the header agencygrid-final to be true or false, but it is "
                              "'%.*s'",
                              STR_ARG(said));
}

static struct status query_job_new(struct rpc_call *call, const ProtobufCMessage *message,
                                   struct query_job **out)
{
    struct query_service *service = rpc_call_context(call);
    struct str method = rpc_call_method(call);
    const struct hmap_entry *entry = hmap_find(&service->questions, method, hmap_hash(method));
    const struct admitted *admitted = rpc_call_admitted(call);
    struct query_job *job;
    assert(entry != NULL);
    assert(admitted != NULL); /* there is a gate */
    ARENA_TRY(rpc_call_arena(call), job, arena_zalloc(rpc_call_arena(call), sizeof *job));
    job->job.work = query_work;
    job->service = service;
    job->call = call;
    job->question = entry->value;
    job->request = message;
    job->reader = &admitted->principal;
    job->partition =
        murmur2_partition(fields_string(message, "org_id"), service->options.partitions_count);
    job->until_us = clock_monotonic_us(&service->options.clock) + QUERY_PATIENCE_US;
    *out = job;
    TRY(query_read_final(call, &job->final));
    TRY(query_header(call, STR("agencygrid-as-of"), &job->as_of));
    return query_header(call, STR("agencygrid-at-least"), &job->at_least);
}

static bool query_has_mask(const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "read_mask");
    return field != NULL && pb_field_has(message, field);
}

static void query_on_message(struct rpc_call *call, const ProtobufCMessage *message)
{
    struct query_job *job = NULL;
    struct status st = query_job_new(call, message, &job);
    if (st.code != STATUS_OK) {
        rpc_call_finish(call, &st);
        return;
    }
    if (query_has_mask(message)) {
        rpc_call_answer_parts(call);
    }
    rpc_call_set_user(call, job);
    rpc_call_hold(call);
    query_push(job);
}

/* ---- life ---- */

static struct status query_service_name(struct query_service *service,
                                        const struct question *question)
{
    struct question *kept;
    struct str name =
        arena_printf(&service->arena, "%s/%s", question->service->name, question->method);
    if (name.data == NULL) {
        return arena_full(&service->arena);
    }
    ARENA_TRY(&service->arena, kept, arena_alloc(&service->arena, sizeof *kept));
    *kept = *question;
    hmap_put(&service->questions, name, hmap_hash(name))->value = kept;
    return status_ok();
}

static struct rpc_method query_service_method(const struct question *question)
{
    return (struct rpc_method){
        .name = question->method,
        .kind = RPC_UNARY,
        .safe = true,
        .handler = { .message = query_on_message, .cancel = query_on_cancel, .wake = query_on_wake }
    };
}

/* Methods that no question is about stay out: they are UNIMPLEMENTED. */
static struct status query_service_add_one(struct query_service *service,
                                           const ProtobufCServiceDescriptor *descriptor)
{
    struct question question;
    struct rpc_method *methods;
    size_t count = 0;
    ARENA_TRY(&service->arena, methods,
              arena_alloc(&service->arena, descriptor->n_methods * sizeof *methods));
    for (size_t i = 0; question_at(i, &question); i++) {
        if (question.service == descriptor) {
            assert(count < descriptor->n_methods);
            TRY(query_service_name(service, &question));
            methods[count++] = query_service_method(&question);
        }
    }
    return rpc_server_add(service->options.server,
                          &(struct rpc_service){ descriptor, methods, count, service });
}

struct status query_service_add(struct query_service *service,
                                const struct query_service_options *options)
{
    *service = (struct query_service){ .options = *options };
    struct workers_options workers = { .count = options->threads,
                                       .memory_max = QUERY_MEMORY_MAX,
                                       .shelf = options->shelf,
                                       .partitions_count = options->partitions_count };
    arena_init(&service->arena, 1 << 20);
    TRY(query_service_add_one(service, &agency__v1__query__descriptor));
    TRY(query_service_add_one(service, &agency__v1__entities__descriptor));
    TRY(watch_add(service));
    return workers_open(&workers, &service->workers);
}

void query_service_release(struct query_service *service)
{
    workers_close(service->workers);
    hmap_release(&service->questions);
    arena_release(&service->arena);
}
