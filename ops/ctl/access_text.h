/* Changes of access as people read them. */
#ifndef OPS_CTL_ACCESS_TEXT_H
#define OPS_CTL_ACCESS_TEXT_H

#include "ops/ctl/ctl.h"

/* Appends the decision and its lines. `change->decision` must be there. */
void access_text_change(struct ctl *ctl, const Agency__V1__AccessChange *change);
/* Appends its lines alone; of more than it has, how to ask. */
void access_text_lines(struct ctl *ctl, const Agency__V1__AccessChange *change,
                       uint64_t org_sequence);
/* Appends one line: "  + ada  write on asset:x  (grant g, group red, assignment red.lead~ada)". */
void access_text_line(struct ctl *ctl, const Agency__V1__AccessLine *line);

#endif
