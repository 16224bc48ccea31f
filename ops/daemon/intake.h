/* Where commands go that come over the API: to the writer of an embedded log in this process, or
 * over a log on Kafka to whoever leads. */
#ifndef OPS_DAEMON_INTAKE_H
#define OPS_DAEMON_INTAKE_H

#include "core/auth/command_signature.h"
#include "core/base/clock.h"
#include "core/evlog/opener.h"
#include "core/model/submit.h"
#include "ops/daemon/daemon_options.h"
#include "ops/data_dir.h"
#include "ops/telemetry/telemetry.h"

enum { INTAKE_TIMEOUT_US = 30 * 1000000 };

struct intake_options {
    const struct data_dir *dir;
    const struct daemon_options *daemon;
    struct clock clock;
    struct evlog_reporter reporter;
    struct shelf *shelf; /* where the writer of an embedded log shows its stores */
    struct telemetry *telemetry;
    uint64_t process; /* this one: what the epochs of an embedded log say who began them */
};

struct intake;

/* Opens the writer, or a client of the log. Gives it; borrows all. FAILED_PRECONDITION: another
 * process writes the embedded log. Statuses of folder_conf_read and of opening the log. */
MUST_USE struct status intake_open(const struct intake_options *options, struct arena *arena,
                                   struct intake **intake);
/* Answers what it has taken, and ends. NULL is fine. Gives why the last of it failed, if it did. */
MUST_USE struct status intake_close(struct intake *intake);

/* Valid until it is closed. */
struct submit intake_port(struct intake *intake);
struct evlog_identity intake_identity(const struct intake *intake);
/* What commands are sealed with; NULL: they do not leave this process. */
const struct command_signature_cluster *intake_seals(const struct intake *intake);

#endif
