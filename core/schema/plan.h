/* What a schema becomes: nodes of checks. Private to the validator. */
#ifndef CORE_SCHEMA_PLAN_H
#define CORE_SCHEMA_PLAN_H

#include "core/cel/regex.h"
#include "core/schema/decimal.h"
#include "core/schema/place.h"
#include "core/schema/schema.h"
#include "core/schema/value.h"

struct schema_check;
struct schema_run;
struct schema_spot;

#define SCHEMA_BIT(kind) (1U << (kind))
#define SCHEMA_ANY (SCHEMA_BIT(SCHEMA_TYPES) - 1)

/* False when the value is not as the check says, and a problem is noted; also when the run stops
 * (schema_stop), after which all results are void. */
typedef bool schema_check_fn(struct schema_run *run, const struct schema_check *check,
                             const struct schema_spot *spot);

struct schema_keyword {
    const char *name;
    schema_check_fn *check;
    uint32_t kinds; /* bits: of the values that it says anything about */
    bool in_place;  /* its schemas judge the same value */
};

/* A pattern with its source. */
struct schema_pattern {
    const struct cel_regex *regex;
    const char *source;
};

/* properties, patternProperties and additionalProperties. */
struct schema_members {
    const char **names; /* sorted */
    const struct schema_node **named;
    uint32_t named_count;
    struct schema_pattern *patterns;
    const struct schema_node **patterned;
    uint32_t patterned_count;
    const struct schema_node *others; /* NULL: whatever they are */
};

/* prefixItems and items. */
struct schema_items {
    const struct schema_node **first;
    uint32_t first_count;
    const struct schema_node *rest; /* NULL: whatever they are */
};

/* contains, minContains and maxContains. */
struct schema_contains {
    const struct schema_node *node;
    double min, max;
};

/* Values in their order. */
struct schema_values {
    const Google__Protobuf__Value **items;
    uint32_t count;
};

/* Names that must be there when another one is. */
struct schema_dependency {
    const char *name;
    const char **names;
    uint32_t count;
};

struct schema_check {
    const struct schema_keyword *keyword;
    const struct schema_place *place; /* of the schema that it is part of */
    const struct schema_node **nodes; /* if in_place: the schemas; some may be NULL */
    const char **names;               /* required; of dependentSchemas one for each node */
    uint32_t count;
    union {
        double number;
        uint32_t types; /* bits */
        struct schema_decimal step;
        struct schema_pattern pattern;
        struct schema_values values;
        const struct schema_members *members;
        const struct schema_items *items;
        const struct schema_contains *contains;
        const struct schema_dependency *dependencies;
        const struct schema_node *node; /* not in_place */
    };
};

struct schema_node {
    const Google__Protobuf__Value *document; /* what it was made of */
    struct schema_node *older;               /* the one made before it */
    struct schema_place place;
    const struct schema_check *checks;
    uint32_t count;
    bool collects; /* it must know what its own schemas have evaluated */
    uint8_t chain; /* schemas that judge the same value because of this one; 0: not known yet */
};

struct schema {
    const struct schema_node *root;
};

#endif
