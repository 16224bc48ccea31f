#include "core/base/crc32c.h"

/* One step of the reflected polynomial 0x1EDC6F41, bit by bit. */
static uint32_t crc32c_bit(uint32_t crc)
{
    return crc >> 1 ^ (0x82F63B78u & (0u - (crc & 1)));
}

uint32_t crc32c_plain(uint32_t crc, struct str bytes)
{
    crc = ~crc;
    for (size_t i = 0; i < bytes.size; i++) {
        crc ^= (uint8_t)bytes.data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc32c_bit(crc);
        }
    }
    return ~crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t crc32c_fast(uint32_t crc, struct str bytes)
{
    uint64_t wide = ~crc;
    size_t i = 0;
    for (; i + 8 <= bytes.size; i += 8) {
        uint64_t word;
        memcpy(&word, bytes.data + i, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    crc = (uint32_t)wide;
    for (; i < bytes.size; i++) {
        crc = __builtin_ia32_crc32qi(crc, (uint8_t)bytes.data[i]);
    }
    return ~crc;
}

uint32_t crc32c(uint32_t crc, struct str bytes)
{
    return __builtin_cpu_supports("sse4.2") ? crc32c_fast(crc, bytes) : crc32c_plain(crc, bytes);
}

#else

uint32_t crc32c(uint32_t crc, struct str bytes)
{
    return crc32c_plain(crc, bytes);
}

#endif
