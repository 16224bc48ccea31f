/* Expressions and what they give, as texts: tests/golden/cel/<topic>.txt. A paragraph is the
 * source, each line behind "> ", then what cel_world_eval says. With GOLDEN_UPDATE=1 in the
 * environment the files are rewritten; every change is a change of the language and read by a
 * person. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/cel_world.h"
#include "tests/lib/test.h"

#define GOLDEN_FOLDER SOURCE_DIR "/tests/golden/cel/"

static void golden_load(const char *path, struct buf *text)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (int c = fgetc(file); c != EOF; c = fgetc(file)) {
        buf_byte(text, (uint8_t)c);
    }
    fclose(file);
}

static struct str golden_line(struct str text, size_t *at)
{
    size_t begin = *at;
    while (*at < text.size && text.data[*at] != '\n') {
        ++*at;
    }
    struct str line = str_make(text.data + begin, *at - begin);
    *at += *at < text.size;
    return line;
}

typedef void golden_tell(struct cel_world *world, struct str source, struct buf *out);

/* Runs the paragraph whose source begins at *at and appends it as it should be. */
static void golden_paragraph(struct cel_world *world, golden_tell *tell, struct str text,
                             size_t *at, struct buf *out)
{
    struct buf source = { 0 };
    struct str line;
    while (*at < text.size) {
        size_t before = *at;
        line = golden_line(text, at);
        if (!str_starts(line, STR(">"))) {
            *at = before;
            break;
        }
        buf_append(&source, source.size > 0 ? STR("\n") : STR(""));
        buf_append(&source, str_from(line, line.size < 2 ? line.size : 2));
        buf_printf(out, "%.*s\n", STR_ARG(line));
    }
    tell(world, buf_str(&source), out);
    buf_release(&source);
    while (*at < text.size && (line = golden_line(text, at)).size > 0) {
    }
    buf_byte(out, '\n');
}

static void golden_check(const char *name, golden_tell *tell)
{
    char path[256];
    struct cel_world world;
    struct buf text = { 0 }, out = { 0 };
    snprintf(path, sizeof path, "%s%s.txt", GOLDEN_FOLDER, name);
    golden_load(path, &text);
    cel_world_init(&world);
    for (size_t at = 0; at < text.size;) {
        size_t before = at;
        struct str line = golden_line(buf_str(&text), &at);
        if (str_starts(line, STR(">"))) {
            at = before;
            golden_paragraph(&world, tell, buf_str(&text), &at, &out);
        } else if (line.size > 0) {
            buf_printf(&out, "%.*s\n", STR_ARG(line));
        }
    }
    if (!str_eq(buf_str(&text), buf_str(&out)) && getenv("GOLDEN_UPDATE") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fwrite(out.data, 1, out.size, file);
        fclose(file);
    } else if (!str_eq(buf_str(&text), buf_str(&out))) {
        fail_msg("%s should say:\n%.*s", path, STR_ARG(buf_str(&out)));
    }
    cel_world_release(&world);
    buf_release(&text);
    buf_release(&out);
}

TEST(cel, evaluates_as_written_down)
{
    golden_check("eval", cel_world_eval);
}

TEST(cel, says_what_is_wrong_with_a_source)
{
    golden_check("problems", cel_world_eval);
}

TEST(cel, says_what_failed_at_run_time)
{
    golden_check("errors", cel_world_eval);
}

TEST(cel, explains_as_written_down)
{
    golden_check("explain", cel_world_explain);
}
