/* What ends together with something else: each ended entity gets its own event, in one decision.
 * Which these are is declared by their areas (DEPENDANTS and BLOCKERS of the registry). */
#ifndef CORE_DOMAIN_KERNEL_CASCADE_H
#define CORE_DOMAIN_KERNEL_CASCADE_H

#include "core/domain/kernel/decision.h"
#include "core/domain/kernel/ids.h"

enum {
    CASCADE_ROWS = 0
#define X(...) +1
    DEPENDANTS(X)
#undef X
};

/* Dependants of one decision. */
struct cascade {
    struct decide *d;
    struct ids ended[CASCADE_ROWS]; /* by the first row with the same event */
};

/* Finds all that ends with an entity. Rejects with FAILED_PRECONDITION what blocks its end, an
 * index with more rows than RULES_SCAN_MAX, and more dependants than a decision holds beside the
 * event of what ends, with their count. To be called before that event is emitted. */
MUST_USE struct status cascade_collect(struct decide *d, enum entity_kind kind, struct str id,
                                       struct cascade *cascade);

/* Emits the events, each kind in byte order of the ids. To be called after the event of what ends.
 */
MUST_USE struct status cascade_emit(struct cascade *cascade);

/* Whether a live dependant ends with the entity of this id. */
#define X(kind, index, part, event, condition)    \
    MUST_USE struct status dependant_##condition( \
        struct decide *d, const ProtobufCMessage *dependant, struct str ending_id, bool *ends);
DEPENDANTS(X)
#undef X

#endif
