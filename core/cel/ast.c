#include "core/cel/ast.h"

bool cel_node_qualified(struct cel_compilation *c, const struct cel_node *node, struct str *name)
{
    size_t size = 0;
    const struct cel_node *part = node;
    for (; part->kind == CEL_NODE_SELECT && !part->test && !part->optional; part = part->args[0]) {
        size += part->name.size + 1;
    }
    if (part->kind != CEL_NODE_IDENT) {
        return false;
    }
    size += part->name.size + part->absolute;
    char *text = arena_alloc(c->arena, size + 1);
    if (text == NULL) {
        return cel_compilation_full(c) != NULL;
    }
    *name = str_make(text, size);
    for (part = node; part->kind == CEL_NODE_SELECT; part = part->args[0]) {
        size -= part->name.size;
        memcpy(text + size, part->name.data, part->name.size);
        text[--size] = '.';
    }
    if (part->name.size > 0) { /* no name lies nowhere, and memcpy wants an address */
        memcpy(text + part->absolute, part->name.data, part->name.size);
    }
    if (part->absolute) {
        text[0] = '.';
    }
    return true;
}
