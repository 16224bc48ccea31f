/* Types of CEL: what the checker computes and what `type(x)` gives. Types are immutable, in static
 * memory or in an arena, compared by structure. */
#ifndef CORE_CEL_TYPE_H
#define CORE_CEL_TYPE_H

#include "core/base/arena.h"
#include "core/base/buf.h"

/* Kinds of values, then kinds that only types have. */
enum cel_kind {
    CEL_NULL,
    CEL_BOOL,
    CEL_INT,
    CEL_UINT,
    CEL_DOUBLE,
    CEL_STRING,
    CEL_BYTES,
    CEL_TIMESTAMP,
    CEL_DURATION,
    CEL_LIST,     /* of params[0] */
    CEL_MAP,      /* from params[0] to params[1] */
    CEL_MESSAGE,  /* `name` is its full name; or a type of the caller's own, with params */
    CEL_TYPE,     /* type of params[0] (NULL: of any type) */
    CEL_OPTIONAL, /* of params[0] */
    CEL_IP,
    CEL_CIDR,
    CEL_ERROR,   /* never seen by functions or callers */
    CEL_DYN,     /* types only from here: known at run time */
    CEL_WRAPPER, /* null or params[0] (google.protobuf.Int64Value and so on) */
    CEL_ANY,     /* google.protobuf.Any: whatever was packed */
    CEL_PARAM,   /* a variable of the checker; `name` in declarations */
};
enum { CEL_VALUE_KINDS = CEL_ERROR + 1, CEL_KINDS = CEL_PARAM + 1 };

enum { CEL_TYPE_PARAMS_MAX = 3 };

struct cel_type {
    enum cel_kind kind;
    uint32_t param_index; /* CEL_PARAM of the checker */
    struct str name;      /* as `type()` shows it: "int", "list", "google.protobuf.Timestamp" */
    const struct cel_type *params[CEL_TYPE_PARAMS_MAX]; /* NULL after the last */
};

extern const struct cel_type cel_type_null, cel_type_bool, cel_type_int, cel_type_uint,
    cel_type_double, cel_type_string, cel_type_bytes, cel_type_timestamp, cel_type_duration,
    cel_type_ip, cel_type_cidr, cel_type_dyn, cel_type_any, cel_type_error;
/* list(dyn), map(dyn, dyn), type(any type), optional(dyn). */
extern const struct cel_type cel_type_list, cel_type_map, cel_type_type, cel_type_optional;
/* Null or a value: what a field of google.protobuf.Int64Value and so on gives. */
extern const struct cel_type cel_type_bool_wrapper, cel_type_int_wrapper, cel_type_uint_wrapper,
    cel_type_double_wrapper, cel_type_string_wrapper, cel_type_bytes_wrapper;

/* Made in the arena; NULL above its cap. Params and name are borrowed. */
const struct cel_type *cel_type_list_of(struct arena *arena, const struct cel_type *item);
const struct cel_type *cel_type_map_of(struct arena *arena, const struct cel_type *key,
                                       const struct cel_type *value);
const struct cel_type *cel_type_message(struct arena *arena, struct str full_name);
/* A type of the caller's own, such as tuple(int, string), for functions over such values; params
 * end with NULL unless all are there. */
const struct cel_type *cel_type_own(struct arena *arena, struct str name,
                                    const struct cel_type *const params[CEL_TYPE_PARAMS_MAX]);
const struct cel_type *cel_type_optional_of(struct arena *arena, const struct cel_type *item);
const struct cel_type *cel_type_type_of(struct arena *arena, const struct cel_type *type);

/* The type of a well-known message by its full name (timestamps, durations, wrappers, Any, Struct
 * as map(string, dyn), ListValue as list(dyn), Value as dyn); NULL for any other. */
const struct cel_type *cel_type_well_known(struct str full_name);

bool cel_type_equal(const struct cel_type *a, const struct cel_type *b);
/* "map(string, list(int))". */
void cel_type_print(struct buf *out, const struct cel_type *type);

#endif
