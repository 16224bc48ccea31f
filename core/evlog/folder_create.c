/* Making a log, or a draft of one.
 *
 * A log is there when it has a segment. A draft is one, too, but has a file "draft" beside it, made
 * before the first segment and removed when the copy is whole: whatever is killed when, a draft is
 * never taken for a log. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/evlog/folder.h"

static struct status folder_begin_draft(const struct folder *folder)
{
    int file = openat(folder->directory, FOLDER_DRAFT, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (file < 0 || close(file) != 0 || fsync(folder->directory) != 0) {
        return folder_error(folder, "make", FOLDER_DRAFT);
    }
    return status_ok();
}

struct status folder_finish(const struct folder *folder)
{
    if (unlinkat(folder->directory, FOLDER_DRAFT, 0) != 0 && errno != ENOENT) {
        return folder_error(folder, "remove", FOLDER_DRAFT);
    }
    return fsync(folder->directory) != 0 ? folder_error(folder, "sync", "") : status_ok();
}

static struct status folder_check_new(const struct folder *folder, bool draft)
{
    if (folder->segments_count > 0) {
        return status_error(STATUS_ALREADY_EXISTS, "expected no log in '%s', but it has one",
                            folder->path);
    }
    if (folder->draft && !draft) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected no log in '%s', but a copy of another was begun there",
                            folder->path);
    }
    return status_ok();
}

/* The mark first: a log is there when its first segment is. */
static struct status folder_begin(struct folder *folder, const struct evlog_identity *identity)
{
    folder->identity = *identity;
    struct folder_mark mark = { .position = folder_header_size(folder) };
    mark.ends = mem_zalloc(folder_slots_count(folder), sizeof *mark.ends);
    int file = -1;
    struct status st = folder_mark_open(folder, true, &file);
    if (st.code == STATUS_OK) {
        st = folder_mark_write(folder, file, &mark);
        close(file);
    }
    if (st.code == STATUS_OK) {
        st = folder_segment_add(folder, 0, mark.ends);
    }
    mem_free(mark.ends);
    return st;
}

static struct status folder_create_locked(struct folder *folder,
                                          const struct evlog_identity *identity, bool draft)
{
    TRY(folder_refresh(folder)); /* somebody may have been faster */
    TRY(folder_check_new(folder, draft));
    TRY(draft ? folder_begin_draft(folder) : status_ok());
    return folder_begin(folder, identity);
}

struct status folder_create(const char *path, const struct evlog_identity *identity, bool draft)
{
    assert(identity->partitions_count > 0 && identity->partitions_count <= PARTITIONS_MAX);
    if (mkdir(path, 0750) != 0 && errno != EEXIST) {
        return status_error(STATUS_UNAVAILABLE, "cannot make '%s': %s", path, strerror(errno));
    }
    struct folder folder;
    int lock = -1;
    struct status st = folder_open(path, &folder_io_system, &folder);
    if (st.code == STATUS_OK || st.code == STATUS_NOT_FOUND) {
        st = folder_lock(&folder, &lock);
    }
    if (st.code == STATUS_OK) {
        st = folder_create_locked(&folder, identity, draft);
    }
    if (lock >= 0) {
        close(lock);
    }
    folder_release(&folder);
    return st;
}
