/* check: one question with the way that answers it, part of one (ops/ctl/held.h), or many as JSON
 * lines.
 */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/domain/check/check.h"
#include "core/model/history.h"
#include "core/pb/json.h"
#include "ops/ctl/held.h"
#include "ops/ctl/known.h"
#include "ops/ctl/lines.h"
#include "ops/ctl/object_text.h"
#include "ops/ctl/reading.h"

/* Memory for one answer; what it found stays in the reading's cache. */
static const size_t CHECK_ARENA_MAX = (size_t)64 << 20;

/* ---- one ---- */

static struct status check_decision(struct reading *reading, struct ctl *ctl, uint64_t version,
                                    Agency__V1__DecisionRow **row)
{
    const Agency__V1__DecisionRow *found;
    TRY(history_decision(reading->partition->reader, &ctl->arena, ctl->options.org, version,
                         &found));
    *row = (Agency__V1__DecisionRow *)(uintptr_t)found;
    return status_ok();
}

static struct status check_step_message(struct reading *reading, struct ctl *ctl,
                                        const struct check_step *step, Agency__V1__CheckStep **out)
{
    TRY(pb_new(&ctl->arena, &agency__v1__check_step__descriptor, out));
    TRY(pb_new(&ctl->arena, &agency__v1__entity_ref__descriptor, &(*out)->entity));
    TRY(arena_text(&ctl->arena, str_z(check_step_name(step->kind)), &(*out)->step));
    (*out)->entity->kind = (Agency__V1__EntityKind)step->entity;
    TRY(arena_text(&ctl->arena, step->id, &(*out)->entity->id));
    return check_decision(reading, ctl, step->version, &(*out)->decision);
}

static struct status check_response(struct reading *reading, struct ctl *ctl,
                                    const struct check_question *question,
                                    const struct check_answer *answer,
                                    Agency__V1__CheckResponse **out)
{
    Agency__V1__CheckResponse *response = NULL;
    TRY(pb_new(&ctl->arena, &agency__v1__check_response__descriptor, &response));
    TRY(arena_text(&ctl->arena, question->subject_id, &response->subject_id));
    TRY(arena_text(&ctl->arena, question->permission, &response->permission));
    TRY(object_text_format(&ctl->arena, question->object, &response->object));
    response->allowed = answer->allowed;
    TRY(arena_text(&ctl->arena, str_z(check_reason_name(answer->reason)), &response->reason));
    TRY(arena_text(&ctl->arena, answer->nearest, &response->nearest));
    ARENA_TRY(&ctl->arena, response->path,
              arena_alloc(&ctl->arena, (answer->steps_count + 1) * sizeof(void *)));
    for (size_t i = 0; i < answer->steps_count; i++) {
        TRY(check_step_message(reading, ctl, &answer->steps[i], &response->path[i]));
        response->n_path++;
    }
    TRY(reading_moment(reading, ctl, &response->at));
    *out = response;
    return status_ok();
}

void ctl_say_decision(struct ctl *ctl, const Agency__V1__DecisionRow *row)
{
    char time[TIME_TEXT_SIZE];
    const struct command_type *command = registry_command(row->command);
    const char *who = row->operator_[0] != '\0' ? row->operator_ : row->subject_id;
    time_format(row->occurred_at_us, time);
    buf_printf(&ctl->out, "decision %" PRIu64 ", %s, %s by %s", row->org_sequence, time,
               command == NULL ? "?" : command->name, who);
    for (size_t i = 0; i < row->n_annotations; i++) {
        buf_append(&ctl->out, i == 0 ? STR(" (") : STR(", "));
        utf8_show(str_z(row->annotations[i]->key), &ctl->out);
        buf_byte(&ctl->out, ' ');
        utf8_show(str_z(row->annotations[i]->value), &ctl->out);
    }
    buf_printf(&ctl->out, "%s\n", row->n_annotations > 0 ? ")" : "");
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
        buf_printf(&ctl->out, "  %-10s %s\n             ", step->step, step->entity->id);
        ctl_say_decision(ctl, step->decision);
    }
}

static struct status check_one(struct reading *reading, struct ctl *ctl)
{
    struct check_question question = { .permission = str_z(ctl->argv[1]), .explain = true };
    struct check_answer answer;
    Agency__V1__CheckResponse *response = NULL;
    TRY(reading_resolve(reading, ctl, ENTITY_SUBJECT, str_z(ctl->argv[0]), &question.subject_id));
    TRY(object_text_parse(reading, ctl, str_z(ctl->argv[2]), &question.object));
    if (question.permission.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a permission, but it is empty");
    }
    TRY(check(&reading->org.view, &ctl->arena, reading->moment.time_us, &question, &answer));
    TRY(check_response(reading, ctl, &question, &answer, &response));
    ctl->exit = answer.allowed ? CTL_OK : CTL_DENIED;
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &response->base);
    }
    reading_say_moment(reading, ctl);
    check_say(ctl, response);
    return status_ok();
}

/* ---- many ---- */

/* One line asks about many: whatever it names wrongly is an error, not one more "no". */
static struct status check_named(const struct ctl *ctl, const struct check_question *question,
                                 const struct check_answer *answer)
{
    switch ((unsigned)answer->reason) {
    case CHECK_NO_SUBJECT:
        return status_error(STATUS_NOT_FOUND, "expected a subject, but there is no '%.*s'%s",
                            STR_ARG(question->subject_id), reading_then(ctl));
    case CHECK_NO_OBJECT:
        return status_error(STATUS_NOT_FOUND, "expected a %s, but there is no '%.*s'%s",
                            object_kind_name(question->object.kind), STR_ARG(question->object.id),
                            reading_then(ctl));
    }
    return status_ok();
}

static struct status check_line(struct reading *reading, struct ctl *ctl, struct arena *arena,
                                const Agency__V1__BatchCheckRequest *request)
{
    Agency__V1__BatchCheckResponse response = AGENCY__V1__BATCH_CHECK_RESPONSE__INIT;
    struct check_question question = { .permission = str_z(request->permission) };
    struct check_answer answer;
    TRY(object_text_named(reading, ctl, str_z(request->on), str_z(request->id), &question.object));
    TRY(known_permission(reading, ctl, question.permission));
    if (request->n_subjects == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected subjects, but there are none");
    }
    ARENA_TRY(arena, response.allowed,
              arena_alloc(arena, (request->n_subjects + 1) * sizeof(char *)));
    for (size_t i = 0; i < request->n_subjects; i++) {
        TRY(reading_resolve(reading, ctl, ENTITY_SUBJECT, str_z(request->subjects[i]),
                            &question.subject_id));
        TRY(check(&reading->org.view, arena, reading->moment.time_us, &question, &answer));
        TRY(check_named(ctl, &question, &answer));
        if (answer.allowed) {
            response.allowed[response.n_allowed++] = request->subjects[i];
        }
    }
    return ctl_json(ctl, &response.base);
}

static struct status check_lines(struct reading *reading, struct ctl *ctl, struct lines *lines,
                                 struct arena *arena)
{
    struct str line;
    bool more;
    struct status st = lines_next(lines, &line, &more);
    while (st.code == STATUS_OK && more) {
        Agency__V1__BatchCheckRequest *request;
        arena_reset(arena);
        st = pb_from_json(arena, &agency__v1__batch_check_request__descriptor, line, &request);
        if (st.code == STATUS_OK) {
            st = check_line(reading, ctl, arena, request);
        }
        st = status_prefix(st, "line %" PRIu64, lines_number(lines));
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
    struct reading reading = { 0 };
    struct status st = reading_open(&reading, ctl);
    if (st.code == STATUS_OK) {
        st = batch ? check_batch(&reading, ctl)
             : ctl->argc == 3
                 ? check_one(&reading, ctl)
                 : held_say(&reading, ctl, ctl->argv[0], ctl->argc == 2 ? ctl->argv[1] : NULL);
    }
    reading_close(&reading);
    return st;
}
