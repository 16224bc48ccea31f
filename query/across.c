/* Who may read an org may see that it is there: it is asked for each org by itself, of the org as
 * it is now, whatever time the question is about (question.c). */
#include "query/across.h"

#include "core/base/num.h"
#include "core/domain/kernel/fields.h"
#include "core/model/key.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "core/store/key.h"
#include "query/answers.h"

enum { ACROSS_PLACE_PARTITION = 4 };
/* Of one org: its decoded entities are bounded apart. */
static const size_t ACROSS_ORG_MEMORY_MAX = (size_t)64 << 20;

/* ---- when ---- */

/* A page token of an answer of now has no time. */
static struct status across_moment(struct across *across)
{
    struct moment_ask *ask = &across->ask;
    TRY(asking_moment(across->asking, ask));
    if (ask->kind == MOMENT_EXACT) {
        ask->kind = ask->time_us == 0 ? MOMENT_LATEST : MOMENT_TIME;
    }
    if (ask->kind != MOMENT_LATEST && ask->kind != MOMENT_TIME) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected as_of to be a time: a decision's number or token is one of "
                            "an org, and says nothing across orgs");
    }
    return ask->kind == MOMENT_LATEST || ask->time_us <= ask->now_us
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT, "expected a time that is not in the future");
}

struct status across_begin(struct across *across, struct asking *asking, const struct page_ask *ask,
                           const struct str *words, size_t words_count)
{
    *across = (struct across){ .asking = asking, .known_us = INT64_MAX };
    arena_init(&across->arena, ACROSS_ORG_MEMORY_MAX);
    TRY(across_moment(across));
    across->nothing.arena = asking->arena;
    across->nothing.moment.time_us = across->ask.kind == MOMENT_TIME ? across->ask.time_us : 0;
    return page_begin(&across->page, &across->nothing, ask, words, words_count);
}

void across_end(struct across *across)
{
    snapshot_release(&across->org);
    arena_release(&across->arena);
}

/* ---- pages ---- */

struct status across_place(const struct across *across, uint32_t *partition, struct str *org_id)
{
    const struct str place = across->page.place;
    *partition = 0;
    *org_id = STR("");
    if (place.size == 0) {
        return status_ok();
    }
    bool good = place.size > ACROSS_PLACE_PARTITION;
    if (good) {
        *partition = num_get_u32be(place.data);
        *org_id = str_from(place, ACROSS_PLACE_PARTITION);
    }
    return good && *partition < across->asking->where->stores->partitions_count
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT, "expected the page token of the page "
                                                       "before, of the same question");
}

struct status across_page_end(const struct across *across, struct str org_id, struct page_end *end)
{
    struct buf place = { 0 };
    num_put_u32be(buf_reserve(&place, ACROSS_PLACE_PARTITION), across->partition);
    place.size += ACROSS_PLACE_PARTITION;
    buf_append(&place, org_id);
    struct status st = page_end_at(&across->page, buf_str(&place), false, end);
    buf_release(&place);
    return st;
}

/* ---- partitions ---- */

bool across_is_operator(const struct across *across)
{
    const Agency__V1__Principal *reader = across->asking->where->reader;
    return reader == NULL || reader->operator_[0] != '\0';
}

static struct status across_add_place(struct across *across, int64_t known_us)
{
    struct arena *arena = across->asking->arena;
    Agency__V1__PartitionPlace *place;
    if (across->places == NULL) {
        ARENA_TRY(arena, across->places,
                  arena_alloc(arena, across->asking->where->stores->partitions_count *
                                         sizeof *across->places));
    }
    TRY(pb_new(arena, &agency__v1__partition_place__descriptor, &place));
    place->partition = across->partition;
    place->sequence = across_is_operator(across) ? across->position->chain.sequence : 0;
    if (known_us > 0) {
        TRY(fields_time_new(arena, known_us, &place->known));
    }
    across->known_us = known_us < across->known_us ? known_us : across->known_us;
    across->places[across->places_count++] = place;
    return status_ok();
}

/* The order is that of the walk: a partition that was turned to before is one of those. */
static bool across_has_place(const struct across *across)
{
    for (size_t i = across->places_count; i > 0; i--) {
        if (across->places[i - 1]->partition == across->partition) {
            return true;
        }
    }
    return false;
}

struct status across_turn_to(struct across *across, uint32_t partition)
{
    const struct stores *stores = across->asking->where->stores;
    struct moment_ask *ask = &across->ask;
    snapshot_release(&across->org);
    across->org = (struct snapshot){ 0 };
    across->partition = partition;
    TRY(stores->open(stores->self, partition, ask, &across->reader, &across->position));
    const int64_t known_us = moment_known_us(across->position, ask);
    if (ask->kind == MOMENT_TIME && ask->time_us > known_us) {
        return status_error(STATUS_UNAVAILABLE,
                            "expected partition %u to have passed the time asked about, so that "
                            "nothing can still come before it",
                            (unsigned)partition);
    }
    if (ask->at_least != NULL && ask->at_least->partition == partition) {
        TRY(moment_check_token(across->position, ask->at_least));
    }
    return across_has_place(across) ? status_ok() : across_add_place(across, known_us);
}

/* An org whose first command was rejected has a head only: it is none. */
static struct status across_head(const struct across *across, const struct store_row *row,
                                 across_take *take, void *context)
{
    struct arena *arena = across->asking->arena;
    struct str rest = str_from(row->key, 1), org_id;
    Agency__V1__OrgHead *head;
    TRY(key_get_str(&rest, arena, &org_id));
    org_id = arena_copy(arena, org_id);
    if (org_id.data == NULL) {
        return arena_full(arena);
    }
    TRY(pb_unpack(arena, &agency__v1__org_head__descriptor, row->value, PB_STORED, &head));
    return head->org_sequence == 0 ? status_ok() : take(context, org_id);
}

static struct status across_scan(const struct across *across, const struct store_range *range,
                                 across_take *take, void *context)
{
    struct store_row row = { .found = true };
    struct store_scan *scan;
    TRY(store_scan_open(across->reader, STORE_INDEX_LATEST, range, &scan));
    struct status st = store_scan_next(scan, &row);
    while (st.code == STATUS_OK && row.found) {
        st = across_head(across, &row, take, context);
        if (st.code == STATUS_OK) {
            st = store_scan_next(scan, &row);
        }
    }
    store_scan_close(scan);
    return st;
}

struct status across_each(const struct across *across, struct str after, across_take *take,
                          void *context)
{
    static const char heads[] = { ROW_HEAD };
    struct buf start = { 0 };
    struct store_range range = { .prefix = str_make(heads, sizeof heads), .as_of = STORE_LATEST };
    if (after.size > 0) {
        key_head(&start, after);
        range.start = buf_str(&start);
        range.after_start = true;
    }
    struct status st = across_scan(across, &range, take, context);
    buf_release(&start);
    return st.code == STATUS_CANCELLED ? status_ok() : st;
}

/* The first org behind `after`; empty: there is none. */
static struct status across_next_marked(const struct across *across, const struct mark *mark,
                                        struct str after, struct str *org_id)
{
    char room[KEY_ROOM], start_room[KEY_ROOM];
    struct buf prefix = buf_in(room, sizeof room), start = buf_in(start_room, sizeof start_room);
    struct store_row row = { .found = false };
    struct store_scan *scan;
    key_marked(&prefix, mark);
    if (after.size > 0) {
        key_mark(&start, mark, after, UINT64_MAX);
    }
    const struct store_range range = { .prefix = buf_str(&prefix),
                                       .start = buf_str(&start),
                                       .after_start = after.size > 0,
                                       .as_of = STORE_LATEST };
    *org_id = STR("");
    struct status st = store_scan_open(across->reader, STORE_APPEND, &range, &scan);
    if (st.code == STATUS_OK) {
        st = store_scan_next(scan, &row);
        struct str rest = row.found ? str_from(row.key, prefix.size) : STR("");
        if (st.code == STATUS_OK && row.found) {
            st = key_get_str(&rest, across->asking->arena, org_id);
            *org_id = st.code == STATUS_OK ? arena_copy(across->asking->arena, *org_id) : STR("");
        }
        store_scan_close(scan);
    }
    buf_release(&prefix);
    buf_release(&start);
    return st.code == STATUS_OK && org_id->data == NULL ? arena_full(across->asking->arena) : st;
}

struct status across_each_marked(const struct across *across, const struct mark *mark,
                                 struct str after, across_take *take, void *context)
{
    struct status st = status_ok();
    while (st.code == STATUS_OK) {
        TRY(across_next_marked(across, mark, after, &after));
        if (after.size == 0) {
            break;
        }
        st = take(context, after);
    }
    return st.code == STATUS_CANCELLED ? status_ok() : st;
}

/* ---- an org ---- */

/* Whether it is final enough is asked for those only that may be read: so nobody learns of others.
 * The partition's token was looked at before (across_turn_to). */
static struct status across_open(struct across *across, struct str org_id,
                                 const struct moment_ask *asked, struct snapshot *snapshot)
{
    struct moment_ask ask = *asked;
    ask.at_least = NULL;
    ask.final = ask.settled = false;
    return snapshot_open(snapshot, across->reader, across->position, &across->arena, org_id, &ask,
                         across->asking->where->memory_max);
}

struct status across_org(struct across *across, struct str org_id, const Agency__V1__Org **org)
{
    *org = NULL;
    snapshot_release(&across->org);
    arena_reset(&across->arena);
    struct status st = across_open(across, org_id, &across->ask, &across->org);
    if (st.code != STATUS_OK) {
        return st.code == STATUS_NOT_FOUND ? status_ok() : st;
    }
    return view_org(&across->org.org.view, org_id, org);
}

static struct status across_ask_reader(struct across *across)
{
    const struct question_where *where = across->asking->where;
    const struct moment_ask ask = { .kind = MOMENT_LATEST, .now_us = across->ask.now_us };
    struct snapshot now;
    if (where->reader == NULL) {
        return status_ok();
    }
    struct status st = across_open(across, across->org.org_id, &ask, &now);
    if (st.code == STATUS_OK) {
        st = question_may_read(where, &now, object_org());
    }
    snapshot_release(&now);
    return st;
}

struct status across_may(struct across *across, bool *may)
{
    const struct moment *moment = &across->org.moment;
    struct status st = across_ask_reader(across);
    *may = st.code == STATUS_OK;
    if (!*may) {
        return st.code == STATUS_PERMISSION_DENIED ? status_ok() : st;
    }
    across->provisional = across->provisional || moment->provisional != MOMENT_FINAL;
    return across->ask.kind == MOMENT_LATEST ? status_ok()
                                             : moment_check_final(&across->ask, moment);
}

/* ---- what the answer says of itself ---- */

struct status across_tell(const struct across *across, ProtobufCMessage *response)
{
    const ProtobufCFieldDescriptor *partitions =
        protobuf_c_message_descriptor_get_field_by_name(response->descriptor, "partitions");
    Google__Protobuf__Timestamp *known;
    protobuf_c_boolean provisional = across->provisional;
    pb_field_set_items(response, partitions, across->places, across->places_count);
    answer_tell(response, "provisional", &provisional);
    if (across->known_us == INT64_MAX || across->known_us == 0) {
        return status_ok();
    }
    TRY(fields_time_new(across->asking->arena, across->known_us, &known));
    answer_tell(response, "known", &known);
    return status_ok();
}
