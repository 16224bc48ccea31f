#include "ops/ctl/sending.h"

#include <stdio.h>
#include <time.h>

#include "core/auth/command_record.h"
#include "core/base/ed25519_pem.h"
#include "core/base/murmur2.h"
#include "core/base/small_file.h"
#include "core/domain/kernel/fields.h"
#include "core/model/decision.h"
#include "core/model/outcome.h"
#include "ops/ctl/say.h"

/* Another agencyctl is soon done; a server is not. */
enum { LOCK_WAIT_US = 5 * 1000000, LOCK_RETRY_US = 20 * 1000, ASK_AFTER_US = 2 * 1000000 };

static struct status sending_open_log(void *context, bool read_only, struct evlog **log)
{
    struct sending *sending = context;
    const struct clock *clock = &sending->ctl->clock;
    int64_t until = clock_monotonic_us(clock) + LOCK_WAIT_US;
    struct status st = data_dir_open_log(&sending->ctl->dir, read_only, log);
    while (st.code == STATUS_FAILED_PRECONDITION && clock_monotonic_us(clock) < until) {
        nanosleep(&(struct timespec){ .tv_nsec = LOCK_RETRY_US * 1000 }, NULL);
        st = data_dir_open_log(&sending->ctl->dir, read_only, log);
    }
    if (st.code == STATUS_OK) {
        sending->identity = (*log)->identity;
    }
    return st;
}

static void sending_report(void *context, uint32_t partition, struct status what)
{
    (void)context;
    (void)partition;
    say_status("agencyctl", &what);
}

/* Whoever waits for an answer is told by it when the log fails; a store that is not written changes
 * no answer. */
static void sending_report_writer(void *context, uint32_t partition, struct status what)
{
    if (partition == EVLOG_ALL) {
        return;
    }
    if (what.code == STATUS_UNAVAILABLE) {
        say("agencyctl: note: the store of partition %u is not written: %s. What was answered "
            "stands "
            "in the log, and the store is folded again from it",
            partition, what.msg);
        return;
    }
    sending_report(context, partition, what);
}

static struct status sending_open_writer(struct sending *sending)
{
    struct ctl *ctl = sending->ctl;
    struct writer_options options = { .opener = { sending_open_log, sending },
                                      .reporter = { sending_report_writer, sending },
                                      .stores = ctl->dir.stores,
                                      .clock = ctl->clock,
                                      .accept_clock = ctl->options.accept_clock };
    TRY(folder_conf_deciding(&sending->conf, false, &ctl->arena, &options.configuration));
    TRY(writer_open(&options, &sending->writer));
    sending->port = writer_port(sending->writer);
    return status_ok();
}

static struct status sending_open_client(struct sending *sending)
{
    struct client_options options = { .opener = { sending_open_log, sending },
                                      .reporter = { sending_report, sending },
                                      .clock = sending->ctl->clock,
                                      .timeout_us = sending->ctl->options.timeout_us,
                                      .patience_us = ASK_AFTER_US };
    TRY(client_open(&options, &sending->client));
    sending->port = client_port(sending->client);
    return status_ok();
}

/* ---- who commands ---- */

static struct status sending_read_key(struct sending *sending, const char *path)
{
    struct arena *arena = &sending->ctl->arena;
    struct str text;
    char hex[ED25519_HEX_SIZE], principal[sizeof hex + 8];
    TRY(small_file_read_secret(path, arena, &text));
    TRY(status_prefix(ed25519_pem_read(text, &sending->secret), "%s", path));
    struct ed25519_public public = ed25519_public_of(&sending->secret);
    ed25519_public_hex(&public, hex);
    snprintf(principal, sizeof principal, "ED25519:%s", hex);
    sending->signs = true;
    return principal_parse(arena, STR(""), str_z(principal), &sending->principal);
}

/* A name without a kind is an operator's, and only if the folder says so: whoever forgets the kind
 * has not more power, but none. */
static struct status sending_named(struct sending *sending, struct str named)
{
    const struct folder_conf *conf = &sending->conf;
    bool bare = memchr(named.data, ':', named.size) == NULL;
    if (bare && !folder_conf_is_operator(conf, named)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --principal KIND:IDENTITY, such as API_KEY:ada, or an "
                            "operator that agency.conf of the data folder names (%.*s), but it is "
                            "'%.*s'",
                            STR_ARG(conf->operators), STR_ARG(named));
    }
    return principal_parse(&sending->ctl->arena, sending->ctl->dir.cluster_key, named,
                           &sending->principal);
}

static struct status sending_find_principal(struct sending *sending)
{
    struct ctl *ctl = sending->ctl;
    struct str named = ctl->options.principal;
    if (ctl->options.key.size == 0) {
        return sending_named(sending, named.size > 0 ? named : folder_conf_first(&sending->conf));
    }
    if (named.size > 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --key or --principal, but both are given: a key signs for "
                            "whom it is bound to");
    }
    return sending_read_key(sending, ctl->options.key.data);
}

/* What outcomes will say of whose commands these are. */
static struct status sending_find_fingerprint(struct sending *sending)
{
    struct arena *arena = &sending->ctl->arena;
    struct str text;
    TRY(decision_principal(arena, sending->principal, &text));
    return decision_fingerprint(arena, text, &sending->fingerprint);
}

/* Who commands the server finds out. */
static struct status sending_open_server(struct sending *sending)
{
    if (sending->ctl->options.key.size > 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --key with a data folder only: a server takes --token-file, "
                            "--key-file or --certificate");
    }
    server_sending_init(&sending->server, sending->ctl->server);
    return status_ok();
}

struct status sending_who(struct ctl *ctl, const Agency__V1__Principal **principal)
{
    struct sending sending = { .ctl = ctl };
    TRY(folder_conf_read(ctl->dir.conf, &ctl->arena, &sending.conf));
    TRY(sending_find_principal(&sending));
    *principal = sending.principal;
    return status_ok();
}

struct status sending_open(struct sending *sending, struct ctl *ctl)
{
    *sending = (struct sending){ .ctl = ctl };
    if (ctl->server != NULL) {
        return sending_open_server(sending);
    }
    TRY(data_dir_goes_on(&ctl->dir));
    TRY(folder_conf_read(ctl->dir.conf, &ctl->arena, &sending->conf));
    TRY(sending_find_principal(sending));
    TRY(sending_find_fingerprint(sending));
    if (ctl->dir.shared && !sending->signs && ctl->dir.seals.count == 0) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected --key FILE to sign commands with: this folder has no key "
                            "of the cluster to seal them");
    }
    return ctl->dir.shared ? sending_open_client(sending) : sending_open_writer(sending);
}

struct status sending_close(struct sending *sending)
{
    server_sending_flush(&sending->server);
    server_sending_release(&sending->server);
    client_close(sending->client);
    struct status st = writer_close(sending->writer);
    return st.code == STATUS_UNAVAILABLE ? status_ok() : st; /* each answer said so */
}

struct status sending_check_org(const struct ctl *ctl, const Agency__V1__Command *command)
{
    struct str org = ctl->options.org;
    return org.size == 0 || str_eq(org, str_z(command->org_id))
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected a command to org '%.*s', as --org says, but it is to '%s'",
                              STR_ARG(org), command->org_id);
}

/* A command that is not answered in time is not decided later, either. */
static struct status sending_prove(const struct sending *sending, struct arena *arena,
                                   Agency__V1__Command *command, struct str *record)
{
    const struct ctl *ctl = sending->ctl;
    int64_t now_us = clock_now_us(&ctl->clock);
    struct command_record_proof proof = {
        .cluster = { evlog_id_str(&client_identity(sending->client)->history_id),
                     ctl->dir.seals.keys, ctl->dir.seals.count },
        .signer = sending->signs ? &sending->secret : NULL,
        .issued_at_us = now_us,
        .expires_at_us = now_us + ctl->options.timeout_us,
    };
    struct command_record_keys keys = { ctl->dir.cluster_key, ctl->keyring };
    return command_record_make(arena, &keys, command, sending->principal, &proof, record);
}

static struct status sending_record(struct sending *sending, struct arena *arena,
                                    Agency__V1__Command *command, struct submit_command *sent)
{
    *sent = (struct submit_command){ .org_id = str_z(command->org_id),
                                     .command_id = str_z(command->command_id),
                                     .principal = str_z(sending->fingerprint) };
    struct command_record_keys keys = { sending->ctl->dir.cluster_key, sending->ctl->keyring };
    return sending->client != NULL ? sending_prove(sending, arena, command, &sent->record)
                                   : command_record_make(arena, &keys, command, sending->principal,
                                                         NULL, &sent->record);
}

struct status sending_submit(struct sending *sending, struct arena *arena,
                             Agency__V1__Command *command, submit_done *done, void *context)
{
    struct submit_command sent;
    if (sending->server.client != NULL) {
        return server_sending_add(&sending->server, command, done, context);
    }
    TRY(sending_record(sending, arena, command, &sent));
    return submit(&sending->port, &sent, done, context);
}

void sending_flush(struct sending *sending)
{
    server_sending_flush(&sending->server);
}

static void sending_take_answer(void *context, const struct submit_answer *answer)
{
    *(struct submit_answer *)context = *answer;
}

static struct status sending_call_server(struct sending *sending, Agency__V1__Command *command,
                                         struct submit_answer *answer)
{
    TRY(server_sending_add(&sending->server, command, sending_take_answer, answer));
    server_sending_flush(&sending->server);
    return status_ok();
}

struct status sending_call(struct sending *sending, struct arena *arena,
                           Agency__V1__Command *command, struct submit_answer *answer)
{
    struct submit_command sent;
    if (sending->server.client != NULL) {
        return sending_call_server(sending, command, answer);
    }
    TRY(sending_record(sending, arena, command, &sent));
    TRY(submit_and_wait(&sending->port, &sent, answer));
    const struct command_record_erasure erasure = command_record_erasure(command);
    return answer->code != STATUS_OK
               ? status_ok()
               : status_prefix(command_record_erase(&sending->ctl->keyring, &erasure),
                               "accepted, but its key is not destroyed; ask for the subject to try "
                               "it again");
}

bool sending_is_over(const struct submit_answer *answer)
{
    bool closed = answer->outcome == SUBMIT_FAILED && answer->code == STATUS_FAILED_PRECONDITION;
    return closed || answer->code == STATUS_UNAVAILABLE || answer->code == STATUS_DATA_LOSS;
}

struct status sending_response(const struct sending *sending, struct arena *arena,
                               const char *org_id, const char *command_id,
                               const struct submit_answer *answer, Agency__V1__SubmitResponse **out)
{
    struct outcome facts = outcome_of(command_id, answer);
    if (sending->server.client != NULL) {
        TRY(outcome_response(arena, &sending->identity.history_id, 0, &facts, out));
        return arena_text(arena, sending->server.token, &(*out)->token);
    }
    uint32_t partition = murmur2_partition(str_z(org_id), sending->identity.partitions_count);
    return outcome_response(arena, &sending->identity.history_id, partition, &facts, out);
}
