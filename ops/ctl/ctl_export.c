/* export: an org's commands into a file, plain or zstd. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include <zstd.h>

#include "ops/ctl/reading.h"
#include "query/plan/document_text.h"
#include "replay/export.h"

enum { EXPORT_CHUNK = 1 << 16, EXPORT_ZSTD_LEVEL = 9 };

struct export_file {
    FILE *file;
    const char *path;
    ZSTD_CStream *zstd; /* NULL: plain */
    int unwritten;      /* errno of what could not be written; 0: all was */
};

/* ---- the file ---- */

static struct status export_write(struct export_file *export, const void *data, size_t size)
{
    if (fwrite(data, 1, size, export->file) == size) {
        return status_ok();
    }
    export->unwritten = errno;
    return status_error(STATUS_UNAVAILABLE, "expected to write '%s': %s", export->path,
                        strerror(errno));
}

static struct status export_put(struct export_file *export, struct str text, ZSTD_EndDirective end)
{
    if (export->zstd == NULL) {
        return export_write(export, text.data, text.size);
    }
    ZSTD_inBuffer in = { text.data, text.size, 0 };
    size_t left;
    do {
        char chunk[EXPORT_CHUNK];
        ZSTD_outBuffer out = { chunk, sizeof chunk, 0 };
        left = ZSTD_compressStream2(export->zstd, &out, &in, end);
        if (ZSTD_isError(left)) {
            return status_error(STATUS_INTERNAL, "compress: %s", ZSTD_getErrorName(left));
        }
        TRY(export_write(export, chunk, out.pos));
    } while (end == ZSTD_e_end ? left > 0 : in.pos < in.size);
    return status_ok();
}

/* A file that was there keeps its mode, whatever is written over it. */
static struct status export_close_to_others(struct export_file *export, const char *path)
{
    struct stat found;
    int file = fileno(export->file);
    bool own = export->file != stdout && fstat(file, &found) == 0 && S_ISREG(found.st_mode);
    return !own || fchmod(file, found.st_mode & (S_IRWXU | S_IRWXG)) == 0
               ? status_ok()
               : status_error(STATUS_UNAVAILABLE, "expected to close '%s' to others: %s", path,
                              strerror(errno));
}

static struct status export_open_file(struct export_file *export)
{
    const char *path = export->path;
    struct str name = str_z(path);
    bool zstd = name.size > 4 && strcmp(path + name.size - 4, ".zst") == 0;
    export->file = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
    if (export->file == NULL) {
        return status_error(STATUS_UNAVAILABLE, "expected to write '%s': %s", path,
                            strerror(errno));
    }
    TRY(export_close_to_others(export, path));
    if (zstd) {
        export->zstd = ZSTD_createCStream();
        ZSTD_CCtx_setParameter(export->zstd, ZSTD_c_compressionLevel, EXPORT_ZSTD_LEVEL);
        ZSTD_CCtx_setParameter(export->zstd, ZSTD_c_checksumFlag, 1);
    }
    return status_ok();
}

static struct status export_close_file(struct export_file *export)
{
    struct status st = export->zstd == NULL ? status_ok() : export_put(export, STR(""), ZSTD_e_end);
    ZSTD_freeCStream(export->zstd);
    bool failed = fflush(export->file) != 0;
    failed |= export->file != stdout && fclose(export->file) != 0;
    if (!failed || export->unwritten != 0) {
        return st;
    }
    export->unwritten = errno;
    return status_error(STATUS_UNAVAILABLE, "expected to write '%s': %s", export->path,
                        strerror(errno));
}

/* The file is opened for the first line, so that a mistake in the question does not empty what an
 * earlier export wrote. */
static struct status export_line_cb(void *context, struct str line)
{
    struct export_file *export = context;
    if (export->file == NULL) {
        TRY(export_open_file(export));
    }
    return export_put(export, line, ZSTD_e_continue);
}

static struct status export_to(struct ctl *ctl, struct export_file *export, uint64_t *written)
{
    struct export_request request = { .org_id = ctl->options.org,
                                      .line = export_line_cb,
                                      .context = export };
    TRY(data_dir_open_log(&ctl->dir, true, &request.log));
    export->path = ctl->argv[0];
    struct status st = export_commands(&request, written);
    struct status closed = export->file == NULL ? status_ok() : export_close_file(export);
    evlog_close(request.log);
    return st.code == STATUS_OK ? closed : st;
}

/* ---- documents ---- */

struct export_documents {
    struct export_file *file;
    uint64_t *written;
};

static struct status export_document_cb(void *context, struct str text)
{
    struct export_documents *documents = context;
    ++*documents->written;
    return export_line_cb(documents->file, text);
}

static struct status export_documents(struct ctl *ctl, struct export_file *export,
                                      uint64_t *written)
{
    struct export_documents documents = { export, written };
    struct reading reading;
    export->path = ctl->argv[0];
    struct status st = reading_open(&reading, ctl);
    if (st.code == STATUS_OK) {
        st = document_texts(&reading.snapshot, export_document_cb, &documents);
    }
    reading_close(&reading);
    struct status closed = export->file == NULL ? status_ok() : export_close_file(export);
    return st.code == STATUS_OK ? closed : st;
}

struct status ctl_export(struct ctl *ctl)
{
    struct export_file export = { 0 };
    uint64_t written = 0;
    const struct str as = ctl->options.as;
    TRY(ctl_need_org(ctl));
    if ((as.size > 0 && !str_eq(as, STR("yaml"))) ||
        (as.size == 0 && ctl->options.as_of.size > 0)) {
        return status_error(
            STATUS_INVALID_ARGUMENT,
            "expected --as yaml or no --as: without it export does not use --as-of");
    }
    struct status st =
        as.size > 0 ? export_documents(ctl, &export, &written) : export_to(ctl, &export, &written);
    if (export.file == stdout && export.unwritten == EPIPE) {
        return status_ok(); /* who reads has seen enough, as of every other verb */
    }
    TRY(st);
    if (ctl->options.output == CTL_TABLE && export.file != stdout) {
        buf_printf(&ctl->out, "%" PRIu64 " %s written to %s\n", written,
                   as.size > 0 ? "documents" : "commands", ctl->argv[0]);
    }
    return status_ok();
}
