#include "core/base/base64.h"

void base64_write(struct str bytes, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *data = (const unsigned char *)bytes.data;
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t group = (uint32_t)data[i] << 16 | (uint32_t)(left > 1 ? data[i + 1] : 0) << 8 |
                         (left > 2 ? data[i + 2] : 0);
        *out++ = digits[group >> 18];
        *out++ = digits[group >> 12 & 63];
        *out++ = left > 1 ? digits[group >> 6 & 63] : '=';
        *out++ = left > 2 ? digits[group & 63] : '=';
    }
}

void base64_encode(struct str bytes, struct buf *out)
{
    size_t size = base64_encoded_size(bytes.size);
    base64_write(bytes, buf_reserve(out, size));
    out->size += size;
}

void base64url_encode(struct str bytes, struct buf *out)
{
    size_t start = out->size;
    base64_encode(bytes, out);
    out->size = start + (bytes.size * 8 + 5) / 6;
    for (size_t i = start; i < out->size; i++) {
        char c = out->data[i];
        out->data[i] = c == '+' ? '-' : c == '/' ? '_' : c;
    }
}

size_t base64_decoded_size_max(size_t text_size)
{
    return text_size / 4 * 3 + 3;
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool base64_decode(struct str text, char *out, size_t *out_size)
{
    size_t digits = text.size;
    while (digits > 0 && text.size - digits < 2 && text.data[digits - 1] == '=') {
        digits--;
    }
    bool padded = digits < text.size;
    if (digits % 4 == 1 || (padded && text.size % 4 != 0)) {
        return false;
    }
    uint32_t group = 0;
    size_t size = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = base64_digit(text.data[i]);
        if (digit < 0) {
            return false;
        }
        group = group << 6 | (uint32_t)digit;
        if (i % 4 != 0) {
            out[size++] = (char)(group >> (6 - 2 * (i % 4)));
        }
    }
    *out_size = size;
    return true;
}

bool base64url_decode(struct str text, char *out, size_t *out_size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < text.size; i++) {
        if (memchr(digits, text.data[i], sizeof digits - 1) == NULL) {
            return false;
        }
    }
    int spare = text.size % 4 == 2 ? 15 : text.size % 4 == 3 ? 3 : 0;
    bool whole = text.size == 0 || (base64_digit(text.data[text.size - 1]) & spare) == 0;
    return whole && base64_decode(text, out, out_size);
}
