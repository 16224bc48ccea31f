#include "ops/ctl/following.h"

#include "core/pb/message.h"
#include "ops/ctl/access_text.h"
#include "ops/ctl/history_text.h"
#include "ops/ctl/server_client.h"

/* A message of the stream, decoded, with what it shows. */
static const size_t FOLLOWING_ARENA_MAX = (size_t)64 << 20;

struct following {
    struct ctl *ctl;
    struct arena arena; /* of one message */
};

/* As JSON the whole message where access was asked for, else the decision. */
static struct status following_show(struct following *run, const Agency__V1__WatchResponse *message)
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
static struct status following_take(void *context, struct str bytes)
{
    struct following *run = context;
    struct ctl *ctl = run->ctl;
    Agency__V1__WatchResponse *message;
    arena_reset(&run->arena);
    TRY(pb_unpack(&run->arena, &agency__v1__watch_response__descriptor, bytes, PB_OUTSIDE,
                  &message));
    if (message->item == NULL || message->item->decision == NULL) {
        return status_ok(); /* a sign of life */
    }
    TRY(following_show(run, message));
    ctl_flush(ctl);
    return ctl->unwritten == 0 ? status_ok() : status_error(STATUS_CANCELLED, "nobody reads on");
}

struct status following(struct ctl *ctl, Agency__V1__WatchRequest *request)
{
    struct following run = { .ctl = ctl };
    TRY(ctl_need_org(ctl));
    if (ctl->server == NULL) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected an agencyd that serves the data folder, or --server");
    }
    TRY(arena_text(&ctl->arena, ctl->options.org, &request->org_id));
    TRY(arena_text(&ctl->arena, ctl->options.after, &request->after));
    request->once = ctl->options.once;
    arena_init(&run.arena, FOLLOWING_ARENA_MAX);
    struct status st = server_client_stream(ctl->server, "agency.v1.Watch/Watch", &request->base,
                                            following_take, &run);
    arena_release(&run.arena);
    return st.code == STATUS_CANCELLED && ctl->unwritten != 0 ? status_ok() : st;
}
