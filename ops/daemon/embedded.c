#include "ops/daemon/embedded.h"

#include <poll.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "ops/daemon/api_server.h"
#include "ops/daemon/log_trouble.h"
#include "ops/daemon/replica_readiness.h"
#include "ops/daemon/shelf_status.h"

/* Where the API is, unless somebody says otherwise: this machine alone. */
#define EMBEDDED_LISTEN "127.0.0.1:8420"

/* While it opens its partitions somebody may wait for it. */
enum { EMBEDDED_LOOK_MS = 1000, EMBEDDED_LOOK_OPENING_MS = 200 };
static const size_t EMBEDDED_ARENA_MAX = (size_t)16 << 20;

struct embedded {
    const struct daemon_options *options;
    struct diag *diag;
    struct telemetry *telemetry;
    struct clock clock;
    uint64_t process;
    struct arena arena; /* of what lasts */
    struct status_board *board;
    struct shelf *shelf;
    struct api_server *api;
    struct shelf_status *partitions;
};

static struct status embedded_open_api(struct embedded *embedded, const struct data_dir *dir)
{
    struct api_server_options options = { .dir = dir,
                                          .daemon = embedded->options,
                                          .listen = EMBEDDED_LISTEN,
                                          .clock = embedded->clock,
                                          .diag = embedded->diag,
                                          .board = embedded->board,
                                          .shelf = embedded->shelf,
                                          .telemetry = embedded->telemetry,
                                          .process = embedded->process };
    TRY(data_dir_goes_on(dir));
    return api_server_open(&options, &embedded->arena, &embedded->api);
}

static void embedded_say_started(const struct embedded *embedded)
{
    struct diag_line line = diag_begin(embedded->diag, DIAG_INFO, "started");
    diag_str(&line, "data", embedded->options->data);
    diag_str(&line, "log", STR("embedded"));
    diag_end(&line);
}

struct status embedded_open(const struct daemon_options *options, const struct data_dir *dir,
                            struct diag *diag, struct telemetry *telemetry, struct embedded **out)
{
    struct embedded *embedded = mem_zalloc(1, sizeof *embedded);
    embedded->options = options;
    embedded->diag = diag;
    embedded->telemetry = telemetry;
    embedded->clock = clock_real();
    struct process self = { .roles = DAEMON_WRITER | DAEMON_QUERY,
                            .started_us = clock_now_us(&embedded->clock) };
    random_bytes(&self.number, sizeof self.number);
    embedded->process = self.number;
    embedded->board = status_board_open(&self, &embedded->clock);
    embedded->shelf = shelf_new(PARTITIONS_MAX);
    arena_init(&embedded->arena, EMBEDDED_ARENA_MAX);
    struct status st = embedded_open_api(embedded, dir);
    if (st.code == STATUS_OK) {
        embedded->partitions = shelf_status_open(
            embedded->shelf, api_server_partitions_count(embedded->api), telemetry);
        embedded_say_started(embedded);
    } else {
        struct status closed = embedded_close(embedded);
        (void)closed; /* why it did not start says more */
        embedded = NULL;
    }
    *out = embedded;
    return st;
}

/* Looks at the partitions and tells who asks; *open if all are. */
static struct status embedded_look(struct embedded *embedded, bool *open)
{
    struct process_facts facts = shelf_status_look(embedded->partitions);
    struct status ready = replica_readiness_open(facts.partitions, facts.partitions_count);
    *open = ready.code == STATUS_OK;
    telemetry_note_lag(embedded->telemetry, facts.partitions, facts.partitions_count);
    telemetry_set_ready(embedded->telemetry, ready);
    facts.clock_ahead_us = telemetry_clock_ahead_us(embedded->telemetry);
    return status_board_step(embedded->board, &facts);
}

struct status embedded_run(struct embedded *embedded, int signals)
{
    struct pollfd ending = { .fd = signals, .events = POLLIN };
    bool open;
    do {
        TRY(embedded_look(embedded, &open));
    } while (poll(&ending, 1, open ? EMBEDDED_LOOK_MS : EMBEDDED_LOOK_OPENING_MS) == 0);
    return status_ok();
}

struct status embedded_close(struct embedded *embedded)
{
    if (embedded == NULL) {
        return status_ok();
    }
    shelf_status_close(embedded->partitions);
    struct status st = api_server_close(embedded->api);
    status_board_close(embedded->board);
    shelf_free(embedded->shelf);
    arena_release(&embedded->arena);
    mem_free(embedded);
    return st;
}
