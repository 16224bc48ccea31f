#include "ops/ctl/cel_report.h"

#include "core/cel/generated.h"
#include "core/pb/json.h"

enum { CEL_REPORT_GAS = 1 << 20 }; /* of turning one value into JSON */

static struct status cel_report_text(struct cel_report *report, struct str text, char **copy)
{
    struct str copied = arena_copy(report->arena, text);
    memcpy(copy, &copied.data, sizeof *copy);
    return copied.data == NULL ? arena_full(report->arena) : status_ok();
}

static struct status cel_report_place(struct cel_report *report, struct cel_position position,
                                      struct str part, Agency__V1__CelPlace **place)
{
    TRY(pb_new(report->arena, &agency__v1__cel_place__descriptor, place));
    (*place)->line = position.line;
    (*place)->column = position.column;
    return cel_report_text(report, part, &(*place)->part);
}

static struct status cel_report_problem(struct cel_report *report, struct cel_position position,
                                        struct str part, const char *message,
                                        Agency__V1__CelProblem **problem)
{
    TRY(pb_new(report->arena, &agency__v1__cel_problem__descriptor, problem));
    TRY(cel_report_place(report, position, part, &(*problem)->place));
    return cel_report_text(report, str_z(message), &(*problem)->message);
}

struct status cel_report_problems(struct cel_report *report, const struct cel_problems *problems)
{
    Agency__V1__CelReport *out = &report->report;
    ARENA_TRY(report->arena, out->problems,
              arena_alloc(report->arena, (problems->count + 1) * sizeof *out->problems));
    for (; out->n_problems < problems->count; out->n_problems++) {
        const struct cel_problem *problem = &problems->items[out->n_problems];
        TRY(cel_report_problem(report, problem->position, STR(""), problem->msg,
                               &out->problems[out->n_problems]));
    }
    return status_ok();
}

static struct status cel_report_cost(struct cel_report *report, struct cel_cost_estimate estimate)
{
    Agency__V1__CelCost *cost;
    TRY(pb_new(report->arena, &agency__v1__cel_cost__descriptor, &cost));
    cost->bounded = estimate.gas_max != UINT64_MAX;
    cost->gas_max = cost->bounded ? estimate.gas_max : 0;
    report->report.cost = cost;
    return cel_report_place(report, estimate.position, estimate.part, &cost->most);
}

struct status cel_report_program(struct cel_report *report, const struct cel_program *program)
{
    struct buf type = { 0 };
    cel_type_print(&type, cel_program_type(program));
    struct status st = cel_report_text(report, buf_str(&type), &report->report.type);
    buf_release(&type);
    TRY(st);
    return cel_report_cost(report, cel_cost(program));
}

/* A message by its own JSON, anything else by the language's; NULL where there is none. */
static Google__Protobuf__Value *cel_report_json(struct cel_report *report, struct cel_value value)
{
    struct cel_run run = { .arena = report->arena,
                           .gas = { CEL_REPORT_GAS },
                           .provider = report->provider };
    Google__Protobuf__Value *json = NULL;
    struct buf text = { 0 };
    ProtobufCMessage *message;
    bool made = value.kind == CEL_MESSAGE;
    if (made) {
        memcpy(&message, &value.message, sizeof message);
    } else {
        made = cel_generated_message(&run, &google__protobuf__value__descriptor, value, &message);
    }
    /* By way of text: so what JSON cannot say (NaN, say) is found here. */
    if (made && pb_to_json(message, (struct pb_json_options){ 0 }, &text).code == STATUS_OK) {
        struct status st = pb_from_json(report->arena, &google__protobuf__value__descriptor,
                                        buf_str(&text), &json);
        json = st.code == STATUS_OK ? json : NULL;
    }
    buf_release(&text);
    return json;
}

static struct status cel_report_value(struct cel_report *report, struct cel_value value,
                                      Google__Protobuf__Value **json, char **literal)
{
    struct buf text = { 0 };
    cel_value_print(&text, report->provider, value);
    struct status st = cel_report_text(report, buf_str(&text), literal);
    buf_release(&text);
    *json = cel_report_json(report, value);
    return st;
}

struct status cel_report_outcome(struct cel_report *report, const struct cel_outcome *outcome)
{
    Agency__V1__CelResult *result;
    TRY(pb_new(report->arena, &agency__v1__cel_result__descriptor, &result));
    report->report.result = result;
    result->gas_used = outcome->gas_used;
    if (outcome->error.kind == CEL_ERROR_NONE) {
        return cel_report_value(report, outcome->value, &result->value, &result->literal);
    }
    return cel_report_problem(report, outcome->position, outcome->part, outcome->error.msg,
                              &result->failure);
}

static struct status cel_report_step(struct cel_report *report, const struct cel_step *step,
                                     Agency__V1__CelStep **out)
{
    TRY(pb_new(report->arena, &agency__v1__cel_step__descriptor, out));
    (*out)->times = step->times;
    (*out)->decides = step->decides;
    TRY(cel_report_place(report, step->position, step->part, &(*out)->place));
    return cel_report_value(report, step->value, &(*out)->value, &(*out)->literal);
}

struct status cel_report_steps(struct cel_report *report, const struct cel_explanation *explanation)
{
    Agency__V1__CelReport *out = &report->report;
    ARENA_TRY(report->arena, out->steps,
              arena_alloc(report->arena, (explanation->step_count + 1) * sizeof *out->steps));
    for (; out->n_steps < explanation->step_count; out->n_steps++) {
        TRY(cel_report_step(report, &explanation->steps[out->n_steps], &out->steps[out->n_steps]));
    }
    return cel_report_outcome(report, &explanation->outcome);
}
