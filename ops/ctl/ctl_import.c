/* import: commands of files, many in flight, answered in their order. What was answered before is
 * answered again as it was, so running it again goes on where it stopped. */
#include <inttypes.h>
#include <pthread.h>

#include "core/auth/command_record.h"
#include "core/base/limits.h"
#include "core/base/memory.h"
#include "core/pb/json.h"
#include "ops/ctl/lines.h"
#include "ops/ctl/progress.h"
#include "ops/ctl/say.h"
#include "ops/ctl/sending.h"

/* Commands in flight: several batches of the writer. */
enum { IMPORT_WINDOW = 2048, IMPORT_TOLD_MAX = 10, SECOND_US = 1000000 };
/* One line as a message: its text is at most LINES_SIZE_MAX. */
static_assert((int)IMPORT_WINDOW > (int)SERVER_SENDING_MAX,
              "what waits for a server is sent before the window is full");
static const size_t IMPORT_ARENA_MAX = (size_t)64 << 20;

struct import;

struct import_line {
    struct import *import;
    uint64_t number;
    const char *path;
    struct command_record_erasure erasure; /* what it erases: its texts lie in ids */
    char ids[2][ID_SIZE_MAX];
};

struct import {
    struct sending sending;
    struct ctl *ctl;
    struct arena arena; /* of one line */
    struct import_line window[IMPORT_WINDOW];
    pthread_mutex_t lock;
    pthread_cond_t moved;
    uint64_t hashed; /* commands that bind an identity of which only the hash is known */
    /* Under the lock. */
    uint64_t sent;
    uint64_t answered;
    uint64_t accepted;
    uint64_t repeated;
    uint64_t rejected;
    struct status stopped; /* the first answer that says that nothing more can be done */
};

static void import_count(struct import *import, const struct import_line *line,
                         const struct submit_answer *answer)
{
    bool again = answer->outcome == SUBMIT_REPEATED;
    import->repeated += again;
    if (answer->code == STATUS_OK) {
        import->accepted += !again;
        return;
    }
    if (sending_is_over(answer)) {
        if (import->stopped.code == STATUS_OK) {
            import->stopped = status_error(answer->code, "%s", answer->reason);
        }
        return;
    }
    import->rejected++;
    if (import->rejected <= IMPORT_TOLD_MAX) {
        say("%s:%" PRIu64 ": %s %s: %s", line->path, line->number,
            answer->outcome == SUBMIT_FAILED ? "failed" : "rejected",
            status_code_name(answer->code), answer->reason);
    }
}

static struct str import_keep(char room[ID_SIZE_MAX], struct str id)
{
    if (id.size > 0) {
        memcpy(room, id.data, id.size);
    }
    return str_make(room, id.size);
}

/* The texts of a command do not live until its answer. What is longer is no id, and rejected. */
static void import_note_erasure(struct import_line *line, const Agency__V1__Command *command)
{
    struct command_record_erasure of = command_record_erasure(command);
    if (of.org_id.size <= ID_SIZE_MAX && of.subject_id.size <= ID_SIZE_MAX) {
        line->erasure = (struct command_record_erasure){ import_keep(line->ids[0], of.org_id),
                                                         import_keep(line->ids[1], of.subject_id) };
    }
}

/* Where a server was asked it has done so itself. */
static struct status import_erase(const struct import_line *line,
                                  const struct submit_answer *answer)
{
    const struct ctl *ctl = line->import->ctl;
    return answer->code != STATUS_OK || ctl->server != NULL
               ? status_ok()
               : command_record_erase(&ctl->keyring, &line->erasure);
}

static void import_done(void *context, const struct submit_answer *answer)
{
    struct import_line *line = context;
    struct import *import = line->import;
    struct status erased = import_erase(line, answer);
    pthread_mutex_lock(&import->lock);
    import_count(import, line, answer);
    if (erased.code != STATUS_OK && import->stopped.code == STATUS_OK) {
        import->stopped = status_prefix(erased,
                                        "%s:%" PRIu64 ": accepted, but its key is not "
                                        "destroyed; import it again to try it again",
                                        line->path, line->number);
    }
    import->answered++;
    pthread_cond_signal(&import->moved);
    pthread_mutex_unlock(&import->lock);
}

/* Waits until at most `most` commands are in flight. */
static struct status import_wait(struct import *import, uint64_t most)
{
    if (most == 0) {
        sending_flush(&import->sending);
    }
    pthread_mutex_lock(&import->lock);
    while (import->sent - import->answered > most) {
        pthread_cond_wait(&import->moved, &import->lock);
    }
    struct status st = import->stopped;
    pthread_mutex_unlock(&import->lock);
    return st;
}

static struct status import_send(struct import *import, struct import_line *line, struct str text)
{
    Agency__V1__Command *command;
    arena_reset(&import->arena);
    TRY(pb_from_json(&import->arena, &agency__v1__command__descriptor, text, &command));
    TRY(sending_check_org(import->ctl, command));
    import->hashed += command_record_is_hashed(command);
    import_note_erasure(line, command);
    pthread_mutex_lock(&import->lock);
    import->sent++; /* it can be answered before the next call returns */
    pthread_mutex_unlock(&import->lock);
    struct status st = sending_submit(&import->sending, &import->arena, command, import_done, line);
    if (st.code != STATUS_OK) {
        pthread_mutex_lock(&import->lock);
        import->sent--;
        pthread_mutex_unlock(&import->lock);
    }
    return st;
}

static struct status import_lines(struct import *import, struct lines *lines, const char *path)
{
    struct progress progress;
    struct str text;
    bool more;
    progress_init(&progress, "bytes", lines_size(lines), import->ctl->clock);
    struct status st = lines_next(lines, &text, &more);
    while (st.code == STATUS_OK && more) {
        struct import_line *line = &import->window[lines_number(lines) % IMPORT_WINDOW];
        TRY(import_wait(import, IMPORT_WINDOW - 1));
        *line =
            (struct import_line){ .import = import, .number = lines_number(lines), .path = path };
        st = status_prefix(import_send(import, line, text), "%s:%" PRIu64, path,
                           lines_number(lines));
        progress_show(&progress, lines_read(lines));
        if (st.code == STATUS_OK) {
            st = lines_next(lines, &text, &more);
        }
    }
    struct status waited = import_wait(import, 0);
    progress_end(&progress);
    return st.code == STATUS_OK ? waited : st;
}

static struct status import_file(struct import *import, const char *path)
{
    struct lines *lines;
    TRY(lines_open(path, &lines));
    struct status st = import_lines(import, lines, path);
    lines_close(lines);
    return st;
}

static void import_say(const struct import *import, int64_t began_us)
{
    struct ctl *ctl = import->ctl;
    int64_t took = clock_monotonic_us(&ctl->clock) - began_us;
    double seconds = (double)took / SECOND_US;
    if (ctl->options.output == CTL_JSON) {
        buf_printf(&ctl->out,
                   "{\"accepted\":%" PRIu64 ",\"repeated\":%" PRIu64 ",\"rejected\":%" PRIu64
                   ",\"seconds\":%.3f}\n",
                   import->accepted, import->repeated, import->rejected, seconds);
        return;
    }
    buf_printf(&ctl->out,
               "%" PRIu64 " commands accepted, %" PRIu64 " answered before, %" PRIu64
               " rejected, in %.2f s\n",
               import->accepted, import->repeated, import->rejected, seconds);
}

/* Whether this is the right key nobody can tell from a hash. */
static void import_say_hashed(const struct import *import)
{
    if (import->hashed > 0) {
        say("agencyctl: ATTENTION: %" PRIu64 " credentials came as hashes under the cluster key of "
            "the folder that they were exported from. They are recognised here only if this folder "
            "has the same key (agencyctl init --cluster-key OLD/cluster.key, before the import); "
            "else whoever called by them has to be bound again",
            import->hashed);
    }
}

static struct status import_run(struct import *import)
{
    struct ctl *ctl = import->ctl;
    int64_t began = clock_monotonic_us(&ctl->clock);
    TRY(sending_open(&import->sending, ctl));
    struct status st = status_ok();
    for (int i = 0; i < ctl->argc && st.code == STATUS_OK; i++) {
        st = import_file(import, ctl->argv[i]);
    }
    struct status closed = sending_close(&import->sending);
    import_say(import, began);
    import_say_hashed(import);
    if (import->rejected > 0) {
        ctl->exit = CTL_REJECTED;
    }
    return st.code == STATUS_OK ? closed : st;
}

struct status ctl_import(struct ctl *ctl)
{
    struct import *import = mem_zalloc(1, sizeof *import);
    import->ctl = ctl;
    arena_init(&import->arena, IMPORT_ARENA_MAX);
    pthread_mutex_init(&import->lock, NULL);
    pthread_cond_init(&import->moved, NULL);
    struct status st = import_run(import);
    pthread_cond_destroy(&import->moved);
    pthread_mutex_destroy(&import->lock);
    arena_release(&import->arena);
    mem_free(import);
    return st;
}
