/* Of what is new, the fields that are set, but for the id; of what there was, those that differ,
 * old -> new. Of a list only what came and went, since it can have hundreds of items. What the
 * system counts (the version, times) is left out: the decision says it already. */
#include "ops/ctl/change_text.h"

#include "core/base/utf8.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "ops/ctl/cell.h"

struct change_list {
    struct str *items;
    size_t count;
};

static bool change_shows(const ProtobufCFieldDescriptor *field)
{
    bool time = field->descriptor == &google__protobuf__timestamp__descriptor;
    return field->id < FIELD_VERSION || field->id == FIELD_STATUS ||
           (field->id > FIELD_UPDATED_AT && !time);
}

static struct status change_list(struct arena *arena, const ProtobufCMessage *entity,
                                 const ProtobufCFieldDescriptor *field, struct change_list *list)
{
    size_t count = pb_field_count(entity, field);
    ARENA_TRY(arena, list->items, arena_alloc(arena, (count + 1) * sizeof *list->items));
    for (list->count = 0; list->count < count; list->count++) {
        TRY(cell_of_value(arena, field, pb_field_item(entity, field, list->count),
                          &list->items[list->count]));
    }
    return status_ok();
}

static bool change_list_has(const struct change_list *list, struct str item)
{
    for (size_t i = 0; i < list->count; i++) {
        if (str_eq(list->items[i], item)) {
            return true;
        }
    }
    return false;
}

/* Appends the items of one list that the other has not. */
static void change_say_items(const struct change_list *from, const struct change_list *other,
                             const char *sign, size_t *said, struct buf *out)
{
    for (size_t i = 0; i < from->count; i++) {
        if (!change_list_has(other, from->items[i])) {
            buf_printf(out, "%s%s", *said > 0 ? ", " : "", sign);
            utf8_show(from->items[i], out);
            ++*said;
        }
    }
}

static struct status change_say_list(struct arena *arena, const struct history_change *change,
                                     const ProtobufCFieldDescriptor *field, struct buf *out)
{
    struct change_list before, after;
    size_t said = 0;
    TRY(change_list(arena, change->before, field, &before));
    TRY(change_list(arena, change->after, field, &after));
    buf_printf(out, "      %s: ", field->name);
    change_say_items(&before, &after, "-", &said, out);
    change_say_items(&after, &before, "+", &said, out);
    buf_append(out, said > 0 ? STR("\n") : STR("in another order\n"));
    return status_ok();
}

static void change_say_text(struct str text, struct buf *out)
{
    if (text.size == 0) {
        buf_append(out, STR("(none)"));
    } else {
        utf8_show(text, out);
    }
}

static struct status change_say_field(struct arena *arena, const struct history_change *change,
                                      struct str id, const ProtobufCFieldDescriptor *field,
                                      struct buf *out)
{
    struct str before = STR(""), after;
    TRY(cell_of_field(arena, change->after, field, &after));
    if (change->before != NULL) {
        TRY(cell_of_field(arena, change->before, field, &before));
    }
    if (str_eq(before, after) || (change->before == NULL && str_eq(after, id))) {
        return status_ok();
    }
    if (change->before != NULL && pb_field_repeated(field)) {
        return change_say_list(arena, change, field, out);
    }
    buf_printf(out, "      %s: ", field->name);
    if (change->before != NULL) {
        change_say_text(before, out);
        buf_append(out, STR(" -> "));
    }
    change_say_text(after, out);
    buf_byte(out, '\n');
    return status_ok();
}

struct status change_text_fields(struct arena *arena, const Agency__V1__EntityRef *changed,
                                 const struct history_change *change, struct buf *out)
{
    const ProtobufCMessageDescriptor *descriptor = change->after->descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        if (change_shows(&descriptor->fields[i])) {
            TRY(change_say_field(arena, change, str_z(changed->id), &descriptor->fields[i], out));
        }
    }
    return status_ok();
}

struct status change_text(struct arena *arena, const Agency__V1__EntityRef *changed,
                          const struct history_change *change, struct buf *out)
{
    buf_printf(out, "    %s %s%s\n", registry_entity((unsigned)changed->kind)->name, changed->id,
               change->before == NULL ? ", new" : "");
    return change_text_fields(arena, changed, change, out);
}
