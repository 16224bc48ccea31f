#include "core/domain/check/reader.h"

struct status reader_credential(const struct view *view, struct arena *arena, int64_t at_us,
                                const Agency__V1__Principal *principal,
                                const Agency__V1__Credential **credential)
{
    const struct str parts[] = { index_kind((unsigned)principal->kind),
                                 str_z(principal->identity_hash) };
    struct str *ids;
    size_t count;
    *credential = NULL;
    /* One at most: binding an identity again ends what has expired of it (credential.c). */
    TRY(view_ids(view, arena, INDEX_CREDENTIAL_BY_IDENTITY, parts, 2, 1, &ids, &count));
    if (count > 0) {
        TRY(view_credential(view, ids[0], credential));
    }
    const Agency__V1__Credential *found = *credential;
    if (found != NULL && found->expires_at != NULL && fields_time_us(found->expires_at) <= at_us) {
        *credential = NULL;
    }
    return status_ok();
}

static struct status reader_denied(const struct view *view, struct object object)
{
    bool org = object.kind == OBJECT_ORG;
    return status_error(STATUS_PERMISSION_DENIED,
                        "expected the permission '" READER_PERMISSION
                        "' on %s '%.*s', by a credential in org '%.*s'",
                        object_kind_name(object.kind), STR_ARG(org ? view->org_id : object.id),
                        STR_ARG(view->org_id));
}

/* Where all members read, it is enough to be one. */
static struct status reader_is_member(const struct view *view, struct str subject_id, bool *member)
{
    const Agency__V1__Org *org;
    const Agency__V1__Subject *subject;
    TRY(view_org(view, view->org_id, &org));
    TRY(view_subject(view, subject_id, &subject));
    *member = org != NULL && org->read_mode == AGENCY__V1__READ_MODE__READ_MODE_MEMBERS &&
              subject != NULL && subject->status == LIFE_ACTIVE;
    return status_ok();
}

/* What is archived, or is not there any more, can still be read about. */
static struct status reader_ask(const struct view *view, struct arena *arena, int64_t at_us,
                                struct str subject_id, struct object object)
{
    const struct check_question question = { .subject_id = subject_id,
                                             .permission = STR(READER_PERMISSION),
                                             .object = object,
                                             .for_command = true };
    struct check_answer answer;
    TRY(check(view, arena, at_us, &question, &answer));
    return answer.allowed ? status_ok() : reader_denied(view, object);
}

struct status reader_may(const struct view *view, struct arena *arena, int64_t at_us,
                         const Agency__V1__Principal *principal, struct object object)
{
    const Agency__V1__Credential *credential;
    bool member;
    if (principal->operator_[0] != '\0') {
        return status_ok();
    }
    if (principal->identity_hash[0] == '\0') {
        return reader_denied(view, object);
    }
    TRY(reader_credential(view, arena, at_us, principal, &credential));
    if (credential == NULL) {
        return reader_denied(view, object);
    }
    struct str subject_id = str_z(credential->subject_id);
    TRY(reader_is_member(view, subject_id, &member));
    return member ? status_ok() : reader_ask(view, arena, at_us, subject_id, object);
}
