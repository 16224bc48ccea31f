/* Looks up the tables by halves. They hold what patterns and trim ask, and no more: names, joining
 * and the like would be many times as large. */
#include "core/cel/unicode.h"

/* Two letters each, in the numbering of the table. */
static const char unicode_category_names[] =
    "CnLuLlLtLmLoMnMcMeNdNlNoPcPdPsPePiPfPoSmScSkSoZsZlZpCcCfCoCs";

enum { UNICODE_CATEGORY_BITS = 5 };

uint32_t cel_unicode_category(uint32_t rune)
{
    size_t low = 0, high = cel_unicode_categories_count;
    while (high - low > 1) { /* the last run that starts at or before the rune */
        size_t middle = (low + high) / 2;
        if (cel_unicode_categories[middle] >> UNICODE_CATEGORY_BITS <= rune) {
            low = middle;
        } else {
            high = middle;
        }
    }
    uint32_t number = cel_unicode_categories[low] & ((1U << UNICODE_CATEGORY_BITS) - 1);
    return (uint32_t)1 << number;
}

uint32_t cel_unicode_category_set(struct str name)
{
    uint32_t set = 0;
    if (name.size < 1 || name.size > 2) {
        return 0;
    }
    for (size_t i = 0; unicode_category_names[2 * i] != '\0'; i++) {
        if (memcmp(unicode_category_names + 2 * i, name.data, name.size) == 0) {
            set |= (uint32_t)1 << i;
        }
    }
    return set;
}

int cel_unicode_script(struct str name)
{
    for (size_t i = 0; i < cel_unicode_script_names_count; i++) {
        if (str_eq(name, str_z(cel_unicode_script_names[i]))) {
            return (int)i;
        }
    }
    return -1;
}

/* Whether the row begins at or before the code point of the script. */
static bool unicode_script_before(const struct cel_script_range *range, int script, uint32_t rune)
{
    return range->script < (uint32_t)script ||
           (range->script == (uint32_t)script && range->from <= rune);
}

bool cel_unicode_in_script(uint32_t rune, int script)
{
    size_t low = 0, high = cel_unicode_scripts_count; /* rows by script, then by code point */
    while (low < high) {
        size_t middle = (low + high) / 2;
        bool before = unicode_script_before(&cel_unicode_scripts[middle], script, rune);
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    const struct cel_script_range *range = low == 0 ? NULL : &cel_unicode_scripts[low - 1];
    return range != NULL && range->script == (uint32_t)script && rune >= range->from &&
           rune <= range->to;
}

/* Runs are by their first code point; those with stride 2 overlap in pairs. */
uint32_t cel_unicode_fold(uint32_t rune)
{
    size_t low = 0, high = cel_unicode_folds_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        bool before = cel_unicode_folds[middle].from <= rune;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    for (size_t i = low; i > 0 && i + 2 > low; i--) {
        const struct cel_fold_run *run = &cel_unicode_folds[i - 1];
        if (rune <= run->to && (rune - run->from) % run->stride == 0) {
            return (uint32_t)((int32_t)rune + run->delta);
        }
    }
    return rune;
}

bool cel_unicode_space(uint32_t rune)
{
    return (rune >= '\t' && rune <= '\r') || rune == 0x85 ||
           (rune >= ' ' &&
            (cel_unicode_category(rune) & (cel_unicode_category_set(STR("Z")))) != 0);
}
