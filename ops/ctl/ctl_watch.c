/* watch: what happens in an org, as it happens. */
#include "agency/v1/watch_service.pb-c.h"
#include "core/pb/message.h"
#include "ops/ctl/access_text.h"
#include "ops/ctl/history_text.h"
#include "ops/ctl/server_client.h"

/* A message of the stream, decoded, with what it shows. */
static const size_t WATCH_ARENA_MAX = (size_t)64 << 20;

struct watch_run {
    struct ctl *ctl;
    struct arena arena; /* of one message */
};

/* As JSON the whole message where access was asked for, else the decision. */
static struct status watch_show(struct watch_run *run, const Agency__V1__WatchResponse *message)
{
    struct ctl *ctl = run->ctl;
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, ctl->options.access ? &message->base : &message->item->decision->base);
    }
    TRY(history_text(ctl, &run->arena, message->item));
    if (message->access != NULL) {
        access_text_lines(ctl, message->access, message->item->decision->org_sequence);
    }
    return status_ok();
}

/* Shown at once. Whoever reads only the beginning ends it, and that is no failure. */
static struct status watch_take(void *context, struct str bytes)
{
    struct watch_run *run = context;
    struct ctl *ctl = run->ctl;
    Agency__V1__WatchResponse *message;
    arena_reset(&run->arena);
    TRY(pb_unpack(&run->arena, &agency__v1__watch_response__descriptor, bytes, PB_OUTSIDE,
                  &message));
    if (message->item == NULL || message->item->decision == NULL) {
        return status_ok(); /* a sign of life */
    }
    TRY(watch_show(run, message));
    ctl_flush(ctl);
    return ctl->unwritten == 0 ? status_ok() : status_error(STATUS_CANCELLED, "nobody reads on");
}

struct status ctl_watch(struct ctl *ctl)
{
    struct watch_run run = { .ctl = ctl };
    Agency__V1__WatchRequest request = AGENCY__V1__WATCH_REQUEST__INIT;
    TRY(ctl_need_org(ctl));
    if (ctl->server == NULL) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected an agencyd that serves the data folder, or --server");
    }
    TRY(arena_text(&ctl->arena, ctl->options.org, &request.org_id));
    TRY(arena_text(&ctl->arena, ctl->options.after, &request.after));
    request.once = ctl->options.once;
    request.access = ctl->options.access;
    arena_init(&run.arena, WATCH_ARENA_MAX);
    struct status st =
        server_client_stream(ctl->server, "agency.v1.Watch/Watch", &request.base, watch_take, &run);
    arena_release(&run.arena);
    return st.code == STATUS_CANCELLED && ctl->unwritten != 0 ? status_ok() : st;
}
