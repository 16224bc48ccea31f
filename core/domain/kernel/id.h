/* Ids: 1..128 bytes of [A-Za-z0-9._~@:-], first a letter or digit, not beginning with `name:` or
 * `ext:`, by which people name what they ask about. `~` only joins the parts of composite ids, so a
 * single id has none. */
#ifndef CORE_DOMAIN_KERNEL_ID_H
#define CORE_DOMAIN_KERNEL_ID_H

#include <stdbool.h>

#include "core/base/str.h"

/* What a wrong id should have been, for messages: "expected role_id to be " ID_RULE. */
#define ID_RULE                                                                                    \
    "1 to 128 letters, digits, or . _ @ : -, first a letter or digit, not beginning with 'name:' " \
    "or 'ext:'"

/* True for an id that a client may give to an entity. */
bool id_valid(struct str id);

#endif
