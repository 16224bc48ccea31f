/* A decision is looked at when the last of its events has been read and the store has it; a store
 * that is behind is waited for, and the reader goes back. What is appended in one step is waited
 * for at its end. After trouble all begins again at what the log has. */
#include "projectors/access_publisher.h"

#include "core/base/memory.h"
#include "core/evlog/record.h"
#include "core/model/position.h"
#include "core/pb/message.h"
#include "projectors/access_event.h"
#include "projectors/checkpoint.h"
#include "projectors/cloud_event.h"

enum {
    ACCESS_RECORDS = 256,    /* of one read */
    ACCESS_SILENT_MAX = 512, /* decisions without a change, until one is told all the same */
    ACCESS_WALKS = 8,        /* orgs of a partition whose state is kept */
    ACCESS_UNDER_WAY_MAX = EVLOG_PENDING_MAX / 4,
    ACCESS_BEHIND_US = 20 * 1000,
};
static const size_t ACCESS_WALK_MEMORY_MAX = (size_t)64 << 20;
static const size_t ACCESS_ARENA_MAX = (size_t)256 << 20;

struct access_slot {
    bool followed;
    bool behind;   /* the store is, or it is not shown: go back to `next` */
    uint64_t next; /* the record to look at */
    uint64_t seen; /* the sequence of the last decision that was looked at */
    uint64_t told; /* the same, acknowledged */
    unsigned silent;
    struct store_reader *reader; /* during a step */
    uint64_t has;                /* sequence up to which it has all */
    struct org_walk walks[ACCESS_WALKS];
    char *orgs[ACCESS_WALKS]; /* of the walks; NULL: none */
    unsigned walk_next;       /* which is given up */
};

struct access_publisher {
    struct access_publisher_options options;
    struct evlog *log;
    struct evlog_reader *reader;
    struct status trouble;
    struct arena arena; /* of one decision */
    size_t under_way;
    struct access_slot *slots;
    struct evlog_record records[ACCESS_RECORDS];
};

struct access_publisher *access_publisher_open(const struct access_publisher_options *options)
{
    struct access_publisher *publisher = mem_zalloc(1, sizeof *publisher);
    publisher->options = *options;
    publisher->slots = mem_zalloc(options->partitions_count, sizeof *publisher->slots);
    arena_init(&publisher->arena, ACCESS_ARENA_MAX);
    return publisher;
}

/* ---- walks ---- */

static void access_forget_walks(struct access_slot *slot)
{
    for (size_t i = 0; i < ACCESS_WALKS; i++) {
        if (slot->orgs[i] != NULL) {
            org_walk_release(&slot->walks[i]);
            mem_free(slot->orgs[i]);
            slot->orgs[i] = NULL;
        }
    }
}

static char *access_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(mem_alloc(size), text, size);
}

/* The walk through an org that stands before a decision. */
static struct org_walk *access_walk(struct access_slot *slot, const char *org_id, uint64_t number)
{
    size_t at = 0;
    while (at < ACCESS_WALKS && (slot->orgs[at] == NULL || strcmp(slot->orgs[at], org_id) != 0)) {
        at++;
    }
    bool known = at < ACCESS_WALKS && slot->walks[at].org_sequence == number - 1;
    if (known) {
        org_walk_renew(&slot->walks[at], slot->reader);
        return &slot->walks[at];
    }
    if (at == ACCESS_WALKS) {
        at = slot->walk_next++ % ACCESS_WALKS;
    }
    if (slot->orgs[at] != NULL) {
        org_walk_release(&slot->walks[at]);
        mem_free(slot->orgs[at]);
    }
    slot->orgs[at] = access_copy(org_id);
    org_walk_init(&slot->walks[at], slot->reader, str_z(slot->orgs[at]), number - 1,
                  ACCESS_WALK_MEMORY_MAX);
    return &slot->walks[at];
}

/* ---- the log ---- */

static void access_leave(struct access_publisher *publisher, uint32_t number)
{
    struct access_slot *slot = &publisher->slots[number];
    if (slot->followed) {
        evlog_reader_leave(publisher->reader, number);
        access_forget_walks(slot);
        slot->followed = false;
    }
}

static void access_close_log(struct access_publisher *publisher)
{
    for (uint32_t i = 0; i < publisher->options.partitions_count; i++) {
        access_leave(publisher, i);
    }
    evlog_reader_close(publisher->reader);
    evlog_close(publisher->log);
    publisher->reader = NULL;
    publisher->log = NULL;
    publisher->under_way = 0;
}

void access_publisher_close(struct access_publisher *publisher)
{
    if (publisher != NULL) {
        access_close_log(publisher);
        arena_release(&publisher->arena);
        mem_free(publisher->slots);
        mem_free(publisher);
    }
}

static struct status access_open_log(struct access_publisher *publisher)
{
    if (publisher->reader != NULL) {
        return status_ok();
    }
    TRY(evlog_opener_open(&publisher->options.opener, false, &publisher->log));
    return evlog_reader_open(publisher->log, EVLOG_EVENTS, &publisher->reader);
}

static struct status access_visit(void *self, const struct evlog_record *record, bool *found)
{
    if (!cloud_event_is_access(record)) {
        return status_ok();
    }
    *found = true;
    return access_event_read(record, self);
}

/* Goes on where the last AccessEvent says. */
static struct status access_follow(struct access_publisher *publisher, uint32_t number)
{
    struct access_slot *slot = &publisher->slots[number];
    struct access_event_mark mark = { 0 };
    struct evlog_reader *reader;
    uint64_t begin, end;
    bool found;
    TRY(evlog_range(publisher->log, EVLOG_EVENTS, number, &begin, &end));
    TRY(evlog_reader_open(publisher->log, EVLOG_EVENTS, &reader));
    struct status st =
        checkpoint_visit_last(reader, number, begin, end, access_visit, &mark, &found);
    evlog_reader_close(reader);
    TRY(st);
    slot->next = found && mark.offset > begin ? mark.offset : begin;
    slot->seen = slot->told = mark.sequence;
    slot->silent = 0;
    TRY(evlog_reader_seek(publisher->reader, number, slot->next));
    slot->followed = true;
    return status_ok();
}

static struct status access_choose(struct access_publisher *publisher)
{
    const struct access_publisher_options *options = &publisher->options;
    for (uint32_t i = 0; i < options->partitions_count; i++) {
        bool serves = options->serves(options->context, i);
        if (serves && !publisher->slots[i].followed) {
            TRY(access_follow(publisher, i));
        } else if (!serves) {
            access_leave(publisher, i);
        }
    }
    return status_ok();
}

/* ---- appending ---- */

static struct status access_collect(struct access_publisher *publisher, size_t left)
{
    struct evlog_completion done[ACCESS_RECORDS];
    while (publisher->under_way > left) {
        size_t count;
        TRY(evlog_poll(publisher->log, done, ACCESS_RECORDS, &count));
        for (size_t i = 0; i < count; i++) {
            publisher->under_way--;
            if (done[i].offset == EVLOG_OFFSET_UNKNOWN) {
                return status_error(STATUS_UNAVAILABLE,
                                    "expected the log to take changes of access, but it is unknown "
                                    "what became of some");
            }
        }
        if (count == 0) {
            evlog_wait(evlog_descriptor(publisher->log), ACCESS_BEHIND_US);
        }
    }
    return status_ok();
}

static struct status access_append(struct access_publisher *publisher,
                                   const struct evlog_item *item)
{
    struct status st = evlog_append(publisher->log, item, 1);
    if (st.code == STATUS_RESOURCE_EXHAUSTED && publisher->under_way > 0) {
        TRY(access_collect(publisher, 0));
        st = evlog_append(publisher->log, item, 1);
    }
    TRY(st);
    publisher->under_way++;
    return publisher->under_way >= ACCESS_UNDER_WAY_MAX ? access_collect(publisher, 0)
                                                        : status_ok();
}

/* ---- a decision ---- */

static struct status access_read_position(struct access_slot *slot)
{
    struct arena arena;
    struct store_row row;
    struct position position = { 0 };
    arena_init(&arena, 1 << 20);
    struct status st = store_position(slot->reader, &arena, &row);
    if (st.code == STATUS_OK && row.found) {
        st = position_decode(row.value, FORMAT_LEVEL, &position);
    }
    slot->has = position.chain.sequence;
    arena_release(&arena);
    return st;
}

/* Whether the store has a decision. */
static struct status access_has(struct access_publisher *publisher, uint32_t number,
                                uint64_t sequence, bool *has)
{
    struct access_slot *slot = &publisher->slots[number];
    if (slot->reader == NULL) {
        struct status st = shelf_open(publisher->options.shelf, number, &slot->reader);
        if (st.code != STATUS_OK) {
            *has = false;
            return st.code == STATUS_UNAVAILABLE ? status_ok() : st;
        }
        TRY(access_read_position(slot));
    }
    *has = sequence <= slot->has;
    return status_ok();
}

static struct status access_tell(struct access_publisher *publisher,
                                 const struct access_event_place *place,
                                 const struct org_walk *walk, const Agency__V1__EntityEvent *event,
                                 const struct access_feed *feed)
{
    struct access_slot *slot = &publisher->slots[place->partition];
    bool silent = feed->count == 0 && !feed->changed;
    slot->silent = silent ? slot->silent + 1 : 0;
    if (silent && slot->silent < ACCESS_SILENT_MAX) {
        return status_ok();
    }
    slot->silent = 0;
    for (uint32_t i = 0; i < access_event_records(feed); i++) {
        struct evlog_item item;
        TRY(access_event_make(&publisher->arena, place, walk, event, feed, i, &item));
        TRY(access_append(publisher, &item));
    }
    return status_ok();
}

static struct status access_decision(struct access_publisher *publisher,
                                     const struct evlog_record *record,
                                     const Agency__V1__EntityEvent *event)
{
    struct access_slot *slot = &publisher->slots[record->partition];
    const struct access_event_place place = { publisher->log->identity.history_id,
                                              record->partition, record->offset };
    struct access_feed feed;
    struct org_walk *walk = access_walk(slot, event->org_id, event->org_sequence);
    TRY(org_walk_step(walk));
    TRY(org_walk_access(walk, &publisher->arena, &feed));
    TRY(access_tell(publisher, &place, walk, event, &feed));
    slot->seen = event->sequence;
    return status_ok();
}

static struct status access_entity_event(struct access_publisher *publisher,
                                         const struct evlog_record *record)
{
    struct access_slot *slot = &publisher->slots[record->partition];
    Agency__V1__EntityEvent *event;
    bool has = true;
    arena_reset(&publisher->arena);
    TRY(pb_unpack(&publisher->arena, &agency__v1__entity_event__descriptor, record->value,
                  PB_STORED, &event));
    if (event->sequence <= slot->seen || event->index + 1 != event->events) {
        return status_ok();
    }
    TRY(access_has(publisher, record->partition, event->sequence, &has));
    slot->behind = !has;
    return has ? access_decision(publisher, record, event) : status_ok();
}

/* What another one has told need not be told again. */
static struct status access_other(struct access_slot *slot, const struct evlog_record *record)
{
    struct access_event_mark mark;
    TRY(access_event_read(record, &mark));
    slot->seen = mark.sequence > slot->seen ? mark.sequence : slot->seen;
    return status_ok();
}

static struct status access_record(struct access_publisher *publisher,
                                   const struct evlog_record *record)
{
    struct access_slot *slot = &publisher->slots[record->partition];
    if (!slot->followed || slot->behind || record->offset < slot->next) {
        return status_ok();
    }
    TRY(cloud_event_is_access(record) ? access_other(slot, record)
                                      : access_entity_event(publisher, record));
    slot->next = slot->behind ? slot->next : record->offset + 1;
    return status_ok();
}

/* ---- steps ---- */

static void access_close_readers(struct access_publisher *publisher)
{
    for (uint32_t i = 0; i < publisher->options.partitions_count; i++) {
        struct access_slot *slot = &publisher->slots[i];
        if (slot->reader != NULL) {
            shelf_close(publisher->options.shelf, i, slot->reader);
            slot->reader = NULL;
        }
    }
}

static struct status access_go_back(struct access_publisher *publisher, bool *behind)
{
    *behind = false;
    for (uint32_t i = 0; i < publisher->options.partitions_count; i++) {
        struct access_slot *slot = &publisher->slots[i];
        if (slot->behind && slot->followed) {
            TRY(evlog_reader_seek(publisher->reader, i, slot->next));
            *behind = true;
        }
        slot->behind = false;
    }
    return status_ok();
}

static struct status access_take(struct access_publisher *publisher, size_t *count, bool *behind)
{
    TRY(access_open_log(publisher));
    TRY(access_choose(publisher));
    TRY(evlog_reader_read(publisher->reader, publisher->records, ACCESS_RECORDS, count));
    for (size_t i = 0; i < *count; i++) {
        TRY(access_record(publisher, &publisher->records[i]));
    }
    TRY(access_collect(publisher, 0));
    for (uint32_t i = 0; i < publisher->options.partitions_count; i++) {
        publisher->slots[i].told = publisher->slots[i].seen;
    }
    return access_go_back(publisher, behind);
}

void access_publisher_step(struct access_publisher *publisher, int64_t wait_us)
{
    size_t count = 0;
    bool behind = false;
    struct status st = access_take(publisher, &count, &behind);
    access_close_readers(publisher);
    if (st.code != publisher->trouble.code) {
        evlog_reporter_tell(&publisher->options.reporter, EVLOG_ALL, st);
    }
    publisher->trouble = st;
    if (st.code != STATUS_OK) {
        access_close_log(publisher);
        evlog_wait(-1, wait_us);
    } else if (behind) {
        evlog_wait(-1, wait_us < ACCESS_BEHIND_US ? wait_us : ACCESS_BEHIND_US);
    } else if (count == 0) {
        evlog_wait(evlog_reader_descriptor(publisher->reader), wait_us);
    }
}

uint64_t access_publisher_told(const struct access_publisher *publisher, uint32_t partition)
{
    return publisher->slots[partition].told;
}
