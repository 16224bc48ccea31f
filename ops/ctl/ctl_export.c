/* export: an org's commands into a file, plain or zstd. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include <zstd.h>

#include "ops/ctl/ctl.h"
#include "replay/export.h"

enum { EXPORT_CHUNK = 1 << 16, EXPORT_ZSTD_LEVEL = 9 };

struct export_file {
    FILE *file;
    ZSTD_CStream *zstd; /* NULL: plain */
};

/* ---- the file ---- */

static struct status export_put(struct export_file *export, struct str text, ZSTD_EndDirective end)
{
    if (export->zstd == NULL) {
        fwrite(text.data, 1, text.size, export->file);
        return status_ok();
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
        fwrite(chunk, 1, out.pos, export->file);
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

static struct status export_open_file(struct export_file *export, const char *path)
{
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
    bool failed = fflush(export->file) != 0 || ferror(export->file) != 0;
    failed |= export->file != stdout && fclose(export->file) != 0;
    return failed ? status_error(STATUS_UNAVAILABLE, "expected to write all: %s", strerror(errno))
                  : st;
}

static struct status export_line_cb(void *context, struct str line)
{
    return export_put(context, line, ZSTD_e_continue);
}

static struct status export_to(struct ctl *ctl, struct export_file *export, uint64_t *written)
{
    struct export_request request = { .org_id = ctl->options.org,
                                      .line = export_line_cb,
                                      .context = export };
    TRY(data_dir_open_log(&ctl->dir, true, &request.log));
    struct status st = export_open_file(export, ctl->argv[0]);
    if (st.code == STATUS_OK) {
        st = export_commands(&request, written);
        struct status closed = export_close_file(export);
        st = st.code == STATUS_OK ? closed : st;
    }
    evlog_close(request.log);
    return st;
}

struct status ctl_export(struct ctl *ctl)
{
    struct export_file export = { 0 };
    uint64_t written = 0;
    TRY(ctl_need_org(ctl));
    TRY(export_to(ctl, &export, &written));
    if (ctl->options.output == CTL_TABLE && export.file != stdout) {
        buf_printf(&ctl->out, "%" PRIu64 " commands written to %s\n", written, ctl->argv[0]);
    }
    return status_ok();
}
