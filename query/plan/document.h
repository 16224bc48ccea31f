/* Documents that say what an org has: apiVersion, kind, metadata (org, id), spec (the fields of the
 * entity, as in JSON). A field that spec does not name is not managed; null, or its default, unsets
 * it. */
#ifndef QUERY_PLAN_DOCUMENT_H
#define QUERY_PLAN_DOCUMENT_H

#include "core/domain/kernel/evolve.h"
#include "core/yaml/yaml.h"

#define DOCUMENT_API_VERSION "agency.v1"

/* Of one plan: it takes some ten microseconds for each. */
enum { DOCUMENTS_MAX = 10000 };

struct document {
    struct str file;
    const struct yaml *yaml;
    const struct yaml_node *spec;
    uint32_t line;
    enum entity_kind kind;
    struct str id;                           /* parts of a composite one joined by ~ */
    ProtobufCMessage *entity;                /* what spec says, and the key; NULL: it is to end */
    const ProtobufCFieldDescriptor **fields; /* that spec names, without those of the key */
    size_t fields_count;
};

/* Starts as { .arena = arena }. */
struct documents {
    struct arena *arena;
    struct document *items;
    size_t count;
    size_t cap;
};

/* Adds the documents of a file's text; both are borrowed. INVALID_ARGUMENT, beginning FILE:LINE. */
MUST_USE struct status documents_read(struct documents *documents, struct str org_id,
                                      struct str file, struct str text);

#endif
