#include "ops/ctl/asker.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/murmur2.h"
#include "core/base/num.h"
#include "core/base/time.h"
#include "core/domain/kernel/expression.h"
#include "core/domain/kernel/fields.h"
#include "core/model/list.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "ops/ctl/check_text.h"
#include "ops/ctl/say.h"
#include "ops/ctl/server_client.h"

static const size_t ASKER_ARENA_MAX = (size_t)1 << 30;
static const size_t ASKER_MEMORY_MAX = (size_t)1 << 30;
/* What is shown is written whenever it is as much. */
enum { ASKER_OUT_MAX = 1 << 16 };

/* ---- the questions ---- */

static struct question asker_question(const char *method)
{
    struct question question = { 0 };
    for (size_t i = 0; question_at(i, &question); i++) {
        if (question.service == &agency__v1__query__descriptor &&
            strcmp(question.method, method) == 0) {
            return question;
        }
    }
    assert(false); /* verbs ask what there is */
    return question;
}

static struct question asker_question_of_kind(enum entity_kind kind, bool list)
{
    struct question question = { 0 };
    for (size_t i = 0; question_at(i, &question); i++) {
        bool pages =
            protobuf_c_message_descriptor_get_field_by_name(question.input, "page_token") != NULL;
        if (question.service != &agency__v1__query__descriptor && question.kind == kind &&
            pages == list) {
            return question;
        }
    }
    return (struct question){ 0 }; /* ListOrgs is Query's */
}

const ProtobufCMessageDescriptor *asker_get_type(enum entity_kind kind)
{
    return asker_question_of_kind(kind, false).input;
}

const ProtobufCMessageDescriptor *asker_list_type(enum entity_kind kind)
{
    return asker_question_of_kind(kind, true).input;
}

/* ---- of a folder ---- */

static struct status asker_open_partition(void *self, uint32_t partition, struct moment_ask *ask,
                                          struct store_reader **reader,
                                          const struct position **position)
{
    struct asker *asker = self;
    const bool future = ask->time_us > ask->now_us; /* refused anyway */
    TRY(reading_open_partition(&asker->reading, asker->ctl, partition));
    if (!asker->ctl->dir.shared) {
        ask->closed_us = asker->word_us;
        ask->open = ask->open || asker->clock_doubted;
    } else if (ask->kind == MOMENT_TIME && !future) {
        TRY(reading_await(&asker->reading, asker->ctl, ask->time_us));
    }
    *reader = asker->reading.partition->reader;
    *position = &asker->reading.partition->position;
    return status_ok();
}

static struct status asker_open_folder(struct asker *asker)
{
    TRY(reading_open_log(&asker->reading, asker->ctl));
    asker->stores = (struct stores){ asker, asker->reading.log->identity.partitions_count,
                                     asker_open_partition, NULL, expressions_new() };
    return status_ok();
}

static struct status asker_open_org(struct asker *asker)
{
    struct ctl *ctl = asker->ctl;
    struct reading *reading = &asker->reading;
    uint32_t partition = murmur2_partition(ctl->options.org, asker->stores.partitions_count);
    bool there =
        reading->partition != NULL && reading->partition->position.chain.partition == partition;
    if (!there) {
        TRY(reading_open_partition(reading, ctl, partition));
    }
    TRY(reading_open_org(reading, ctl));
    reading->snapshot.org.view.expressions = asker->stores.expressions;
    asker->org_open = true;
    return status_ok();
}

/* The word is asked for before any partition is looked at: what it is about is then seen. */
static void asker_ask_word(struct asker *asker, const struct question_where *where,
                           const ProtobufCMessage *request)
{
    struct moment_ask ask;
    struct str as_of = fields_string(request, "as_of");
    const int64_t now_us = clock_now_us(&where->clock);
    if (!asker->ctl->dir.shared) {
        bool time = snapshot_ask(&asker->arena, as_of, STR(""), now_us, &ask).code == STATUS_OK &&
                    ask.kind == MOMENT_TIME && ask.time_us <= now_us;
        asker->word_us = reading_word(asker->ctl, time ? ask.time_us : 0, &asker->clock_doubted);
    }
}

static struct status asker_ask_folder(struct asker *asker, const struct question *question,
                                      const ProtobufCMessage *request,
                                      const ProtobufCMessage **response)
{
    struct question_where where = { .stores = &asker->stores,
                                    .keyring = &asker->ctl->keyring,
                                    .clock = asker->ctl->clock,
                                    .final = asker->ctl->options.final,
                                    .memory_max = ASKER_MEMORY_MAX };
    bool of_org =
        protobuf_c_message_descriptor_get_field_by_name(question->input, "org_id") != NULL;
    struct asking asking;
    if (!of_org) {
        asker_ask_word(asker, &where, request);
        TRY(asking_open(&asking, question, &where, &asker->arena, request));
        *response = asking.response;
        return status_ok();
    }
    if (!asker->org_open) {
        TRY(asker_open_org(asker));
    }
    struct snapshot *snapshot = &asker->reading.snapshot;
    Agency__V1__Moment *moment;
    snapshot->arena = &asker->arena;
    struct status st = asking_of(&asking, question, &where, snapshot, request);
    asking_close(&asking); /* the snapshot, which the answer borrows from, stays */
    TRY(st);
    TRY(snapshot_moment(snapshot, &moment));
    moment_why(&snapshot->moment, asker->why);
    asker->moment = moment;
    if (asking.note != NULL) {
        say("%s", asking.note);
    }
    *response = asking.response;
    return status_ok();
}

/* ---- of a server ---- */

/* "10123 2026-11-22T15:25:27.735059Z", or with " provisional: why" behind it. */
static struct status asker_read_moment(struct asker *asker, struct str text)
{
    static const struct str provisional = { "provisional: ", 13 };
    Agency__V1__Moment *moment;
    int64_t time_us;
    struct str sequence = str_cut(&text, ' '), time = str_cut(&text, ' ');
    TRY(pb_new(&asker->arena, &agency__v1__moment__descriptor, &moment));
    if (!num_get_decimal(sequence.data, sequence.size, &moment->org_sequence)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected the header agencygrid-moment to begin with a decision");
    }
    moment->provisional = text.size > 0;
    text = str_starts(text, provisional) ? str_from(text, provisional.size) : text;
    snprintf(asker->why, sizeof asker->why, "%.*s", STR_ARG(text));
    TRY(time_parse_human(time, clock_now_us(&asker->ctl->clock), &time_us));
    TRY(fields_time_new(&asker->arena, time_us, &moment->time));
    asker->moment = moment;
    return status_ok();
}

static struct status asker_ask_server(struct asker *asker, const struct question *question,
                                      const ProtobufCMessage *request,
                                      const ProtobufCMessage **response)
{
    struct server_client *server = asker->ctl->server;
    ProtobufCMessage *message;
    struct str method =
        arena_printf(&asker->arena, "%s/%s", question->service->name, question->method);
    if (method.data == NULL) {
        return arena_full(&asker->arena);
    }
    TRY(server_client_call(server, &asker->arena, method.data, request, question->output,
                           &message));
    struct str note = server_client_header(server, STR("agencygrid-note"));
    struct str moment = server_client_header(server, STR("agencygrid-moment"));
    if (note.size > 0) {
        say("%.*s", STR_ARG(note));
    }
    *response = message;
    return moment.size > 0 ? asker_read_moment(asker, moment) : status_ok();
}

/* ---- asking ---- */

struct status asker_open(struct asker *asker, struct ctl *ctl)
{
    *asker = (struct asker){ .ctl = ctl };
    arena_init(&asker->arena, ASKER_ARENA_MAX);
    return ctl->server != NULL ? status_ok() : asker_open_folder(asker);
}

void asker_close(struct asker *asker)
{
    reading_close(&asker->reading);
    expressions_free(asker->stores.expressions);
    arena_release(&asker->arena);
    buf_release(&asker->page);
}

struct status asker_turn_to(struct asker *asker, struct str org_id)
{
    asker->ctl->options.org = org_id;
    asker->org_open = false;
    return asker->ctl->server != NULL ? status_ok() : asker_open_org(asker);
}

static struct status asker_set(struct asker *asker, ProtobufCMessage *request, const char *name,
                               struct str value)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(request->descriptor, name);
    char *text;
    if (field == NULL) {
        return status_ok();
    }
    TRY(arena_text(&asker->arena, value, &text));
    pb_field_set(request, field, &text);
    return status_ok();
}

static struct status asker_ask_question(struct asker *asker, const struct question *question,
                                        ProtobufCMessage *request,
                                        const ProtobufCMessage **response)
{
    const struct ctl_options *options = &asker->ctl->options;
    assert(request->descriptor == question->input);
    arena_reset(&asker->arena);
    if (protobuf_c_message_descriptor_get_field_by_name(question->input, "org_id") != NULL) {
        TRY(ctl_need_org(asker->ctl));
        TRY(asker_set(asker, request, "org_id", options->org));
    }
    TRY(asker_set(asker, request, "as_of", options->as_of));
    TRY(asker_set(asker, request, "at_least", options->at_least));
    return asker->ctl->server != NULL ? asker_ask_server(asker, question, request, response)
                                      : asker_ask_folder(asker, question, request, response);
}

struct status asker_ask(struct asker *asker, const char *method, ProtobufCMessage *request,
                        void *response)
{
    const struct question question = asker_question(method);
    return asker_ask_question(asker, &question, request, response);
}

struct status asker_get(struct asker *asker, enum entity_kind kind, ProtobufCMessage *request,
                        void *response)
{
    const struct question question = asker_question_of_kind(kind, false);
    return asker_ask_question(asker, &question, request, response);
}

/* ---- pages ---- */

/* The request of the next page: of what is still wanted as much as goes into one. */
static struct status asker_next(struct asker *asker, ProtobufCMessage *request, size_t left)
{
    const ProtobufCFieldDescriptor *size =
        protobuf_c_message_descriptor_get_field_by_name(request->descriptor, "page_size");
    const ProtobufCFieldDescriptor *token =
        protobuf_c_message_descriptor_get_field_by_name(request->descriptor, "page_token");
    uint32_t items = (uint32_t)(left < LIST_PAGE_MAX ? left : LIST_PAGE_MAX);
    char *text = asker->page.size > 0 ? asker->page.data : (char *)(uintptr_t) "";
    pb_field_set(request, size, &items);
    pb_field_set(request, token, &text);
    return status_ok();
}

static void asker_keep_page(struct asker *asker, struct str token)
{
    asker->page.size = 0;
    if (token.size > 0) {
        buf_append(&asker->page, token);
        buf_byte(&asker->page, '\0');
    }
}

/* Of an answer across orgs: how far all pages together are, and whether they may change. */
static void asker_note_known(struct asker *asker, const ProtobufCMessage *response)
{
    const ProtobufCFieldDescriptor *known =
        protobuf_c_message_descriptor_get_field_by_name(response->descriptor, "known");
    const ProtobufCFieldDescriptor *provisional =
        protobuf_c_message_descriptor_get_field_by_name(response->descriptor, "provisional");
    if (known == NULL || provisional == NULL) {
        return;
    }
    const Google__Protobuf__Timestamp *time =
        (const Google__Protobuf__Timestamp *)(const void *)pb_field_message(
            pb_field_at(response, known));
    int64_t known_us = time == NULL ? 0 : fields_time_us(time);
    asker->known_us = asker->across && asker->known_us < known_us ? asker->known_us : known_us;
    asker->across = true;
    asker->provisional =
        asker->provisional || *(const protobuf_c_boolean *)pb_field_at(response, provisional);
}

static struct status asker_take_items(struct asker *asker, const ProtobufCMessage *response,
                                      asker_take *take, void *context)
{
    const ProtobufCFieldDescriptor *items =
        protobuf_c_message_descriptor_get_field_by_name(response->descriptor, "items");
    size_t count = pb_field_count(response, items);
    for (size_t i = 0; i < count; i++) {
        TRY(take(context, pb_field_message(pb_field_item(response, items, i))));
        if (asker->ctl->out.size > ASKER_OUT_MAX) {
            ctl_flush(asker->ctl);
        }
    }
    asker->taken += count;
    return status_ok();
}

/* What is held under conditions that nobody decided: items as the others, or told beside them. */
static struct status asker_take_conditional(struct asker *asker, const ProtobufCMessage *response,
                                            asker_take *take, void *context)
{
    const ProtobufCMessageDescriptor *type = response->descriptor;
    const ProtobufCFieldDescriptor *items =
        protobuf_c_message_descriptor_get_field_by_name(type, "items");
    const ProtobufCFieldDescriptor *conditional =
        protobuf_c_message_descriptor_get_field_by_name(type, "conditional");
    if (conditional == NULL) {
        return status_ok();
    }
    size_t count = pb_field_count(response, conditional);
    for (size_t i = 0; i < count; i++) {
        const ProtobufCMessage *item = pb_field_message(pb_field_item(response, conditional, i));
        if (pb_field_type(conditional) == pb_field_type(items)) {
            TRY(take(context, item));
        } else if (asker->ctl->options.output == CTL_JSON) {
            TRY(ctl_json(asker->ctl, item));
        } else {
            check_text_conditional((const Agency__V1__ConditionalItem *)(const void *)item);
        }
    }
    asker->taken += count;
    return status_ok();
}

static bool asker_waived(const ProtobufCMessage *response)
{
    const ProtobufCFieldDescriptor *waived =
        protobuf_c_message_descriptor_get_field_by_name(response->descriptor, "waived");
    return waived != NULL && *(const protobuf_c_boolean *)pb_field_at(response, waived);
}

static void asker_note_looked(struct asker *asker, const ProtobufCMessage *response)
{
    const ProtobufCFieldDescriptor *looked =
        protobuf_c_message_descriptor_get_field_by_name(response->descriptor, "looked");
    if (looked != NULL) {
        asker->looked += *(const uint64_t *)pb_field_at(response, looked);
        struct str index = fields_string(response, "index");
        snprintf(asker->index, sizeof asker->index, "%.*s", STR_ARG(index));
    }
}

/* The moment that the answer's is compared with. */
static void asker_note_from(struct asker *asker, const ProtobufCMessage *response)
{
    const ProtobufCFieldDescriptor *from =
        protobuf_c_message_descriptor_get_field_by_name(response->descriptor, "from");
    bool moment = from != NULL && from->descriptor == &agency__v1__moment__descriptor;
    asker->from = moment ? (const Agency__V1__Moment *)(const void *)pb_field_message(
                               pb_field_at(response, from))
                         : NULL;
}

static struct status asker_ask_pages(struct asker *asker, const struct question *question,
                                     ProtobufCMessage *request, asker_take *take, void *context)
{
    const struct ctl_options *options = &asker->ctl->options;
    const size_t limit = options->limit > 0 ? (size_t)options->limit : SIZE_MAX;
    asker->across = false;
    asker_keep_page(asker, options->page);
    do {
        const ProtobufCMessage *response;
        TRY(asker_next(asker, request, limit - asker->taken));
        TRY(asker_ask_question(asker, question, request, &response));
        asker_note_from(asker, response);
        asker_say_moment(asker);
        asker->waived = asker_waived(response);
        asker_note_looked(asker, response);
        asker_note_known(asker, response);
        TRY(asker_take_items(asker, response, take, context));
        TRY(asker_take_conditional(asker, response, take, context));
        asker_keep_page(asker, fields_string(response, "next_page_token"));
    } while (asker->page.size > 0 && asker->taken < limit && asker->ctl->unwritten == 0);
    if (asker->page.size == 0) {
        return status_ok();
    }
    asker->ctl->next_page = arena_copy(&asker->ctl->arena, buf_str(&asker->page));
    return asker->ctl->next_page.data == NULL ? arena_full(&asker->ctl->arena) : status_ok();
}

struct status asker_pages(struct asker *asker, const char *method, ProtobufCMessage *request,
                          asker_take *take, void *context)
{
    const struct question question = asker_question(method);
    return asker_ask_pages(asker, &question, request, take, context);
}

struct status asker_list(struct asker *asker, enum entity_kind kind, ProtobufCMessage *request,
                         asker_take *take, void *context)
{
    const struct question question = asker_question_of_kind(kind, true);
    return asker_ask_pages(asker, &question, request, take, context);
}

struct status asker_once(struct ctl *ctl, const char *method, ProtobufCMessage *request,
                         asker_take *take, void *context)
{
    struct asker asker;
    struct status st = asker_open(&asker, ctl);
    if (st.code == STATUS_OK) {
        st = asker_pages(&asker, method, request, take, context);
    }
    if (st.code == STATUS_OK) {
        asker_say_known(&asker);
    }
    asker_close(&asker);
    return st;
}
