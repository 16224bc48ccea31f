/* Bounds of texts and lists whose size is no sum of the arguments': in the estimate's units, an
 * item or 16 bytes. Random expressions check them (tests/cel-differential). */
#include "core/cel/bound.h"

#include "core/cel/number.h"

/* A number or time in a list counts one unit, but printed it has up to 410 bytes. */
enum { CEL_FORMAT_ITEM = 27 };

static struct cel_bound cel_bound_of_text(uint64_t size)
{
    return (struct cel_bound){ .size = size, .deep = size };
}

/* All that is joined, and a separator for each item. */
static uint64_t cel_size_join(const struct cel_node *node)
{
    const struct cel_bound *list = &node->args[0]->bound;
    uint64_t separator = node->count > 1 ? node->args[1]->bound.size : 1;
    return cel_plus(list->deep, cel_times(cel_plus(list->size, 1), cel_plus(separator, 1)));
}

/* The text, and at each of its bytes and behind them what replaces. */
static uint64_t cel_size_replace(const struct cel_node *node)
{
    uint64_t text = node->args[0]->bound.size, fresh = node->args[2]->bound.size;
    return cel_plus(text, cel_times(cel_plus(cel_times(CEL_GAS_BYTES, text), 1), fresh));
}

static uint64_t cel_size_format(const struct cel_node *node)
{
    uint64_t deep = cel_plus(node->args[0]->bound.deep, node->args[1]->bound.deep);
    return cel_times(CEL_FORMAT_ITEM, cel_plus(deep, 1));
}

/* As many pieces as bytes, none longer than the text, all together as long. */
static struct cel_bound cel_bound_pieces(uint64_t text)
{
    uint64_t count = cel_plus(cel_times(CEL_GAS_BYTES, text), 1);
    return (struct cel_bound){ .size = count,
                               .deep = cel_plus(cel_times(2, count), text),
                               .item_size = text,
                               .item_deep = text };
}

/* No more items than all that the list holds. */
static struct cel_bound cel_bound_flat(const struct cel_bound *list)
{
    return (struct cel_bound){ .size = list->deep,
                               .deep = cel_times(2, list->deep),
                               .item_size = list->item_deep,
                               .item_deep = list->item_deep };
}

struct cel_bound cel_bound_text(const struct cel_node *node, enum cel_size size)
{
    uint64_t first = node->args[0]->bound.size;
    if (size == CEL_SIZE_FLAT) {
        return cel_bound_flat(&node->args[0]->bound);
    }
    if (size == CEL_SIZE_PIECES) {
        return cel_bound_pieces(first);
    }
    if (size == CEL_SIZE_REPLACE) {
        return cel_bound_of_text(cel_size_replace(node));
    }
    if (size == CEL_SIZE_JOIN) {
        return cel_bound_of_text(cel_size_join(node));
    }
    return cel_bound_of_text(size == CEL_SIZE_FORMAT ? cel_size_format(node)
                                                     : cel_plus(cel_times(2, first), 1));
}

uint64_t cel_gas_format(const struct cel_node *node)
{
    uint64_t deep = node->args[1]->bound.deep;
    uint64_t items = cel_times(CEL_NUMBER_GAS_MAX, deep);
    return cel_plus(cel_times(6, cel_size_format(node)), cel_plus(items, cel_times(deep, deep)));
}
