/* Checked sums and big- and little-endian integers for what is received; decimal digits. */
#ifndef CORE_BASE_NUM_H
#define CORE_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The decimal digits of a number, without a NUL; gives how many. */
enum { NUM_DIGITS_MAX = 20 };
static inline size_t num_put_decimal(char out[NUM_DIGITS_MAX], uint64_t value)
{
    char digits[NUM_DIGITS_MAX];
    size_t begin = NUM_DIGITS_MAX;
    do {
        digits[--begin] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    memcpy(out, digits + begin, NUM_DIGITS_MAX - begin);
    return NUM_DIGITS_MAX - begin;
}

/* *value = the number of a text of decimal digits. False, and nothing is written, when there is
 * none, or anything else in it, or when it does not fit. */
static inline bool num_get_decimal(const char *text, size_t size, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned)text[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, digit, &sum)) {
            return false;
        }
    }
    if (size > 0) {
        *value = sum;
    }
    return size > 0;
}

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
