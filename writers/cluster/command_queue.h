/* Commands of a partition that were read and wait to be decided: a bounded ring. One thread. */
#ifndef WRITERS_CLUSTER_COMMAND_QUEUE_H
#define WRITERS_CLUSTER_COMMAND_QUEUE_H

#include <stdint.h>

#include "core/base/str.h"

/* More than a reader gives at once. */
enum { COMMAND_QUEUE_MAX = 2048 };

struct queued_command {
    uint64_t offset;
    struct str key;   /* the org, as the sender says */
    struct str value; /* a CommandRecord, or what is none */
};

struct command_queue {
    struct queued_command *items;
    uint64_t begin;
    uint64_t end;
    size_t size; /* bytes of keys and values */
};

void command_queue_init(struct command_queue *queue);
/* A zeroed one is fine. */
void command_queue_release(struct command_queue *queue);

static inline size_t command_queue_count(const struct command_queue *queue)
{
    return (size_t)(queue->end - queue->begin);
}

/* Copies the command; there must be room. */
void command_queue_push(struct command_queue *queue, const struct queued_command *command);
/* The one that came first, valid until it is popped. */
const struct queued_command *command_queue_first(const struct command_queue *queue);
void command_queue_pop(struct command_queue *queue);
void command_queue_empty(struct command_queue *queue);

#endif
