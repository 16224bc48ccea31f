/* What all questions have in common: which org and moment, whether whoever asks may, the position.
 *
 * May he? is asked of the org as it is now, whatever moment the question is about: who has lost his
 * right has lost it for the past, too. First for the org; only where that is denied for the object
 * that the request is about, and what is wrong with that object is not told to who may read
 * neither. */
#include "query/question.h"

#include "core/base/murmur2.h"
#include "core/domain/check/reader.h"
#include "core/domain/kernel/fields.h"
#include "core/model/token.h"
#include "query/answers.h"
#include "query/page.h"

/* ---- which there are ---- */

static const struct question questions[] = {
#define X(name, input_type, answers, about)                       \
    { .service = &agency__v1__query__descriptor,                  \
      .method = #name,                                            \
      .input = &agency__v1__##input_type##_request__descriptor,   \
      .output = &agency__v1__##input_type##_response__descriptor, \
      .answer = (answers),                                        \
      .object = (about) },
    QUERY_QUESTIONS(X)
#undef X
};
enum { QUESTIONS_COUNT = sizeof questions / sizeof questions[0] };

bool question_at(size_t index, struct question *question)
{
    if (index < QUESTIONS_COUNT) {
        *question = questions[index];
        return true;
    }
    return answers_of_kinds(index - QUESTIONS_COUNT, question);
}

/* ---- which moment ---- */

/* What the request says, or else what came beside it. */
static struct status asking_choose(struct str said, struct str beside, const char *what,
                                   struct str *chosen)
{
    if (said.size > 0 && beside.size > 0 && !str_eq(said, beside)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected the same %s in the request and in its header", what);
    }
    *chosen = said.size > 0 ? said : beside;
    return status_ok();
}

struct status asking_moment(const struct asking *asking, struct moment_ask *ask)
{
    const struct question_where *where = asking->where;
    struct str as_of, at_least;
    TRY(asking_choose(fields_string(asking->request, "as_of"), where->as_of, "as_of", &as_of));
    TRY(asking_choose(fields_string(asking->request, "at_least"), where->at_least, "at_least",
                      &at_least));
    TRY(snapshot_ask(asking->arena, as_of, at_least, clock_now_us(&where->clock), ask));
    ask->settled = where->settled;
    ask->final = where->final;
    return page_moment(asking->arena, fields_string(asking->request, "page_token"), ask);
}

/* ---- whether he may ---- */

struct status question_may_read(const struct question_where *where, struct snapshot *now,
                                struct object object)
{
    now->org.view.expressions = where->stores == NULL ? NULL : where->stores->expressions;
    return reader_may(&now->org.view, now->arena, now->moment.time_us, where->reader, object);
}

/* As far as the request can be understood; else the org's answer stands. */
static struct status asking_may_read_object(const struct asking *asking, struct snapshot *now,
                                            struct status denied)
{
    struct object object;
    const struct question *question = asking->question;
    if (question->object == NULL || now->moment.org_sequence == 0 ||
        question->object(question, now, asking->request, &object).code != STATUS_OK ||
        object.kind == OBJECT_ORG) {
        return denied;
    }
    return question_may_read(asking->where, now, object);
}

/* `now` is the org as it is; `opened` says whether there is one. */
static struct status asking_may_read(const struct asking *asking, struct snapshot *now,
                                     struct status opened)
{
    now->whole = asking->where->reader == NULL;
    if (now->whole || (opened.code != STATUS_OK && opened.code != STATUS_NOT_FOUND)) {
        return opened;
    }
    struct status st = question_may_read(asking->where, now, object_org());
    now->whole = st.code == STATUS_OK;
    if (st.code == STATUS_PERMISSION_DENIED) {
        st = asking_may_read_object(asking, now, st);
    }
    return st.code == STATUS_OK ? opened : st;
}

/* ---- asking ---- */

/* The partition that the question is about, and what is seen of it. */
struct asking_place {
    struct str org_id;
    struct moment_ask ask;
    uint32_t partition;
    struct store_reader *reader;
    const struct position *position;
};

/* The org as it is now, seen as far as the question wants at least: who was just let may ask. */
static struct status asking_open_now(struct asking *asking, const struct asking_place *place,
                                     struct snapshot *now)
{
    const struct question_where *where = asking->where;
    struct moment_ask ask = { .kind = MOMENT_LATEST,
                              .now_us = place->ask.now_us,
                              .at_least = place->ask.at_least,
                              .settled = place->ask.settled,
                              .final = place->ask.final };
    struct status st =
        where->stores->latest == NULL
            ? snapshot_open(now, place->reader, place->position, asking->arena, place->org_id, &ask,
                            where->memory_max)
            : snapshot_open_kept(now, where->stores->latest(where->stores->self, place->partition),
                                 place->position, asking->arena, place->org_id, &ask);
    now->keyring = where->keyring;
    return st;
}

/* A question about another moment has a snapshot beside that of now. */
static struct status asking_open_then(struct asking *asking, const struct asking_place *place)
{
    struct snapshot now;
    struct status st = asking_open_now(asking, place, &now);
    st = asking_may_read(asking, &now, st);
    snapshot_release(&now);
    if (st.code != STATUS_OK && st.code != STATUS_NOT_FOUND) {
        return st;
    }
    st = snapshot_open(&asking->own, place->reader, place->position, asking->arena, place->org_id,
                       &place->ask, asking->where->memory_max);
    asking->own.whole = now.whole;
    asking->own.keyring = asking->where->keyring;
    return st;
}

static struct status asking_open_snapshot(struct asking *asking)
{
    const struct question_where *where = asking->where;
    struct asking_place place = { .org_id = fields_string(asking->request, "org_id") };
    if (place.org_id.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected an org, but org_id is empty");
    }
    TRY(asking_moment(asking, &place.ask));
    place.partition = murmur2_partition(place.org_id, where->stores->partitions_count);
    TRY(where->stores->open(where->stores->self, place.partition, &place.ask, &place.reader,
                            &place.position));
    asking->snapshot = &asking->own;
    return place.ask.kind == MOMENT_LATEST
               ? asking_may_read(asking, &asking->own,
                                 asking_open_now(asking, &place, &asking->own))
               : asking_open_then(asking, &place);
}

struct status asking_open(struct asking *asking, const struct question *question,
                          const struct question_where *where, struct arena *arena,
                          const ProtobufCMessage *request)
{
    assert(request->descriptor == question->input);
    *asking =
        (struct asking){ .question = question, .where = where, .arena = arena, .request = request };
    bool of_org =
        protobuf_c_message_descriptor_get_field_by_name(question->input, "org_id") != NULL;
    if (of_org) {
        TRY(asking_open_snapshot(asking));
        asking->snapshot->org.view.expressions = where->stores->expressions;
    }
    return question->answer(asking);
}

struct status asking_of(struct asking *asking, const struct question *question,
                        const struct question_where *where, struct snapshot *snapshot,
                        const ProtobufCMessage *request)
{
    assert(request->descriptor == question->input && where->reader == NULL);
    *asking = (struct asking){ .question = question,
                               .where = where,
                               .arena = snapshot->arena,
                               .request = request,
                               .snapshot = snapshot };
    snapshot->whole = true;
    snapshot->keyring = where->keyring;
    return question->answer(asking);
}

struct status asking_now(struct asking *asking, struct snapshot **now)
{
    struct snapshot *then = asking->snapshot;
    assert(then != NULL);
    *now = then->past ? &asking->now : then;
    if (!then->past || asking->now.reader != NULL) {
        return status_ok();
    }
    const struct moment_ask ask = { .kind = MOMENT_LATEST,
                                    .now_us = clock_now_us(&asking->where->clock) };
    struct status st = snapshot_open(&asking->now, then->reader, then->position, asking->arena,
                                     then->org_id, &ask, asking->where->memory_max);
    asking->now.keyring = then->keyring;
    return st;
}

void asking_close(struct asking *asking)
{
    snapshot_release(&asking->now);
    snapshot_release(&asking->own);
}

struct status asking_position(const struct asking *asking, struct str *token)
{
    Agency__V1__Token message;
    *token = STR("");
    if (asking->snapshot == NULL) {
        return status_ok();
    }
    const struct position *position = asking->snapshot->position;
    moment_token(position, position->chain.sequence, asking->snapshot->moment.org_sequence,
                 &message);
    return token_format(asking->arena, &message, token);
}
