/* Text that grows in the run's arena, charged for by size. */
#ifndef CORE_CEL_TEXT_H
#define CORE_CEL_TEXT_H

#include "core/cel/run.h"

struct cel_text {
    struct cel_run *run;
    char *data;
    size_t size, cap;
};

/* Room for all that comes, where it is known; otherwise it doubles. */
bool cel_text_reserve(struct cel_text *text, size_t more);
bool cel_text_add(struct cel_text *text, struct str s);

static inline struct cel_value cel_text_value(const struct cel_text *text)
{
    return cel_string(str_make(text->data, text->size));
}

#endif
