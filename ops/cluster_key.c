#include "ops/cluster_key.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/random.h"
#include "core/base/small_file.h"

enum { CLUSTER_KEY_SIZE = 32 };

static struct status cluster_key_take(int file, const char *path, char *key)
{
    ssize_t size = read(file, key, CLUSTER_KEY_SIZE + 1);
    if (size < 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to read '%s': %s", path, strerror(errno));
    }
    TRY(small_file_secret(file, path));
    return size == CLUSTER_KEY_SIZE
               ? status_ok()
               : status_error(STATUS_DATA_LOSS,
                              "expected a cluster key of %d bytes in '%s', but %s",
                              CLUSTER_KEY_SIZE, path,
                              size < CLUSTER_KEY_SIZE ? "there are fewer" : "there are more");
}

struct status cluster_key_read(struct arena *arena, const char *path, struct str *key)
{
    char *bytes;
    *key = STR("");
    ARENA_TRY(arena, bytes, arena_alloc(arena, CLUSTER_KEY_SIZE + 1));
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == EACCES) {
        return status_ok();
    }
    if (file < 0) {
        return status_error(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE,
                            "expected a cluster key at '%s': %s", path, strerror(errno));
    }
    struct status st = cluster_key_take(file, path, bytes);
    close(file);
    *key = (struct str){ bytes, CLUSTER_KEY_SIZE };
    return st;
}

struct status cluster_key_read_given(struct arena *arena, const char *path, struct str *key)
{
    struct status st = cluster_key_read(arena, path, key);
    if (st.code == STATUS_DATA_LOSS) {
        st.code = STATUS_INVALID_ARGUMENT; /* not damaged: no key at all */
    }
    TRY(st);
    return key->size > 0 ? st
                         : status_error(STATUS_PERMISSION_DENIED, "expected to read '%s'", path);
}

struct status cluster_key_make(const char *path)
{
    char key[CLUSTER_KEY_SIZE];
    random_bytes(key, sizeof key);
    struct status st = small_file_create(path, str_make(key, sizeof key));
    return st.code == STATUS_ALREADY_EXISTS ? status_ok() : st;
}

struct status cluster_key_copy(struct arena *arena, const char *path, const char *from)
{
    struct str given, own;
    TRY(cluster_key_read_given(arena, from, &given));
    struct status st = small_file_create(path, given);
    if (st.code != STATUS_ALREADY_EXISTS) {
        return st;
    }
    TRY(cluster_key_read(arena, path, &own));
    return str_eq(given, own)
               ? status_ok()
               : status_error(STATUS_FAILED_PRECONDITION,
                              "expected '%s' to be the key '%s', but it is another", path, from);
}
