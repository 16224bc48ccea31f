/* What a test does to the log in memory. */
#include "core/evlog/evlog_mem_impl.h"

void evlog_mem_fail_at(struct evlog_mem *mem, long n)
{
    evlog_mem_lock(mem);
    mem->fail_countdown = n;
    mem->failed = false;
    evlog_mem_unlock(mem);
}

bool evlog_mem_failed(struct evlog_mem *mem)
{
    evlog_mem_lock(mem);
    bool failed = mem->failed;
    evlog_mem_unlock(mem);
    return failed;
}

void evlog_mem_fate_at(struct evlog_mem *mem, long n, enum evlog_mem_fate fate)
{
    evlog_mem_lock(mem);
    mem->fate_countdown = n;
    mem->fate_once = fate;
    evlog_mem_unlock(mem);
}

void evlog_mem_fate_always(struct evlog_mem *mem, enum evlog_mem_fate fate)
{
    evlog_mem_lock(mem);
    mem->fate_always = fate;
    evlog_mem_unlock(mem);
}

size_t evlog_mem_held_count(struct evlog_mem *mem)
{
    evlog_mem_lock(mem);
    size_t count = 0;
    for (const struct evlog_mem_unit *unit = mem->held; unit != NULL; unit = unit->next) {
        count++;
    }
    evlog_mem_unlock(mem);
    return count;
}

/* The link to the index-th held unit. */
static struct evlog_mem_unit **evlog_mem_held(struct evlog_mem *mem, size_t index)
{
    struct evlog_mem_unit **link = &mem->held;
    while (index-- > 0) {
        assert(*link != NULL);
        link = &(*link)->next;
    }
    assert(*link != NULL);
    return link;
}

enum evlog_stream evlog_mem_held_stream(struct evlog_mem *mem, size_t index)
{
    evlog_mem_lock(mem);
    enum evlog_stream stream = (*evlog_mem_held(mem, index))->items[0].stream;
    evlog_mem_unlock(mem);
    return stream;
}

void evlog_mem_deliver(struct evlog_mem *mem, size_t index, enum evlog_mem_fate fate)
{
    assert(fate != EVLOG_MEM_HOLD);
    evlog_mem_lock(mem);
    struct evlog_mem_unit **link = evlog_mem_held(mem, index);
    struct evlog_mem_unit *unit = *link;
    *link = unit->next;
    evlog_mem_settle(mem, unit, fate);
    evlog_mem_unlock(mem);
}

void evlog_mem_set_time(struct evlog_mem *mem, int64_t now_us)
{
    evlog_mem_lock(mem);
    mem->now_us = mem->kind == EVLOG_MEM_SHARED ? now_us : 0;
    evlog_mem_unlock(mem);
}

void evlog_mem_trim(struct evlog_mem *mem, enum evlog_stream stream, uint32_t partition,
                    uint64_t begin)
{
    evlog_mem_lock(mem);
    assert(begin <= mem->partitions[stream][partition].end);
    mem->partitions[stream][partition].begin = begin;
    evlog_mem_unlock(mem);
}

void evlog_mem_cut(struct evlog_mem *mem, enum evlog_stream stream, uint32_t partition,
                   uint64_t end)
{
    evlog_mem_lock(mem);
    assert(end <= mem->partitions[stream][partition].end);
    mem->partitions[stream][partition].end = end;
    evlog_mem_unlock(mem);
}

void evlog_mem_damage(struct evlog_mem *mem, enum evlog_stream stream, uint32_t partition,
                      uint64_t offset)
{
    evlog_mem_lock(mem);
    assert(offset < mem->partitions[stream][partition].end);
    mem->partitions[stream][partition].entries[offset]->damaged = true;
    evlog_mem_unlock(mem);
}
