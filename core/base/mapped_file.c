#include "core/base/mapped_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string.h>

struct status mapped_file_open(const char *path, size_t size, void **page)
{
    *page = MAP_FAILED;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int error = file < 0 ? errno : posix_fallocate(file, 0, (off_t)size);
    if (error == 0) {
        *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        error = *page == MAP_FAILED ? errno : 0;
    }
    if (file >= 0) {
        close(file);
    }
    return error == 0 ? status_ok()
                      : status_error(STATUS_UNAVAILABLE, "expected to write '%s': %s", path,
                                     strerror(error));
}
