/* Capabilities: what subjects can do. Whoever verifies one does so for the declaration as it
 * stands: another declaration is unverified again. */
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/id.h"
#include "core/domain/kernel/plain.h"

static bool capability_live(const struct decide *d, const Agency__V1__Capability *capability)
{
    return capability != NULL && capability->status == LIFE_ACTIVE &&
           !decide_expired(d, capability->expires_at);
}

static bool capability_same(const struct decide *d, const Agency__V1__Capability *capability,
                            const Agency__V1__Capability *declared)
{
    return capability_live(d, capability) && capability->level == declared->level &&
           strcmp(capability->evidence, declared->evidence) == 0 &&
           fields_same_time(capability->expires_at, declared->expires_at);
}

struct status decide_declare_capability(struct decide *d,
                                        const Agency__V1__DeclareCapability *command)
{
    const Agency__V1__Subject *subject;
    const Agency__V1__Capability *capability, *declared = command->capability;
    if (!id_valid(str_z(declared->capability))) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected capability to be " ID_RULE);
    }
    TRY_ACCEPTED(d, rules_check_expiry(d, declared->expires_at));
    TRY_ACCEPTED(d, rules_find_subject(d, declared->subject_id, LIVES_ACTIVE, &subject));
    TRY_ACCEPTED(d, life_find_capability(d, &capability));
    return capability_same(d, capability, declared) ? status_ok() : plain_emit(d, &declared->base);
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
    TRY(fields_time_new(d->arena, d->occurred_at_us, &event.verified_at));
    return emit_capability_verified(d, &event);
}
