/* A Check's answer as people read it. */
#ifndef OPS_CTL_CHECK_TEXT_H
#define OPS_CTL_CHECK_TEXT_H

#include "agency/v1/query_service.pb-c.h"
#include "ops/ctl/ctl.h"

/* Appends an answer with its way and the conditions on it, and then those about its actors. */
void check_text(struct ctl *ctl, const Agency__V1__CheckResponse *response);
/* Says who may, or where, under a condition that the context does not decide. */
void check_text_conditional(const Agency__V1__ConditionalItem *item);

#endif
