#include "query/filter_text.h"

#include "query/grant_text.h"

/* An empty value is more often a mistake than a wish (on.id=$UNSET): what has none is asked for by
 * its own word. */
struct status filter_text_parse(struct str text, struct list_filter *filter)
{
    const struct str without = STR("without");
    const char *equals = text.size == 0 ? NULL : memchr(text.data, '=', text.size);
    if (equals == NULL || equals == text.data + text.size - 1) {
        return status_error(
            STATUS_INVALID_ARGUMENT,
            "expected a filter such as roleType=lead, or without=FIELD for what has none, but it "
            "is '%.*s'",
            STR_ARG(text));
    }
    struct str name = { text.data, (size_t)(equals - text.data) };
    struct str value = str_from(text, name.size + 1);
    *filter = str_eq(name, without) ? (struct list_filter){ .field = value }
                                    : (struct list_filter){ .field = name, .value = value };
    return status_ok();
}

struct status filter_text_add(struct snapshot *snapshot, struct str text,
                              struct list_request *request)
{
    struct list_filter asked, filters[2];
    size_t count;
    TRY(filter_text_parse(text, &asked));
    TRY(grant_text_filters(snapshot, request->kind, &asked, filters, &count));
    if (request->filters_count + count > LIST_FILTERS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected at most %d filters (on= and grantee= count twice)",
                            LIST_FILTERS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        request->filters[request->filters_count++] = filters[i];
    }
    return status_ok();
}
