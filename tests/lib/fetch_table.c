#include "tests/lib/fetch_table.h"

#include <stdio.h>

static struct status fetch_table_get(void *self, struct arena *arena, struct str location,
                                     size_t size_max, struct fetched *fetched)
{
    struct fetch_table *table = self;
    size_t size = strlen(table->asked);
    (void)arena;
    snprintf(table->asked + size, sizeof table->asked - size, "%.*s\n", STR_ARG(location));
    for (size_t i = 0; i < FETCH_TABLE_MAX && table->documents[i].location != NULL; i++) {
        if (!str_eq(location, str_z(table->documents[i].location))) {
            continue;
        }
        if (table->documents[i].body == NULL) {
            return status_error(STATUS_UNAVAILABLE, "expected an answer");
        }
        *fetched = (struct fetched){ .body = str_z(table->documents[i].body) };
        return fetched->body.size > size_max ? status_error(STATUS_RESOURCE_EXHAUSTED, "large")
                                             : status_ok();
    }
    return status_error(STATUS_NOT_FOUND, "expected a document");
}

struct fetch fetch_table_port(struct fetch_table *table)
{
    return (struct fetch){ fetch_table_get, table };
}
