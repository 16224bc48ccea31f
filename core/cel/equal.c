/* Equality and order. Deep walks are charged per element before they go on, so that values which
 * share parts (v = [w, w], w = [x, x] ...) cannot burn more time than gas. */
#include "core/cel/provider.h"

#include <math.h>

/* Numbers compare on one line; ints become doubles against doubles, as in the reference. */
static int cel_order_double(double a, double b)
{
    if (isnan(a) || isnan(b)) {
        return CEL_UNORDERED;
    }
    return (a > b) - (a < b);
}

static int cel_order_int_uint(int64_t a, uint64_t b)
{
    if (a < 0 || (uint64_t)a < b) {
        return -1;
    }
    return (uint64_t)a > b;
}

static bool cel_is_number(struct cel_value value)
{
    return value.kind == CEL_INT || value.kind == CEL_UINT || value.kind == CEL_DOUBLE;
}

static double cel_as_double(struct cel_value value)
{
    if (value.kind == CEL_INT) {
        return (double)value.integer;
    }
    return value.kind == CEL_UINT ? (double)value.unsigned_integer : value.number;
}

static int cel_order_number(struct cel_value a, struct cel_value b)
{
    if (a.kind == CEL_DOUBLE || b.kind == CEL_DOUBLE) {
        return cel_order_double(cel_as_double(a), cel_as_double(b));
    }
    if (a.kind == CEL_INT && b.kind == CEL_INT) {
        return (a.integer > b.integer) - (a.integer < b.integer);
    }
    if (a.kind == CEL_UINT && b.kind == CEL_UINT) {
        return (a.unsigned_integer > b.unsigned_integer) -
               (a.unsigned_integer < b.unsigned_integer);
    }
    return a.kind == CEL_INT ? cel_order_int_uint(a.integer, b.unsigned_integer)
                             : -cel_order_int_uint(b.integer, a.unsigned_integer);
}

static int cel_order_time(struct cel_value a, struct cel_value b)
{
    if (a.seconds != b.seconds) {
        return a.seconds < b.seconds ? -1 : 1;
    }
    return (a.nanos > b.nanos) - (a.nanos < b.nanos);
}

bool cel_compare(struct cel_run *run, struct cel_value a, struct cel_value b, int *order)
{
    if (cel_is_number(a) && cel_is_number(b)) {
        *order = cel_order_number(a, b);
        return true;
    }
    if (a.kind != b.kind) {
        return cel_fail(run, "expected two values of one type to compare");
    }
    if (a.kind == CEL_STRING || a.kind == CEL_BYTES) {
        int bytes = str_cmp(cel_str(a), cel_str(b));
        *order = (bytes > 0) - (bytes < 0);
        return cel_charge_bytes(run, a.size < b.size ? a.size : b.size);
    }
    if (a.kind == CEL_TIMESTAMP || a.kind == CEL_DURATION) {
        *order = cel_order_time(a, b);
        return true;
    }
    if (a.kind == CEL_BOOL) {
        *order = (a.boolean > b.boolean) - (a.boolean < b.boolean);
        return true;
    }
    return cel_fail(run, "expected values that have an order");
}

static bool cel_equal_lists(struct cel_run *run, const struct cel_list *a, const struct cel_list *b,
                            bool *equal)
{
    *equal = a->count == b->count;
    for (uint32_t i = 0; *equal && i < a->count; i++) {
        if (!cel_equal(run, a->items[i], b->items[i], equal)) {
            return false;
        }
    }
    return true;
}

static bool cel_equal_maps(struct cel_run *run, const struct cel_map *a, const struct cel_map *b,
                           bool *equal)
{
    *equal = a->count == b->count;
    for (uint32_t i = 0; *equal && i < a->count; i++) {
        const struct cel_value *other;
        if (!cel_map_find(run, b, a->entries[i].key, &other)) {
            return false;
        }
        *equal = other != NULL;
        if (*equal && !cel_equal(run, a->entries[i].value, *other, equal)) {
            return false;
        }
    }
    return true;
}

static bool cel_equal_address(const struct cel_address *a, const struct cel_address *b)
{
    return a->size == b->size && a->prefix_bits == b->prefix_bits &&
           memcmp(a->bytes, b->bytes, a->size) == 0;
}

static bool cel_equal_inside(struct cel_run *run, struct cel_value a, struct cel_value b,
                             bool *equal)
{
    if (a.kind == CEL_LIST) {
        return cel_equal_lists(run, a.list, b.list, equal);
    }
    if (a.kind == CEL_MAP) {
        return cel_equal_maps(run, a.map, b.map, equal);
    }
    if (a.kind == CEL_OPTIONAL) {
        *equal = (a.content == NULL) == (b.content == NULL);
        return !*equal || a.content == NULL || cel_equal(run, *a.content, *b.content, equal);
    }
    return run->provider->equal(run->provider->self, run, a.message, b.message, equal);
}

static bool cel_equal_deep(struct cel_run *run, struct cel_value a, struct cel_value b, bool *equal)
{
    if (!cel_enter(run)) {
        return false;
    }
    bool done = cel_equal_inside(run, a, b, equal);
    cel_leave(run);
    return done;
}

bool cel_equal(struct cel_run *run, struct cel_value a, struct cel_value b, bool *equal)
{
    if (!cel_charge(run, 1)) {
        return false;
    }
    if (cel_is_number(a) && cel_is_number(b)) {
        *equal = cel_order_number(a, b) == 0;
        return true;
    }
    if (a.kind != b.kind) {
        *equal = false;
        return true;
    }
    switch (a.kind) {
    case CEL_NULL:
        *equal = true;
        return true;
    case CEL_BOOL:
        *equal = a.boolean == b.boolean;
        return true;
    case CEL_STRING:
    case CEL_BYTES:
        *equal = str_eq(cel_str(a), cel_str(b));
        return cel_charge(run, a.size == b.size ? a.size / CEL_GAS_BYTES : 0);
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        *equal = cel_order_time(a, b) == 0;
        return true;
    case CEL_TYPE:
        *equal = str_eq(a.type->name, b.type->name);
        return true;
    case CEL_IP:
    case CEL_CIDR:
        *equal = cel_equal_address(a.address, b.address);
        return true;
    default:
        return cel_equal_deep(run, a, b, equal);
    }
}

bool cel_type_of(struct cel_run *run, struct cel_value value, const struct cel_type **type)
{
    static const struct cel_type *const types[CEL_VALUE_KINDS] = {
        [CEL_NULL] = &cel_type_null,         [CEL_BOOL] = &cel_type_bool,
        [CEL_INT] = &cel_type_int,           [CEL_UINT] = &cel_type_uint,
        [CEL_DOUBLE] = &cel_type_double,     [CEL_STRING] = &cel_type_string,
        [CEL_BYTES] = &cel_type_bytes,       [CEL_TIMESTAMP] = &cel_type_timestamp,
        [CEL_DURATION] = &cel_type_duration, [CEL_LIST] = &cel_type_list,
        [CEL_MAP] = &cel_type_map,           [CEL_TYPE] = &cel_type_type,
        [CEL_OPTIONAL] = &cel_type_optional, [CEL_IP] = &cel_type_ip,
        [CEL_CIDR] = &cel_type_cidr,
    };
    if (value.kind == CEL_MESSAGE) {
        const struct cel_provider *provider = run->provider;
        const struct cel_message_type *message = provider->type_of(provider->self, value.message);
        *type = cel_type_message(run->arena, provider->type_name(provider->self, message));
        return *type != NULL || cel_fail_memory(run);
    }
    *type = types[value.kind];
    return true;
}
