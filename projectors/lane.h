/* One partition of a feed: its records in the log's order become notices, pipelined; the bookmark
 * follows what is acknowledged. One thread, the feed's. */
#ifndef PROJECTORS_LANE_H
#define PROJECTORS_LANE_H

#include "core/evlog/record.h"
#include "core/model/partition.h"
#include "projectors/backlog.h"
#include "projectors/bookmark.h"
#include "projectors/outbox.h"

/* Decisions that are sent but not acknowledged. */
enum { LANE_SENT_MAX = 1024 };

/* A decision under way. */
struct lane_sent {
    struct bookmark place; /* behind it */
    uint32_t left;         /* notices without an acknowledgement, or not yet sent */
};

struct lane {
    uint32_t number;
    struct chain chain;   /* over the records before `offset` */
    uint64_t offset;      /* the first record that is not judged */
    uint64_t skip_below;  /* see bookmark */
    uint64_t probe_above; /* publish nothing up to this sequence, only look; 0: publish */
    struct bookmark done; /* all before it is acknowledged */
    struct backlog backlog;
    struct record at_hand; /* the record at the backlog's head, judged, being published; its body is
                              not kept */
    bool is_at_hand;
    bool is_pushed;         /* it is the last of `sent` */
    uint32_t notices_sent;  /* of it; those in the outbox, too */
    struct outbox outbox;   /* empty between steps, unless the log takes no more */
    struct lane_sent *sent; /* ring of LANE_SENT_MAX by serial; NULL before the first lane_begin */
    uint32_t sent_first;    /* serials; they go on for ever, so that late acknowledgements of what
                               was dropped are known */
    uint32_t sent_end;
    struct arena arena;        /* of the decision at hand */
    struct arena notice_arena; /* of one notice */
};

void lane_init(struct lane *lane, uint32_t number);
void lane_release(struct lane *lane);

/* Goes on at a bookmark; what was under way and in the backlog is dropped. */
void lane_begin(struct lane *lane, const struct bookmark *bookmark);

/* Nothing waits for being published. */
static inline bool lane_is_idle(const struct lane *lane)
{
    return backlog_is_empty(&lane->backlog) && outbox_count(&lane->outbox) == 0;
}

/* What a lane publishes from and to. */
struct lane_port {
    struct evlog *log;
    const struct partition *partition; /* nothing is published that it has not taken */
    uint64_t publisher;
    size_t *room; /* records that may still be put under way, shared by all lanes */
};

enum lane_stop {
    LANE_EMPTY, /* nothing more is read, or taken by the partition */
    LANE_FULL,  /* much is under way: go on after acknowledgements */
    LANE_SPENT, /* enough for one step; there is more */
    LANE_FOUND, /* probing: there is something to publish */
};

/* Sends notices of the records in the backlog, some decisions' at most; says why it stopped.
 * DATA_LOSS: the log or the partition cannot be. UNAVAILABLE: the log or the disk refuses. */
MUST_USE struct status lane_publish(struct lane *lane, const struct lane_port *port,
                                    enum lane_stop *stop);
/* A notice is in the log. False: it was of no interest any more. */
bool lane_acked(struct lane *lane, uint32_t serial);

/* All records up to this sequence are published, or there is nothing to say of them. */
uint64_t lane_published(const struct lane *lane);

/* The token of the notices of a serial, and back. */
static inline uint64_t lane_token(uint32_t number, uint32_t serial)
{
    return (uint64_t)number << 32 | serial;
}

#endif
