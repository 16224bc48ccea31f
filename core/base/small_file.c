#include "core/base/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL_FILE_PATH_MAX = 4096 + 32 };

/* By errno. */
static struct status small_file_failed(const char *verb, const char *path)
{
    enum status_code code = errno == ENOENT   ? STATUS_NOT_FOUND
                            : errno == EEXIST ? STATUS_ALREADY_EXISTS
                            : errno == EACCES ? STATUS_PERMISSION_DENIED
                                              : STATUS_UNAVAILABLE;
    return status_error(code, "expected to %s '%s': %s", verb, path, strerror(errno));
}

struct status small_file_secret(int file, const char *path)
{
    struct stat found;
    if (fstat(file, &found) != 0) {
        return small_file_failed("read", path);
    }
    return (found.st_mode & S_IRWXO) == 0
               ? status_ok()
               : status_error(STATUS_FAILED_PRECONDITION,
                              "expected a secret that others cannot read, but the mode of '%s' is "
                              "0%03o: say chmod o-rwx, and make a new one if others had it",
                              path, (unsigned)found.st_mode & 0777);
}

static struct status small_file_take(const char *path, bool secret, struct arena *arena,
                                     struct str *bytes)
{
    char *into;
    ARENA_TRY(arena, into, arena_alloc(arena, SMALL_FILE_SIZE_MAX));
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return small_file_failed("read", path);
    }
    ssize_t size = read(file, into, SMALL_FILE_SIZE_MAX);
    struct status st = size < 0 ? small_file_failed("read", path)
                       : secret ? small_file_secret(file, path)
                                : status_ok();
    close(file);
    if (size == SMALL_FILE_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected less than %d bytes in '%s'",
                            SMALL_FILE_SIZE_MAX, path);
    }
    *bytes = str_make(into, size < 0 ? 0 : (size_t)size);
    return st;
}

struct status small_file_read(const char *path, struct arena *arena, struct str *bytes)
{
    return small_file_take(path, false, arena, bytes);
}

struct status small_file_read_secret(const char *path, struct arena *arena, struct str *bytes)
{
    return small_file_take(path, true, arena, bytes);
}

/* What is killed, or finds the disk full, leaves no half of a file behind that name. */
static struct status small_file_write(const char *path, struct str bytes)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return small_file_failed("make", path);
    }
    ssize_t written = write(file, bytes.data, bytes.size);
    bool whole = written == (ssize_t)bytes.size && fsync(file) == 0;
    if (written >= 0 && written < (ssize_t)bytes.size) {
        errno = ENOSPC;
    }
    struct status st = whole ? status_ok() : small_file_failed("write", path);
    close(file);
    return st;
}

/* Writes it beside the path. */
static struct status small_file_beside(const char *path, struct str bytes,
                                       char fresh[SMALL_FILE_PATH_MAX])
{
    int size = snprintf(fresh, SMALL_FILE_PATH_MAX, "%s.new-%ld", path, (long)getpid());
    if (size < 0 || (size_t)size >= SMALL_FILE_PATH_MAX) {
        fresh[0] = '\0';
        return status_error(STATUS_INVALID_ARGUMENT, "expected a shorter path: '%.100s...'", path);
    }
    return small_file_write(fresh, bytes);
}

struct status small_file_create(const char *path, struct str bytes)
{
    char fresh[SMALL_FILE_PATH_MAX];
    struct status st = small_file_beside(path, bytes, fresh);
    if (st.code == STATUS_OK && link(fresh, path) != 0) {
        st = small_file_failed("make", path);
    }
    unlink(fresh);
    return st;
}

struct status small_file_sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct status st =
        folder >= 0 && fsync(folder) == 0 ? status_ok() : small_file_failed("sync", path);
    if (folder >= 0) {
        close(folder);
    }
    return st;
}

struct status small_file_replace(const char *path, struct str bytes)
{
    char fresh[SMALL_FILE_PATH_MAX], real[PATH_MAX];
    if (realpath(path, real) == NULL) {
        return small_file_failed("write", path);
    }
    struct status st = small_file_beside(real, bytes, fresh);
    if (st.code == STATUS_OK && rename(fresh, real) != 0) {
        st = small_file_failed("write", path);
    }
    if (st.code != STATUS_OK) {
        unlink(fresh);
        return st;
    }
    char *end = strrchr(real, '/');
    end[end == real] = '\0';
    return small_file_sync_folder(real);
}
