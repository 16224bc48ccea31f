/* get and list: entities as of a moment. */
#include "agency/v1/entities_service.pb-c.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "ops/ctl/asker.h"
#include "ops/ctl/cell.h"
#include "ops/ctl/table.h"
#include "query/entities.h"

/* Parts of an id, as the verb takes them. */
enum { GET_PARTS_MAX = 3 };

/* ---- get ---- */

/* As people type it, or as ids have it: "group", "groups", "Group". */
static struct status get_kind(struct str word, enum entity_kind *kind)
{
    for (unsigned number = 0; number < ENTITY_KINDS_END; number++) {
        const struct entity_type *type = registry_entity(number);
        if (type != NULL && str_eq(str_z(type->name), word)) {
            *kind = (enum entity_kind)number;
            return status_ok();
        }
    }
    return entities_kind(word, kind);
}

static struct status get_print(struct ctl *ctl, const ProtobufCMessage *entity)
{
    static const char *const heads[] = { "field", "value" };
    struct table table;
    TRY(table_init(&table, &ctl->arena, heads, 2));
    for (unsigned i = 0; i < entity->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &entity->descriptor->fields[i];
        struct str cell;
        TRY(cell_of_field(&ctl->arena, entity, field, &cell));
        if (cell.size > 0) {
            TRY(table_add(&table, str_z(field->name)));
            TRY(table_add(&table, cell));
        }
    }
    table_print(&table, &ctl->out);
    return status_ok();
}

/* One word that is a whole composite id: its first part, its last, and what lies between. */
static size_t get_split(struct str id, size_t parts_count, struct str *parts)
{
    size_t count = 0;
    while (count + 1 < parts_count) {
        const char *first = id.size == 0 ? NULL : memchr(id.data, '~', id.size);
        const char *last = id.size == 0 ? NULL : memrchr(id.data, '~', id.size);
        const char *cut = count == 0 ? first : last;
        if (cut == NULL) {
            break;
        }
        parts[count++] = str_make(id.data, (size_t)(cut - id.data));
        id = str_from(id, parts[count - 1].size + 1);
    }
    parts[count++] = id;
    return count;
}

static struct status get_set(struct ctl *ctl, ProtobufCMessage *request,
                             const ProtobufCFieldDescriptor *field, struct str part)
{
    char *text;
    if (part.size == 0 && field->type == PROTOBUF_C_TYPE_ENUM) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a kind, but it is empty");
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        enum entity_kind kind;
        TRY(get_kind(part, &kind));
        int32_t number = (int32_t)kind;
        pb_field_set(request, field, &number);
        return status_ok();
    }
    TRY(arena_text(&ctl->arena, part, &text));
    pb_field_set(request, field, &text);
    return status_ok();
}

/* The parts of a composite id are words of their own, or one word. */
static struct status get_request(struct ctl *ctl, enum entity_kind kind, ProtobufCMessage **request)
{
    struct str parts[GET_PARTS_MAX];
    const struct entity_type *type = registry_entity(kind);
    size_t count = 0;
    for (int i = 1; i < ctl->argc && count < GET_PARTS_MAX; i++) {
        parts[count++] = str_z(ctl->argv[i]);
        if (parts[i - 1].size == 0) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected all parts of an id of kind %s, but one is empty",
                                type->name);
        }
    }
    if (count == 1) {
        count = get_split(parts[0], type->key_parts, parts);
    }
    if (count != type->key_parts) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an id of %zu parts of kind %s, but there are %zu",
                            type->key_parts, type->name, count);
    }
    TRY(pb_new(&ctl->arena, asker_get_type(kind), request));
    for (size_t i = 0; i < count; i++) {
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(
            (*request)->descriptor, type->descriptor->fields[i].name);
        TRY(get_set(ctl, *request, field, parts[i]));
    }
    return status_ok();
}

static struct status get_run(struct asker *asker, enum entity_kind kind)
{
    struct ctl *ctl = asker->ctl;
    ProtobufCMessage *request;
    const ProtobufCMessage *entity;
    TRY(get_request(ctl, kind, &request));
    TRY(asker_get(asker, kind, request, &entity));
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, entity);
    }
    asker_say_moment(asker);
    return get_print(ctl, entity);
}

struct status ctl_get(struct ctl *ctl)
{
    enum entity_kind kind;
    struct asker asker;
    TRY(entities_kind(str_z(ctl->argv[0]), &kind));
    struct status st = asker_open(&asker, ctl);
    if (st.code == STATUS_OK) {
        st = get_run(&asker, kind);
    }
    asker_close(&asker);
    return st;
}

/* ---- list ---- */

/* What a person wants to see of a kind: all but free-form data and what the system counts. */
static bool list_shows(const ProtobufCFieldDescriptor *field)
{
    return (field->id < FIELD_VERSION || field->id > FIELD_UPDATED_AT) &&
           field->descriptor != &google__protobuf__struct__descriptor;
}

static size_t list_columns(enum entity_kind kind, const ProtobufCFieldDescriptor **columns,
                           const char **heads)
{
    const ProtobufCMessageDescriptor *descriptor = registry_entity(kind)->descriptor;
    size_t count = 0;
    for (unsigned i = 0; i < descriptor->n_fields && count < TABLE_COLUMNS_MAX - 1; i++) {
        if (list_shows(&descriptor->fields[i])) {
            columns[count++] = &descriptor->fields[i];
        }
    }
    columns[count++] = protobuf_c_message_descriptor_get_field(descriptor, FIELD_STATUS);
    for (size_t i = 0; i < count; i++) {
        heads[i] = columns[i]->name;
    }
    return count;
}

struct list_run {
    struct ctl *ctl;
    struct table table;
    const ProtobufCFieldDescriptor *columns[TABLE_COLUMNS_MAX];
    size_t columns_count;
};

static struct status list_take(void *context, const ProtobufCMessage *item)
{
    struct list_run *run = context;
    if (run->ctl->options.output == CTL_JSON) {
        return ctl_json(run->ctl, item);
    }
    for (size_t i = 0; i < run->columns_count; i++) {
        struct str cell;
        TRY(cell_of_field(&run->ctl->arena, item, run->columns[i], &cell));
        TRY(table_add(&run->table, cell));
    }
    return status_ok();
}

/* An org has one of its kind: itself. */
static struct status list_org(struct list_run *run, struct asker *asker)
{
    Agency__V1__GetOrgRequest request = AGENCY__V1__GET_ORG_REQUEST__INIT;
    const ProtobufCMessage *org;
    TRY(asker_get(asker, ENTITY_ORG, &request.base, &org));
    asker_say_moment(asker);
    return list_take(run, org);
}

static struct status list_set(struct ctl *ctl, ProtobufCMessage *request, const char *name,
                              struct str value)
{
    char *text;
    TRY(arena_text(&ctl->arena, value, &text));
    pb_field_set(request,
                 protobuf_c_message_descriptor_get_field_by_name(request->descriptor, name), &text);
    return status_ok();
}

/* What --filter and --stuck say, as one expression. */
static struct status list_filter_of(struct ctl *ctl, enum entity_kind kind, struct str *filter)
{
    static const struct str stuck = { "has(it.due_error)", 17 };
    const ProtobufCMessageDescriptor *entity = registry_entity((unsigned)kind)->descriptor;
    *filter = ctl->options.filter;
    if (!ctl->options.stuck) {
        return status_ok();
    }
    if (protobuf_c_message_descriptor_get_field_by_name(entity, "due_error") == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --stuck beside a kind that waits for times, such as grants, "
                            "assignments or schedules");
    }
    *filter = filter->size == 0
                  ? stuck
                  : arena_printf(&ctl->arena, "(%.*s) && %.*s", STR_ARG(*filter), STR_ARG(stuck));
    return filter->data == NULL ? arena_full(&ctl->arena) : status_ok();
}

static struct status list_ask(struct list_run *run, struct asker *asker, enum entity_kind kind)
{
    struct ctl *ctl = asker->ctl;
    ProtobufCMessage *request;
    protobuf_c_boolean all = ctl->options.all;
    struct str filter;
    TRY(list_filter_of(ctl, kind, &filter));
    if (kind == ENTITY_ORG) {
        return list_org(run, asker);
    }
    TRY(pb_new(&ctl->arena, asker_list_type(kind), &request));
    pb_field_set_items(
        request, protobuf_c_message_descriptor_get_field_by_name(request->descriptor, "filters"),
        &ctl->argv[1], (size_t)ctl->argc - 1);
    pb_field_set(request,
                 protobuf_c_message_descriptor_get_field_by_name(request->descriptor, "all"), &all);
    TRY(list_set(ctl, request, "filter", filter));
    TRY(list_set(ctl, request, "order_by", ctl->options.order));
    TRY(asker_list(asker, kind, request, list_take, run));
    asker_say_looked(asker);
    return status_ok();
}

static struct status list_run(struct asker *asker, enum entity_kind kind)
{
    struct ctl *ctl = asker->ctl;
    struct list_run run = { .ctl = ctl };
    const char *heads[TABLE_COLUMNS_MAX];
    run.columns_count = list_columns(kind, run.columns, heads);
    TRY(table_init(&run.table, &ctl->arena, heads, run.columns_count));
    TRY(list_ask(&run, asker, kind));
    if (ctl->options.output == CTL_TABLE) {
        table_print(&run.table, &ctl->out);
    }
    return status_ok();
}

struct status ctl_list(struct ctl *ctl)
{
    enum entity_kind kind;
    struct asker asker;
    TRY(entities_kind(str_z(ctl->argv[0]), &kind));
    struct status st = asker_open(&asker, ctl);
    if (st.code == STATUS_OK) {
        st = list_run(&asker, kind);
    }
    asker_close(&asker);
    return st;
}
