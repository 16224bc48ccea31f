/* A chain is named in one of two ways: by a command, which names subjects; or by a token, which
 * names identities (RFC 8693: `act` in `act`, and the token's own subject), each of which must be
 * bound in the org. Either is a claim only: authority.c asks for each link of it. */
#include "core/domain/access/acting.h"

#include "core/base/limits.h"
#include "core/domain/check/identity.h"
#include "core/domain/kernel/ids.h"

/* The live credential of an identity in this org; UNAUTHENTICATED if there is none. */
static struct status acting_credential(const struct decide *d, const char *who,
                                       const Agency__V1__Identity *identity,
                                       const Agency__V1__Credential **credential)
{
    TRY(identity_credential(d->view, d->arena, d->context->recorded_at_us, identity, credential));
    if (*credential == NULL) {
        return status_error(STATUS_UNAUTHENTICATED, "expected %s with a credential in org '%.*s'",
                            who, STR_ARG(d->view->org_id));
    }
    return status_ok();
}

static struct status acting_room(struct decide *d, size_t count)
{
    ARENA_TRY(d->arena, d->actors, arena_alloc(d->arena, (count + 1) * sizeof *d->actors));
    return status_ok();
}

static struct status acting_of_command(struct decide *d)
{
    const Agency__V1__Command *command = d->command;
    TRY(acting_room(d, command->n_actors));
    for (; d->actors_count < command->n_actors; d->actors_count++) {
        d->actors[d->actors_count] = str_z(command->actors[d->actors_count]);
    }
    d->on_behalf_of = str_z(command->on_behalf_of);
    return status_ok();
}

static struct status acting_of_token(struct decide *d)
{
    const Agency__V1__Principal *principal = d->context->principal;
    size_t count = principal->n_acts_for;
    TRY(acting_room(d, count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__Credential *credential;
        TRY(acting_credential(d, "everybody that the principal acts for", principal->acts_for[i],
                              &credential));
        d->actors[i] = str_z(credential->subject_id);
    }
    d->actors_count = count - 1;
    d->on_behalf_of = d->actors[count - 1];
    if (d->command->on_behalf_of[0] != '\0' || d->command->n_actors > 0) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected no on_behalf_of and no actors, as the principal's token "
                             "says that it acts for '%.*s'",
                             STR_ARG(d->on_behalf_of));
    }
    return status_ok();
}

/* Nobody stands in a chain twice: who acts for himself in the end would hide who else did. */
static struct status acting_check(struct decide *d)
{
    struct str chain[ACTORS_MAX + 2] = { d->subject_id }; /* C0, C1 ... Cn, S */
    assert(d->actors_count <= ACTORS_MAX); /* decide_check_actors, command_signature_check */
    if (d->actors_count > 0 && d->on_behalf_of.size == 0) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected on_behalf_of beside actors: whom the last of them acts for");
    }
    for (size_t i = 0; i < d->actors_count; i++) {
        chain[i + 1] = d->actors[i];
    }
    chain[d->actors_count + 1] = d->on_behalf_of;
    const struct str *again = d->actors_count == 0 ? NULL : ids_again(chain, d->actors_count + 2);
    return again == NULL ? status_ok()
                         : decide_reject(d, STATUS_INVALID_ARGUMENT,
                                         "expected each of those who act once, but '%.*s' is there "
                                         "again",
                                         STR_ARG(*again));
}

struct status acting_find(struct decide *d)
{
    const Agency__V1__Principal *principal = d->context->principal;
    const Agency__V1__Credential *credential;
    assert(principal->operator_[0] == '\0');
    const Agency__V1__Identity identity = identity_of(principal);
    TRY(acting_credential(d, "a principal", &identity, &credential));
    d->credential_id = str_z(credential->credential_id);
    d->subject_id = str_z(credential->subject_id);
    TRY_ACCEPTED(d, principal->n_acts_for > 0 ? acting_of_token(d) : acting_of_command(d));
    return acting_check(d);
}
