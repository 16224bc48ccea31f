/* How much room a disk has. */
#ifndef CORE_BASE_DISK_ROOM_H
#define CORE_BASE_DISK_ROOM_H

#include <stdint.h>

#include "core/base/status.h"

/* Whether the disk that the path lies on has so many bytes left for this user. UNAVAILABLE: it has
 * not; the message says how much there is. */
MUST_USE struct status disk_room(const char *path, uint64_t needed);

#endif
