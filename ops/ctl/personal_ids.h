/* The personal external ids of all live subjects, of all orgs: what index keys are kept for. */
#ifndef OPS_CTL_PERSONAL_IDS_H
#define OPS_CTL_PERSONAL_IDS_H

#include "agency/v1/subject.pb-c.h"
#include "ops/ctl/ctl.h"

struct personal_id {
    struct str org_id;
    const Agency__V1__Subject *subject; /* with its profile as the owner of the folder sees it */
    size_t place;                       /* of the id in its list */
};

/* Whether it has a hash under one of the keys. */
bool personal_id_has(const struct personal_id *id, const struct keyring_index_key *keys,
                     size_t keys_count);

typedef struct status personal_ids_take(void *context, const struct personal_id *id);

/* Gives each to `take`; it is valid meanwhile. Erased orgs have none. Statuses of asking. */
MUST_USE struct status personal_ids_each(struct ctl *ctl, personal_ids_take *take, void *context);

#endif
