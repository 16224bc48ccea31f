#include "core/base/murmur2.h"

#include <assert.h>

static uint32_t murmur2_word(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

uint32_t murmur2(struct str key)
{
    const uint32_t m = 0x5bd1e995;
    const unsigned char *bytes = (const unsigned char *)key.data;
    uint32_t h = 0x9747b28c ^ (uint32_t)key.size;
    size_t rest = key.size;
    for (; rest >= 4; rest -= 4, bytes += 4) {
        uint32_t k = murmur2_word(bytes) * m;
        k ^= k >> 24;
        h = h * m ^ k * m;
    }
    if (rest >= 3) {
        h ^= (uint32_t)bytes[2] << 16;
    }
    if (rest >= 2) {
        h ^= (uint32_t)bytes[1] << 8;
    }
    if (rest >= 1) {
        h = (h ^ bytes[0]) * m;
    }
    h = (h ^ h >> 13) * m;
    return h ^ h >> 15;
}

uint32_t murmur2_partition(struct str key, uint32_t partitions_count)
{
    assert(partitions_count > 0);
    return (murmur2(key) & 0x7fffffff) % partitions_count;
}
