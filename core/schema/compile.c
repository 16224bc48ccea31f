/* From a document to a plan: each schema in it becomes a node, whether anything refers to it or
 * not, so that a mistake is found when the schema is put. References are looked up at the end.
 *
 * Everything lives in the arena, with a copy of the document. Left out, and refused with their
 * place: what lies outside of the document, schemas with an `$id` of their own inside of it (they
 * would change what references mean), `$dynamicRef`, and keywords of earlier drafts that would be
 * ignored now though their author counts on them. */
#include "core/schema/compile.h"

#include "core/base/utf8.h"
#include "core/pb/json.h"

static const char draft_uri[] = "https://json-schema.org/draft/2020-12/schema";

bool schema_compile_fail(struct schema_compiler *compiler, const struct schema_place *place,
                         const char *keyword, const char *expected,
                         const Google__Protobuf__Value *found)
{
    enum { PATH_SHOWN_MAX = 100 }; /* what was expected must fit, too */
    char shown[SCHEMA_SHOWN_MAX];
    struct schema_place last = { place, keyword, 0 };
    struct buf path = { 0 };
    if (compiler->run.error.kind == CEL_ERROR_GAS || compiler->run.error.kind == CEL_ERROR_MEMORY) {
        return false;
    }
    schema_place_print(keyword == NULL ? place : &last, &path);
    struct str at = path.size == 0 ? STR("the schema") : utf8_cut(buf_str(&path), PATH_SHOWN_MAX);
    if (expected == NULL) {
        compiler->status =
            status_error(STATUS_INVALID_ARGUMENT, "%.*s: %s", STR_ARG(at), compiler->run.error.msg);
    } else {
        compiler->status = status_error(STATUS_INVALID_ARGUMENT, "%.*s: expected %s, but it is %s",
                                        STR_ARG(at), expected, schema_value_show(found, shown));
    }
    buf_release(&path);
    return false;
}

const struct schema_place *schema_place_keep(struct schema_compiler *compiler,
                                             const struct schema_place *up, const char *name,
                                             size_t index)
{
    struct schema_place *place = cel_alloc(&compiler->run, sizeof *place);
    if (place != NULL) {
        *place = (struct schema_place){ up, name, (uint32_t)index };
    }
    return place;
}

static struct str schema_node_key(const Google__Protobuf__Value *const *document)
{
    return str_make(document, sizeof *document);
}

/* Known by its value from now on, so that what is in it may refer to it. */
static bool schema_node_new(struct schema_compiler *compiler, struct schema_place place,
                            const Google__Protobuf__Value *value, struct schema_node **node)
{
    struct schema_node *made = cel_alloc(&compiler->run, sizeof *made);
    if (made == NULL) {
        return false;
    }
    *made = (struct schema_node){ .document = value, .older = compiler->newest, .place = place };
    compiler->newest = made;
    struct str key = schema_node_key(&made->document);
    hmap_put(&compiler->nodes, key, hmap_hash(key))->value = made;
    *node = made;
    return true;
}

static bool schema_draft_finish(struct schema_draft *draft)
{
    size_t size = draft->count * sizeof *draft->checks;
    struct schema_check *checks = cel_alloc(&draft->compiler->run, size);
    if (checks == NULL) {
        return false;
    }
    memcpy(checks, draft->checks, size);
    draft->node->checks = checks;
    draft->node->count = draft->count;
    return true;
}

/* What would mean something that this validator does not do. */
static bool schema_refuse(struct schema_draft *draft)
{
    static const struct {
        const char *keyword, *expected;
    } refused[] = {
        { "$dynamicRef", "no '$dynamicRef' (only '$ref')" },
        { "$recursiveRef", "no '$recursiveRef' (of draft 2019-09; now '$ref')" },
        { "additionalItems", "no 'additionalItems' (of earlier drafts; now 'items')" },
        { "dependencies", "no 'dependencies' (of earlier drafts; now 'dependentRequired' and "
                          "'dependentSchemas')" },
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (schema_draft_get(draft, refused[i].keyword) != NULL) {
            return schema_draft_fail(draft, refused[i].keyword, refused[i].expected);
        }
    }
    const Google__Protobuf__Value *dialect = schema_draft_get(draft, "$schema");
    bool known = dialect == NULL || (schema_kind(dialect) == SCHEMA_STRING &&
                                     (strcmp(dialect->string_value, draft_uri) == 0));
    return known || schema_draft_fail(draft, "$schema", draft_uri);
}

static bool schema_is_anchor(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        bool letter = ((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z') || *at == '_';
        bool later = (*at >= '0' && *at <= '9') || *at == '-' || *at == '.';
        if (!letter && (at == name || !later)) {
            return false;
        }
    }
    return *name != '\0';
}

static bool schema_read_anchor(struct schema_draft *draft, const char *keyword)
{
    const Google__Protobuf__Value *anchor = schema_draft_get(draft, keyword);
    if (anchor == NULL) {
        return true;
    }
    if (schema_kind(anchor) != SCHEMA_STRING || !schema_is_anchor(anchor->string_value)) {
        return schema_draft_fail(draft, keyword, "a name of letters, digits, '-', '_' and '.'");
    }
    struct str name = str_z(anchor->string_value);
    struct hmap_entry *entry = hmap_put(&draft->compiler->anchors, name, hmap_hash(name));
    if (entry->value != NULL && entry->value != draft->node) {
        return schema_draft_fail(draft, keyword, "a name that no other schema has");
    }
    entry->value = draft->node;
    return true;
}

static bool schema_read_id(struct schema_draft *draft)
{
    const Google__Protobuf__Value *id = schema_draft_get(draft, "$id");
    if (id == NULL) {
        return true;
    }
    const char *fragment = schema_kind(id) == SCHEMA_STRING ? strchr(id->string_value, '#') : "#?";
    if (fragment != NULL && strcmp(fragment, "#") != 0) {
        return schema_draft_fail(draft, "$id", "a URI without '#'");
    }
    if (draft->node->place.up != NULL) {
        return schema_draft_fail(draft, "$id", "no '$id' but the document's own");
    }
    draft->compiler->id = id->string_value;
    return true;
}

/* `definitions` is what earlier drafts called `$defs`; 2020-12 still knows it. */
static bool schema_read_definitions(struct schema_draft *draft)
{
    static const char *const keywords[] = { "$defs", "definitions" };
    const struct schema_node **nodes;
    const char **names;
    uint32_t count;
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (schema_draft_get(draft, keywords[i]) != NULL &&
            !schema_draft_map(draft, keywords[i], &nodes, &names, &count)) {
            return false;
        }
    }
    return true;
}

static bool schema_read_keywords(struct schema_draft *draft)
{
    return schema_refuse(draft) && schema_read_id(draft) && schema_read_anchor(draft, "$anchor") &&
           schema_read_anchor(draft, "$dynamicAnchor") && schema_compile_values(draft) &&
           schema_compile_numbers(draft) && schema_compile_strings(draft) &&
           schema_compile_objects(draft) && schema_compile_lists(draft) &&
           schema_compile_reference(draft) && schema_compile_combined(draft) &&
           schema_compile_other_members(draft) && schema_compile_other_items(draft) &&
           schema_read_definitions(draft);
}

bool schema_node_make(struct schema_compiler *compiler, struct schema_place place,
                      const Google__Protobuf__Value *value, struct schema_node **node)
{
    struct str key = schema_node_key(&value);
    struct hmap_entry *known = hmap_find(&compiler->nodes, key, hmap_hash(key));
    enum schema_kind kind = schema_kind(value);
    if (known != NULL) {
        *node = known->value;
        return true;
    }
    if (kind != SCHEMA_OBJECT && kind != SCHEMA_BOOLEAN) {
        return schema_compile_fail(compiler, &place, NULL, "a schema: an object, true or false",
                                   value);
    }
    if (!schema_node_new(compiler, place, value, node)) {
        return false;
    }
    struct schema_draft draft = { .compiler = compiler, .node = *node };
    if (kind == SCHEMA_BOOLEAN) {
        if (!value->bool_value) {
            schema_draft_add(&draft, &schema_never);
        }
        return schema_draft_finish(&draft);
    }
    draft.document = value->struct_value;
    return cel_charge(&compiler->run, draft.document->n_fields) && schema_read_keywords(&draft) &&
           schema_draft_finish(&draft);
}

static bool schema_measure(struct schema_compiler *compiler, struct schema_node *node,
                           uint32_t above);

/* One more than the longest chain below. */
static bool schema_measure_check(struct schema_compiler *compiler, const struct schema_check *check,
                                 uint32_t above, uint8_t *chain)
{
    for (uint32_t i = 0; check->keyword->in_place && i < check->count; i++) {
        struct schema_node *next = (struct schema_node *)(uintptr_t)check->nodes[i];
        if (next == NULL) {
            continue;
        }
        if (!schema_measure(compiler, next, above)) {
            return false;
        }
        *chain = next->chain >= *chain ? (uint8_t)(next->chain + 1) : *chain;
    }
    return true;
}

/* Sets the node's chain. A schema that comes back to itself without a step into the value would
 * never end: its chain is longer than any. */
static bool schema_measure(struct schema_compiler *compiler, struct schema_node *node,
                           uint32_t above)
{
    uint8_t chain = 1;
    if (above == SCHEMA_CHAIN_MAX || node->chain + above > SCHEMA_CHAIN_MAX) {
        return schema_compile_fail(compiler, &node->place, NULL,
                                   "a schema that does not come back to itself at the same value, "
                                   "nor in 64 steps to another",
                                   node->document);
    }
    for (uint32_t i = 0; node->chain == 0 && i < node->count; i++) {
        if (!schema_measure_check(compiler, &node->checks[i], above + 1, &chain)) {
            return false;
        }
    }
    node->chain = node->chain == 0 ? chain : node->chain;
    return true;
}

static bool schema_measure_all(struct schema_compiler *compiler)
{
    for (struct schema_node *node = compiler->newest; node != NULL; node = node->older) {
        if (!schema_measure(compiler, node, 0)) {
            return false;
        }
    }
    return true;
}

static struct status schema_compile_document(struct schema_compiler *compiler,
                                             const struct schema **schema)
{
    struct schema_node *root;
    struct schema *made = cel_alloc(&compiler->run, sizeof *made);
    if (made != NULL && schema_value_sound(&compiler->run, compiler->document) &&
        schema_node_make(compiler, (struct schema_place){ 0 }, compiler->document, &root) &&
        schema_references_resolve(compiler) && schema_measure_all(compiler)) {
        made->root = root;
        *schema = made;
        return status_ok();
    }
    if (compiler->status.code != STATUS_OK) {
        return compiler->status;
    }
    bool value = compiler->run.error.kind == CEL_ERROR_VALUE;
    return status_error(value ? STATUS_INVALID_ARGUMENT : STATUS_RESOURCE_EXHAUSTED,
                        "the schema: %s", compiler->run.error.msg);
}

struct status schema_compile(struct arena *arena, struct cel_gas *gas,
                             const Google__Protobuf__Value *document, const struct schema **schema)
{
    Google__Protobuf__Value *copy;
    TRY(pb_copy(arena, &document->base, &copy));
    TRY(pb_sort_structs(arena, &copy->base));
    struct schema_compiler compiler = { .run = { .arena = arena, .gas = *gas },
                                        .status = status_ok(),
                                        .document = copy };
    struct status status = schema_compile_document(&compiler, schema);
    *gas = compiler.run.gas;
    hmap_release(&compiler.nodes);
    hmap_release(&compiler.anchors);
    return status;
}

struct status schema_compile_struct(struct arena *arena, struct cel_gas *gas,
                                    const Google__Protobuf__Struct *document,
                                    const struct schema **schema)
{
    Google__Protobuf__Value whole = GOOGLE__PROTOBUF__VALUE__INIT;
    whole.kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE;
    whole.struct_value = (Google__Protobuf__Struct *)(uintptr_t)document;
    return schema_compile(arena, gas, &whole, schema);
}

struct status schema_compile_text(struct arena *arena, struct cel_gas *gas, struct str text,
                                  const struct schema **schema)
{
    Google__Protobuf__Value *document;
    TRY(pb_from_json(arena, &google__protobuf__value__descriptor, text, &document));
    return schema_compile(arena, gas, document, schema);
}
