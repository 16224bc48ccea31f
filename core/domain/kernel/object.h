/* What a permission can be on. */
#ifndef CORE_DOMAIN_KERNEL_OBJECT_H
#define CORE_DOMAIN_KERNEL_OBJECT_H

#include "core/base/arena.h"
#include "core/domain/registry/registry.h"

/* ObjectKind with short names. */
enum object_kind {
    OBJECT_ORG = AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ORG,
    OBJECT_ASSET = AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ASSET,
    OBJECT_ASSET_TYPE = AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ASSET_TYPE,
    OBJECT_GROUP = AGENCY__V1__OBJECT_KIND__OBJECT_KIND_GROUP,
    OBJECT_JOB_SPACE = AGENCY__V1__OBJECT_KIND__OBJECT_KIND_JOB_SPACE,
    OBJECT_SUBJECT = AGENCY__V1__OBJECT_KIND__OBJECT_KIND_SUBJECT,
};

struct object {
    enum object_kind kind;
    struct str id; /* of the org empty, or its own */
};

static inline struct object object_org(void)
{
    return (struct object){ .kind = OBJECT_ORG };
}

/* Where a seat gives the permissions of its type: in its job space (empty: it has none), else in
 * the org. */
static inline struct object object_scope(struct str job_space_id)
{
    return job_space_id.size > 0 ? (struct object){ OBJECT_JOB_SPACE, job_space_id } : object_org();
}

static inline bool object_eq(struct object a, struct object b)
{
    return a.kind == b.kind && str_eq(a.id, b.id);
}

/* Order: kind, then id. */
static inline int object_compare(struct object a, struct object b)
{
    int order = (a.kind > b.kind) - (a.kind < b.kind);
    return order != 0 ? order : str_cmp(a.id, b.id);
}

/* The object that an entity is; the org for kinds that no permission can be on. */
struct object object_of(enum entity_kind kind, struct str id);

/* The kind of the entity in the org that such an object is; 0: the org, and asset types. */
enum entity_kind object_entity(enum object_kind kind);

/* "asset", as people write it; "object" for numbers that are no kind. Static memory. */
const char *object_kind_name(unsigned kind);
/* The same as a word without blanks: "job-space". */
const char *object_kind_word(enum object_kind kind);
/* "org", "asset:ID": the kind in a word, and the id where there is one; lies in the arena. */
MUST_USE struct status object_format(struct arena *arena, struct object object, char **text);

#endif
