/* The port of core/auth/fetch.h as a table of documents, which says what was asked for. */
#ifndef TESTS_LIB_FETCH_TABLE_H
#define TESTS_LIB_FETCH_TABLE_H

#include "core/auth/fetch.h"

enum { FETCH_TABLE_MAX = 8, FETCH_TABLE_ASKED_SIZE = 1024 };

struct fetch_table {
    struct {
        const char *location;
        const char *body; /* NULL: it cannot be reached */
    } documents[FETCH_TABLE_MAX];
    char asked[FETCH_TABLE_ASKED_SIZE]; /* the locations, a line each */
};

struct fetch fetch_table_port(struct fetch_table *table);

#endif
