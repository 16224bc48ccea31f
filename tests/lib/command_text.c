#include "tests/lib/command_text.h"

#include "core/domain/registry/registry.h"
#include "core/pb/field.h"
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "tests/lib/test.h"

static const ProtobufCFieldDescriptor *
command_text_member(const ProtobufCMessageDescriptor *descriptor, struct str name)
{
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (pb_field_in_oneof(field) && (pb_field_is_json_name(field, name) ||
                                         str_eq(str_z(pb_field_type(field)->short_name), name))) {
            return field;
        }
    }
    return NULL;
}

struct status command_text_read(struct arena *arena, struct str name, struct str body,
                                ProtobufCMessage *whole)
{
    const ProtobufCFieldDescriptor *member = command_text_member(whole->descriptor, name);
    ProtobufCMessage *payload;
    if (member == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a %s, but it is '%.*s'",
                            whole->descriptor->short_name, STR_ARG(name));
    }
    TRY(pb_from_json_body(arena, pb_field_type(member), registry_carried(pb_field_type(member)),
                          body, &payload));
    pb_field_set(whole, member, &payload);
    return status_ok();
}

void command_text_write(const ProtobufCMessage *payload, struct buf *out)
{
    const ProtobufCFieldDescriptor *carried = registry_carried(payload->descriptor);
    const struct pb_json_options options = { 0 };
    assert_ok(pb_to_json(registry_subject_of(payload), options, out));
    if (carried == NULL) {
        return;
    }
    struct arena arena;
    ProtobufCMessage *rest;
    struct buf text = { 0 };
    arena_init(&arena, 1 << 20);
    assert_ok(pb_copy(&arena, payload, &rest));
    pb_field_clear(rest, carried);
    assert_ok(pb_to_json(rest, options, &text));
    if (text.size > 2) { /* more than {} */
        out->size--;
        buf_printf(out, ",%.*s", (int)text.size - 1, text.data + 1);
    }
    buf_release(&text);
    arena_release(&arena);
}

Agency__V1__Command *command_text_make(struct arena *arena, const char *org_id,
                                       const char *command_id, const char *name, const char *body)
{
    Agency__V1__Command *command = arena_alloc(arena, sizeof *command);
    assert_non_null(command);
    agency__v1__command__init(command);
    assert_ok(arena_text(arena, str_z(org_id), &command->org_id));
    assert_ok(arena_text(arena, str_z(command_id), &command->command_id));
    assert_ok(command_text_read(arena, str_z(name), str_z(body), &command->base));
    return command;
}
