#include "core/base/disk_room.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>

struct status disk_room(const char *path, uint64_t needed)
{
    struct statvfs disk;
    if (statvfs(path, &disk) != 0) {
        return status_error(STATUS_UNAVAILABLE, "cannot ask the disk of '%s' for its room: %s",
                            path, strerror(errno));
    }
    uint64_t left = (uint64_t)disk.f_bavail * disk.f_frsize;
    return left >= needed ? status_ok()
                          : status_error(STATUS_UNAVAILABLE,
                                         "expected %" PRIu64 " MiB left on the disk, but it has "
                                         "%" PRIu64,
                                         (needed >> 20) + 1, left >> 20);
}
