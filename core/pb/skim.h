/* One number out of a packed message, without decoding the rest. */
#ifndef CORE_PB_SKIM_H
#define CORE_PB_SKIM_H

#include "core/base/str.h"

/* The last value of a field of the message itself that is a varint (int64, uint32, bool, enum); not
 * of one inside. False: there is none, or what stands before it is no message. Reads nothing
 * outside `bytes`, whatever they are. */
bool pb_skim_varint(struct str bytes, uint32_t number, uint64_t *value);

#endif
