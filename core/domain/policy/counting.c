/* An index fits if its first parts are exactly the fields that are given, in any order, and each is
 * a field of the entity. One of nothing but what has not begun yet fits none: that does not count.
 */
#include "core/domain/policy/counting.h"

#include <stdio.h>

#include "core/cel/ast.h"

struct counting_fields {
    struct str names[INDEX_PARTS_MAX];
    size_t count;
};

/* The place of the field that a part is; the number of fields where it is none of them. */
static size_t counting_place(const struct counting_fields *fields, const struct index_part *part)
{
    size_t place = 0;
    while (place < fields->count &&
           (part->path == NULL || !str_eq(fields->names[place], str_z(part->path)))) {
        place++;
    }
    return place;
}

static bool counting_fits(const struct index_type *type, enum entity_kind kind,
                          const struct counting_fields *fields)
{
    bool fits = type->kind == kind && !type->latest && index_waiting(type) != INDEX_WAITING_ALONE &&
                fields->count > 0 && fields->count <= type->parts_count &&
                fields->count >= type->parts_asked;
    for (size_t i = 0; fits && i < fields->count; i++) {
        fits = counting_place(fields, &type->parts[i]) < fields->count;
    }
    return fits;
}

static enum entity_kind counting_kind(struct str name)
{
    for (unsigned kind = 1; kind < ENTITY_KINDS_END; kind++) {
        if (registry_entity(kind) != NULL && str_eq(str_z(registry_entity(kind)->name), name)) {
            return (enum entity_kind)kind;
        }
    }
    return ENTITY_ANY;
}

static const struct index_type *counting_find(struct str kind, const struct counting_fields *fields)
{
    size_t count;
    const struct index_type *types = index_types(&count);
    enum entity_kind number = counting_kind(kind);
    for (size_t i = 0; number != ENTITY_ANY && i < count; i++) {
        if (counting_fits(&types[i], number, fields)) {
            return &types[i];
        }
    }
    return NULL;
}

static void counting_explain(struct str kind, char *msg, size_t msg_size)
{
    if (counting_kind(kind) == ENTITY_ANY) {
        snprintf(msg, msg_size, "expected a kind, such as 'Assignment', but it is '%.*s'",
                 STR_ARG(utf8_cut(kind, 60)));
    } else {
        snprintf(msg, msg_size, "expected fields by which an index finds entities of %.*s",
                 STR_ARG(kind));
    }
}

/* ---- when it is evaluated ---- */

/* The value of a field as a part of a key. */
static bool counting_part(struct cel_run *run, const struct index_part *part,
                          struct cel_value value, struct str *text)
{
    if (part->type == INDEX_PART_KIND && value.kind == CEL_INT && value.integer >= 0 &&
        value.integer < ENTITY_KINDS_MAX) {
        *text = index_kind((unsigned)value.integer);
        return true;
    }
    if (part->type != INDEX_PART_KIND && value.kind == CEL_STRING) {
        *text = cel_str(value);
        return true;
    }
    return cel_fail(run, "expected %s for '%s'",
                    part->type == INDEX_PART_KIND ? "the number of a kind" : "a text", part->path);
}

bool counting_of_values(struct cel_run *run, struct str kind, const struct cel_map *fields,
                        struct counting *counting)
{
    struct counting_fields names = { .count = fields->count };
    for (uint32_t i = 0; i < fields->count && fields->count <= INDEX_PARTS_MAX; i++) {
        names.names[i] = cel_str(fields->entries[i].key);
    }
    const struct index_type *type =
        fields->count <= INDEX_PARTS_MAX ? counting_find(kind, &names) : NULL;
    if (type == NULL) {
        char msg[CEL_ERROR_MSG_MAX];
        counting_explain(kind, msg, sizeof msg);
        return cel_fail(run, "%s", msg);
    }
    counting->index = index_number(type);
    counting->count = fields->count;
    for (size_t i = 0; i < counting->count; i++) {
        size_t place = counting_place(&names, &type->parts[i]);
        if (!counting_part(run, &type->parts[i], fields->entries[place].value,
                           &counting->parts[i])) {
            return false;
        }
    }
    return true;
}

/* ---- when it is put ---- */

static bool counting_is_text(const struct cel_node *node)
{
    return node->kind == CEL_NODE_CONST && node->constant.kind == CEL_STRING;
}

/* The names in a map as it is written, folded or not; false if they are not all constants. */
static bool counting_names(const struct cel_node *node, struct counting_fields *fields)
{
    const bool folded = node->kind == CEL_NODE_CONST && node->constant.kind == CEL_MAP;
    if (!folded && (node->kind != CEL_NODE_MAP || node->optionals != NULL)) {
        return false;
    }
    fields->count = folded ? node->constant.map->count : node->count / 2;
    bool all = fields->count <= INDEX_PARTS_MAX;
    for (uint32_t i = 0; all && i < fields->count; i++) {
        all = folded ? node->constant.map->entries[i].key.kind == CEL_STRING
                     : counting_is_text(node->args[2 * i]);
        if (all) {
            fields->names[i] =
                cel_str(folded ? node->constant.map->entries[i].key : node->args[2 * i]->constant);
        }
    }
    return all;
}

bool counting_check(const struct cel_node *kind, const struct cel_node *fields, char *msg,
                    size_t msg_size)
{
    struct counting_fields names;
    if (!counting_is_text(kind)) {
        snprintf(msg, msg_size, "expected the kind as text, such as 'Assignment'");
        return false;
    }
    if (!counting_names(fields, &names)) {
        snprintf(msg, msg_size,
                 "expected the fields as a map, such as {'role_type': 'lead'}, of at most %d",
                 INDEX_PARTS_MAX);
        return false;
    }
    if (counting_find(cel_str(kind->constant), &names) == NULL) {
        counting_explain(cel_str(kind->constant), msg, msg_size);
        return false;
    }
    return true;
}
