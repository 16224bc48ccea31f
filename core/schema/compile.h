/* From a document to a plan. Private to the validator. A function that gives false has failed: the
 * compiler's status or its run's error says why. */
#ifndef CORE_SCHEMA_COMPILE_H
#define CORE_SCHEMA_COMPILE_H

#include "core/base/hmap.h"
#include "core/schema/plan.h"

/* A `$ref` whose schema is not found yet. */
struct schema_pending {
    struct schema_pending *next;
    const struct schema_place *place; /* of the schema that it stands in */
    const char *text;
    const struct schema_node **node; /* to set */
};

struct schema_compiler {
    struct cel_run run; /* gas, memory */
    struct status status;
    const Google__Protobuf__Value *document;
    const char *id;    /* the document's; NULL if it has none */
    struct hmap nodes; /* by the address of the value that they were made of */
    struct schema_node *newest;
    struct hmap anchors; /* by name, to nodes */
    struct schema_pending *pending;
};

enum { SCHEMA_CHECKS_MAX = 32 };

/* A schema on its way to a node. */
struct schema_draft {
    struct schema_compiler *compiler;
    struct schema_node *node;
    const Google__Protobuf__Struct *document;
    struct schema_check checks[SCHEMA_CHECKS_MAX];
    uint32_t count;
};

/* The keyword's value; NULL if the schema does not have it. */
const Google__Protobuf__Value *schema_draft_get(const struct schema_draft *draft,
                                                const char *keyword);
/* A check of that keyword, to fill in. */
struct schema_check *schema_draft_add(struct schema_draft *draft,
                                      const struct schema_keyword *keyword);
/* Fails at the keyword: "/a/minLength: expected <expected>, but it is <value>". */
bool schema_draft_fail(struct schema_draft *draft, const char *keyword, const char *expected);

/* The schema at the keyword, and (unless NULL) at a name or else the index in it. */
bool schema_draft_node(struct schema_draft *draft, const char *keyword,
                       const Google__Protobuf__Value *value, const struct schema_node **node);
/* The list or object of schemas at the keyword; `names` only of an object. */
bool schema_draft_list(struct schema_draft *draft, const char *keyword,
                       const struct schema_node ***nodes, uint32_t *count);
bool schema_draft_map(struct schema_draft *draft, const char *keyword,
                      const struct schema_node ***nodes, const char ***names, uint32_t *count);
/* The list of different names, sorted, that `value` at or in the keyword is. */
bool schema_draft_names(struct schema_draft *draft, const char *keyword,
                        const Google__Protobuf__Value *value, const char ***names, uint32_t *count);
/* A limit of size, if the schema has the keyword: a whole number from 0 on. */
bool schema_draft_size(struct schema_draft *draft, const char *keyword, double *size);
/* The same as a check of its own. */
bool schema_draft_limit(struct schema_draft *draft, const struct schema_keyword *keyword);

/* A node of a schema at the place; one that was made of the value before is found again. */
bool schema_node_make(struct schema_compiler *compiler, struct schema_place place,
                      const Google__Protobuf__Value *value, struct schema_node **node);
/* A copy of the place that lives as long as the plan; NULL when memory is used up. */
const struct schema_place *schema_place_keep(struct schema_compiler *compiler,
                                             const struct schema_place *up, const char *name,
                                             size_t index);
/* Fails at a keyword of a schema's place. */
bool schema_compile_fail(struct schema_compiler *compiler, const struct schema_place *place,
                         const char *keyword, const char *expected,
                         const Google__Protobuf__Value *found);

/* Finds what `$ref`s mean. */
bool schema_references_resolve(struct schema_compiler *compiler);

/* Each reads the keywords of a kind. */
bool schema_compile_reference(struct schema_draft *draft);
bool schema_compile_values(struct schema_draft *draft);
bool schema_compile_numbers(struct schema_draft *draft);
bool schema_compile_strings(struct schema_draft *draft);
bool schema_compile_objects(struct schema_draft *draft);
bool schema_compile_lists(struct schema_draft *draft);
bool schema_compile_combined(struct schema_draft *draft);
/* Behind all others, which mark what they have evaluated. */
bool schema_compile_other_members(struct schema_draft *draft);
bool schema_compile_other_items(struct schema_draft *draft);
/* The check of the schema `false`. */
extern const struct schema_keyword schema_never;

/* A pattern of ECMA-262. On failure the run's error says why. */
bool schema_pattern_compile(struct cel_run *run, const char *source,
                            struct schema_pattern *pattern);

#endif
