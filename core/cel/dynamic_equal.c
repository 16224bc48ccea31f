/* Equality of messages: the same type, the same fields set, equal values; NaN is unequal to itself.
 * Two Any are compared by what they hold, or by their bytes when a type is not named. */
#include "core/cel/dynamic_message.h"

static bool dynamic_equal_raw(const struct cel_schema *schema, struct cel_run *run,
                              struct cel_value a, struct cel_value b, bool *equal)
{
    if (a.kind == CEL_MESSAGE) {
        return dynamic_equal(schema, run, a.message, b.message, equal);
    }
    return cel_equal(run, a, b, equal);
}

static bool dynamic_equal_map(const struct cel_schema *schema, struct cel_run *run,
                              const struct dynamic_slot *a, const struct dynamic_slot *b,
                              bool *equal)
{
    *equal = true;
    for (uint32_t i = 0; *equal && i < a->count; i += 2) {
        uint32_t k = 0;
        bool found = false;
        for (; !found && k < b->count; k += 2) {
            if (!cel_equal(run, a->items[i], b->items[k], &found)) {
                return false;
            }
        }
        *equal = found;
        if (found && !dynamic_equal_raw(schema, run, a->items[i + 1], b->items[k - 1], equal)) {
            return false;
        }
    }
    return true;
}

static bool dynamic_equal_slot(const struct cel_schema *schema, struct cel_run *run,
                               const struct dynamic_slot *a, const struct dynamic_slot *b,
                               bool *equal)
{
    *equal = a->field == b->field && a->count == b->count;
    if (*equal && a->field->map) {
        return dynamic_equal_map(schema, run, a, b, equal);
    }
    for (uint32_t i = 0; *equal && i < a->count; i++) {
        if (!dynamic_equal_raw(schema, run, a->items[i], b->items[i], equal)) {
            return false;
        }
    }
    return true;
}

static bool dynamic_equal_any(const struct cel_schema *schema, struct cel_run *run,
                              const struct cel_dynamic *a, const struct cel_dynamic *b, bool *equal)
{
    struct cel_value first, second;
    if (dynamic_value(a, 1).size == 0 || dynamic_value(b, 1).size == 0) {
        return cel_equal(run, dynamic_value(a, 2), dynamic_value(b, 2), equal);
    }
    return dynamic_adapt(schema, run, a->type, a, &first) &&
           dynamic_adapt(schema, run, b->type, b, &second) && cel_equal(run, first, second, equal);
}

static bool dynamic_equal_message(const struct cel_schema *schema, struct cel_run *run,
                                  const struct cel_dynamic *a, const struct cel_dynamic *b,
                                  bool *equal)
{
    const struct dynamic_slot *left = a->slots, *right = b->slots;
    *equal = a->type == b->type && str_eq(a->unknown, b->unknown);
    if (!cel_charge_bytes(run, a->unknown.size)) {
        return false;
    }
    if (*equal && a->type->known == CEL_KNOWN_ANY && left != NULL && right != NULL) {
        return dynamic_equal_any(schema, run, a, b, equal);
    }
    for (; *equal && left != NULL && right != NULL; left = left->next, right = right->next) {
        if (!dynamic_equal_slot(schema, run, left, right, equal)) {
            return false;
        }
    }
    *equal = *equal && left == NULL && right == NULL;
    return true;
}

bool dynamic_equal(const struct cel_schema *schema, struct cel_run *run,
                   const struct cel_dynamic *a, const struct cel_dynamic *b, bool *equal)
{
    if (!cel_enter(run)) {
        return false;
    }
    bool done = dynamic_equal_message(schema, run, a, b, equal);
    cel_leave(run);
    return done;
}
