/* A file is zstd when it begins with the magic number of a zstd frame (RFC 8878, 3.1.1): names lie
 * more often than bytes. */
#include "ops/ctl/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>

#include "core/base/buf.h"
#include "core/base/memory.h"

enum { CHUNK_SIZE = 1 << 17 };

struct lines {
    int file;
    ZSTD_DStream *zstd; /* NULL: plain */
    const char *path;
    char *chunk; /* as read from the file */
    ZSTD_inBuffer in;
    struct buf text; /* unpacked and not yet given */
    size_t given;    /* bytes of text that are given */
    bool ended;      /* of the file */
    size_t frame;    /* what zstd still wants; not 0 at the end: the file is cut */
    uint64_t number;
    uint64_t read;
    uint64_t size;
};

static struct status lines_fill(struct lines *lines)
{
    ssize_t size;
    do {
        size = read(lines->file, lines->chunk, CHUNK_SIZE);
    } while (size < 0 && errno == EINTR);
    if (size < 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to read '%s': %s", lines->path,
                            strerror(errno));
    }
    lines->in = (ZSTD_inBuffer){ .src = lines->chunk, .size = (size_t)size };
    lines->read += (uint64_t)size;
    lines->ended = size == 0;
    return status_ok();
}

static struct status lines_start(struct lines *lines, const char *path)
{
    static const unsigned char magic[] = { 0x28, 0xB5, 0x2F, 0xFD };
    bool standard = strcmp(path, "-") == 0;
    struct stat found;
    lines->path = path;
    lines->file = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (lines->file < 0) {
        return status_error(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE,
                            "expected to read '%s': %s", path, strerror(errno));
    }
    if (fstat(lines->file, &found) == 0 && S_ISREG(found.st_mode)) {
        lines->size = (uint64_t)found.st_size;
    }
    lines->chunk = mem_alloc(CHUNK_SIZE);
    TRY(lines_fill(lines));
    if (lines->in.size >= sizeof magic && memcmp(lines->chunk, magic, sizeof magic) == 0) {
        lines->zstd = ZSTD_createDStream();
    }
    return status_ok();
}

struct status lines_open(const char *path, struct lines **lines)
{
    *lines = mem_zalloc(1, sizeof **lines);
    struct status st = lines_start(*lines, path);
    if (st.code != STATUS_OK) {
        lines_close(*lines);
        *lines = NULL;
    }
    return st;
}

void lines_close(struct lines *lines)
{
    if (lines != NULL) {
        if (lines->file > STDIN_FILENO) {
            close(lines->file);
        }
        ZSTD_freeDStream(lines->zstd);
        mem_free(lines->chunk);
        buf_release(&lines->text);
        mem_free(lines);
    }
}

static struct status lines_unpack(struct lines *lines)
{
    if (lines->zstd == NULL) {
        buf_append(&lines->text, (struct str){ lines->chunk, lines->in.size });
        lines->in.pos = lines->in.size;
        return status_ok();
    }
    ZSTD_outBuffer out = { .dst = buf_reserve(&lines->text, CHUNK_SIZE), .size = CHUNK_SIZE };
    lines->frame = ZSTD_decompressStream(lines->zstd, &out, &lines->in);
    if (ZSTD_isError(lines->frame)) {
        return status_error(STATUS_DATA_LOSS, "expected a whole zstd file in '%s': %s", lines->path,
                            ZSTD_getErrorName(lines->frame));
    }
    lines->text.size += out.pos;
    return status_ok();
}

/* Brings more text, or finds the end. */
static struct status lines_more(struct lines *lines)
{
    if (lines->given > 0) {
        memmove(lines->text.data, lines->text.data + lines->given, lines->text.size - lines->given);
    }
    lines->text.size -= lines->given;
    lines->given = 0;
    if (lines->text.size > LINES_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected lines of at most %d bytes in '%s'",
                            LINES_SIZE_MAX, lines->path);
    }
    if (lines->in.pos == lines->in.size) {
        TRY(lines_fill(lines));
    }
    if (!lines->ended) {
        return lines_unpack(lines);
    }
    return lines->frame == 0
               ? status_ok()
               : status_error(STATUS_DATA_LOSS, "expected the rest of a zstd file in '%s'",
                              lines->path);
}

static struct status lines_any(struct lines *lines, struct str *line, bool *more)
{
    size_t searched = lines->given;
    for (;;) {
        size_t left = lines->text.size - searched;
        char *end = left == 0 ? NULL : memchr(lines->text.data + searched, '\n', left);
        bool last = lines->ended && lines->text.size > lines->given;
        if (end != NULL || last) {
            char *begin = lines->text.data + lines->given;
            *line = (struct str){ begin, end == NULL ? lines->text.size - lines->given
                                                     : (size_t)(end - begin) };
            lines->given += line->size + (end != NULL);
            lines->number++;
            *more = true;
            return status_ok();
        }
        if (lines->ended) {
            *more = false;
            return status_ok();
        }
        size_t behind = lines->text.size - lines->given;
        TRY(lines_more(lines));
        searched = behind;
    }
}

static bool lines_is_blank(struct str line)
{
    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] != ' ' && line.data[i] != '\t' && line.data[i] != '\r') {
            return false;
        }
    }
    return true;
}

struct status lines_next(struct lines *lines, struct str *line, bool *more)
{
    do {
        TRY(lines_any(lines, line, more));
    } while (*more && lines_is_blank(*line));
    return status_ok();
}

uint64_t lines_number(const struct lines *lines)
{
    return lines->number;
}

uint64_t lines_read(const struct lines *lines)
{
    return lines->read;
}

uint64_t lines_size(const struct lines *lines)
{
    return lines->size;
}
