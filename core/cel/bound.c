/* What values hold, by their types and declared sizes. */
#include "core/cel/bound.h"

bool cel_is_text(const struct cel_type *type)
{
    return type->kind == CEL_STRING || type->kind == CEL_BYTES;
}

bool cel_is_small(const struct cel_type *type)
{
    switch ((int)type->kind) {
    case CEL_NULL:
    case CEL_BOOL:
    case CEL_INT:
    case CEL_UINT:
    case CEL_DOUBLE:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_TYPE:
    case CEL_IP:
    case CEL_CIDR:
        return true;
    case CEL_WRAPPER:
        return cel_is_small(type->params[0]);
    default:
        return false;
    }
}

const struct cel_type *cel_item_type(const struct cel_type *type)
{
    return type->kind == CEL_MAP ? type->params[1] : type->params[0];
}

struct cel_bound cel_bound_declared(const struct cel_type *type, uint32_t size_max,
                                    uint32_t item_max)
{
    uint64_t size = size_max == 0 ? CEL_UNBOUNDED : size_max;
    struct cel_bound bound = { .deep = CEL_UNBOUNDED,
                               .size = CEL_UNBOUNDED,
                               .item_size = CEL_UNBOUNDED,
                               .item_deep = CEL_UNBOUNDED };
    if (cel_is_small(type)) {
        return (struct cel_bound){ .size = 1, .deep = 1, .item_size = 1, .item_deep = 1 };
    }
    if (cel_is_text(type)) {
        bound.size = bound.deep = cel_units(size);
        return bound;
    }
    if (type->kind != CEL_LIST && type->kind != CEL_MAP) {
        return bound;
    }
    bound.size = size;
    if (cel_is_small(cel_item_type(type))) {
        bound.item_size = bound.item_deep = 1;
    } else if (cel_is_text(cel_item_type(type)) && item_max > 0) {
        bound.item_size = bound.item_deep = cel_units(item_max);
    }
    uint64_t key = type->kind == CEL_MAP && !cel_is_small(type->params[0])
                       ? (item_max > 0 ? cel_units(item_max) : CEL_UNBOUNDED)
                       : 0;
    bound.deep = cel_times(size, cel_plus(1, cel_plus(key, bound.item_deep)));
    return bound;
}

struct cel_bound cel_bound_data(uint32_t data_max)
{
    return (struct cel_bound){
        .size = data_max / 2, .deep = data_max, .item_size = data_max / 2, .item_deep = data_max
    };
}

struct cel_bound cel_bound_constant(struct cel_value value)
{
    struct cel_bound bound = { .size = 1, .deep = 1, .item_size = 1, .item_deep = 1 };
    if (value.kind == CEL_STRING || value.kind == CEL_BYTES) {
        bound.size = bound.deep = cel_units(value.size);
    } else if (value.kind == CEL_LIST || value.kind == CEL_MAP) {
        uint32_t count = value.kind == CEL_LIST ? value.list->count : value.map->count;
        bound.size = count;
        for (uint32_t i = 0; i < count; i++) {
            struct cel_bound item = cel_bound_constant(
                value.kind == CEL_LIST ? value.list->items[i] : value.map->entries[i].value);
            uint64_t key =
                value.kind == CEL_LIST ? 0 : cel_bound_constant(value.map->entries[i].key).deep;
            bound.deep = cel_plus(bound.deep, cel_plus(key, item.deep));
            bound.item_size = cel_larger(bound.item_size, item.size);
            bound.item_deep = cel_larger(bound.item_deep, item.deep);
        }
    } else if (value.kind == CEL_OPTIONAL && value.content != NULL) {
        bound = cel_bound_constant(*value.content);
    }
    return bound;
}

struct cel_bound cel_bound_item(const struct cel_bound *of, const struct cel_type *type)
{
    if (cel_is_small(type)) {
        return (struct cel_bound){ .size = 1, .deep = 1, .item_size = 1, .item_deep = 1 };
    }
    return (struct cel_bound){ .size = cel_smaller(of->item_size, of->deep),
                               .deep = cel_smaller(of->item_deep, of->deep),
                               .item_size = cel_smaller(of->item_deep, of->deep),
                               .item_deep = cel_smaller(of->item_deep, of->deep) };
}
