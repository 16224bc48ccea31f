/* The pinned part of Unicode that patterns and strings need: general categories, some scripts and
 * simple case folding. The tables
 * are written by generate/unicode.go. */
#ifndef CORE_CEL_UNICODE_H
#define CORE_CEL_UNICODE_H

#include "core/base/str.h"

/* The general category of a code point as a set of one; each has its bit. */
uint32_t cel_unicode_category(uint32_t rune);
/* The set named "L", "Lu" ...; 0 when there is none. */
uint32_t cel_unicode_category_set(struct str name);
/* The number of the script of that name, -1 when it is not in the table. */
int cel_unicode_script(struct str name);
bool cel_unicode_in_script(uint32_t rune, int script);
/* The next code point that differs in case only: going on comes back to the first. */
uint32_t cel_unicode_fold(uint32_t rune);
/* White_Space, as `trim` takes it. */
bool cel_unicode_space(uint32_t rune);
/* The tables' rows: each category run is first code point << 5 | category number. */
struct cel_script_range {
    uint32_t from, to;
    uint32_t script;
};
struct cel_fold_run {
    uint32_t from, to; /* both included */
    uint32_t stride;
    int32_t delta;
};
extern const uint32_t cel_unicode_categories[];
extern const size_t cel_unicode_categories_count;
extern const struct cel_script_range cel_unicode_scripts[];
extern const size_t cel_unicode_scripts_count;
extern const char *const cel_unicode_script_names[];
extern const size_t cel_unicode_script_names_count;
extern const struct cel_fold_run cel_unicode_folds[];
extern const size_t cel_unicode_folds_count;

#endif
