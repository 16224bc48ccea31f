/* Profiles, sealed and opened with their subject's key: AES-256-GCM over the packed data, about the
 * subject and the field. The nonce is made from key, field and data: the same data of a subject
 * seals to the same bytes, so that giving it again changes nothing. (That two versions of a profile
 * were equal can be seen; that those of two subjects were, cannot.) */
#ifndef CORE_KEYRING_PROFILE_H
#define CORE_KEYRING_PROFILE_H

#include "agency/v1/subject.pb-c.h"
#include "core/base/arena.h"
#include "core/keyring/keyring.h"

/* Replaces the data of a subject's profile by its sealed form, which lies in the arena; makes the
 * subject's key if it has none. One without data stays as it is. INVALID_ARGUMENT: it has both, or
 * more than DATA_SIZE_MAX bytes, or the subject has no id. Statuses of keyring_make. */
MUST_USE struct status profile_seal(struct arena *arena, const struct keyring *keyring,
                                    struct str org_id, Agency__V1__Subject *subject);
/* Gives the profile in clear, in the arena. NOT_FOUND: there is no key here. DATA_LOSS: it was not
 * sealed with the subject's key, or the key is damaged. UNAVAILABLE. */
MUST_USE struct status profile_open(struct arena *arena, const struct keyring *keyring,
                                    struct str org_id, const Agency__V1__Subject *subject,
                                    Agency__V1__Profile **opened);

#endif
