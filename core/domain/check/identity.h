/* Whom an identity stands for in an org: what a principal is bound to, and its credential. */
#ifndef CORE_DOMAIN_CHECK_IDENTITY_H
#define CORE_DOMAIN_CHECK_IDENTITY_H

#include "agency/v1/command.pb-c.h"
#include "core/domain/kernel/view.h"

/* What a principal that is no operator is bound to. */
Agency__V1__Identity identity_of(const Agency__V1__Principal *principal);
/* The live credential of an identity; NULL where there is none. Borrowed from the view. */
MUST_USE struct status identity_credential(const struct view *view, struct arena *arena,
                                           int64_t at_us, const Agency__V1__Identity *identity,
                                           const Agency__V1__Credential **credential);

#endif
