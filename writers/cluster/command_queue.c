#include "writers/cluster/command_queue.h"

#include <assert.h>

#include "core/base/memory.h"

void command_queue_init(struct command_queue *queue)
{
    *queue = (struct command_queue){ .items = mem_zalloc(COMMAND_QUEUE_MAX, sizeof *queue->items) };
}

void command_queue_release(struct command_queue *queue)
{
    command_queue_empty(queue);
    mem_free(queue->items);
    *queue = (struct command_queue){ 0 };
}

void command_queue_push(struct command_queue *queue, const struct queued_command *command)
{
    assert(command_queue_count(queue) < COMMAND_QUEUE_MAX);
    size_t key_size = command->key.size, value_size = command->value.size;
    char *copy = mem_alloc(key_size + value_size + 1);
    if (key_size > 0) {
        memcpy(copy, command->key.data, key_size);
    }
    if (value_size > 0) {
        memcpy(copy + key_size, command->value.data, value_size);
    }
    queue->size += key_size + value_size;
    queue->items[queue->end++ % COMMAND_QUEUE_MAX] = (struct queued_command){
        .offset = command->offset,
        .key = { copy, key_size },
        .value = { copy + key_size, value_size },
    };
}

const struct queued_command *command_queue_first(const struct command_queue *queue)
{
    assert(command_queue_count(queue) > 0);
    return &queue->items[queue->begin % COMMAND_QUEUE_MAX];
}

void command_queue_pop(struct command_queue *queue)
{
    const struct queued_command *first = command_queue_first(queue);
    queue->size -= first->key.size + first->value.size;
    mem_free((void *)(uintptr_t)first->key.data);
    queue->begin++;
}

void command_queue_empty(struct command_queue *queue)
{
    while (command_queue_count(queue) > 0) {
        command_queue_pop(queue);
    }
}
