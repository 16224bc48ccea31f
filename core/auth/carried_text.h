/* Commands that are carried as data, such as that of a schedule: JSON that is read when its turn
 * comes, with words in it that stand for others until then. So nobody can hide what is personal in
 * it, and an intake takes none. */
#ifndef CORE_AUTH_CARRIED_TEXT_H
#define CORE_AUTH_CARRIED_TEXT_H

#include "core/base/status.h"
#include "google/protobuf/struct.pb-c.h"

/* INVALID_ARGUMENT: a profile, a personal external id or an identity stands there in clear. */
MUST_USE struct status carried_text_check(const Google__Protobuf__Struct *json);

#endif
