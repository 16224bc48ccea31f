/* Checked sums and big- and little-endian integers for what is received. */
#ifndef CORE_BASE_NUM_H
#define CORE_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* *sum = a + b, or false when it does not fit. */
static inline bool num_add_u64(uint64_t a, uint64_t b, uint64_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

static inline bool num_mul_u64(uint64_t a, uint64_t b, uint64_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

static inline bool num_add_i64(int64_t a, int64_t b, int64_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

static inline bool num_mul_i64(int64_t a, int64_t b, int64_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

static inline void num_put_u64be(void *out, uint64_t value)
{
    unsigned char *bytes = out;
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(value >> (56 - 8 * i));
    }
}

static inline uint64_t num_get_u64be(const void *in)
{
    const unsigned char *bytes = in;
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static inline void num_put_u32be(void *out, uint32_t value)
{
    unsigned char *bytes = out;
    for (int i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(value >> (24 - 8 * i));
    }
}

static inline uint32_t num_get_u32be(const void *in)
{
    const unsigned char *bytes = in;
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

#endif
