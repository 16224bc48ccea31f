/* Binding a principal to a subject, for BindCredential and CreateOrg. */
#ifndef CORE_DOMAIN_DIRECTORY_CREDENTIAL_H
#define CORE_DOMAIN_DIRECTORY_CREDENTIAL_H

#include "core/domain/kernel/decision.h"

/* Rejects with INVALID_ARGUMENT a credential that is not complete; looks at the command only. */
MUST_USE struct status credential_check(struct decide *d, const Agency__V1__Credential *bind);

/* Emits CredentialBound for the subject. */
MUST_USE struct status credential_bind(struct decide *d, const Agency__V1__Credential *bind,
                                       char *subject_id);

#endif
