#include "query/answers.h"

#include "core/domain/kernel/fields.h"
#include "core/model/list.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "query/entities.h"
#include "query/object_text.h"

/* ---- what a request is about ---- */

struct status answer_about_object(const struct question *question, struct snapshot *snapshot,
                                  const ProtobufCMessage *request, struct object *object)
{
    (void)question;
    return object_text_parse(snapshot, fields_string(request, "object"), object);
}

static struct status answer_about_named(struct snapshot *snapshot, enum entity_kind kind,
                                        struct str text, struct object *object)
{
    *object = object_org();
    if (text.size == 0) {
        return status_ok();
    }
    struct str id;
    TRY(snapshot_resolve(snapshot, kind, text, &id));
    *object = object_of(kind, id);
    return status_ok();
}

struct status answer_about_subject(const struct question *question, struct snapshot *snapshot,
                                   const ProtobufCMessage *request, struct object *object)
{
    (void)question;
    return answer_about_named(snapshot, ENTITY_SUBJECT, fields_string(request, "subject"), object);
}

struct status answer_about_group(const struct question *question, struct snapshot *snapshot,
                                 const ProtobufCMessage *request, struct object *object)
{
    (void)question;
    return answer_about_named(snapshot, ENTITY_GROUP, fields_string(request, "group"), object);
}

struct status answer_about_entity(const struct question *question, struct snapshot *snapshot,
                                  const ProtobufCMessage *request, struct object *object)
{
    (void)question;
    enum entity_kind kind;
    struct str id;
    TRY(answer_entity(fields_string(request, "entity"), &kind, &id));
    return answer_about_named(snapshot, kind, id, object);
}

/* ---- what answers share ---- */

static const ProtobufCFieldDescriptor *answer_field(const ProtobufCMessage *message,
                                                    const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    assert(field != NULL);
    return field;
}

const void *answer_asked(const struct asking *asking, const char *field)
{
    return pb_field_at(asking->request, answer_field(asking->request, field));
}

void answer_tell(ProtobufCMessage *response, const char *field, const void *value)
{
    pb_field_set(response, answer_field(response, field), value);
}

struct status answer_page(const struct asking *asking, struct page_ask *ask)
{
    uint32_t size = *(const uint32_t *)answer_asked(asking, "page_size");
    if (size > LIST_PAGE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a page_size of at most %d, but it is %u", LIST_PAGE_MAX,
                            (unsigned)size);
    }
    *ask = (struct page_ask){ .limit = size == 0 ? LIST_PAGE_DEFAULT : size,
                              .token = fields_string(asking->request, "page_token") };
    return status_ok();
}

struct status answer_begin(struct asking *asking, void *out)
{
    ProtobufCMessage *response;
    Agency__V1__Moment *moment;
    TRY(pb_new(asking->arena, asking->question->output, &response));
    asking->response = response;
    *(ProtobufCMessage **)out = response;
    const ProtobufCFieldDescriptor *at =
        protobuf_c_message_descriptor_get_field_by_name(asking->question->output, "at");
    if (at != NULL) {
        TRY(snapshot_moment(asking->snapshot, &moment));
        pb_field_set(response, at, &moment);
    }
    return status_ok();
}

struct status answer_items(struct arena *arena, ProtobufCMessage *response, const void *items,
                           size_t count, const struct page_end *end)
{
    char *token;
    TRY(arena_text(arena, end->token, &token));
    pb_field_set_items(response, answer_field(response, "items"), (void *)(uintptr_t)items, count);
    answer_tell(response, "next_page_token", &token);
    return status_ok();
}

struct status answer_array(struct arena *arena, ProtobufCMessage *response, const void *items,
                           size_t size, size_t count, const struct page_end *end)
{
    const char **pointers;
    ARENA_TRY(arena, pointers, arena_alloc(arena, (count + 1) * sizeof *pointers));
    for (size_t i = 0; i < count; i++) {
        pointers[i] = (const char *)items + i * size;
    }
    return answer_items(arena, response, pointers, count, end);
}

struct status answer_any(struct arena *arena, const ProtobufCMessage *message,
                         Google__Protobuf__Any **any)
{
    struct str bytes;
    if (message == NULL) {
        return status_ok();
    }
    TRY(pb_new(arena, &google__protobuf__any__descriptor, any));
    TRY(pb_pack(arena, message, &bytes));
    struct str url = arena_printf(arena, "type.googleapis.com/%s", message->descriptor->name);
    if (url.data == NULL) {
        return arena_full(arena);
    }
    (*any)->type_url = (char *)(uintptr_t)url.data;
    (*any)->value =
        (ProtobufCBinaryData){ .len = bytes.size, .data = (uint8_t *)(uintptr_t)bytes.data };
    return status_ok();
}

struct status answer_entity(struct str text, enum entity_kind *kind, struct str *id)
{
    const char *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    if (colon == NULL || colon == text.data + text.size - 1) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected KIND:ID, such as group:red, but it is '%.*s'", STR_ARG(text));
    }
    size_t size = (size_t)(colon - text.data);
    *id = str_from(text, size + 1);
    return entities_kind(str_make(text.data, size), kind);
}
