/* The state before a command, for the decision that is made of it on a scratch layer: what lies
 * under the scratch; or, where others of the same decision came before it, a copy of the scratch as
 * they left it. */
#ifndef CORE_MODEL_BEFORE_H
#define CORE_MODEL_BEFORE_H

#include "core/domain/kernel/decision.h"
#include "core/model/layer.h"

struct before {
    struct state_before port;
    const struct layer *scratch;
    struct layer kept;
    struct org_view org;
};

/* Borrows all; must not be moved while its port is used. */
void before_init(struct before *before, const struct layer *scratch, struct str org_id,
                 struct expressions *expressions);
void before_release(struct before *before);

#endif
