/* check: one question with the way that answers it, part of one, or many as JSON lines. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/json.h"
#include "ops/ctl/lines.h"
#include "ops/ctl/paging.h"
#include "ops/ctl/reading.h"
#include "ops/ctl/table.h"
#include "query/access.h"

/* Memory for one answer; what it found stays in the reading's cache. */
static const size_t CHECK_ARENA_MAX = (size_t)64 << 20;

/* ---- one ---- */

void ctl_say_actor(struct ctl *ctl, const struct ctl_actor *actor)
{
    bool is_operator = actor->operator_name[0] != '\0';
    buf_printf(&ctl->out, " by %s%s", is_operator ? "operator " : "",
               is_operator ? actor->operator_name : actor->subject_id);
    for (size_t i = 0; i < actor->actors_count; i++) {
        buf_printf(&ctl->out, "%s%s", i == 0 ? " through " : ", ", actor->actors[i]);
    }
    if (actor->on_behalf_of[0] != '\0') {
        buf_printf(&ctl->out, " on behalf of %s", actor->on_behalf_of);
    }
}

struct status ctl_actors(struct ctl *ctl, struct str **actors, size_t *count)
{
    struct str rest = ctl->options.actors;
    ARENA_TRY(&ctl->arena, *actors, arena_alloc(&ctl->arena, (rest.size + 1) * sizeof **actors));
    for (*count = 0; rest.size > 0; ++*count) {
        size_t end = 0;
        while (end < rest.size && rest.data[end] != ',') {
            end++;
        }
        (*actors)[*count] = str_make(rest.data, end);
        if (end == 0 || end + 1 == rest.size) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected --actors to be subjects with commas between, but one is "
                                "empty");
        }
        rest = str_from(rest, end < rest.size ? end + 1 : end);
    }
    return status_ok();
}

void ctl_say_decision(struct ctl *ctl, const Agency__V1__DecisionItem *item)
{
    char time[TIME_TEXT_SIZE];
    time_format(fields_time_us(item->occurred_at), time);
    buf_printf(&ctl->out, "decision %" PRIu64 ", %s, %s", item->org_sequence, time, item->command);
    ctl_say_actor(ctl, &(struct ctl_actor){ item->operator_, item->subject_id, item->on_behalf_of,
                                            item->actors, item->n_actors });
    for (size_t i = 0; i < item->n_annotations; i++) {
        buf_append(&ctl->out, i == 0 ? STR(" (") : STR(", "));
        utf8_show(str_z(item->annotations[i]->key), &ctl->out);
        buf_byte(&ctl->out, ' ');
        utf8_show(str_z(item->annotations[i]->value), &ctl->out);
    }
    buf_printf(&ctl->out, "%s\n", item->n_annotations > 0 ? ")" : "");
}

static void check_say(struct ctl *ctl, const Agency__V1__CheckResponse *response)
{
    buf_printf(&ctl->out, "%s: %s %s %s on %s", response->allowed ? "allowed" : "denied",
               response->subject_id, response->allowed ? "has" : "does not have",
               response->permission, response->object);
    if (!response->allowed) {
        buf_printf(&ctl->out, ": %s", response->reason);
        if (response->nearest[0] != '\0') {
            buf_printf(&ctl->out, " (nearest: %s)", response->nearest);
        }
    }
    buf_byte(&ctl->out, '\n');
    for (size_t i = 0; i < response->n_path; i++) {
        const Agency__V1__CheckStep *step = response->path[i];
        buf_printf(&ctl->out, "  %-10s %s", step->step, step->entity->id);
        if (step->permission[0] != '\0') {
            buf_printf(&ctl->out, ": %s on %s", step->permission, step->object);
        }
        buf_append(&ctl->out, STR("\n             "));
        ctl_say_decision(ctl, step->decision);
    }
    for (size_t i = 0; i < response->n_actors; i++) {
        check_say(ctl, response->actors[i]);
    }
}

static struct status check_one(struct reading *reading, struct ctl *ctl)
{
    Agency__V1__CheckResponse *response = NULL;
    TRY(access_check(&reading->snapshot, str_z(ctl->argv[0]), str_z(ctl->argv[1]),
                     str_z(ctl->argv[2]), &response));
    struct str *actors;
    size_t actors_count;
    TRY(ctl_actors(ctl, &actors, &actors_count));
    TRY(access_check_actors(&reading->snapshot, actors, actors_count, response));
    ctl->exit = response->allowed ? CTL_OK : CTL_DENIED;
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &response->base);
    }
    reading_say_moment(reading, ctl);
    check_say(ctl, response);
    return reading_say_waived(reading, ctl, str_z(response->permission));
}

/* ---- part of one ---- */

struct check_held_run {
    struct ctl *ctl;
    struct str permission; /* data is NULL: all of them */
    struct table table;
};

static struct status check_held_item(struct check_held_run *run, const Agency__V1__HeldItem *item)
{
    struct ctl *ctl = run->ctl;
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &item->base);
    }
    if (run->permission.data != NULL) {
        buf_printf(&ctl->out, "%s\n", item->object);
        return status_ok();
    }
    TRY(table_add(&run->table, str_z(item->permission)));
    TRY(table_add(&run->table, str_z(item->object)));
    TRY(table_add(&run->table, str_z(item->grant_id)));
    return table_add(&run->table, str_z(item->role_id));
}

static struct status check_held_pages(struct reading *reading, struct check_held_run *run)
{
    struct paging paging;
    struct access_held_page page;
    paging_begin(run->ctl, &paging);
    do {
        TRY(access_held(&reading->snapshot, str_z(run->ctl->argv[0]), run->permission, &paging.ask,
                        &page));
        for (size_t i = 0; i < page.count; i++) {
            TRY(check_held_item(run, &page.items[i]));
        }
    } while (paging_next(&paging, page.count, &page.end));
    paging_say(&paging);
    return status_ok();
}

/* What somebody may do; or, with a permission, where. */
static struct status check_held(struct reading *reading, struct ctl *ctl)
{
    static const char *const heads[] = { "permission", "object", "grant", "seat" };
    struct check_held_run run = { .ctl = ctl };
    bool all = ctl->argc == 1;
    run.permission = all ? (struct str){ 0 } : str_z(ctl->argv[1]);
    TRY(table_init(&run.table, &ctl->arena, heads, 4));
    reading_say_moment(reading, ctl);
    TRY(check_held_pages(reading, &run));
    if (all && ctl->options.output == CTL_TABLE) {
        table_print(&run.table, &ctl->out);
    }
    return all ? status_ok() : reading_say_waived(reading, ctl, run.permission);
}

/* ---- many ---- */

static struct status check_line(struct reading *reading, struct ctl *ctl, struct arena *arena,
                                struct str line)
{
    Agency__V1__BatchCheckRequest *request;
    Agency__V1__BatchCheckResponse response;
    TRY(pb_from_json(arena, &agency__v1__batch_check_request__descriptor, line, &request));
    TRY(access_check_batch(&reading->snapshot, arena, request, &response));
    return ctl_json(ctl, &response.base);
}

static struct status check_lines(struct reading *reading, struct ctl *ctl, struct lines *lines,
                                 struct arena *arena)
{
    struct str line;
    bool more;
    struct status st = lines_next(lines, &line, &more);
    while (st.code == STATUS_OK && more) {
        arena_reset(arena);
        st = status_prefix(check_line(reading, ctl, arena, line), "line %" PRIu64,
                           lines_number(lines));
        ctl_flush(ctl);
        if (st.code == STATUS_OK) {
            st = lines_next(lines, &line, &more);
        }
    }
    return st;
}

static struct status check_batch(struct reading *reading, struct ctl *ctl)
{
    struct arena arena;
    struct lines *lines;
    TRY(lines_open(ctl->options.batch.data, &lines));
    arena_init(&arena, CHECK_ARENA_MAX);
    struct status st = check_lines(reading, ctl, lines, &arena);
    arena_release(&arena);
    lines_close(lines);
    return st;
}

struct status ctl_check(struct ctl *ctl)
{
    bool batch = ctl->options.batch.size > 0;
    if (batch != (ctl->argc == 0)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a subject, a permission and an object, or --batch FILE");
    }
    if ((batch || ctl->argc == 3) && (ctl->options.limit > 0 || ctl->options.page.size > 0)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --limit and --page with check SUBJECT [PERMISSION] only");
    }
    struct reading reading = { 0 };
    struct status st = reading_open(&reading, ctl);
    if (st.code == STATUS_OK) {
        st = batch            ? check_batch(&reading, ctl)
             : ctl->argc == 3 ? check_one(&reading, ctl)
                              : check_held(&reading, ctl);
    }
    reading_close(&reading);
    return st;
}
