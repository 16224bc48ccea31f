#include "tests/lib/golden_tool.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "tests/lib/test.h"

static void golden_tool_write(const char *file, struct str text)
{
    FILE *stream = fopen(file, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(text.data, 1, text.size, stream), text.size);
    assert_int_equal(fclose(stream), 0);
}

static void golden_tool_read(const char *file, struct buf *out)
{
    char chunk[4096];
    FILE *stream = fopen(file, "r");
    size_t size = 0;
    while (stream != NULL && (size = fread(chunk, 1, sizeof chunk, stream)) > 0) {
        buf_append(out, str_make(chunk, size));
    }
    if (stream != NULL) {
        fclose(stream);
    }
}

void golden_tool_check(const char *file, struct str actual)
{
    struct buf expected = { 0 };
    if (getenv("GOLDEN_UPDATE") != NULL) {
        golden_tool_write(file, actual);
    }
    golden_tool_read(file, &expected);
    bool same = str_eq(actual, buf_str(&expected));
    buf_release(&expected);
    if (!same) {
        print_error("%s should say\n%.*s", file, STR_ARG(actual));
        fail_msg("GOLDEN_UPDATE=1 in the environment rewrites it");
    }
}
