/* Checker, literals: lists, maps and messages. */
#include "core/cel/check.h"

/* The type of an item that may be written with '?': then an optional is unwrapped. */
static const struct cel_type *cel_check_item(struct cel_checker *checker,
                                             const struct cel_node *item, bool optional)
{
    if (!optional) {
        return item->type;
    }
    const struct cel_type *type = cel_infer_find(&checker->infer, item->type);
    if (type->kind == CEL_OPTIONAL) {
        return type->params[0];
    }
    if (type->kind != CEL_DYN && type->kind != CEL_PARAM && !checker->c->env->unchecked) {
        struct str text = cel_type_text(checker, type);
        cel_problem(checker->c, item->begin, "expected an optional after '?', but found %.*s",
                    STR_ARG(text));
    }
    return &cel_type_dyn;
}

void cel_check_list(struct cel_checker *checker, struct cel_node *node)
{
    const struct cel_type *item = NULL;
    for (uint32_t i = 0; i < node->count; i++) {
        cel_check_node(checker, node->args[i]);
        bool optional = node->optionals != NULL && node->optionals[i];
        item =
            cel_infer_join(&checker->infer, item, cel_check_item(checker, node->args[i], optional));
    }
    item = item == NULL ? cel_infer_fresh(&checker->infer) : item;
    node->type = cel_check_made(checker, cel_type_list_of(checker->c->arena, item));
}

/* Keys of other types exist at run time only, where they are refused. */
static const struct cel_type *cel_check_key(struct cel_checker *checker, const struct cel_node *key)
{
    const struct cel_type *type = cel_infer_find(&checker->infer, key->type);
    bool simple = type->kind == CEL_BOOL || type->kind == CEL_INT || type->kind == CEL_UINT ||
                  type->kind == CEL_STRING;
    return simple ? type : &cel_type_dyn;
}

void cel_check_map(struct cel_checker *checker, struct cel_node *node)
{
    const struct cel_type *key = NULL, *value = NULL;
    for (uint32_t i = 0; i < node->count; i += 2) {
        cel_check_node(checker, node->args[i]);
        cel_check_node(checker, node->args[i + 1]);
        bool optional = node->optionals != NULL && node->optionals[i / 2];
        key = cel_infer_join(&checker->infer, key, cel_check_key(checker, node->args[i]));
        value = cel_infer_join(&checker->infer, value,
                               cel_check_item(checker, node->args[i + 1], optional));
    }
    key = key == NULL ? cel_infer_fresh(&checker->infer) : key;
    value = value == NULL ? cel_infer_fresh(&checker->infer) : value;
    node->type = cel_check_made(checker, cel_type_map_of(checker->c->arena, key, value));
}

static void cel_check_message_arg(struct cel_checker *checker, struct cel_node *node, uint32_t i,
                                  struct cel_field *fields)
{
    cel_check_node(checker, node->args[i]);
    const struct cel_field *field = cel_check_field(checker, node->message_type, node->fields[i]);
    if (field == NULL) {
        struct cel_node place = { .name = node->fields[i], .at = node->args[i]->begin };
        cel_check_no_field(checker, &place, node->message_type);
        return;
    }
    fields[i] = *field;
    bool optional = node->optionals != NULL && node->optionals[i];
    struct cel_node item = *node->args[i];
    item.type = cel_check_item(checker, node->args[i], optional);
    cel_check_expect(checker, &item, field->type, "this field");
}

void cel_check_message(struct cel_checker *checker, struct cel_node *node)
{
    struct str full;
    node->type = &cel_type_error;
    node->message_type = cel_resolve_message(checker, node->name, &full);
    if (node->message_type == NULL) {
        cel_problem(checker->c, node->at, "expected a known message, but there is no '%.*s'",
                    STR_ARG(node->name));
        return;
    }
    struct cel_field *fields = arena_zalloc(checker->c->arena, (node->count + 1) * sizeof *fields);
    if (fields == NULL) {
        cel_compilation_full(checker->c);
        return;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        cel_check_message_arg(checker, node, i, fields);
    }
    node->message_fields = fields;
    node->type = cel_type_well_known(full);
    if (node->type == NULL) {
        struct str name = arena_copy(checker->c->arena, full);
        node->type = cel_check_made(checker, cel_type_message(checker->c->arena, name));
    }
}
