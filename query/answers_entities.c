/* Get and List of each kind, by what its messages are: agencyschema writes them alike. */
#include "agency/v1/entities_service.pb-c.h"
#include "core/domain/kernel/evolve.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/index.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "query/answers.h"
#include "query/entities.h"
#include "query/filter_text.h"
#include "query/profiles.h"
#include "query/read_mask.h"
#include "query/selection.h"

/* ---- which fields ---- */

static const Google__Protobuf__FieldMask *answer_mask(const struct asking *asking)
{
    return *(Google__Protobuf__FieldMask *const *)answer_asked(asking, "read_mask");
}

static struct status answer_check_mask(const struct asking *asking)
{
    return read_mask_check(registry_entity(asking->question->kind)->descriptor,
                           answer_mask(asking));
}

/* ---- get ---- */

/* The parts of its key stand in the request under the names that they have in the entity. */
static struct status answer_id(const struct asking *asking, struct str *id)
{
    const struct entity_type *type = registry_entity(asking->question->kind);
    ProtobufCMessage *key;
    TRY(pb_new(asking->arena, type->descriptor, &key));
    for (size_t i = 0; i < type->key_parts; i++) {
        const ProtobufCFieldDescriptor *part = &type->descriptor->fields[i];
        pb_field_share(
            asking->request,
            protobuf_c_message_descriptor_get_field_by_name(asking->question->input, part->name),
            key, part);
    }
    return evolve_entity_id(asking->arena, asking->question->kind, key, id);
}

static struct status answer_get(struct asking *asking)
{
    const ProtobufCMessage *entity;
    struct str id;
    bool idle;
    TRY(answer_check_mask(asking));
    TRY(answer_id(asking, &id));
    TRY(entities_get(asking->snapshot, asking->question->kind, &id, 1, &entity));
    TRY(entities_is_idle(asking->snapshot, entity, &idle));
    asking->note = idle ? "what this is set on is gone: it has no effect" : NULL;
    TRY(profiles_show(&(struct profiles){ .asking = asking }, entity, &entity));
    return read_mask_apply(asking->arena, answer_mask(asking), entity, &asking->response);
}

/* ---- list ---- */

static struct status answer_filters(struct asking *asking, struct list_request *list)
{
    const ProtobufCFieldDescriptor *filters =
        protobuf_c_message_descriptor_get_field_by_name(asking->question->input, "filters");
    for (size_t i = 0; i < pb_field_count(asking->request, filters); i++) {
        const char *text = *(char *const *)pb_field_item(asking->request, filters, i);
        TRY(filter_text_add(asking->snapshot, str_z(text), list));
    }
    list->all = *(const protobuf_c_boolean *)answer_asked(asking, "all");
    return status_ok();
}

static struct status answer_entities(struct asking *asking, struct entities_page *page)
{
    ProtobufCMessage *response;
    struct profiles profiles = { .asking = asking };
    for (size_t i = 0; i < page->count; i++) {
        TRY(profiles_show(&profiles, page->items[i], &page->items[i]));
        TRY(read_mask_apply(asking->arena, answer_mask(asking), page->items[i], &page->items[i]));
    }
    TRY(answer_begin(asking, &response));
    char *index = (char *)(uintptr_t)(page->index == 0 ? "" : index_type(page->index)->name);
    uint64_t looked = page->looked;
    protobuf_c_boolean cut = page->end.cut;
    answer_tell(response, "index", &index);
    answer_tell(response, "looked", &looked);
    answer_tell(response, "cut", &cut);
    return answer_items(asking->arena, response, page->items, page->count, &page->end);
}

static struct status answer_list(struct asking *asking)
{
    struct selection selection = { .list = { .kind = asking->question->kind },
                                   .filter = fields_string(asking->request, "filter"),
                                   .order = fields_string(asking->request, "order_by") };
    struct entities_page page;
    struct page_ask ask;
    TRY(answer_check_mask(asking));
    TRY(answer_page(asking, &ask));
    TRY(answer_filters(asking, &selection.list));
    TRY(selection_page(asking->snapshot, &selection, &ask, &page));
    return answer_entities(asking, &page);
}

/* ---- which there are ---- */

/* Of a kind that a permission can be on: the entity itself. */
static struct status answer_about_kind(const struct question *question, struct snapshot *snapshot,
                                       const ProtobufCMessage *request, struct object *object)
{
    const struct entity_type *type = registry_entity(question->kind);
    struct str id = fields_string(request, type->descriptor->fields[0].name);
    *object = object_org();
    if (type->key_parts > 1) {
        return status_ok();
    }
    TRY(snapshot_resolve(snapshot, question->kind, id, &id));
    *object = object_of(question->kind, id);
    return status_ok();
}

/* The kind whose entities a method gives, by its output or by the items in that. */
static enum entity_kind answer_kind(const ProtobufCMessageDescriptor *output, bool *list)
{
    const ProtobufCFieldDescriptor *items =
        protobuf_c_message_descriptor_get_field_by_name(output, "items");
    for (unsigned kind = 0; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *type = registry_entity(kind);
        if (type == NULL) {
            continue;
        }
        *list = items != NULL && items->descriptor == type->descriptor;
        if (*list || output == type->descriptor) {
            return (enum entity_kind)kind;
        }
    }
    assert(false); /* agencyschema writes no others */
    return ENTITY_ORG;
}

bool answers_of_kinds(size_t index, struct question *question)
{
    const ProtobufCServiceDescriptor *service = &agency__v1__entities__descriptor;
    bool list = false;
    if (index >= service->n_methods) {
        return false;
    }
    const ProtobufCMethodDescriptor *method = &service->methods[index];
    enum entity_kind kind = answer_kind(method->output, &list);
    *question = (struct question){ .service = service,
                                   .method = method->name,
                                   .input = method->input,
                                   .output = method->output,
                                   .answer = list ? answer_list : answer_get,
                                   .object = list ? NULL : answer_about_kind,
                                   .kind = kind };
    return true;
}
