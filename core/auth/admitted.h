/* Whom a server has let in: who calls, as the domain knows it, however it was shown. What handlers
 * go by (rpc_call_admitted); whoever it is acts for is a claim of the command, not of this. */
#ifndef CORE_AUTH_ADMITTED_H
#define CORE_AUTH_ADMITTED_H

#include "agency/v1/command.pb-c.h"
#include "core/base/str.h"

/* Its texts are valid as long as the call. */
struct admitted {
    Agency__V1__Principal principal;
    int64_t expires_at_us; /* since 1970: what is longer open must end then; INT64_MAX: never */
};

/* An operator of the installation: may read and command everything. */
static inline bool admitted_is_operator(const struct admitted *admitted)
{
    return admitted->principal.operator_[0] != '\0';
}

/* Nobody: it has shown nothing. */
static inline bool admitted_is_nobody(const struct admitted *admitted)
{
    return admitted->principal.operator_[0] == '\0' && admitted->principal.identity_hash[0] == '\0';
}

#endif
