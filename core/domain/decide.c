/* The generic half of decide: what is the same for every command.
 *
 * Order, cheapest first: the envelope; fields that wait for a later part; the org; who asks and
 * whether he may (authority.c); times of imports; expected_version; what a client may give
 * (given.c); the constraints that are for it; the command's own function; what must hold for every
 * decision afterwards; what those constraints say to it. A decision
 * emits into a scratch layer, so each rule sees what the decision has changed so far, and nothing
 * enters the log that replay cannot apply.
 */
#include "core/domain/decide.h"

#include "core/base/limits.h"
#include "core/domain/access/authority.h"
#include "core/domain/access/owner.h"
#include "core/domain/batch.h"
#include "core/domain/kernel/carried.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/given.h"
#include "core/domain/kernel/id.h"
#include "core/domain/kernel/plain.h"
#include "core/domain/own.h"
#include "core/domain/policy/constraints.h"

/* ---- the envelope ---- */

static struct status decide_check_annotations(const Agency__V1__Command *command)
{
    size_t size = 0;
    for (size_t i = 0; i < command->n_annotations; i++) {
        const Agency__V1__Annotation *annotation = command->annotations[i];
        if (annotation->key[0] == '\0') {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected a key in each annotation, but number %zu has none",
                                i + 1);
        }
        size += strlen(annotation->key) + strlen(annotation->value);
    }
    if (command->n_annotations > ANNOTATIONS_MAX || size > ANNOTATIONS_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected at most %d annotations of %d bytes in all, but there are %zu "
                            "of %zu bytes",
                            ANNOTATIONS_MAX, ANNOTATIONS_SIZE_MAX, command->n_annotations, size);
    }
    return status_ok();
}

/* An identity in clear would lie readable in the commands' topic, and in every proof of what was
 * sent: it is not even recorded as a rejection, and who sent it has to take another one. */
static struct status decide_check_identity(const Agency__V1__Command *command)
{
    const char *identity = "";
    if ((unsigned)command->payload_case == COMMAND_BIND_CREDENTIAL) {
        identity = command->bind_credential->identity;
    } else if ((unsigned)command->payload_case == COMMAND_CREATE_ORG) {
        identity = command->create_org->identity;
    }
    if (identity[0] != '\0') {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected identity_hash, but identity is in clear: who reads this log "
                            "knows it; use another identity, and send its hash");
    }
    return status_ok();
}

/* They stand in the decision, whatever it is. */
static struct status decide_check_actors(const Agency__V1__Command *command)
{
    if (command->n_actors > ACTORS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected at most %d actors, but there are %zu", ACTORS_MAX,
                            command->n_actors);
    }
    bool valid = command->on_behalf_of[0] == '\0' || id_valid(str_z(command->on_behalf_of));
    for (size_t i = 0; i < command->n_actors; i++) {
        valid = valid && id_valid(str_z(command->actors[i]));
    }
    return valid ? status_ok()
                 : status_error(STATUS_INVALID_ARGUMENT,
                                "expected on_behalf_of and each of actors to be " ID_RULE);
}

static struct status decide_check_envelope(const Agency__V1__Command *command)
{
    if (registry_command_payload(command) == NULL && !batch_is(command)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a command, such as assignRole, but none is set");
    }
    if (!id_valid(str_z(command->org_id))) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected org_id to be " ID_RULE);
    }
    if (!id_valid(str_z(command->command_id))) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected command_id to be " ID_RULE);
    }
    TRY(fields_check_time(command->occurred_at, "occurred_at"));
    TRY(fields_check_time(command->issued_at, "issued_at"));
    TRY(decide_check_actors(command));
    return decide_check_annotations(command);
}

static struct status decide_check_payload(const Agency__V1__Command *command)
{
    TRY(decide_check_identity(command));
    return given_check_whole(registry_command_payload(command));
}

static struct status decide_check_payloads(const Agency__V1__Command *command)
{
    if (!batch_is(command)) {
        return decide_check_payload(command);
    }
    TRY(batch_check(command));
    for (size_t i = 0; i < command->batch->n_commands; i++) {
        TRY(status_prefix(decide_check_payload(command->batch->commands[i]),
                          "command %zu of the batch", i + 1));
    }
    return status_ok();
}

/* ---- rules for every command ---- */

static struct status decide_check_org(struct decide *d, const Agency__V1__Org *org)
{
    unsigned number = (unsigned)d->command->payload_case;
    if (org != NULL && fields_status(&org->base) == LIFE_ERASED && number != COMMAND_ERASE_ORG &&
        number != COMMAND_CREATE_ORG) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected an org that is there, but '%s' is erased, for ever",
                             org->org_id);
    }
    if (org != NULL && fields_status(&org->base) == LIFE_ARCHIVED &&
        number != COMMAND_RESTORE_ORG && number != COMMAND_CREATE_ORG &&
        number != COMMAND_ARCHIVE_ORG && number != COMMAND_ERASE_ORG) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected an active org, but '%s' is archived", org->org_id);
    }
    return status_ok();
}

static struct status decide_check_import(struct decide *d)
{
    const struct decide_context *context = d->context;
    if (!decide_says_time(d->command)) {
        return status_ok();
    }
    const char *what = d->command->occurred_at == NULL ? "at" : "occurred_at";
    if (d->occurred_at_us > context->recorded_at_us) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected %s not to lie in the future",
                             what);
    }
    if (context->head.live && d->command->occurred_at == NULL) {
        return d->command->finish_import->at == NULL
                   ? status_ok() /* it is over already */
                   : decide_reject(d, STATUS_FAILED_PRECONDITION,
                                   "expected an org that takes imports, but '%s' has a live "
                                   "decision: its import ended then",
                                   d->command->org_id);
    }
    if (context->head.live) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected no occurred_at, but org '%s' has a live decision, which "
                             "closes it to imports for ever: keep the time as an annotation",
                             d->command->org_id);
    }
    if (context->head.org_sequence > 0 && d->occurred_at_us < context->head.last_occurred_at_us) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected %s not before the time of the org's last decision", what);
    }
    return status_ok();
}

/* What is due in an org that takes imports comes with them. */
static struct status decide_check_settled(struct decide *d)
{
    return d->context->unsettled
               ? decide_reject(d, STATUS_FAILED_PRECONDITION,
                               "expected an org in which nothing is due, but it takes imports, and "
                               "something is: finish the import first, by FinishImport")
               : status_ok();
}

static struct status decide_dispatch(struct decide *d)
{
    const struct command_type *type = decide_type(d);
    return type->how == DECIDE_OWN ? decide_own(d) : plain_decide(d);
}

/* One command, which is no batch. */
static struct status decide_rules(struct decide *d)
{
    const Agency__V1__Org *org;
    TRY(view_org(d->view, d->view->org_id, &org));
    struct constraints *constraints;
    TRY_ACCEPTED(d, authority_check(d));
    TRY_ACCEPTED(d, decide_check_org(d, org));
    TRY_ACCEPTED(d, decide_check_import(d));
    TRY_ACCEPTED(d, decide_check_settled(d));
    TRY_ACCEPTED(d, given_check_version(d));
    TRY_ACCEPTED(d, given_check(d));
    TRY_ACCEPTED(d, constraints_find(d, &constraints));
    TRY_ACCEPTED(d, decide_dispatch(d));
    TRY_ACCEPTED(d, owner_check(d));
    return constraints_judge(d, constraints);
}

/* When what the command asks for happens. */
static struct status decide_set_time(struct decide *d)
{
    const Agency__V1__Command *command = d->command;
    const Google__Protobuf__Timestamp *time = command->occurred_at;
    if ((unsigned)command->payload_case == COMMAND_FINISH_IMPORT) {
        if (time != NULL) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected no occurred_at with FinishImport: its time is 'at'");
        }
        time = command->finish_import->at;
        TRY(fields_check_time(time, "at"));
    }
    d->occurred_at_us = time == NULL ? d->context->recorded_at_us : fields_time_us(time);
    return status_ok();
}

/* What can be said of a command before anybody asks who sends it. */
static struct status decide_begin(struct decide *d)
{
    const Agency__V1__Org *org;
    assert(d->events_count == 0 && d->rejection == NULL);
    TRY(decide_check_envelope(d->command));
    TRY(decide_check_payloads(d->command));
    TRY(decide_set_time(d));
    TRY(view_org(d->view, d->view->org_id, &org));
    if (org == NULL && (unsigned)d->command->payload_case != COMMAND_CREATE_ORG) {
        return status_error(STATUS_NOT_FOUND, "expected an org, but there is no '%s'",
                            d->command->org_id);
    }
    return status_ok();
}

static struct status decide_ask_moves(struct decide *d, bool *moves)
{
    TRY(decide_begin(d));
    if (!decide_says_time(d->command)) {
        return status_ok();
    }
    /* Of a batch, the first one would have moved it. */
    const Agency__V1__Command *whole = d->command;
    const Agency__V1__Command first = batch_is(whole) ? batch_command(whole, 0) : *whole;
    d->command = &first;
    struct status st = authority_check(d);
    if (st.code == STATUS_OK && d->rejection == NULL) {
        st = decide_check_import(d);
        *moves = st.code == STATUS_OK && d->rejection == NULL;
    }
    d->command = whole;
    return st;
}

struct status decide_moves_time(struct decide *d, bool *moves)
{
    *moves = false;
    struct status st = decide_ask_moves(d, moves);
    return st.code == STATUS_UNAVAILABLE || st.code == STATUS_DATA_LOSS ? st : status_ok();
}

/* The limits and gas are those of this decision, the time is its own. */
struct status decide_carried(struct decide *d, const struct carried *carried,
                             const Agency__V1__Command *command)
{
    const struct decide_context *context = d->context;
    struct decide_context at_its_time = *context;
    assert(d->events_count == 0 && d->command == NULL && d->carried == NULL);
    at_its_time.recorded_at_us = d->occurred_at_us;
    TRY(given_check_whole(registry_command_payload(command)));
    d->command = command;
    d->carried = carried;
    d->context = &at_its_time;
    struct status st = decide_rules(d);
    d->context = context;
    d->carried = NULL; /* the caller's */
    return st;
}

struct status decide_command(struct decide *d)
{
    assert(d->before != NULL);
    TRY(decide_begin(d));
    TRY(batch_is(d->command) ? batch_decide(d, decide_rules) : decide_rules(d));
    if (d->rejection != NULL) {
        d->events_count = d->commands_count = 0;
    }
    return status_ok();
}
