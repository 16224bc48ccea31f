/* JSON values, as google.protobuf.Value has them. */
#ifndef CORE_SCHEMA_VALUE_H
#define CORE_SCHEMA_VALUE_H

#include "core/cel/run.h"
#include "google/protobuf/struct.pb-c.h"

enum schema_kind {
    SCHEMA_NULL,
    SCHEMA_BOOLEAN,
    SCHEMA_NUMBER,
    SCHEMA_STRING,
    SCHEMA_LIST,
    SCHEMA_OBJECT,
    SCHEMA_INTEGER, /* of a type only: a number without a fraction */
    SCHEMA_TYPES,
};

/* A value without a kind is null, as in its JSON. */
enum schema_kind schema_kind(const Google__Protobuf__Value *value);
/* "null", "a string", ...; static memory. */
const char *schema_kind_article(enum schema_kind kind);
bool schema_is_whole(double number);

/* Whether the value is JSON: numbers finite, objects in the order of their names, each once, and at
 * most SCHEMA_VALUE_DEPTH_MAX values inside each other. All else here counts on it. */
bool schema_value_sound(struct cel_run *run, const Google__Protobuf__Value *value);
/* A total order, in which values are equal that JSON Schema calls equal: 1 and 1.0 are. Below, at
 * or above zero. */
bool schema_value_compare(struct cel_run *run, const Google__Protobuf__Value *a,
                          const Google__Protobuf__Value *b, int *order);
/* The member of that name; NULL if there is none. */
const Google__Protobuf__Value *schema_value_member(const Google__Protobuf__Struct *object,
                                                   const char *name);

enum { SCHEMA_SHOWN_MAX = 64 };
/* The value's JSON, cut to what a message has room for; of lists and objects only what they are.
 * Borrows `out`. */
const char *schema_value_show(const Google__Protobuf__Value *value, char out[SCHEMA_SHOWN_MAX]);

#endif
