#include "query/plan/document_text.h"

#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "query/entities.h"
#include "query/plan/document.h"

/* Memory for one document. */
static const size_t TEXT_ARENA_MAX = (size_t)16 << 20;

/* Whether commands of their own set a field of the system's. */
static bool text_is_relation(const ProtobufCFieldDescriptor *field)
{
    return strcmp(field->name, "included_group_ids") == 0 ||
           strcmp(field->name, "parent_subject_ids") == 0 ||
           strcmp(field->name, "read_mode") == 0 || strcmp(field->name, "attenuate") == 0;
}

static bool text_has_personal(enum entity_kind kind, const ProtobufCMessage *entity)
{
    size_t count;
    Agency__V1__ExternalId *const *ids = registry_external_ids(kind, entity, &count);
    bool personal = false;
    for (size_t i = 0; i < count; i++) {
        personal = personal || ids[i]->personal;
    }
    return personal;
}

static bool text_is_left_out(enum entity_kind kind, const ProtobufCMessage *entity,
                             const ProtobufCFieldDescriptor *field)
{
    bool personal = strcmp(field->name, "external_ids") == 0 && text_has_personal(kind, entity);
    bool systems = field->id >= FIELD_VERSION && !text_is_relation(field);
    return personal || systems || field->descriptor == &agency__v1__profile__descriptor;
}

static struct status text_spec(struct arena *arena, enum entity_kind kind,
                               const ProtobufCMessage *entity, struct buf *json)
{
    ProtobufCMessage *spec;
    const struct entity_type *type = registry_entity((unsigned)kind);
    TRY(pb_copy(arena, entity, &spec));
    for (unsigned i = 0; i < spec->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &spec->descriptor->fields[i];
        if (text_is_left_out(kind, entity, field) || (type->key_parts == 1 && i == 0)) {
            pb_field_clear(spec, field);
        }
    }
    struct buf raw = { 0 };
    struct status st = pb_to_json(spec, (struct pb_json_options){ 0 }, &raw);
    yaml_escape(buf_str(&raw), json);
    buf_release(&raw);
    return st;
}

static struct status text_document(struct arena *arena, enum entity_kind kind,
                                   const ProtobufCMessage *entity, struct buf *out)
{
    struct buf json = { 0 };
    struct yaml yaml;
    struct status st = text_spec(arena, kind, entity, &json);
    if (st.code == STATUS_OK) {
        st = yaml_read(arena, buf_str(&json), &yaml);
    }
    buf_release(&json);
    TRY(st);
    struct str id;
    TRY(evolve_entity_id(arena, kind, entity, &id));
    const struct entity_type *type = registry_entity((unsigned)kind);
    buf_printf(out, "---\napiVersion: " DOCUMENT_API_VERSION "\nkind: %s\n", type->name);
    if (type->key_parts == 1) {
        buf_printf(out, "metadata:\n  id: \"%.*s\"\n", STR_ARG(id)); /* ids have no quotes */
    }
    buf_printf(out, yaml.count == 1 ? "spec: {}\n" : "spec:\n");
    yaml_print(&yaml, &yaml.nodes[0], 2, out);
    return status_ok();
}

/* ---- which ---- */

static bool text_is_alive(const struct snapshot *snapshot, const ProtobufCMessage *entity)
{
    unsigned status = fields_status(entity);
    return !fields_is_over(entity) && status != LIFE_RETIRED && status != LIFE_CLOSED &&
           !fields_expired(fields_expiry(entity), snapshot->moment.time_us);
}

static struct status text_one(const struct snapshot *snapshot, enum entity_kind kind,
                              const ProtobufCMessage *entity, document_take *take, void *context)
{
    struct arena arena;
    struct buf out = { 0 };
    if (!text_is_alive(snapshot, entity)) {
        return status_ok();
    }
    arena_init(&arena, TEXT_ARENA_MAX);
    struct status st = text_document(&arena, kind, entity, &out);
    if (st.code == STATUS_OK) {
        st = take(context, buf_str(&out));
    }
    buf_release(&out);
    arena_release(&arena);
    return st;
}

static struct status text_kind(struct snapshot *snapshot, enum entity_kind kind,
                               document_take *take, void *context)
{
    const struct list_request request = { .kind = kind };
    struct page_ask ask = { .limit = LIST_PAGE_MAX };
    struct entities_page page;
    do {
        TRY(entities_page(snapshot, &request, &ask, &page));
        for (size_t i = 0; i < page.count; i++) {
            TRY(text_one(snapshot, kind, page.items[i], take, context));
        }
        ask.token = page.end.token;
    } while (ask.token.size > 0);
    return status_ok();
}

struct status document_texts(struct snapshot *snapshot, document_take *take, void *context)
{
    for (unsigned kind = 1; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *type = registry_entity(kind);
        if (type != NULL && kind != ENTITY_ORG && kind != ENTITY_ORG_CHILD) {
            TRY(text_kind(snapshot, (enum entity_kind)kind, take, context));
        }
    }
    return status_ok();
}
