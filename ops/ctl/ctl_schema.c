/* schema: for people who write JSON Schemas. Says whether one is understood, and what it says of
 * documents; all of them are files. Needs no data folder. */
#include <inttypes.h>

#include "agency/v1/json_schema.pb-c.h"
#include "core/base/small_file.h"
#include "core/pb/json.h"
#include "core/schema/schema.h"
#include "ops/ctl/ctl.h"

struct ctl_schema {
    struct ctl *ctl;
    struct arena plan;
    struct arena run; /* of one document */
    const struct schema *schema;
    Agency__V1__SchemaReport report;
    Agency__V1__SchemaProblem problems[SCHEMA_PROBLEMS_MAX];
    Agency__V1__SchemaProblem *list[SCHEMA_PROBLEMS_MAX];
};

static void schema_begin(struct ctl_schema *schema, const char *document)
{
    agency__v1__schema_report__init(&schema->report);
    schema->report.document = (char *)(uintptr_t)document;
    schema->report.problems = schema->list;
}

/* Why there is no verdict; the texts live as long as the status. */
static void schema_fail(struct ctl_schema *schema, const struct status *why)
{
    schema->ctl->exit = CTL_FAILED;
    schema->report.failure = (char *)(uintptr_t)why->msg;
}

static void schema_take(struct ctl_schema *schema, const struct schema_verdict *verdict)
{
    schema->report.valid = verdict->valid;
    schema->report.more = verdict->more;
    for (uint32_t i = 0; i < verdict->problem_count; i++) {
        Agency__V1__SchemaProblem *problem = &schema->problems[i];
        agency__v1__schema_problem__init(problem);
        problem->instance = (char *)(uintptr_t)verdict->problems[i].instance.data;
        problem->keyword = (char *)(uintptr_t)verdict->problems[i].keyword.data;
        problem->expected = (char *)(uintptr_t)verdict->problems[i].expected.data;
        schema->list[schema->report.n_problems++] = problem;
    }
    schema->ctl->exit = verdict->valid ? schema->ctl->exit : CTL_FAILED;
}

static void schema_say(struct ctl_schema *schema, const char *file, const char *good)
{
    const Agency__V1__SchemaReport *report = &schema->report;
    struct buf *out = &schema->ctl->out;
    if (report->failure[0] != '\0') {
        buf_printf(out, "%s: %s\n", file, report->failure);
        return;
    }
    buf_printf(out, "%s: %s, %" PRIu64 " gas of %d\n", file, report->valid ? good : "not valid",
               report->gas_used, SCHEMA_GAS);
    for (size_t i = 0; i < report->n_problems; i++) {
        const Agency__V1__SchemaProblem *problem = report->problems[i];
        buf_printf(
            out, "  %s by %s: %s\n", problem->instance[0] == '\0' ? "the whole" : problem->instance,
            problem->keyword[0] == '\0' ? "the schema" : problem->keyword, problem->expected);
    }
    buf_append(out, report->more ? STR("  and more\n") : STR(""));
}

static struct status schema_tell(struct ctl_schema *schema, const char *file, const char *good)
{
    if (schema->ctl->options.output == CTL_JSON) {
        return ctl_json(schema->ctl, &schema->report.base);
    }
    schema_say(schema, file, good);
    return status_ok();
}

static struct status schema_judge(struct ctl_schema *schema, struct str text,
                                  struct schema_verdict *verdict)
{
    struct cel_gas gas = { SCHEMA_GAS };
    Google__Protobuf__Value *value;
    TRY(pb_from_json(&schema->run, &google__protobuf__value__descriptor, text, &value));
    struct status st = schema_validate(schema->schema, &schema->run, &gas, value, verdict);
    schema->report.gas_used = SCHEMA_GAS - gas.left;
    return st;
}

static struct status schema_document(struct ctl_schema *schema, const char *file)
{
    struct schema_verdict verdict;
    struct str text;
    TRY(small_file_read(file, &schema->ctl->arena, &text));
    schema_begin(schema, file);
    arena_reset(&schema->run);
    struct status st = schema_judge(schema, text, &verdict);
    if (st.code == STATUS_OK) {
        schema_take(schema, &verdict);
    } else {
        schema_fail(schema, &st);
    }
    return schema_tell(schema, file, "valid");
}

/* The schema by itself; what is none is told, and no document is judged then. */
static struct status schema_read(struct ctl_schema *schema, const char *file)
{
    struct cel_gas gas = { SCHEMA_GAS };
    struct str text;
    TRY(small_file_read(file, &schema->ctl->arena, &text));
    schema_begin(schema, "");
    struct status st = schema_compile_text(&schema->plan, &gas, text, &schema->schema);
    schema->report.gas_used = SCHEMA_GAS - gas.left;
    schema->report.valid = st.code == STATUS_OK;
    if (st.code != STATUS_OK) {
        schema_fail(schema, &st);
    }
    bool alone = schema->ctl->argc == 1 || st.code != STATUS_OK;
    return alone ? schema_tell(schema, file, "a schema that is understood") : status_ok();
}

static struct status schema_all(struct ctl_schema *schema)
{
    TRY(schema_read(schema, schema->ctl->argv[0]));
    for (int i = 1; schema->schema != NULL && i < schema->ctl->argc; i++) {
        TRY(schema_document(schema, schema->ctl->argv[i]));
    }
    return status_ok();
}

struct status ctl_schema(struct ctl *ctl)
{
    struct ctl_schema schema = { .ctl = ctl };
    arena_init(&schema.plan, SCHEMA_MEMORY);
    arena_init(&schema.run, SCHEMA_MEMORY);
    struct status st = schema_all(&schema);
    arena_release(&schema.plan);
    arena_release(&schema.run);
    return st;
}
