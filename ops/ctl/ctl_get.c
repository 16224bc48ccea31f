/* get and list: entities as of a moment. */
#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "ops/ctl/cell.h"
#include "ops/ctl/paging.h"
#include "ops/ctl/reading.h"
#include "ops/ctl/say.h"
#include "ops/ctl/table.h"
#include "query/entities.h"
#include "query/filter_text.h"
#include "query/selection.h"

/* Parts of an id, as the verb takes them. */
enum { GET_PARTS_MAX = 3 };

/* ---- get ---- */

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

/* The parts of a composite id are words of their own. */
static struct status get_run(struct reading *reading, struct ctl *ctl, enum entity_kind kind)
{
    struct str parts[GET_PARTS_MAX];
    size_t count = 0;
    const ProtobufCMessage *entity;
    bool idle;
    for (int i = 1; i < ctl->argc && count < GET_PARTS_MAX; i++) {
        parts[count++] = str_z(ctl->argv[i]);
    }
    TRY(entities_get(&reading->snapshot, kind, parts, count, &entity));
    TRY(entities_is_idle(&reading->snapshot, entity, &idle));
    if (idle) {
        say("what this is set on is gone: it has no effect");
    }
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, entity);
    }
    reading_say_moment(reading, ctl);
    return get_print(ctl, entity);
}

struct status ctl_get(struct ctl *ctl)
{
    enum entity_kind kind;
    struct reading reading = { 0 };
    TRY(entities_kind(str_z(ctl->argv[0]), &kind));
    struct status st = reading_open(&reading, ctl);
    if (st.code == STATUS_OK) {
        st = get_run(&reading, ctl, kind);
    }
    reading_close(&reading);
    return st;
}

/* ---- list ---- */

/* What a person wants to see of a kind: all but free-form data and what the system counts. */
static bool list_shows(const ProtobufCFieldDescriptor *field)
{
    return field->id <= FIELD_CLIENT_MAX &&
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

static struct status list_filters(struct reading *reading, struct ctl *ctl,
                                  struct list_request *request)
{
    for (int i = 1; i < ctl->argc; i++) {
        TRY(filter_text_add(&reading->snapshot, str_z(ctl->argv[i]), request));
    }
    return status_ok();
}

struct list_run {
    struct ctl *ctl;
    struct table table;
    const ProtobufCFieldDescriptor *columns[TABLE_COLUMNS_MAX];
    size_t columns_count;
};

static struct status list_item(struct list_run *run, const ProtobufCMessage *item)
{
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

/* Tells a person what the answer took. */
static void list_say(const struct list_run *run, enum index_number index, size_t looked)
{
    if (run->ctl->options.output != CTL_TABLE) {
        return;
    }
    say(index == 0 ? "looked at %zu, all of the kind%s%s" : "looked at %zu, found by the index%s%s",
        looked, index == 0 ? "" : " ", index == 0 ? "" : index_type(index)->name);
}

static struct status list_pages(struct list_run *run, struct reading *reading,
                                const struct selection *selection)
{
    struct paging paging;
    struct entities_page page;
    size_t looked = 0;
    paging_begin(run->ctl, &paging);
    do {
        TRY(selection_page(&reading->snapshot, selection, &paging.ask, &page));
        for (size_t i = 0; i < page.count; i++) {
            TRY(list_item(run, page.items[i]));
        }
        looked += page.looked;
    } while (paging_next(&paging, page.count, &page.end));
    list_say(run, page.index, looked);
    paging_say(&paging);
    return status_ok();
}

static struct status list_run(struct reading *reading, struct ctl *ctl, enum entity_kind kind)
{
    struct list_run run = { .ctl = ctl };
    const char *heads[TABLE_COLUMNS_MAX];
    struct selection selection = { .list = { .kind = kind, .all = ctl->options.all },
                                   .filter = ctl->options.filter,
                                   .order = ctl->options.order };
    TRY(list_filters(reading, ctl, &selection.list));
    run.columns_count = list_columns(kind, run.columns, heads);
    TRY(table_init(&run.table, &ctl->arena, heads, run.columns_count));
    reading_say_moment(reading, ctl);
    TRY(list_pages(&run, reading, &selection));
    if (ctl->options.output == CTL_TABLE) {
        table_print(&run.table, &ctl->out);
    }
    return status_ok();
}

struct status ctl_list(struct ctl *ctl)
{
    enum entity_kind kind;
    struct reading reading = { 0 };
    TRY(entities_kind(str_z(ctl->argv[0]), &kind));
    struct status st = reading_open(&reading, ctl);
    if (st.code == STATUS_OK) {
        st = list_run(&reading, ctl, kind);
    }
    reading_close(&reading);
    return st;
}
