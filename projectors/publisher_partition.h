/* One partition of a publisher: its records in the log's order become messages, pipelined; the
 * checkpoint follows what is acknowledged. One thread, the publisher's. */
#ifndef PROJECTORS_PUBLISHER_PARTITION_H
#define PROJECTORS_PUBLISHER_PARTITION_H

#include "core/evlog/record.h"
#include "core/model/partition.h"
#include "projectors/backlog.h"
#include "projectors/checkpoint.h"
#include "projectors/send_batch.h"

/* Decisions that are sent but not acknowledged. */
enum { PUBLISHER_PARTITION_SENT_MAX = 1024 };

/* A decision under way. */
struct publisher_partition_sent {
    struct checkpoint place; /* behind it */
    uint32_t left;           /* messages without an acknowledgement, or not yet sent */
};

struct publisher_partition {
    uint32_t number;
    struct chain chain;     /* over the records before `offset` */
    uint64_t offset;        /* the first record that is not judged */
    uint64_t skip_below;    /* see checkpoint */
    uint64_t probe_above;   /* publish nothing up to this sequence, only look; 0: publish */
    struct checkpoint done; /* all before it is acknowledged */
    struct backlog backlog;
    struct record at_hand; /* the record at the backlog's head, judged, being published; its body is
                              not kept */
    bool is_at_hand;
    bool is_pushed;                        /* it is the last of `sent` */
    uint32_t messages_sent;                /* of it; those in the batch, too */
    struct send_batch batch;               /* empty between steps, unless the log takes no more */
    struct publisher_partition_sent *sent; /* ring of PUBLISHER_PARTITION_SENT_MAX by serial; NULL
                                              before the first publisher_partition_begin */
    uint32_t sent_first; /* serials; they go on for ever, so that late acknowledgements of what
                            was dropped are known */
    uint32_t sent_end;
    struct arena arena;         /* of the decision at hand */
    struct arena message_arena; /* of one message */
};

void publisher_partition_init(struct publisher_partition *partition, uint32_t number);
void publisher_partition_release(struct publisher_partition *partition);

/* Goes on at a checkpoint; what was under way and in the backlog is dropped. */
void publisher_partition_begin(struct publisher_partition *partition,
                               const struct checkpoint *checkpoint);

/* Nothing waits for being published. */
static inline bool publisher_partition_is_idle(const struct publisher_partition *partition)
{
    return backlog_is_empty(&partition->backlog) && send_batch_count(&partition->batch) == 0;
}

/* What a partition publishes from and to. */
struct publisher_partition_port {
    struct evlog *log;
    const struct partition *partition; /* nothing is published that it has not taken */
    uint64_t publisher;
    size_t *room; /* records that may still be put under way, shared by all partitions */
};

enum publisher_partition_stop {
    PUBLISHER_PARTITION_EMPTY, /* nothing more is read, or taken by the partition */
    PUBLISHER_PARTITION_FULL,  /* much is under way: go on after acknowledgements */
    PUBLISHER_PARTITION_SPENT, /* enough for one step; there is more */
    PUBLISHER_PARTITION_FOUND, /* probing: there is something to publish */
};

/* Sends messages of the records in the backlog, some decisions' at most; says why it stopped.
 * DATA_LOSS: the log or the partition cannot be. UNAVAILABLE: the log or the disk refuses. */
MUST_USE struct status publisher_partition_publish(struct publisher_partition *partition,
                                                   const struct publisher_partition_port *port,
                                                   enum publisher_partition_stop *stop);
/* A message is in the log. False: it was of no interest any more. */
bool publisher_partition_acked(struct publisher_partition *partition, uint32_t serial);

/* All records up to this sequence are published, or there is nothing to say of them. */
uint64_t publisher_partition_published(const struct publisher_partition *partition);

/* The token of the messages of a serial, and back. */
static inline uint64_t publisher_partition_token(uint32_t number, uint32_t serial)
{
    return (uint64_t)number << 32 | serial;
}

#endif
