/* explain COMMAND: what it does, who may give it, its fields, an example that works, what is
 * refused; from the schema, the registry and the goldens. Needs no data folder. */
#include "core/api/routes.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "core/pb/field.h"
#include "ops/ctl/command_cases.h"
#include "ops/ctl/command_name.h"
#include "ops/ctl/ctl.h"

enum { EXPLAIN_ARENA_MAX = 64 << 20, EXPLAIN_REFUSALS_MAX = 12 };

struct explain {
    struct buf *out;
    struct api_schema schema;
    struct arena arena;
    const char *name;
    const struct command_type *type; /* NULL: of Batch, which is several */
};

/* The comment of "agency.v1.AssignRole" or of a field of it. */
static struct str explain_comment(const struct explain *explain, const char *message,
                                  const char *field)
{
    struct buf name = { 0 };
    buf_printf(&name, "%s%s%s", message, field[0] == '\0' ? "" : ".", field);
    struct str comment = api_schema_comment(&explain->schema, buf_str(&name));
    buf_release(&name);
    return comment;
}

/* ---- who may, and from which status ---- */

static void explain_permission(struct buf *out, const char *permission, enum object_rule rule)
{
    const struct object_rule_type *type = registry_object_rule(rule);
    if (rule != OBJECTS_NONE) {
        buf_printf(out, "needs       %s on %s%s\n", permission, type->words,
                   type->below ? ", and on all that lies below" : "");
    }
}

static void explain_statuses(const struct explain *explain)
{
    bool any = false;
    buf_printf(explain->out,
               "about       %s: ", registry_entity((unsigned)explain->type->entity)->name);
    for (unsigned status = 0; status < LIFE_STATUSES_MAX; status++) {
        if ((explain->type->from & BIT(status)) != 0) {
            buf_printf(explain->out, "%s%s", any ? " or " : "",
                       status == LIFE_NONE ? "not there yet" : life_name(status));
            any = true;
        }
    }
    buf_printf(explain->out, "\n");
}

static void explain_events(const struct explain *explain)
{
    const struct command_type *type = explain->type;
    unsigned number = registry_command_named(str_z(type->name)), other;
    buf_printf(explain->out, "makes       %s", registry_event((unsigned)type->event)->name);
    for (size_t n = 0; (other = registry_other_event(number, n)) != 0; n++) {
        buf_printf(explain->out, " or %s", registry_event(other)->name);
    }
    buf_printf(explain->out, "\n");
}

static void explain_rules(const struct explain *explain)
{
    const struct command_type *type = explain->type;
    explain_statuses(explain);
    explain_permission(explain->out, type->name, type->own);
    explain_permission(explain->out, "delegate", type->delegate);
    explain_events(explain);
}

/* ---- fields ---- */

static void explain_type(struct buf *out, const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        const ProtobufCEnumDescriptor *type = field->descriptor;
        size_t prefix = pb_enum_prefix(type).size;
        for (unsigned i = 1; i < type->n_values; i++) {
            buf_printf(out, "%s%s", i > 1 ? " | " : "", type->values[i].name + prefix);
        }
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        buf_printf(out, "%s", pb_field_type(field)->short_name);
    } else {
        buf_printf(out, "%s",
                   field->type == PROTOBUF_C_TYPE_STRING  ? "text"
                   : field->type == PROTOBUF_C_TYPE_BOOL  ? "true or false"
                   : field->type == PROTOBUF_C_TYPE_BYTES ? "bytes"
                                                          : "number");
    }
    buf_printf(out, "%s", pb_field_repeated(field) ? ", any number" : "");
}

/* What clients give: those of the system are numbered from 50 on. */
static void explain_fields(const struct explain *explain,
                           const ProtobufCMessageDescriptor *descriptor, unsigned indent)
{
    struct buf *out = explain->out;
    const ProtobufCFieldDescriptor *carried = registry_carried(descriptor);
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (field == carried) {
            explain_fields(explain, pb_field_type(field), indent);
        } else if (field->id < FIELD_VERSION) {
            struct str comment = explain_comment(explain, descriptor->name, field->name);
            buf_printf(out, "%*s", (int)indent, "");
            pb_field_json_name(field->name, out);
            buf_printf(out, " (");
            explain_type(out, field);
            buf_printf(out, ")\n%*s%.*s\n", (int)indent + 4, "", STR_ARG(comment));
        }
    }
}

/* ---- examples ---- */

static bool explain_is_refused(const struct command_case *c)
{
    return str_starts(c->answer, STR("rejected"));
}

/* For a shell, between single quotes. Identities, which goldens write as "identityHash":"@root",
 * are given in clear on this way. */
static void explain_json(struct buf *out, struct str json)
{
    const struct str hash = STR("\"identityHash\":\"@");
    for (size_t i = 0; i < json.size; i++) {
        if (str_starts(str_from(json, i), hash)) {
            buf_append(out, STR("\"identity\":\""));
            i += hash.size - 1;
        } else if (json.data[i] == '\'') {
            buf_append(out, STR("'\\''"));
        } else {
            buf_byte(out, (uint8_t)json.data[i]);
        }
    }
}

static void explain_example(const struct explain *explain)
{
    struct str at = command_cases_all();
    struct command_case c;
    bool found = false;
    while (!found && command_cases_next(&at, explain->name, &c)) {
        found = !explain_is_refused(&c);
    }
    if (found) {
        buf_printf(explain->out, "\nexample: %.*s\n    agencyctl --org acme submit %s '",
                   STR_ARG(c.about), explain->name);
        explain_json(explain->out, c.json);
        buf_printf(explain->out, "'\n    -> %.*s\n", STR_ARG(c.answer));
    }
}

static void explain_refusals(const struct explain *explain)
{
    struct str at = command_cases_all();
    struct command_case c;
    struct str before = { 0 };
    unsigned count = 0;
    while (count < EXPLAIN_REFUSALS_MAX && command_cases_next(&at, explain->name, &c)) {
        if (explain_is_refused(&c) && !str_eq(c.answer, before)) {
            before = c.answer;
            buf_printf(explain->out, "%s    %.*s\n", count++ == 0 ? "\nrefused, such as\n" : "",
                       STR_ARG(str_from(c.answer, strlen("rejected "))));
        }
    }
}

static struct status explain_path(struct explain *explain)
{
    struct api_routes *routes;
    TRY(api_routes_make(&explain->arena, &explain->schema, &routes));
    for (size_t i = 0; i < routes->count; i++) {
        const struct api_route *route = &routes->items[i];
        if (route->command && strcmp(route->operation, explain->name) == 0) {
            buf_printf(explain->out, "over HTTP   %s %s\n", route->route.verb,
                       route->route.template);
        }
    }
    return status_ok();
}

static struct status explain_command(struct explain *explain,
                                     const ProtobufCMessageDescriptor *descriptor)
{
    struct str comment = explain_comment(explain, descriptor->name, "");
    buf_printf(explain->out, "%s: %.*s\n\n", explain->name, STR_ARG(comment));
    if (explain->type != NULL) {
        explain_rules(explain);
    } else { /* a Batch has no row of its own */
        buf_printf(explain->out, "about       what its commands are about\n"
                                 "makes       what its commands make\n");
    }
    TRY(explain_path(explain));
    buf_printf(explain->out, "\nfields\n");
    explain_fields(explain, descriptor, 4);
    explain_example(explain);
    explain_refusals(explain);
    return status_ok();
}

struct status ctl_explain(struct ctl *ctl)
{
    struct explain explain = { .out = &ctl->out };
    const ProtobufCFieldDescriptor *member = NULL;
    TRY(command_name_find(ctl->argv[0], &member));
    explain.type = registry_command(member->id);
    explain.name = registry_command_name(member->id);
    arena_init(&explain.arena, EXPLAIN_ARENA_MAX);
    struct status st = api_schema_open(&explain.schema, api_schema_descriptors());
    if (st.code == STATUS_OK) {
        st = explain_command(&explain, pb_field_type(member));
    }
    api_schema_release(&explain.schema);
    arena_release(&explain.arena);
    return st;
}
