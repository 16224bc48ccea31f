#include "ops/daemon/intake.h"

#include "core/base/memory.h"
#include "writers/client/client.h"
#include "writers/embedded/writer.h"

enum { INTAKE_ASK_AFTER_US = 2 * 1000000 };

struct intake {
    struct intake_options options;
    struct arena *arena;
    struct evlog_identity identity;
    struct writer *writer; /* of an embedded log, */
    struct client *client; /* or on Kafka: */
    struct command_signature_cluster seals;
};

static struct status intake_open_log(void *context, bool read_only, struct evlog **log)
{
    struct intake *intake = context;
    TRY(data_dir_open_log(intake->options.dir, read_only, log));
    if (intake->identity.partitions_count == 0) { /* later by the thread of the client */
        intake->identity = (*log)->identity;
    }
    telemetry_wrap_log(intake->options.telemetry, log);
    return status_ok();
}

static struct status intake_open_writer(struct intake *intake)
{
    const struct intake_options *own = &intake->options;
    struct folder_conf folder;
    struct writer_options options = { .opener = { intake_open_log, intake },
                                      .reporter = own->reporter,
                                      .stores = own->dir->stores,
                                      .clock = own->clock,
                                      .accept_clock = own->daemon->accept_clock,
                                      .timed = true,
                                      .shelf = own->shelf,
                                      .watch = telemetry_watch(own->telemetry),
                                      .process = own->process };
    TRY(folder_conf_read(own->dir->conf, intake->arena, &folder));
    TRY(daemon_options_configuration(own->daemon, &folder, intake->arena, &options.configuration));
    return writer_open(&options, &intake->writer);
}

/* Without a key of the cluster only what its sender has signed can be taken. */
static struct status intake_open_client(struct intake *intake)
{
    const struct intake_options *own = &intake->options;
    const struct seal_keys *seals = &own->dir->seals;
    struct client_options options = { .opener = { intake_open_log, intake },
                                      .reporter = own->reporter,
                                      .clock = own->clock,
                                      .timeout_us = INTAKE_TIMEOUT_US,
                                      .patience_us = INTAKE_ASK_AFTER_US };
    TRY(client_open(&options, &intake->client));
    intake->seals = (struct command_signature_cluster){
        evlog_id_str(&client_identity(intake->client)->history_id), seals->keys, seals->count
    };
    return status_ok();
}

struct status intake_open(const struct intake_options *options, struct arena *arena,
                          struct intake **out)
{
    struct intake *intake = mem_zalloc(1, sizeof *intake);
    intake->options = *options;
    intake->arena = arena;
    struct status st =
        options->dir->shared ? intake_open_client(intake) : intake_open_writer(intake);
    if (st.code != STATUS_OK) {
        mem_free(intake);
        intake = NULL;
    }
    *out = intake;
    return st;
}

struct status intake_close(struct intake *intake)
{
    if (intake == NULL) {
        return status_ok();
    }
    client_close(intake->client);
    struct status st = writer_close(intake->writer);
    mem_free(intake);
    return st;
}

struct submit intake_port(struct intake *intake)
{
    return intake->writer != NULL ? writer_port(intake->writer) : client_port(intake->client);
}

struct evlog_identity intake_identity(const struct intake *intake)
{
    return intake->identity;
}

const struct command_signature_cluster *intake_seals(const struct intake *intake)
{
    return intake->client != NULL ? &intake->seals : NULL;
}
