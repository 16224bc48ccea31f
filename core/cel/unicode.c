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

bool cel_unicode_in_script(uint32_t rune, int script)
{
    for (size_t i = 0; i < cel_unicode_scripts_count; i++) {
        const struct cel_script_range *range = &cel_unicode_scripts[i];
        if (range->script == (uint32_t)script && rune >= range->from && rune <= range->to) {
            return true;
        }
    }
    return false;
}

uint32_t cel_unicode_fold(uint32_t rune)
{
    for (size_t i = 0; i < cel_unicode_folds_count && cel_unicode_folds[i].from <= rune; i++) {
        const struct cel_fold_run *run = &cel_unicode_folds[i];
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

bool cel_unicode_printable(uint32_t rune)
{
    static const char kinds[] = "LMNPS";
    uint32_t category = cel_unicode_category(rune);
    for (size_t i = 0; kinds[i] != '\0'; i++) {
        if ((category & cel_unicode_category_set(str_make(kinds + i, 1))) != 0) {
            return true;
        }
    }
    return rune == ' ';
}
