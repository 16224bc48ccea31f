/* A strict pull parser of JSON text: the caller asks for what it expects next. Functions give false
 * after a failure, which `status` then describes; nothing may be asked after that. Not
 * thread-safe. */
#ifndef CORE_PB_JSON_SCAN_H
#define CORE_PB_JSON_SCAN_H

#include "core/base/arena.h"

enum json_kind {
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_NOTHING, /* the end of the text, or no value */
};

struct json_scan {
    const char *start;
    const char *at;
    const char *end;
    struct arena *arena; /* for strings with escapes */
    struct status status;
};

/* Borrows `text` and `arena`. */
void json_init(struct json_scan *scan, struct str text, struct arena *arena);
/* The kind of the value that comes next, by its first character. */
enum json_kind json_peek(struct json_scan *scan);

/* Enters an object or array. */
MUST_USE bool json_enter(struct json_scan *scan, enum json_kind kind);
/* The next name of the object that was entered, up to its value; `name->data` is NULL after the
 * last one, and the object is left. `first` is true for the first call and kept by the scanner. */
MUST_USE bool json_next_name(struct json_scan *scan, bool *first, struct str *name);
/* Whether the array that was entered has another value; when not, it is left. */
MUST_USE bool json_next_item(struct json_scan *scan, bool *first, bool *more);

/* A string, decoded. Borrowed from the text, or from the arena when it has escapes. */
MUST_USE bool json_string(struct json_scan *scan, struct str *value);
/* The text of a number, as it is written. */
MUST_USE bool json_number(struct json_scan *scan, struct str *value);
/* true, false or null, as json_peek gave it. */
MUST_USE bool json_literal(struct json_scan *scan, enum json_kind kind);
/* Passes over a value of any kind. */
MUST_USE bool json_skip(struct json_scan *scan);
/* Only white space may follow. */
MUST_USE bool json_finish(struct json_scan *scan);

/* The raw text of the value that comes next, cut to some 40 bytes: for messages. */
struct str json_excerpt(struct json_scan *scan);
/* The size of the number at the start of `text` by JSON's grammar; 0 if there is none. */
size_t json_number_size(struct str text);

#endif
