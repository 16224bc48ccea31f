#include "core/base/hex.h"

static const char hex_digits[] = "0123456789abcdef";

void hex_write(const uint8_t *bytes, size_t size, char *digits)
{
    for (size_t i = 0; i < size; i++) {
        digits[2 * i] = hex_digits[bytes[i] >> 4];
        digits[2 * i + 1] = hex_digits[bytes[i] & 15];
    }
}

bool hex_read(struct str digits, uint8_t *bytes, size_t size)
{
    if (digits.size != 2 * size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const char *high = memchr(hex_digits, digits.data[2 * i], sizeof hex_digits - 1);
        const char *low = memchr(hex_digits, digits.data[2 * i + 1], sizeof hex_digits - 1);
        if (high == NULL || low == NULL) {
            return false;
        }
        bytes[i] = (uint8_t)((high - hex_digits) << 4 | (low - hex_digits));
    }
    return true;
}
