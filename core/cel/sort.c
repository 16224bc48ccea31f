#include "core/cel/sort.h"

struct cel_sorting {
    struct cel_run *run;
    cel_sort_compare *compare;
    const void *of;
    uint32_t *order, *spare;
};

/* Two sorted neighbours become one. */
static bool cel_sort_merge(struct cel_sorting *s, uint32_t begin, uint32_t middle, uint32_t end)
{
    uint32_t a = begin, b = middle;
    for (uint32_t i = begin; i < end; i++) {
        int cmp = 0;
        if (!cel_charge(s->run, 1) ||
            (a < middle && b < end && !s->compare(s->run, s->of, s->order[a], s->order[b], &cmp))) {
            return false;
        }
        bool left = b == end || (a < middle && (cmp <= 0 || cmp == CEL_UNORDERED));
        s->spare[i] = left ? s->order[a++] : s->order[b++];
    }
    memcpy(s->order + begin, s->spare + begin, (end - begin) * sizeof *s->order);
    return true;
}

uint32_t *cel_sort(struct cel_run *run, uint32_t count, cel_sort_compare *compare, const void *of)
{
    uint32_t *order = cel_alloc(run, 2 * (size_t)count * sizeof *order);
    if (order == NULL) {
        return NULL;
    }
    struct cel_sorting s = { run, compare, of, order, order + count };
    for (uint32_t i = 0; i < count; i++) {
        order[i] = i;
    }
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t i = 0; i + width < count; i += 2 * width) {
            uint64_t end = i + 2 * width < count ? i + 2 * width : count;
            if (!cel_sort_merge(&s, (uint32_t)i, (uint32_t)(i + width), (uint32_t)end)) {
                return NULL;
            }
        }
    }
    return order;
}
