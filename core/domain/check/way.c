#include "core/domain/check/way.h"

static int way_compare_groups(const struct way *a, const struct way *b)
{
    int order = 0;
    for (size_t i = 0; order == 0 && i < a->groups_count && i < b->groups_count; i++) {
        order = str_cmp(a->groups[i], b->groups[i]);
    }
    return order != 0 ? order
                      : (a->groups_count > b->groups_count) - (a->groups_count < b->groups_count);
}

int way_compare(const struct way *a, const struct way *b)
{
    assert(a->steps == b->steps);
    int order = a->by_grant - b->by_grant;
    order = order != 0 ? order : str_cmp(a->id, b->id);
    order = order != 0 ? order : way_compare_groups(a, b);
    order = order != 0 ? order : kin_compare(a->kin, b->kin);
    order = order != 0 ? order : (a->seat_us < b->seat_us) - (a->seat_us > b->seat_us);
    return order != 0 ? order : str_cmp(a->held, b->held);
}
