/* Base64 of the standard alphabet only, as the language has it. */
#include "core/cel/base64.h"

#include "core/base/base64.h"
#include "core/cel/ast.h"
#include "core/cel/standard.h"

bool cel_base64_encode(struct cel_run *run, struct str bytes, struct str *text)
{
    size_t size = base64_encoded_size(bytes.size);
    char *out = cel_alloc(run, size);
    if (out == NULL) {
        return false;
    }
    base64_write(bytes, out);
    *text = str_make(out, size);
    return true;
}

static bool cel_base64_other_alphabet(struct str text)
{
    return text.size > 0 &&
           (memchr(text.data, '-', text.size) != NULL || memchr(text.data, '_', text.size) != NULL);
}

/* With padding or without. Fails on what is none. */
static bool cel_base64_decode(struct cel_run *run, struct str text, struct str *bytes)
{
    char *out = cel_alloc(run, base64_decoded_size_max(text.size));
    if (out == NULL) {
        return false;
    }
    if (cel_base64_other_alphabet(text) || !base64_decode(text, out, &bytes->size)) {
        return cel_fail(run, "expected base64 of the standard alphabet, but it is '%.*s'",
                        STR_ARG(cel_shortened(text)));
    }
    bytes->data = out;
    return true;
}

static bool cel_encode(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    struct str text;
    if (!cel_base64_encode(run, cel_str(args[0]), &text)) {
        return false;
    }
    *result = cel_string(text);
    return true;
}

static bool cel_decode(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
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
      .function = cel_encode,
      .result = &cel_type_string,
      .params = { &cel_type_bytes } },
    { .name = "base64.decode",
      .id = "base64_decode_string",
      .cost = CEL_COST_ARGS,
      .size = CEL_SIZE_FIRST,
      .function = cel_decode,
      .result = &cel_type_bytes,
      .params = { &cel_type_string } },
};
const struct cel_overload_table cel_encoders = CEL_TABLE(base64_rows);
