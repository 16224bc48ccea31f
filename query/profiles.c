/* Whether a profile may be seen is asked of the org as it is now, also where the question is about
 * the past; and so is whether it is erased: before the key is gone from the keyring, too, which is
 * some moments later. Nothing that was opened is kept.
 *
 * Who may read the stores themselves is asked nothing: he can read the keyring, or he cannot. */
#include "query/profiles.h"

#include "core/domain/check/reader.h"
#include "core/domain/kernel/fields.h"
#include "core/keyring/profile.h"
#include "core/pb/message.h"

static struct status profiles_erased(const struct snapshot *now, struct str subject_id,
                                     bool *erased)
{
    const Agency__V1__Org *org;
    const Agency__V1__Subject *subject;
    TRY(view_org(&now->org.view, now->org_id, &org));
    TRY(view_subject(&now->org.view, subject_id, &subject));
    *erased = (org != NULL && org->status == LIFE_ERASED) ||
              (subject != NULL && subject->status == LIFE_ERASED);
    return status_ok();
}

/* No answer is "no": only what can be tried again is a failure. */
static struct status profiles_ask(const struct profiles *profiles, struct snapshot *now,
                                  struct object object, bool *may)
{
    struct status st = reader_may_see(&now->org.view, now->arena, now->moment.time_us,
                                      profiles->asking->where->reader, object);
    *may = st.code == STATUS_OK;
    return st.code == STATUS_UNAVAILABLE ? st : status_ok();
}

static struct status profiles_may(struct profiles *profiles, struct snapshot *now,
                                  struct str subject_id, bool *may)
{
    if (profiles->asking->where->reader == NULL) {
        *may = true;
        return status_ok();
    }
    if (!profiles->asked) {
        TRY(profiles_ask(profiles, now, object_org(), &profiles->all));
        profiles->asked = true;
    }
    *may = profiles->all;
    return *may ? status_ok()
                : profiles_ask(profiles, now, (struct object){ OBJECT_SUBJECT, subject_id }, may);
}

/* What no key opens is shown sealed: there is more in an answer than that. */
static struct status profiles_opened(const struct profiles *profiles,
                                     const Agency__V1__Subject *subject,
                                     Agency__V1__Profile **profile)
{
    struct asking *asking = profiles->asking;
    const struct keyring none = { 0 };
    const struct keyring *keyring = asking->where->keyring;
    struct status st = profile_open(asking->arena, keyring == NULL ? &none : keyring,
                                    asking->snapshot->org_id, subject, profile);
    if (st.code == STATUS_NOT_FOUND || st.code == STATUS_DATA_LOSS) {
        asking->note = st.code == STATUS_DATA_LOSS
                           ? "a profile could not be opened: its key or itself is damaged, or it "
                             "was sealed by another keyring"
                           : "a profile stays sealed: its key is not in this keyring";
        *profile = subject->profile;
        return status_ok();
    }
    return st;
}

static struct status profiles_of(struct profiles *profiles, const Agency__V1__Subject *subject,
                                 Agency__V1__Profile **profile)
{
    struct snapshot *now;
    bool erased, may = false;
    TRY(asking_now(profiles->asking, &now));
    TRY(profiles_erased(now, str_z(subject->subject_id), &erased));
    *profile = subject->profile;
    if (erased) {
        TRY(pb_new(profiles->asking->arena, &agency__v1__profile__descriptor, profile));
        (*profile)->erased = true;
        return status_ok();
    }
    TRY(profiles_may(profiles, now, str_z(subject->subject_id), &may));
    return may ? profiles_opened(profiles, subject, profile) : status_ok();
}

struct status profiles_show(struct profiles *profiles, const ProtobufCMessage *entity,
                            const ProtobufCMessage **shown)
{
    const Agency__V1__Subject *subject = (const Agency__V1__Subject *)(const void *)entity;
    Agency__V1__Subject *copy;
    *shown = entity;
    if (entity->descriptor != &agency__v1__subject__descriptor || subject->profile == NULL ||
        subject->profile->erased) {
        return status_ok();
    }
    ARENA_TRY(profiles->asking->arena, copy, arena_alloc(profiles->asking->arena, sizeof *copy));
    *copy = *subject;
    *shown = &copy->base;
    return profiles_of(profiles, subject, &copy->profile);
}
