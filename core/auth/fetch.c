#include "core/auth/fetch.h"

#include <ctype.h>
#include <strings.h>

#include "core/base/time.h"

/* Longer ones are as good as for ever. */
enum { FETCH_MAX_AGE_SECONDS_MAX = 365 * 24 * 60 * 60 };

static struct str fetch_trim(struct str text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text = str_from(text, 1);
    }
    while (text.size > 0 && isspace((unsigned char)text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

static bool fetch_is(struct str text, struct str name)
{
    return text.size == name.size && strncasecmp(text.data, name.data, name.size) == 0;
}

/* The seconds behind "max-age="; false where that is something else. */
static bool fetch_directive_age(struct str directive, int64_t *seconds)
{
    struct str name = STR("max-age=");
    if (directive.size <= name.size || !fetch_is(str_make(directive.data, name.size), name)) {
        return false;
    }
    *seconds = 0;
    for (size_t i = name.size; i < directive.size; i++) {
        if (!isdigit((unsigned char)directive.data[i])) {
            return false;
        }
        *seconds = *seconds * 10 + (directive.data[i] - '0');
        *seconds = *seconds < FETCH_MAX_AGE_SECONDS_MAX ? *seconds : FETCH_MAX_AGE_SECONDS_MAX;
    }
    return true;
}

int64_t fetch_max_age_us(struct str cache_control, int64_t otherwise_us)
{
    int64_t age_us = otherwise_us, seconds;
    while (cache_control.size > 0) {
        struct str directive = fetch_trim(str_cut(&cache_control, ','));
        if (fetch_is(directive, STR("no-store")) || fetch_is(directive, STR("no-cache"))) {
            return 0;
        }
        if (fetch_directive_age(directive, &seconds)) {
            age_us = seconds * TIME_SECOND_US;
        }
    }
    return age_us;
}
