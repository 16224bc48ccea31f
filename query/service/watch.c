/* States of a stream: a worker has it (FETCHING); its client has no room (FULL); there is nothing
 * more, or no store yet (IDLE). The idle ones are a list, of which the first has a timer: every
 * some milliseconds it looks for all whether the stores have more, which costs a comparison each.
 *
 * A call is held all the time, so that its request lives as long. */
#include "query/service/watch.h"

#include "agency/v1/watch_service.pb-c.h"
#include "core/auth/admitted.h"
#include "core/base/memory.h"
#include "core/base/murmur2.h"
#include "core/base/num.h"
#include "core/model/access_message.h"
#include "core/model/history.h"
#include "core/model/org_walk.h"
#include "core/model/token.h"
#include "core/pb/message.h"
#include "query/answers.h"
#include "query/history_wanted.h"
#include "query/known.h"

enum {
    WATCH_LOOK_US = 10 * 1000,
    WATCH_BEAT_US = 15 * 1000 * 1000, /* without anything to tell, so long until a sign of life */
    WATCH_PATIENCE_US = 2 * 1000 * 1000, /* for a store that is not shown yet */
    WATCH_PART_MAX = 64,                 /* decisions at once, */
    WATCH_PART_SIZE_MAX = 256 << 10,     /* or a little more than so many bytes */
    WATCH_LOOKED_MAX = 1024,             /* decisions of a part, wanted or not */
    WATCH_ACCESS_LINES_MAX = 1000,       /* of one message */
};

enum watch_state { WATCH_FETCHING, WATCH_FULL, WATCH_IDLE };

struct watch {
    struct worker_job job;
    struct query_service *service;
    struct rpc_call *call;
    const Agency__V1__WatchRequest *request;
    const struct admitted *admitted;
    struct str after; /* of the request, or Last-Event-ID */
    uint32_t partition;
    enum watch_state state;
    struct watch *previous, *next; /* while it is idle */
    struct status ending; /* what it ends with, as soon as no worker has it; OK: it goes on */
    uint64_t version;     /* of the shelf, before the last fetch */
    int64_t told_us;      /* monotonic */
    /* what a worker fills in */
    bool begun; /* `seen` and what is wanted are known */
    struct history_question wanted;
    struct buf id; /* of the entity that it is about */
    uint64_t seen; /* org_sequence */
    bool more;
    struct status status;
    struct buf part; /* messages, each behind the sizes of its token and itself, and the token */
};

/* ---- on a worker's thread ---- */

static struct status watch_add_message(struct watch *watch, struct arena *arena,
                                       const struct position *position, uint64_t sequence,
                                       Agency__V1__HistoryItem *item,
                                       Agency__V1__AccessChange *access)
{
    Agency__V1__WatchResponse message = AGENCY__V1__WATCH_RESPONSE__INIT;
    Agency__V1__Token token;
    struct str text;
    moment_token(position, sequence, watch->seen, &token);
    TRY(token_format(arena, &token, &text));
    message.item = item;
    message.access = access;
    TRY(arena_text(arena, text, &message.token));
    char sizes[8];
    num_put_u32be(sizes, (uint32_t)text.size);
    num_put_u32be(sizes + 4, (uint32_t)pb_packed_size(&message.base));
    buf_append(&watch->part, str_make(sizes, sizeof sizes));
    buf_append(&watch->part, text);
    pb_pack_buf(&message.base, &watch->part);
    return status_ok();
}

/* From where it begins: behind a token or a number, or behind what is there. */
static struct status watch_begin(struct watch *watch, const struct snapshot *now,
                                 struct arena *arena)
{
    struct moment_ask ask;
    struct moment moment = now->moment;
    if (watch->after.size > 0) {
        TRY(snapshot_ask(arena, watch->after, STR(""), now->moment.time_us, &ask));
        if (ask.kind == MOMENT_TIME) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "after: expected a token or #DECISION, but it is '%.*s'",
                                STR_ARG(watch->after));
        }
        TRY(moment_resolve(now->reader, now->position, now->org_id, &ask, &moment));
    }
    watch->seen = moment.org_sequence;
    watch->begun = true;
    return status_ok();
}

/* What is misspelt would be followed in vain. */
static struct status watch_begin_wanted(struct watch *watch, struct snapshot *now)
{
    const Agency__V1__WatchRequest *request = watch->request;
    struct str id;
    TRY(history_question_of(request->entity, request->all, request->note, &watch->wanted));
    if (watch->wanted.of_entity) {
        TRY(known_entity(now, watch->wanted.kind, watch->wanted.text, &id));
        buf_append(&watch->id, id);
    }
    return status_ok();
}

/* What the next decision changed of access; NULL: nothing. */
static struct status watch_access(struct org_walk *walk, struct arena *arena,
                                  Agency__V1__AccessChange **access)
{
    struct access_feed feed;
    *access = NULL;
    TRY(org_walk_step(walk));
    TRY(org_walk_access(walk, arena, &feed));
    if (feed.count == 0 && !feed.changed) {
        return status_ok();
    }
    TRY(pb_new(arena, &agency__v1__access_change__descriptor, access));
    (*access)->changed = feed.changed;
    (*access)->candidates = feed.changed ? feed.candidates : 0;
    (*access)->more = feed.count > WATCH_ACCESS_LINES_MAX;
    (*access)->n_lines = (*access)->more ? WATCH_ACCESS_LINES_MAX : feed.count;
    return access_messages(arena, feed.lines, (*access)->n_lines, &(*access)->lines);
}

/* The next decision; `told` counts those that are wanted. */
static struct status watch_fetch_decision(struct watch *watch, struct snapshot *now,
                                          struct arena *arena, struct org_walk *walk, int *told)
{
    const Agency__V1__DecisionRow *row;
    Agency__V1__HistoryItem *item;
    Agency__V1__AccessChange *access = NULL;
    bool wants;
    TRY(history_decision(now->reader, arena, now->org_id, watch->seen + 1, &row));
    TRY(watch->request->access ? watch_access(walk, arena, &access) : status_ok());
    TRY(history_wants(now, &watch->wanted, buf_str(&watch->id), row, &wants));
    watch->seen++;
    if (!wants) {
        return status_ok();
    }
    ++*told;
    TRY(answer_history_item(now, arena, row, true, &item));
    return watch_add_message(watch, arena, now->position, row->sequence, item, access);
}

static struct status watch_fetch_decisions(struct watch *watch, struct snapshot *now,
                                           struct arena *arena, struct org_walk *walk)
{
    const uint64_t last = now->moment.org_sequence;
    int looked = 0, told = 0;
    while (watch->seen < last && looked++ < WATCH_LOOKED_MAX && told < WATCH_PART_MAX &&
           watch->part.size <= WATCH_PART_SIZE_MAX) {
        TRY(watch_fetch_decision(watch, now, arena, walk, &told));
    }
    watch->more = watch->seen < last;
    return status_ok();
}

static struct status watch_fetch_part(struct watch *watch, struct snapshot *now,
                                      struct arena *arena)
{
    struct org_walk walk;
    org_walk_init(&walk, now->reader, now->org_id, watch->seen, SHOWN_ENTITIES_MEMORY_MAX);
    struct status st = watch_fetch_decisions(watch, now, arena, &walk);
    org_walk_release(&walk);
    return st;
}

static struct status watch_fetch_from(struct watch *watch, struct snapshot *now,
                                      struct arena *arena)
{
    const struct question_where where = { .reader = &watch->admitted->principal };
    TRY(question_may_read(&where, now, object_org()));
    if (now->moment.org_sequence == 0) {
        return status_error(STATUS_NOT_FOUND, "expected an org, but there is no '%.*s'",
                            STR_ARG(now->org_id));
    }
    if (!watch->begun) {
        now->whole = true; /* as was just found */
        TRY(watch_begin_wanted(watch, now));
        TRY(watch_begin(watch, now, arena));
    }
    TRY(watch_fetch_part(watch, now, arena));
    return watch->part.size > 0 ? status_ok()
                                : watch_add_message(watch, arena, now->position,
                                                    now->position->chain.sequence, NULL, NULL);
}

static struct status watch_fetch(struct watch *watch, struct worker *worker)
{
    struct stores stores = shown_stores_port(&worker->stores);
    struct moment_ask ask = { .kind = MOMENT_LATEST,
                              .now_us = clock_now_us(&watch->service->options.clock) };
    struct store_reader *reader;
    const struct position *position;
    struct snapshot now;
    TRY(stores.open(stores.self, watch->partition, &ask, &reader, &position));
    struct status st =
        snapshot_open_kept(&now, stores.latest(stores.self, watch->partition), position,
                           &worker->arena, str_z(watch->request->org_id), &ask);
    if (st.code == STATUS_OK || st.code == STATUS_NOT_FOUND) {
        st = watch_fetch_from(watch, &now, &worker->arena);
    }
    snapshot_release(&now);
    return st;
}

static void watch_done(void *argument);

static void watch_work(struct worker *worker, struct worker_job *job)
{
    struct watch *watch = (struct watch *)(void *)job;
    watch->more = false;
    watch->status = watch_fetch(watch, worker);
    rpc_server_post(watch->service->options.server, watch_done, watch);
}

/* ---- the list of the idle; on the server's thread, as all that follows ---- */

static int64_t watch_now(const struct watch *watch)
{
    return clock_monotonic_us(&watch->service->options.clock);
}

/* The first looks for all. */
static void watch_set_look(struct query_service *service)
{
    if (service->watches != NULL) {
        rpc_call_wake_in(service->watches->call, WATCH_LOOK_US);
    }
}

static void watch_rest(struct watch *watch)
{
    struct query_service *service = watch->service;
    watch->state = WATCH_IDLE;
    watch->previous = NULL;
    watch->next = service->watches;
    if (watch->next != NULL) {
        watch->next->previous = watch;
    }
    service->watches = watch;
    watch_set_look(service);
}

static void watch_unrest(struct watch *watch)
{
    if (watch->previous != NULL) {
        watch->previous->next = watch->next;
    } else {
        watch->service->watches = watch->next;
    }
    if (watch->next != NULL) {
        watch->next->previous = watch->previous;
    }
    watch_set_look(watch->service);
}

/* ---- a stream ---- */

static void watch_finish(struct watch *watch, struct status st)
{
    if (watch->state == WATCH_IDLE) {
        watch_unrest(watch);
    }
    buf_release(&watch->part);
    buf_release(&watch->id);
    rpc_call_finish(watch->call, &st);
    mem_free(watch);
}

static bool watch_expired(const struct watch *watch)
{
    return clock_now_us(&watch->service->options.clock) >= watch->admitted->expires_at_us;
}

static void watch_ask(struct watch *watch)
{
    if (watch_expired(watch)) {
        watch_finish(watch,
                     status_error(STATUS_UNAUTHENTICATED,
                                  "expected a token that has not expired: come with a new one"));
        return;
    }
    if (watch->state == WATCH_IDLE) {
        watch_unrest(watch);
    }
    watch->state = WATCH_FETCHING;
    watch->version = shelf_version(watch->service->options.shelf, watch->partition);
    watch->part.size = 0;
    if (!workers_push(watch->service->workers, watch->partition, &watch->job)) {
        watch_finish(watch, status_error(STATUS_RESOURCE_EXHAUSTED,
                                         "expected fewer questions at once: try again soon"));
    }
}

static void watch_send(struct watch *watch)
{
    struct str rest = buf_str(&watch->part);
    while (rest.size > 0) {
        uint32_t token = num_get_u32be(rest.data), size = num_get_u32be(rest.data + 4);
        rpc_call_event_id(watch->call, str_make(rest.data + 8, token));
        rpc_call_send_packed(watch->call, str_make(rest.data + 8 + token, size));
        rest = str_from(rest, 8 + (size_t)token + size);
    }
    watch->told_us = watch_now(watch);
}

static void watch_go_on(struct watch *watch)
{
    if (watch->request->once && !watch->more) {
        watch_finish(watch, status_ok());
    } else if (rpc_call_full(watch->call)) {
        watch->state = WATCH_FULL;
    } else if (watch->more) {
        watch_ask(watch);
    } else {
        watch_rest(watch);
    }
}

static bool watch_is_patient(const struct watch *watch)
{
    return watch->status.code == STATUS_UNAVAILABLE &&
           watch_now(watch) - watch->told_us < WATCH_PATIENCE_US;
}

static void watch_done(void *argument)
{
    struct watch *watch = argument;
    if (watch->ending.code == STATUS_OK && watch_is_patient(watch)) {
        watch_rest(watch);
        return;
    }
    if (watch->ending.code != STATUS_OK || watch->status.code != STATUS_OK) {
        watch_finish(watch, watch->ending.code != STATUS_OK ? watch->ending : watch->status);
        return;
    }
    watch_send(watch);
    watch_go_on(watch);
}

/* Ends it at once, or when its worker has done. */
static void watch_end(struct watch *watch, struct status st)
{
    watch->ending = st;
    if (watch->state != WATCH_FETCHING) {
        watch_finish(watch, st);
    }
}

/* ---- what happens to a call ---- */

static void watch_look(struct watch *watch)
{
    bool waits = watch->status.code != STATUS_OK;
    if ((waits && !watch_is_patient(watch)) ||
        shelf_version(watch->service->options.shelf, watch->partition) != watch->version ||
        watch_now(watch) - watch->told_us >= WATCH_BEAT_US || watch_expired(watch)) {
        watch_ask(watch);
    }
}

static void watch_on_wake(struct rpc_call *call)
{
    const struct watch *woken = rpc_call_user(call);
    struct query_service *service = woken->service;
    struct watch *next;
    for (struct watch *watch = service->watches; watch != NULL; watch = next) {
        next = watch->next;
        watch_look(watch);
    }
    watch_set_look(service);
}

static void watch_on_room(struct rpc_call *call)
{
    struct watch *watch = rpc_call_user(call);
    if (watch->state == WATCH_FULL) {
        watch_ask(watch);
    }
}

static void watch_on_cancel(struct rpc_call *call)
{
    struct watch *watch = rpc_call_user(call);
    struct status gone = status_error(STATUS_CANCELLED, "nobody waits for it");
    if (watch == NULL) {
        rpc_call_finish(call, &gone); /* the request had not come */
    } else {
        watch_end(watch, gone);
    }
}

static void watch_on_drain(struct rpc_call *call)
{
    struct watch *watch = rpc_call_user(call);
    if (watch != NULL) {
        watch_end(watch, status_error(STATUS_UNAVAILABLE,
                                      "the server stops: go on behind the last token"));
    }
}

static struct status watch_new(struct rpc_call *call, const Agency__V1__WatchRequest *request,
                               struct watch **out)
{
    struct query_service *service = rpc_call_context(call);
    struct str last = rpc_call_metadata(call, STR("last-event-id")), after = str_z(request->after);
    if (request->org_id[0] == '\0') {
        return status_error(STATUS_INVALID_ARGUMENT, "expected an org, but org_id is empty");
    }
    if (last.size > 0) {
        after = arena_copy(rpc_call_arena(call), last);
        if (after.data == NULL) {
            return arena_full(rpc_call_arena(call));
        }
    }
    *out = mem_zalloc(1, sizeof **out);
    **out = (struct watch){ .job = { watch_work },
                            .service = service,
                            .call = call,
                            .request = request,
                            .admitted = rpc_call_admitted(call),
                            .after = after,
                            .partition = murmur2_partition(str_z(request->org_id),
                                                           service->options.partitions_count) };
    assert((*out)->admitted != NULL); /* there is a gate */
    (*out)->told_us = watch_now(*out);
    return status_ok();
}

static void watch_on_message(struct rpc_call *call, const ProtobufCMessage *message)
{
    struct watch *watch = NULL;
    struct status st = watch_new(call, RPC_AS(Agency__V1__WatchRequest, message), &watch);
    if (st.code != STATUS_OK) {
        rpc_call_finish(call, &st);
        return;
    }
    rpc_call_set_user(call, watch);
    rpc_call_hold(call);
    watch_ask(watch);
}

struct status watch_add(struct query_service *service)
{
    static const struct rpc_method method = { .name = "Watch",
                                              .kind = RPC_SERVER_STREAM,
                                              .safe = true,
                                              .handler = { .message = watch_on_message,
                                                           .room = watch_on_room,
                                                           .cancel = watch_on_cancel,
                                                           .wake = watch_on_wake,
                                                           .drain = watch_on_drain } };
    return rpc_server_add(
        service->options.server,
        &(struct rpc_service){ &agency__v1__watch__descriptor, &method, 1, service });
}
