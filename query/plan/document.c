#include "query/plan/document.h"

#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "core/pb/json.h"
#include "core/pb/message.h"

/* What is wrong at a line of a document. */
static struct status document_wrong(const struct document *document, uint32_t line,
                                    struct status why)
{
    return status_prefix(why, "%.*s:%u", STR_ARG(document->file), (unsigned)line);
}

/* ---- what is around the spec ---- */

static struct status document_check_keys(const struct document *document,
                                         const struct yaml_node *map, const char *const *known,
                                         size_t known_count)
{
    const struct yaml *yaml = document->yaml;
    size_t at = (size_t)(map - yaml->nodes);
    for (size_t i = at + 1; i < yaml->count && yaml->nodes[i].parent != i; i++) {
        const struct yaml_node *node = &yaml->nodes[i];
        bool found = node->parent != at;
        for (size_t k = 0; k < known_count && !found; k++) {
            found = str_eq(node->key, str_z(known[k]));
        }
        if (!found) {
            return document_wrong(document, node->line,
                                  status_error(STATUS_INVALID_ARGUMENT, "expected no '%.*s' there",
                                               STR_ARG(node->key)));
        }
    }
    return status_ok();
}

/* A text under a key; `needed`: it must be there. */
static struct status document_text(const struct document *document, const struct yaml_node *map,
                                   const char *key, bool needed, struct str *text)
{
    const struct yaml_node *node = yaml_child(document->yaml, map, str_z(key));
    *text = (struct str){ 0 };
    if (node == NULL && !needed) {
        return status_ok();
    }
    if (node == NULL || node->text.size == 0) {
        return document_wrong(
            document, node == NULL ? map->line : node->line,
            status_error(STATUS_INVALID_ARGUMENT, "expected a text as '%s'", key));
    }
    *text = node->text;
    return status_ok();
}

static struct status document_kind(struct document *document, const struct yaml_node *map)
{
    struct str name;
    TRY(document_text(document, map, "kind", true, &name));
    for (unsigned kind = 1; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *type = registry_entity(kind);
        if (type != NULL && str_eq(str_z(type->name), name)) {
            document->kind = (enum entity_kind)kind;
            return status_ok();
        }
    }
    return document_wrong(document, yaml_child(document->yaml, map, STR("kind"))->line,
                          status_error(STATUS_INVALID_ARGUMENT,
                                       "expected a kind such as Group, but it is '%.*s'",
                                       STR_ARG(name)));
}

/* Gives the id that metadata has; empty where it has none. */
static struct status document_metadata(struct document *document, const struct yaml_node *map,
                                       struct str org_id, struct str *id)
{
    static const char *const known[] = { "org", "id" };
    const struct yaml_node *metadata = yaml_child(document->yaml, map, STR("metadata"));
    struct str org;
    *id = (struct str){ 0 };
    if (metadata == NULL) {
        return status_ok();
    }
    if (!metadata->is_map) {
        return document_wrong(document, metadata->line,
                              status_error(STATUS_INVALID_ARGUMENT,
                                           "expected metadata to be a map, such as {id: red}"));
    }
    TRY(document_check_keys(document, metadata, known, 2));
    TRY(document_text(document, metadata, "org", false, &org));
    if (org.size > 0 && !str_eq(org, org_id)) {
        return document_wrong(document, metadata->line,
                              status_error(STATUS_INVALID_ARGUMENT,
                                           "expected a document of org '%.*s', but it is of '%.*s'",
                                           STR_ARG(org_id), STR_ARG(org)));
    }
    return document_text(document, metadata, "id", false, id);
}

/* ---- the spec ---- */

/* The first key of that name in the spec, at any depth; 0: there is none. */
static uint32_t document_line_of(const struct document *document, struct str key)
{
    const struct yaml *yaml = document->yaml;
    size_t at = (size_t)(document->spec - yaml->nodes);
    for (size_t i = at + 1;
         i < yaml->count && yaml->nodes[i].parent >= at && yaml->nodes[i].parent != i; i++) {
        if (str_eq(yaml->nodes[i].key, key)) {
            return yaml->nodes[i].line;
        }
    }
    return 0;
}

/* What JSON says is wrong begins with a path, or names a field that is none. */
static struct status document_wrong_spec(const struct document *document, struct status why)
{
    static const char unknown[] = "there is no '";
    struct str message = str_z(why.msg);
    const char *name = strstr(why.msg, unknown);
    uint32_t line = 0;
    if (name != NULL) {
        name += strlen(unknown);
        line = document_line_of(document, str_make(name, strcspn(name, "'")));
    }
    struct str path = str_make(message.data, strcspn(message.data, ": "));
    return document_wrong(document,
                          line > 0 ? line : yaml_line(document->yaml, document->spec, path), why);
}

static struct status document_spec(struct document *document, struct arena *arena)
{
    const struct entity_type *type = registry_entity((unsigned)document->kind);
    const struct yaml *yaml = document->yaml;
    size_t at = (size_t)(document->spec - yaml->nodes);
    struct status st =
        pb_from_json(arena, type->descriptor, document->spec->json, &document->entity);
    if (st.code != STATUS_OK) {
        return document_wrong_spec(document, st);
    }
    ARENA_TRY(arena, document->fields,
              arena_alloc(arena, (type->descriptor->n_fields + 1) * sizeof(void *)));
    for (size_t i = at + 1; i < yaml->count && yaml->nodes[i].parent != i; i++) {
        const ProtobufCFieldDescriptor *field =
            yaml->nodes[i].parent == at ? pb_field_find(type->descriptor, yaml->nodes[i].key)
                                        : NULL;
        if (field != NULL && field->id > type->key_parts) {
            document->fields[document->fields_count++] = field;
        }
    }
    return status_ok();
}

/* The key stands in spec, or, of one part, as metadata.id. */
static struct status document_key(struct document *document, struct arena *arena, struct str id)
{
    const struct entity_type *type = registry_entity((unsigned)document->kind);
    const ProtobufCFieldDescriptor *key = &type->descriptor->fields[0];
    struct str own = fields_string(document->entity, key->name);
    if (type->key_parts == 1 && own.size == 0 && id.size > 0) {
        char *text;
        TRY(arena_text(arena, id, &text));
        pb_field_set(document->entity, key, &text);
    }
    TRY(evolve_entity_id(arena, document->kind, document->entity, &document->id));
    bool whole = document->id.size > 0 && document->id.data[0] != '~' &&
                 document->id.data[document->id.size - 1] != '~';
    if (!whole || (id.size > 0 && !str_eq(id, document->id))) {
        return document_wrong(
            document, document->line,
            status_error(STATUS_INVALID_ARGUMENT,
                         whole ? "expected metadata.id to be that of spec, '%.*s'"
                               : "expected the id: metadata.id, or the key in spec%.*s",
                         (int)(whole ? document->id.size : 0), document->id.data));
    }
    return status_ok();
}

static struct status document_read(struct document *document, struct arena *arena,
                                   const struct yaml_node *map, struct str org_id)
{
    static const char *const known[] = { "apiVersion", "kind", "metadata", "spec" };
    struct str version, id;
    document->line = map->line;
    if (!map->is_map) {
        return document_wrong(document, map->line,
                              status_error(STATUS_INVALID_ARGUMENT,
                                           "expected a document with apiVersion, kind and spec"));
    }
    TRY(document_check_keys(document, map, known, 4));
    TRY(document_text(document, map, "apiVersion", true, &version));
    if (!str_eq(version, STR(DOCUMENT_API_VERSION))) {
        return document_wrong(document, map->line,
                              status_error(STATUS_INVALID_ARGUMENT,
                                           "expected apiVersion " DOCUMENT_API_VERSION
                                           ", but it is '%.*s'",
                                           STR_ARG(version)));
    }
    TRY(document_kind(document, map));
    TRY(document_metadata(document, map, org_id, &id));
    document->spec = yaml_child(document->yaml, map, STR("spec"));
    if (document->spec == NULL || !document->spec->is_map) {
        return document_wrong(document, map->line,
                              status_error(STATUS_INVALID_ARGUMENT,
                                           "expected spec, the fields of the entity; {} of one "
                                           "that has only its id"));
    }
    TRY(document_spec(document, arena));
    return document_key(document, arena, id);
}

static struct status documents_add(struct documents *documents, const struct document *document)
{
    if (documents->count == DOCUMENTS_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d documents",
                            DOCUMENTS_MAX);
    }
    for (size_t i = 0; i < documents->count; i++) {
        const struct document *other = &documents->items[i];
        if (other->kind == document->kind && str_eq(other->id, document->id)) {
            return document_wrong(document, document->line,
                                  status_error(STATUS_INVALID_ARGUMENT,
                                               "expected each entity once, but it is also at "
                                               "%.*s:%u",
                                               STR_ARG(other->file), (unsigned)other->line));
        }
    }
    ARENA_TRY(documents->arena, documents->items,
              arena_grow(documents->arena, documents->items, documents->count,
                         sizeof *documents->items, &documents->cap));
    documents->items[documents->count++] = *document;
    return status_ok();
}

struct status documents_read(struct documents *documents, struct str org_id, struct str file,
                             struct str text)
{
    struct yaml *yaml;
    ARENA_TRY(documents->arena, yaml, arena_alloc(documents->arena, sizeof *yaml));
    TRY(status_prefix(yaml_read(documents->arena, text, yaml), "%.*s", STR_ARG(file)));
    for (size_t i = 0; i < yaml->count; i++) {
        struct document document = { .file = file, .yaml = yaml };
        bool empty = yaml->nodes[i].is_null; /* "---" at the end, or comments alone */
        if (yaml->nodes[i].parent == i && !empty) {
            TRY(document_read(&document, documents->arena, &yaml->nodes[i], org_id));
            TRY(documents_add(documents, &document));
        }
    }
    return status_ok();
}
