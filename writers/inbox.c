#include "writers/inbox.h"

#include <assert.h>

#include "core/base/memory.h"

void inbox_init(struct inbox *inbox)
{
    *inbox = (struct inbox){ .items = mem_zalloc(INBOX_MAX, sizeof *inbox->items) };
}

void inbox_release(struct inbox *inbox)
{
    inbox_empty(inbox);
    mem_free(inbox->items);
    *inbox = (struct inbox){ 0 };
}

void inbox_push(struct inbox *inbox, const struct inbox_command *command)
{
    assert(inbox_count(inbox) < INBOX_MAX);
    size_t key_size = command->key.size, value_size = command->value.size;
    char *copy = mem_alloc(key_size + value_size + 1);
    if (key_size > 0) {
        memcpy(copy, command->key.data, key_size);
    }
    if (value_size > 0) {
        memcpy(copy + key_size, command->value.data, value_size);
    }
    inbox->size += key_size + value_size;
    inbox->items[inbox->end++ % INBOX_MAX] = (struct inbox_command){
        .offset = command->offset,
        .key = { copy, key_size },
        .value = { copy + key_size, value_size },
    };
}

const struct inbox_command *inbox_first(const struct inbox *inbox)
{
    assert(inbox_count(inbox) > 0);
    return &inbox->items[inbox->begin % INBOX_MAX];
}

void inbox_pop(struct inbox *inbox)
{
    const struct inbox_command *first = inbox_first(inbox);
    inbox->size -= first->key.size + first->value.size;
    mem_free((void *)(uintptr_t)first->key.data);
    inbox->begin++;
}

void inbox_empty(struct inbox *inbox)
{
    while (inbox_count(inbox) > 0) {
        inbox_pop(inbox);
    }
}
