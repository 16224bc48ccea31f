/* The API of an agencyd: its services, on all addresses that it listens on and on the socket of its
 * data folder, behind one gate. Each service is one function, X_service_add, beside its code. */
#ifndef OPS_DAEMON_API_SERVER_H
#define OPS_DAEMON_API_SERVER_H

#include "core/base/diag.h"
#include "ops/daemon/daemon_options.h"
#include "ops/daemon/status_board.h"
#include "ops/data_dir.h"
#include "ops/telemetry/telemetry.h"

struct api_server_options {
    const struct data_dir *dir;
    const struct daemon_options *daemon;
    const char *listen; /* where it is served besides the socket, unless the options say */
    struct clock clock;
    struct diag *diag;
    struct status_board *board; /* how the process is */
    struct shelf *shelf; /* where stores are shown: of an embedded log by the writer of this one */
    struct telemetry *telemetry;
    uint64_t process; /* as of struct intake_options */
};

struct api_server;

/* Opens all that services need and serves. Gives it; borrows all, the arena for what lasts.
 * INVALID_ARGUMENT: an option is wrong. FAILED_PRECONDITION: somebody else writes the embedded log.
 * UNAVAILABLE: an address is taken. */
MUST_USE struct status api_server_open(const struct api_server_options *options,
                                       struct arena *arena, struct api_server **api);
/* Takes no more calls, answers what is under way for some seconds, and ends. NULL is fine. Gives
 * why the last of what was decided here could not be written, if so. */
MUST_USE struct status api_server_close(struct api_server *api);

/* The partitions of the log that it stands on. */
uint32_t api_server_partitions_count(const struct api_server *api);

#endif
