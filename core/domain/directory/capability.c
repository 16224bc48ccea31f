/* Capabilities: what subjects can do. Whoever verifies one does so for the declaration as it
 * stands: another declaration is unverified again. */
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/id.h"
#include "core/domain/kernel/rules.h"

/* ---- decide ---- */

static bool capability_live(const struct decide *d, const Agency__V1__Capability *capability)
{
    return capability != NULL && capability->status == LIFE_ACTIVE &&
           !decide_expired(d, capability->expires_at);
}

static bool capability_same(const struct decide *d, const Agency__V1__Capability *capability,
                            const Agency__V1__DeclareCapability *command)
{
    return capability_live(d, capability) && capability->level == command->level &&
           strcmp(capability->evidence, command->evidence) == 0 &&
           fields_same_time(capability->expires_at, command->expires_at);
}

struct status decide_declare_capability(struct decide *d,
                                        const Agency__V1__DeclareCapability *command)
{
    const Agency__V1__Subject *subject;
    const Agency__V1__Capability *capability;
    Agency__V1__CapabilityDeclared event = AGENCY__V1__CAPABILITY_DECLARED__INIT;
    if (!id_valid(str_z(command->capability))) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected capability to be " ID_RULE);
    }
    TRY_ACCEPTED(d, rules_check_expiry(d, command->expires_at));
    TRY_ACCEPTED(d, rules_find_subject(d, command->subject_id, LIVES_ACTIVE, &subject));
    TRY_ACCEPTED(d, life_find_capability(d, &capability));
    if (capability_same(d, capability, command)) {
        return status_ok();
    }
    fields_copy(&command->base, &event.base);
    return emit_capability_declared(d, &event);
}

/* None of those who act, nor whom they act for, may be the one whose capability it is. */
static struct status capability_check_verifier(struct decide *d, struct str verifier_id,
                                               struct str subject_id)
{
    if (verifier_id.size == 0) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected a subject that verifies, but an operator is none: "
                             "on_behalf_of names one");
    }
    bool own = str_eq(verifier_id, subject_id) || str_eq(d->subject_id, subject_id);
    for (size_t i = 0; i < d->actors_count; i++) {
        own = own || str_eq(d->actors[i], subject_id);
    }
    if (own) {
        return decide_reject(d, STATUS_PERMISSION_DENIED,
                             "expected another subject to verify than '%.*s', whose capability it "
                             "is",
                             STR_ARG(subject_id));
    }
    return status_ok();
}

struct status decide_verify_capability(struct decide *d,
                                       const Agency__V1__VerifyCapability *command)
{
    const Agency__V1__Capability *capability;
    Agency__V1__CapabilityVerified event = AGENCY__V1__CAPABILITY_VERIFIED__INIT;
    struct str verifier_id = d->on_behalf_of.size == 0 ? d->subject_id : d->on_behalf_of;
    TRY_ACCEPTED(d, life_find_capability(d, &capability));
    TRY_ACCEPTED(d, capability_check_verifier(d, verifier_id, str_z(command->subject_id)));
    if (!capability_live(d, capability)) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected capability '%s' of '%s' to be active, but it has expired",
                             command->capability, command->subject_id);
    }
    if (str_eq(str_z(capability->verified_by), verifier_id)) {
        return status_ok();
    }
    fields_copy(&command->base, &event.base);
    event.verified_by = (char *)(uintptr_t)verifier_id.data;
    return emit_capability_verified(d, &event);
}

/* ---- evolve ---- */

struct status evolve_capability_declared(const struct evolve *evolve,
                                         const Agency__V1__CapabilityDeclared *event, void *entity)
{
    Agency__V1__Capability *capability = entity;
    (void)evolve;
    fields_copy(&event->base, &capability->base);
    capability->verified_by = "";
    capability->verified_at = NULL;
    return status_ok();
}

struct status evolve_capability_verified(const struct evolve *evolve,
                                         const Agency__V1__CapabilityVerified *event, void *entity)
{
    Agency__V1__Capability *capability = entity;
    capability->verified_by = event->verified_by;
    return fields_time_new(evolve->arena, evolve->occurred_at_us, &capability->verified_at);
}
