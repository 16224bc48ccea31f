#include "core/domain/check/reader.h"

#include "core/domain/check/identity.h"

/* One who asks, and what about. */
struct reader {
    const struct view *view;
    struct arena *arena;
    int64_t at_us;
    struct str permission; /* that he needs */
    bool members;          /* or where the read_mode is MEMBERS, none */
    struct object object;
    const Agency__V1__Org *org; /* NULL: there is none */
    struct str subject_id;      /* as whom, so far */
    struct str *actors;         /* who acts for him: those before */
    size_t actors_count;
    uint64_t gas_used; /* by conditions */
};

static struct status reader_denied(const struct reader *reader)
{
    const struct object *object = &reader->object;
    const struct str org_id = reader->view->org_id;
    return status_error(STATUS_PERMISSION_DENIED,
                        "expected the permission '%.*s' on %s '%.*s', by a credential in org "
                        "'%.*s'",
                        STR_ARG(reader->permission), object_kind_name(object->kind),
                        STR_ARG(object->kind == OBJECT_ORG ? org_id : object->id), STR_ARG(org_id));
}

/* What is archived, or is not there any more, can still be read about. Conditions see no context:
 * who reads has given none. */
static struct status reader_ask(struct reader *reader, struct str permission, struct object object)
{
    const struct check_question question = { .subject_id = reader->subject_id,
                                             .permission = permission,
                                             .object = object,
                                             .actors = reader->actors,
                                             .actors_count = reader->actors_count,
                                             .gas_used = &reader->gas_used,
                                             .for_command = true };
    struct check_answer answer;
    TRY(check(reader->view, reader->arena, reader->at_us, &question, &answer));
    return answer.allowed ? status_ok() : reader_denied(reader);
}

/* Where all members read, it is enough to be one. */
static struct status reader_read(struct reader *reader)
{
    const Agency__V1__Subject *subject;
    TRY(view_subject(reader->view, reader->subject_id, &subject));
    bool member = reader->members && reader->org != NULL &&
                  reader->org->read_mode == AGENCY__V1__READ_MODE__READ_MODE_MEMBERS &&
                  subject != NULL && subject->status == LIFE_ACTIVE;
    return member ? status_ok() : reader_ask(reader, reader->permission, reader->object);
}

static struct status reader_subject(const struct reader *reader,
                                    const Agency__V1__Identity *identity, struct str *subject_id)
{
    const Agency__V1__Credential *credential;
    TRY(identity_credential(reader->view, reader->arena, reader->at_us, identity, &credential));
    if (credential == NULL) {
        return reader_denied(reader);
    }
    *subject_id = str_z(credential->subject_id);
    return status_ok();
}

/* Each that a token acts for, by an act_as of the one before; who must be able to read himself,
 * too, where the org attenuates. */
static struct status reader_links(struct reader *reader, const Agency__V1__Principal *principal)
{
    ARENA_TRY(reader->arena, reader->actors,
              arena_alloc(reader->arena, (principal->n_acts_for + 1) * sizeof *reader->actors));
    for (size_t i = 0; i < principal->n_acts_for; i++) {
        struct str next;
        if (reader->org != NULL && reader->org->attenuate) {
            TRY(reader_read(reader));
        }
        TRY(reader_subject(reader, principal->acts_for[i], &next));
        TRY(reader_ask(reader, STR("act_as"), (struct object){ OBJECT_SUBJECT, next }));
        reader->actors[reader->actors_count++] = reader->subject_id;
        reader->subject_id = next;
    }
    return status_ok();
}

static struct status reader_judge(struct reader *reader, const Agency__V1__Principal *principal)
{
    if (principal->operator_[0] != '\0') {
        return status_ok();
    }
    if (principal->identity_hash[0] == '\0') {
        return reader_denied(reader);
    }
    const Agency__V1__Identity identity = identity_of(principal);
    TRY(view_org(reader->view, reader->view->org_id, &reader->org));
    TRY(reader_subject(reader, &identity, &reader->subject_id));
    TRY(reader_links(reader, principal));
    return reader_read(reader);
}

struct status reader_may(const struct view *view, struct arena *arena, int64_t at_us,
                         const Agency__V1__Principal *principal, struct object object)
{
    struct reader reader = { .view = view, .arena = arena, .at_us = at_us, .object = object };
    reader.permission = STR(READER_PERMISSION);
    reader.members = true;
    return reader_judge(&reader, principal);
}

struct status reader_may_see(const struct view *view, struct arena *arena, int64_t at_us,
                             const Agency__V1__Principal *principal, struct object object)
{
    struct reader reader = { .view = view, .arena = arena, .at_us = at_us, .object = object };
    reader.permission = STR(READER_OF_PROFILES);
    return reader_judge(&reader, principal);
}
