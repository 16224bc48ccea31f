/* The files of a local log.
 *
 *   0000000000000000.log   the segment that begins at log position 0
 *   0000000004000a50.log   the next one
 *   mark                   what is durable; read by readers beside the owner, who watch it change
 *   lock                   held by the owner; names it
 *   draft                  empty; there until the copy of another log is finished
 *
 * A segment is a header, then frames (frame.h). Its header repeats who the log is and says the next
 * offset of each partition, so that a reader finds an offset without reading all, and a missing
 * segment is noticed. Integers are big endian:
 *
 *   offset size                              mark: offset size
 *        0    8  "agencylg"                             0    8  "agencymk"
 *        8    4  format, 1                              8    8  position
 *       12    4  partitions, P                         16  16P  ends
 *       16    8  base                             16+16P    4  zero
 *       24   48  history, log, commands log id    20+16P    4  CRC-32C of all before
 *       72  16P  starts: P of commands, P of decisions
 *   72+16P    4  zero
 *   76+16P    4  CRC-32C of all before
 *
 * A segment is made under another name, synced and renamed: there is no half-made one. */
#include "core/evlog/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/crc32c.h"
#include "core/base/num.h"

enum {
    FOLDER_FORMAT = 1,
    FOLDER_HEADER_FIXED_SIZE = 80, /* a segment's header without `starts` */
    FOLDER_MARK_FIXED_SIZE = 24,   /* the mark without `ends` */
    FOLDER_NAME_SIZE = 32,
    FOLDER_SEGMENTS_MAX = 1 << 20, /* 64 TiB: more are a sign of damage */
};

static_assert(FOLDER_HEADER_FIXED_SIZE == 72 + 8, "as the picture above says");
static_assert(FOLDER_MARK_FIXED_SIZE == 16 + 8, "as the picture above says");
static const struct str FOLDER_HEADER_MAGIC = { "agencylg", 8 };
static const struct str FOLDER_MARK_MAGIC = { "agencymk", 8 };

static ssize_t folder_io_write(const struct folder_io *io, int file, const char *bytes, size_t size,
                               uint64_t at)
{
    (void)io;
    return pwrite(file, bytes, size, (off_t)at);
}

static int folder_io_sync(const struct folder_io *io, int file)
{
    (void)io;
    return fdatasync(file);
}

const struct folder_io folder_io_system = { folder_io_write, folder_io_sync };

struct status folder_error(const struct folder *folder, const char *verb, const char *name)
{
    int error = errno;
    return status_error(error == ENOENT ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE,
                        "cannot %s '%s/%s': %s", verb, folder->path, name, strerror(error));
}

uint64_t folder_header_size(const struct folder *folder)
{
    return FOLDER_HEADER_FIXED_SIZE + 8 * (uint64_t)folder_slots_count(folder);
}

static void folder_segment_name(uint64_t base, char name[FOLDER_NAME_SIZE])
{
    snprintf(name, FOLDER_NAME_SIZE, "%016" PRIx64 ".log", base);
}

/* Ends the bytes since `start` by zeros and their sum. */
static void folder_put_crc(struct buf *out, size_t start)
{
    assert(start <= out->size);
    char end[8] = { 0 };
    buf_append(out, str_make(end, 4));
    uint32_t crc = crc32c(0, str_make(out->data + start, out->size - start));
    num_put_u32be(end, crc);
    buf_append(out, str_make(end, 4));
}

static void folder_put_slots(const struct folder *folder, const uint64_t *slots, struct buf *out)
{
    char bytes[8];
    for (size_t i = 0; i < folder_slots_count(folder); i++) {
        num_put_u64be(bytes, slots[i]);
        buf_append(out, str_make(bytes, 8));
    }
}

static void folder_get_slots(const struct folder *folder, const char *bytes, uint64_t *slots)
{
    for (size_t i = 0; i < folder_slots_count(folder); i++) {
        slots[i] = num_get_u64be(bytes + 8 * i);
    }
}

static void folder_header_encode(const struct folder *folder, uint64_t base, const uint64_t *starts,
                                 struct buf *out)
{
    char numbers[16];
    num_put_u32be(numbers, FOLDER_FORMAT);
    num_put_u32be(numbers + 4, folder->identity.partitions_count);
    num_put_u64be(numbers + 8, base);
    buf_append(out, FOLDER_HEADER_MAGIC);
    buf_append(out, str_make(numbers, sizeof numbers));
    buf_append(out, evlog_id_str(&folder->identity.history_id));
    buf_append(out, evlog_id_str(&folder->identity.log_id));
    buf_append(out, evlog_id_str(&folder->identity.commands_log_id));
    folder_put_slots(folder, starts, out);
    folder_put_crc(out, 0);
    assert(out->size == folder_header_size(folder));
}

static bool folder_crc_holds(struct str bytes)
{
    assert(bytes.size >= 4);
    uint32_t crc = crc32c(0, str_make(bytes.data, bytes.size - 4));
    return crc == num_get_u32be(bytes.data + bytes.size - 4);
}

/* Reads up to `size` bytes at the beginning of a file; a short file gives fewer. */
static struct status folder_read_start(const struct folder *folder, int file, const char *name,
                                       size_t size, struct buf *out)
{
    char *bytes = buf_reserve(out, size);
    while (out->size < size) {
        ssize_t got = pread(file, bytes + out->size, size - out->size, (off_t)out->size);
        if (got < 0 && errno != EINTR) {
            return folder_error(folder, "read", name);
        }
        if (got == 0) {
            break;
        }
        out->size += got > 0 ? (size_t)got : 0;
    }
    return status_ok();
}

static bool folder_header_fits(struct str bytes, uint64_t base)
{
    if (bytes.size < FOLDER_HEADER_FIXED_SIZE || !str_starts(bytes, FOLDER_HEADER_MAGIC) ||
        num_get_u32be(bytes.data + 8) != FOLDER_FORMAT || num_get_u64be(bytes.data + 16) != base) {
        return false;
    }
    uint32_t partitions_count = num_get_u32be(bytes.data + 12);
    return partitions_count > 0 && partitions_count <= PARTITIONS_MAX &&
           bytes.size >= FOLDER_HEADER_FIXED_SIZE + 16 * (size_t)partitions_count;
}

/* Decodes a header; the first one tells the folder who the log is, the others must agree. */
static bool folder_header_decode(struct folder *folder, struct str bytes,
                                 struct folder_segment *segment)
{
    if (!folder_header_fits(bytes, segment->base)) {
        return false;
    }
    struct evlog_identity identity = { .partitions_count = num_get_u32be(bytes.data + 12) };
    memcpy(identity.history_id.bytes, bytes.data + 24, EVLOG_ID_SIZE);
    memcpy(identity.log_id.bytes, bytes.data + 40, EVLOG_ID_SIZE);
    memcpy(identity.commands_log_id.bytes, bytes.data + 56, EVLOG_ID_SIZE);
    size_t size = FOLDER_HEADER_FIXED_SIZE + 16 * (size_t)identity.partitions_count;
    if (!folder_crc_holds(str_make(bytes.data, size))) {
        return false;
    }
    if (folder->identity.partitions_count == 0) {
        folder->identity = identity;
    }
    if (memcmp(&folder->identity, &identity, sizeof identity) != 0) {
        return false;
    }
    segment->starts = mem_zalloc(folder_slots_count(folder), sizeof *segment->starts);
    folder_get_slots(folder, bytes.data + 72, segment->starts);
    return true;
}

static struct status folder_segment_load(struct folder *folder, struct folder_segment *segment)
{
    assert(segment->starts == NULL);
    char name[FOLDER_NAME_SIZE];
    folder_segment_name(segment->base, name);
    struct buf bytes = { 0 };
    struct status st = status_ok();
    int file = openat(folder->directory, name, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return folder_error(folder, "open", name);
    }
    TRY_OUT(folder_read_start(folder, file, name,
                              FOLDER_HEADER_FIXED_SIZE + 16 * (size_t)PARTITIONS_MAX, &bytes));
    if (!folder_header_decode(folder, buf_str(&bytes), segment)) {
        st = status_error(STATUS_DATA_LOSS,
                          "expected a whole header of this log in the first %d + 16 * partitions "
                          "bytes of '%s/%s', but it is damaged",
                          FOLDER_HEADER_FIXED_SIZE, folder->path, name);
    }
out:
    close(file);
    buf_release(&bytes);
    return st;
}

/* The base in a segment's name; false when it is no segment. */
static bool folder_name_base(const char *name, uint64_t *base)
{
    char again[FOLDER_NAME_SIZE];
    *base = strtoull(name, NULL, 16);
    folder_segment_name(*base, again);
    return strcmp(name, again) == 0;
}

static int folder_compare(const void *a, const void *b)
{
    const struct folder_segment *left = a, *right = b;
    return (left->base > right->base) - (left->base < right->base);
}

/* Adds the segments that the folder has above the last known one. */
static struct status folder_list(struct folder *folder)
{
    int copy = openat(folder->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    if (entries == NULL) {
        return folder_error(folder, "list", ".");
    }
    size_t known = folder->segments_count;
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        struct folder_segment segment = { 0 };
        if (!folder_name_base(entry->d_name, &segment.base) ||
            (known > 0 && segment.base <= folder->segments[known - 1].base) ||
            folder->segments_count == FOLDER_SEGMENTS_MAX) {
            continue;
        }
        size_t size = (folder->segments_count + 1) * sizeof *folder->segments;
        folder->segments = mem_realloc(folder->segments, size);
        folder->segments[folder->segments_count++] = segment;
    }
    closedir(entries);
    if (folder->segments_count > known) {
        qsort(folder->segments + known, folder->segments_count - known, sizeof *folder->segments,
              folder_compare);
        assert(known == 0 || folder->segments[known - 1].base < folder->segments[known].base);
    }
    return status_ok();
}

struct status folder_refresh(struct folder *folder)
{
    size_t known = folder->segments_count;
    TRY(folder_list(folder));
    for (size_t i = known; i < folder->segments_count; i++) {
        struct status st = folder_segment_load(folder, &folder->segments[i]);
        if (st.code != STATUS_OK) {
            folder->segments_count = i;
            return st;
        }
    }
    return status_ok();
}

static struct status folder_attach(const char *path, const struct folder_io *io,
                                   struct folder *folder)
{
    assert(io != NULL && path[0] != '\0');
    *folder = (struct folder){ .io = io };
    folder->path = mem_alloc(strlen(path) + 1);
    memcpy(folder->path, path, strlen(path) + 1);
    folder->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->directory < 0) {
        return folder_error(folder, "open", "");
    }
    folder->draft = faccessat(folder->directory, FOLDER_DRAFT, F_OK, 0) == 0;
    return status_ok();
}

struct status folder_open(const char *path, const struct folder_io *io, struct folder *folder)
{
    TRY(folder_attach(path, io, folder));
    TRY(folder_refresh(folder));
    if (folder->segments_count == 0) {
        return status_error(STATUS_NOT_FOUND, "expected a log in '%s', but it has none", path);
    }
    return status_ok();
}

void folder_release(struct folder *folder)
{
    for (size_t i = 0; i < folder->segments_count; i++) {
        mem_free(folder->segments[i].starts);
    }
    mem_free(folder->segments);
    if (folder->path != NULL && folder->directory >= 0) {
        close(folder->directory);
    }
    mem_free(folder->path);
    *folder = (struct folder){ .directory = -1 };
}

/* Writes a whole file at its beginning and syncs it. */
static struct status folder_write_file(const struct folder *folder, int file, const char *name,
                                       struct str bytes)
{
    const struct folder_io *io = folder->io;
    assert(bytes.size > 0);
    if (io->write(io, file, bytes.data, bytes.size, 0) != (ssize_t)bytes.size) {
        return folder_error(folder, "write", name);
    }
    if (io->sync(io, file) != 0) {
        return folder_error(folder, "sync", name);
    }
    return status_ok();
}

static struct status folder_publish(const struct folder *folder, const char *draft,
                                    const char *name)
{
    if (renameat(folder->directory, draft, folder->directory, name) != 0) {
        return folder_error(folder, "rename", draft);
    }
    return fsync(folder->directory) != 0 ? folder_error(folder, "sync", "") : status_ok();
}

struct status folder_segment_add(struct folder *folder, uint64_t base, const uint64_t *starts)
{
    char name[FOLDER_NAME_SIZE], draft[FOLDER_NAME_SIZE + 4];
    size_t count = folder->segments_count;
    assert(count == 0 || folder->segments[count - 1].base < base);
    folder_segment_name(base, name);
    snprintf(draft, sizeof draft, "%s.new", name);
    int file = openat(folder->directory, draft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (file < 0) {
        return folder_error(folder, "make", draft);
    }
    struct buf header = { 0 };
    folder_header_encode(folder, base, starts, &header);
    struct status st = folder_write_file(folder, file, draft, buf_str(&header));
    close(file);
    buf_release(&header);
    TRY(st);
    TRY(folder_publish(folder, draft, name));
    return folder_refresh(folder);
}

/* Whether one segment lies behind the whole ones, and only a part of its header is there. */
static bool folder_is_cut(struct folder *folder, char name[FOLDER_NAME_SIZE])
{
    size_t known = folder->segments_count;
    struct stat found;
    struct status listed =
        known == 0 ? status_error(STATUS_NOT_FOUND, "no whole segment") : folder_list(folder);
    bool one = listed.code == STATUS_OK && folder->segments_count == known + 1;
    if (one) {
        folder_segment_name(folder->segments[known].base, name);
    }
    folder->segments_count = known;
    return one && fstatat(folder->directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
           (uint64_t)found.st_size < folder_header_size(folder);
}

struct status folder_drop_cut(struct folder *folder, struct status damage)
{
    char name[FOLDER_NAME_SIZE];
    int lock = -1;
    if (!folder_is_cut(folder, name)) {
        return damage;
    }
    TRY(folder_lock(folder, &lock));
    bool removed = unlinkat(folder->directory, name, 0) == 0 && fsync(folder->directory) == 0;
    struct status st = removed ? folder_refresh(folder) : folder_error(folder, "remove", name);
    close(lock);
    return st;
}

void folder_clean(const struct folder *folder)
{
    int copy = openat(folder->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    if (entries == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        size_t size = strlen(entry->d_name);
        if (size > 4 && strcmp(entry->d_name + size - 4, ".new") == 0) {
            unlinkat(folder->directory, entry->d_name, 0);
        }
    }
    closedir(entries);
}

struct status folder_lock(const struct folder *folder, int *lock)
{
    char text[64] = { 0 };
    *lock = openat(folder->directory, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (*lock < 0) {
        return folder_error(folder, "open", "lock");
    }
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0) {
        ssize_t size = pread(*lock, text, sizeof text - 1, 0);
        close(*lock);
        *lock = -1;
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected no other writer of '%s', but %s holds it", folder->path,
                            size > 0 ? text : "another process");
    }
    int size = snprintf(text, sizeof text, "process %ld", (long)getpid());
    bool emptied = ftruncate(*lock, 0) == 0;
    ssize_t written = emptied ? pwrite(*lock, text, (size_t)size, 0) : 0;
    (void)written; /* the text is a help for people only: the lock itself is the kernel's */
    return status_ok();
}

struct status folder_segment_open(const struct folder *folder, size_t index, bool writable,
                                  int *file)
{
    char name[FOLDER_NAME_SIZE];
    assert(index < folder->segments_count);
    folder_segment_name(folder->segments[index].base, name);
    *file = openat(folder->directory, name, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    return *file < 0 ? folder_error(folder, "open", name) : status_ok();
}

struct status folder_mark_open(const struct folder *folder, bool writable, int *file)
{
    int flags = writable ? O_RDWR | O_CREAT : O_RDONLY;
    *file = openat(folder->directory, "mark", flags | O_CLOEXEC, 0640);
    return *file < 0 ? folder_error(folder, "open", "mark") : status_ok();
}

bool folder_mark_read(const struct folder *folder, int file, struct folder_mark *mark)
{
    size_t size = FOLDER_MARK_FIXED_SIZE + 8 * folder_slots_count(folder);
    struct buf bytes = { 0 };
    bool holds = false;
    /* A read beside a write can see half of it: again, then. */
    for (int attempt = 0; attempt < 100 && !holds; attempt++) {
        bytes.size = 0;
        struct status st = folder_read_start(folder, file, "mark", size, &bytes);
        holds = st.code == STATUS_OK && bytes.size == size &&
                str_starts(buf_str(&bytes), FOLDER_MARK_MAGIC) && folder_crc_holds(buf_str(&bytes));
    }
    if (holds) {
        mark->position = num_get_u64be(bytes.data + 8);
        folder_get_slots(folder, bytes.data + 16, mark->ends);
    }
    buf_release(&bytes);
    return holds;
}

struct status folder_mark_write(const struct folder *folder, int file,
                                const struct folder_mark *mark)
{
    struct buf bytes = { 0 };
    char position[8];
    num_put_u64be(position, mark->position);
    buf_append(&bytes, FOLDER_MARK_MAGIC);
    buf_append(&bytes, str_make(position, 8));
    folder_put_slots(folder, mark->ends, &bytes);
    folder_put_crc(&bytes, 0);
    assert(bytes.size == FOLDER_MARK_FIXED_SIZE + 8 * folder_slots_count(folder));
    const struct folder_io *io = folder->io;
    ssize_t written = io->write(io, file, bytes.data, bytes.size, 0);
    struct status st = status_ok();
    if (written != (ssize_t)bytes.size) {
        st = folder_error(folder, "write", "mark");
    }
    buf_release(&bytes);
    return st;
}
