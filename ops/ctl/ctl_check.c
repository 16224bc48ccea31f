/* check: one question with the way that answers it, part of one, or many as JSON lines. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/small_file.h"
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "core/pb/json.h"
#include "ops/ctl/asker.h"
#include "ops/ctl/check_text.h"
#include "ops/ctl/lines.h"
#include "ops/ctl/table.h"

/* Memory for one answer; what it found stays in the reading's cache. */
static const size_t CHECK_ARENA_MAX = (size_t)64 << 20;

/* ---- one ---- */

/* Nobody commanded it. */
static void ctl_say_origin(struct ctl *ctl, const struct ctl_actor *actor)
{
    char noun[LIFE_NOUN_SIZE];
    const Agency__V1__EntityRef *origin =
        actor->authority == NULL ? NULL : actor->authority->origin;
    if (origin == NULL || registry_entity((unsigned)origin->kind) == NULL) {
        buf_append(&ctl->out, STR(" by time"));
        return;
    }
    buf_printf(&ctl->out, " by %s %s as %s", life_noun((enum entity_kind)origin->kind, noun),
               origin->id, actor->on_behalf_of);
}

void ctl_say_actor(struct ctl *ctl, const struct ctl_actor *actor)
{
    bool is_operator = actor->operator_name[0] != '\0';
    if (!is_operator && actor->subject_id[0] == '\0') {
        ctl_say_origin(ctl, actor);
        return;
    }
    buf_printf(&ctl->out, " by %s%s", is_operator ? "operator " : "",
               is_operator ? actor->operator_name : actor->subject_id);
    for (size_t i = 0; i < actor->actors_count; i++) {
        buf_printf(&ctl->out, "%s%s", i == 0 ? " through " : ", ", actor->actors[i]);
    }
    if (actor->on_behalf_of[0] != '\0') {
        buf_printf(&ctl->out, " on behalf of %s", actor->on_behalf_of);
    }
}

struct status ctl_actors(struct ctl *ctl, char ***actors, size_t *count)
{
    struct str rest = ctl->options.actors;
    ARENA_TRY(&ctl->arena, *actors, arena_alloc(&ctl->arena, (rest.size + 1) * sizeof **actors));
    for (*count = 0; rest.size > 0; ++*count) {
        size_t end = 0;
        while (end < rest.size && rest.data[end] != ',') {
            end++;
        }
        TRY(arena_text(&ctl->arena, str_make(rest.data, end), &(*actors)[*count]));
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
                                            item->actors, item->n_actors, item->authority });
    for (size_t i = 0; i < item->n_annotations; i++) {
        buf_append(&ctl->out, i == 0 ? STR(" (") : STR(", "));
        utf8_show(str_z(item->annotations[i]->key), &ctl->out);
        buf_byte(&ctl->out, ' ');
        utf8_show(str_z(item->annotations[i]->value), &ctl->out);
    }
    buf_printf(&ctl->out, "%s\n", item->n_annotations > 0 ? ")" : "");
}

static void ctl_say_constraint(struct ctl *ctl, const Agency__V1__ConstraintResult *result)
{
    static const char *const outcomes[] = { "?", "denied", "warns", "noted", "overridden" };
    const size_t known = sizeof outcomes / sizeof outcomes[0];
    buf_printf(&ctl->out, "  constraint %s (version %" PRIu64 ") %s: ", result->constraint_id,
               result->version, outcomes[(size_t)result->outcome < known ? result->outcome : 0]);
    utf8_show(str_z(result->message), &ctl->out);
    buf_append(&ctl->out, result->message[0] != '\0' ? STR(": ") : STR(""));
    utf8_show(str_z(result->why), &ctl->out);
    buf_byte(&ctl->out, '\n');
}

void ctl_say_constraints(struct ctl *ctl, Agency__V1__ConstraintResult *const *results,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ctl_say_constraint(ctl, results[i]);
    }
}

struct status ctl_question_context(struct ctl *ctl, Google__Protobuf__Struct **context)
{
    struct str text = ctl->options.context;
    *context = NULL;
    if (text.size == 0) {
        return status_ok();
    }
    if (text.data[0] == '@') {
        TRY(small_file_read(str_from(text, 1).data, &ctl->arena, &text));
    }
    return status_prefix(
        pb_from_json(&ctl->arena, &google__protobuf__struct__descriptor, text, context),
        "--context");
}

static struct status check_one(struct asker *asker)
{
    struct ctl *ctl = asker->ctl;
    Agency__V1__CheckRequest request = AGENCY__V1__CHECK_REQUEST__INIT;
    const Agency__V1__CheckResponse *response = NULL;
    request.subject = ctl->argv[0];
    request.permission = ctl->argv[1];
    request.object = ctl->argv[2];
    TRY(ctl_actors(ctl, &request.actors, &request.n_actors));
    TRY(ctl_question_context(ctl, &request.context));
    TRY(asker_ask(asker, "Check", &request.base, &response));
    ctl->exit = response->allowed ? CTL_OK : CTL_DENIED;
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &response->base);
    }
    asker_say_moment(asker);
    check_text(ctl, response);
    asker_say_waived(asker, response->waived, response->permission);
    return status_ok();
}

/* ---- part of one ---- */

struct check_held_run {
    struct ctl *ctl;
    bool where; /* has it; else what */
    struct table table;
};

static struct status check_held_take(void *context, const ProtobufCMessage *message)
{
    struct check_held_run *run = context;
    struct ctl *ctl = run->ctl;
    const Agency__V1__HeldItem *item = (const Agency__V1__HeldItem *)(const void *)message;
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, message);
    }
    if (run->where) {
        buf_printf(&ctl->out, "%s\n", item->object);
        return status_ok();
    }
    TRY(table_add(&run->table, str_z(item->permission)));
    TRY(table_add(&run->table, str_z(item->object)));
    TRY(table_add(&run->table, str_z(item->grant_id)));
    TRY(table_add(&run->table, str_z(item->role_id)));
    return table_add(&run->table, str_z(item->condition));
}

/* What somebody may do. */
static struct status check_what(struct asker *asker)
{
    static const char *const heads[] = { "permission", "object", "grant", "seat", "condition" };
    struct ctl *ctl = asker->ctl;
    struct check_held_run run = { .ctl = ctl };
    Agency__V1__LookupPermissionsRequest request = AGENCY__V1__LOOKUP_PERMISSIONS_REQUEST__INIT;
    request.subject = ctl->argv[0];
    TRY(table_init(&run.table, &ctl->arena, heads, 5));
    TRY(asker_pages(asker, "LookupPermissions", &request.base, check_held_take, &run));
    if (ctl->options.output == CTL_TABLE) {
        table_print(&run.table, &ctl->out);
    }
    return status_ok();
}

/* Where somebody may do something. */
static struct status check_where(struct asker *asker)
{
    struct ctl *ctl = asker->ctl;
    struct check_held_run run = { .ctl = ctl, .where = true };
    Agency__V1__LookupObjectsRequest request = AGENCY__V1__LOOKUP_OBJECTS_REQUEST__INIT;
    request.subject = ctl->argv[0];
    request.permission = ctl->argv[1];
    TRY(ctl_question_context(ctl, &request.context));
    TRY(asker_pages(asker, "LookupObjects", &request.base, check_held_take, &run));
    asker_say_waived(asker, asker->waived, ctl->argv[1]);
    return status_ok();
}

/* ---- many ---- */

static struct status check_line(struct asker *asker, struct arena *arena, struct str line)
{
    Agency__V1__CheckBatchRequest request = AGENCY__V1__CHECK_BATCH_REQUEST__INIT;
    Agency__V1__BatchCheckRequest *check;
    const Agency__V1__CheckBatchResponse *response = NULL;
    TRY(pb_from_json(arena, &agency__v1__batch_check_request__descriptor, line, &check));
    request.checks = &check;
    request.n_checks = 1;
    TRY(asker_ask(asker, "CheckBatch", &request.base, &response));
    if (response->n_answers != 1) {
        return status_error(STATUS_INTERNAL, "expected one answer to one question");
    }
    const Agency__V1__BatchCheckResponse *answer = response->answers[0];
    enum status_code code = status_code_named(answer->code);
    return code == STATUS_OK ? ctl_json(asker->ctl, &answer->base)
                             : status_error(code, "%s", answer->reason);
}

static struct status check_lines(struct asker *asker, struct lines *lines, struct arena *arena)
{
    struct str line;
    bool more;
    struct status st = lines_next(lines, &line, &more);
    while (st.code == STATUS_OK && more) {
        arena_reset(arena);
        st = status_prefix(check_line(asker, arena, line), "line %" PRIu64, lines_number(lines));
        ctl_flush(asker->ctl);
        if (st.code == STATUS_OK) {
            st = lines_next(lines, &line, &more);
        }
    }
    return st;
}

static struct status check_batch(struct asker *asker)
{
    struct arena arena;
    struct lines *lines;
    TRY(lines_open(asker->ctl->options.batch.data, &lines));
    arena_init(&arena, CHECK_ARENA_MAX);
    struct status st = check_lines(asker, lines, &arena);
    arena_release(&arena);
    lines_close(lines);
    return st;
}

static struct status check_run(struct asker *asker)
{
    switch (asker->ctl->argc) {
    case 0:
        return check_batch(asker);
    case 1:
        return check_what(asker);
    case 2:
        return check_where(asker);
    default:
        return check_one(asker);
    }
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
    if (ctl->options.context.size > 0 && ctl->argc < 2) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --context with check SUBJECT PERMISSION [OBJECT] only");
    }
    struct asker asker;
    struct status st = asker_open(&asker, ctl);
    if (st.code == STATUS_OK) {
        st = check_run(&asker);
    }
    asker_close(&asker);
    return st;
}
