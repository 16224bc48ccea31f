#include "core/cel/base64.h"

#include "core/cel/standard.h"

static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool cel_base64_encode(struct cel_run *run, struct str bytes, struct str *text)
{
    char *out = cel_alloc(run, (bytes.size + 2) / 3 * 4 + 1);
    size_t size = 0;
    if (out == NULL) {
        return false;
    }
    for (size_t at = 0; at < bytes.size; at += 3) {
        size_t count = bytes.size - at < 3 ? bytes.size - at : 3;
        uint32_t group = 0;
        for (size_t i = 0; i < 3; i++) {
            group = group << 8 | (i < count ? (unsigned char)bytes.data[at + i] : 0);
        }
        for (size_t i = 0; i < 4; i++) {
            out[size++] = i <= count ? base64_alphabet[group >> (18 - 6 * i) & 63] : '=';
        }
    }
    *text = str_make(out, size);
    return true;
}

bool cel_base64_decode(struct cel_run *run, struct str text, struct str *bytes)
{
    struct str digits = text;
    while (text.size % 4 == 0 && digits.size + 2 > text.size && digits.size > 0 &&
           digits.data[digits.size - 1] == '=') {
        digits.size--;
    }
    char *out = cel_alloc(run, digits.size / 4 * 3 + 3);
    uint32_t group = 0;
    size_t size = 0, bits = 0;
    if (out == NULL) {
        return false;
    }
    for (size_t i = 0; i < digits.size; i++) {
        const char *digit = memchr(base64_alphabet, digits.data[i], sizeof base64_alphabet - 1);
        if (digit == NULL) {
            return cel_fail(run, "expected base64, but character %zu is none", i + 1);
        }
        group = group << 6 | (uint32_t)(digit - base64_alphabet);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[size++] = (char)(group >> bits);
        }
    }
    *bytes = str_make(out, size);
    return digits.size % 4 != 1 || cel_fail(run, "expected base64, but its end is cut off");
}

static bool base64_encode(struct cel_run *run, const struct cel_value *args,
                          struct cel_value *result)
{
    struct str text;
    if (!cel_base64_encode(run, cel_str(args[0]), &text)) {
        return false;
    }
    *result = cel_string(text);
    return true;
}

static bool base64_decode(struct cel_run *run, const struct cel_value *args,
                          struct cel_value *result)
{
    struct str bytes;
    if (!cel_base64_decode(run, cel_str(args[0]), &bytes)) {
        return false;
    }
    *result = cel_bytes(bytes);
    return true;
}

static const struct cel_overload base64_rows[] = {
    { .name = "base64.encode",
      .id = "base64_encode_bytes",
      .cost = CEL_COST_ARGS,
      .size = CEL_SIZE_DOUBLE,
      .function = base64_encode,
      .result = &cel_type_string,
      .params = { &cel_type_bytes } },
    { .name = "base64.decode",
      .id = "base64_decode_string",
      .cost = CEL_COST_ARGS,
      .size = CEL_SIZE_FIRST,
      .function = base64_decode,
      .result = &cel_type_bytes,
      .params = { &cel_type_string } },
};
const struct cel_overload_table cel_encoders = CEL_TABLE(base64_rows);
