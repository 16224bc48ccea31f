/* Decisions as texts: tests/golden/decide/AREA/ENTITY.txt, a paragraph a case.
 *
 *   case   assigning twice yields no event
 *   given  RoleCreated {"roleId":"r1"}       an event that is applied
 *   many   256 RoleCreated {"roleId":"r#"}   so many events, # being 1, 2, ...
 *   done   AssignRole {...}                  a command that must be accepted
 *   as     ada                               who commands from here on: `admin`, or whoever @ada is
 *   at     2026-06-01T00:00:00Z              the decider's clock from here on
 *   with   {"expectedVersion":"3"}           what the envelope of commands says from here on
 *   come                                     what is due by the clock is decided
 *   next                                     the first of it
 *   when   AssignRole {...}                  the command in question
 *   when                                     or the next decision of what is due
 *   then   accepted, no events               or events, or a rejection, or a failure unrecorded
 *
 * Lines before the first case belong to all cases of the file. With GOLDEN_UPDATE=1 in the
 * environment the files are rewritten as the program decides; otherwise a failure prints what the
 * file should say. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/time.h"
#include "core/pb/json.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

#define GOLDEN_FILES SOURCE_DIR "/tests/golden/decide/*/*.txt"

enum { GOLDEN_LINES_MAX = 8192, GOLDEN_WORD = 7 };

struct golden {
    char path[512];
    struct buf text; /* lines point into it */
    char *lines[GOLDEN_LINES_MAX];
    size_t lines_count;
    struct buf rewritten;
    size_t failed;
    size_t cases;
};

static bool line_is(const char *line, const char *word)
{
    size_t size = strlen(word);
    return strncmp(line, word, size) == 0 && (line[size] == ' ' || line[size] == '\0');
}

static const char *line_rest(const char *line)
{
    return strlen(line) > GOLDEN_WORD ? line + GOLDEN_WORD : "";
}

/* ---- running a case ---- */

static struct status golden_at(struct org_world *world, const char *text)
{
    int64_t time_us;
    TRY(time_parse(str_z(text), &time_us));
    world->now_us = time_us - 1000000; /* each decision moves it on by a second */
    return status_ok();
}

static struct status golden_with(struct org_world *world, const char *text)
{
    Agency__V1__Command *envelope;
    TRY(pb_from_json(&world->arena, &agency__v1__command__descriptor, str_z(text), &envelope));
    world->envelope = *envelope;
    return status_ok();
}

static struct status golden_done(struct org_world *world, const char *text)
{
    TRY(org_world_submit(world, text));
    const Agency__V1__Rejection *rejection = world->last.rejection;
    return rejection == NULL
               ? status_ok()
               : status_error((enum status_code)rejection->code, "%s", rejection->reason);
}

static struct status golden_many(struct org_world *world, const char *text)
{
    char *event;
    unsigned long count = strtoul(text, &event, 10);
    for (unsigned long i = 1; i <= count; i++) {
        struct buf numbered = { 0 };
        for (const char *c = event + 1; *c != '\0'; c++) {
            if (*c == '#') {
                buf_printf(&numbered, "%lu", i);
            } else {
                buf_byte(&numbered, (uint8_t)*c);
            }
        }
        buf_byte(&numbered, '\0');
        struct status status = org_world_apply(world, numbered.data);
        buf_release(&numbered);
        TRY(status);
    }
    return status_ok();
}

/* The next command is decided at the clock, a second on. */
static struct status golden_come(struct org_world *world)
{
    while (org_world_elapse(world, world->now_us + 1000000)) {
    }
    return status_ok();
}

static struct status golden_step(struct org_world *world, const char *line)
{
    const char *rest = line_rest(line);
    if (line_is(line, "given")) {
        return org_world_apply(world, rest);
    }
    if (line_is(line, "many")) {
        return golden_many(world, rest);
    }
    if (line_is(line, "done")) {
        return golden_done(world, rest);
    }
    if (line_is(line, "at")) {
        return golden_at(world, rest);
    }
    if (line_is(line, "with")) {
        return golden_with(world, rest);
    }
    if (line_is(line, "as")) {
        org_world_as(world, rest);
        return status_ok();
    }
    if (line_is(line, "come")) {
        return golden_come(world);
    }
    if (line_is(line, "next")) {
        return org_world_elapse(world, world->now_us + 1000000)
                   ? status_ok()
                   : status_error(STATUS_FAILED_PRECONDITION, "expected something to be due");
    }
    bool known =
        line[0] == '\0' || line[0] == '#' || line_is(line, "case") || line_is(line, "then");
    return known ? status_ok() : status_error(STATUS_INVALID_ARGUMENT, "expected a line of a case");
}

/* What the program makes of the command in question: lines, each with its end. */
static struct str golden_when(struct org_world *world, const char *text)
{
    if (text[0] == '\0') {
        return org_world_elapse(world, world->now_us + 1000000) ? org_world_text(world)
                                                                : STR("nothing is due\n");
    }
    struct status status = org_world_submit(world, text);
    if (status.code == STATUS_OK) {
        return org_world_text(world);
    }
    return arena_printf(&world->arena, "refused %s: %s\n", status_code_name(status.code),
                        status.msg);
}

/* Runs lines from..to of the file; the answer to `when`, if there is one among them. */
static struct str golden_run(struct golden *golden, struct org_world *world, size_t from, size_t to)
{
    struct str answer = { 0 };
    for (size_t i = from; i < to; i++) {
        if (line_is(golden->lines[i], "when")) {
            answer = golden_when(world, line_rest(golden->lines[i]));
            continue;
        }
        struct status status = golden_step(world, golden->lines[i]);
        if (status.code != STATUS_OK) {
            print_error("%s:%zu: %s: %s\n", golden->path, i + 1, status_code_name(status.code),
                        status.msg);
            golden->failed++;
        }
    }
    return answer;
}

/* ---- comparing and rewriting ---- */

static void golden_then(struct buf *out, struct str answer)
{
    while (answer.size > 0) {
        size_t size = (size_t)((const char *)memchr(answer.data, '\n', answer.size) - answer.data);
        buf_printf(out, "then   %.*s\n", (int)size, answer.data);
        answer = str_from(answer, size + 1);
    }
}

/* Writes the case's lines as they should be, and tells where they are not. */
static void golden_compare(struct golden *golden, size_t from, size_t to, struct str answer)
{
    struct buf expected = { 0 }, actual = { 0 };
    for (size_t i = from; i < to; i++) {
        bool then = line_is(golden->lines[i], "then");
        buf_printf(then ? &expected : &golden->rewritten, "%s\n", golden->lines[i]);
        if (line_is(golden->lines[i], "when")) {
            golden_then(&actual, answer);
            buf_append(&golden->rewritten, buf_str(&actual));
        }
    }
    if (!str_eq(buf_str(&expected), buf_str(&actual))) {
        print_error("%s:%zu: %s: the file should say\n%.*s\nbut it says\n%.*s\n", golden->path,
                    from + 1, line_rest(golden->lines[from]), STR_ARG(buf_str(&actual)),
                    STR_ARG(buf_str(&expected)));
        golden->failed++;
    }
    buf_release(&expected);
    buf_release(&actual);
}

static size_t golden_case_end(const struct golden *golden, size_t from)
{
    size_t to = from + 1;
    while (to < golden->lines_count && !line_is(golden->lines[to], "case")) {
        to++;
    }
    return to;
}

static void golden_run_all(struct golden *golden)
{
    size_t preamble = 0;
    while (preamble < golden->lines_count && !line_is(golden->lines[preamble], "case")) {
        buf_printf(&golden->rewritten, "%s\n", golden->lines[preamble++]);
    }
    for (size_t from = preamble, to; from < golden->lines_count; from = to) {
        to = golden_case_end(golden, from);
        struct org_world world;
        org_world_init(&world);
        golden_run(golden, &world, 0, preamble);
        struct str answer = golden_run(golden, &world, from, to);
        golden_compare(golden, from, to, answer);
        golden->cases++;
        org_world_release(&world);
    }
}

/* ---- files ---- */

static struct buf file_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct buf text = { 0 };
    size_t size;
    do {
        size = fread(buf_reserve(&text, 65536), 1, 65536, file);
        text.size += size;
    } while (size > 0);
    fclose(file);
    buf_byte(&text, '\0');
    return text;
}

static void golden_open(struct golden *golden, const char *path)
{
    snprintf(golden->path, sizeof golden->path, "%s", path);
    golden->text = file_read(golden->path);
    char *at = golden->text.data;
    for (char *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        assert_true(golden->lines_count < GOLDEN_LINES_MAX);
        *end = '\0';
        golden->lines[golden->lines_count++] = at;
    }
}

static void golden_close(struct golden *golden)
{
    if (golden->failed > 0 && getenv("GOLDEN_UPDATE") != NULL) {
        FILE *file = fopen(golden->path, "wb");
        assert_non_null(file);
        fwrite(golden->rewritten.data, 1, golden->rewritten.size, file);
        fclose(file);
    }
    buf_release(&golden->rewritten);
    buf_release(&golden->text);
}

static size_t golden_file(const char *path)
{
    static struct golden golden;
    golden = (struct golden){ 0 };
    golden_open(&golden, path);
    golden_run_all(&golden);
    golden_close(&golden);
    return golden.failed;
}

TEST(decide, answers_as_the_goldens_say)
{
    glob_t files;
    assert_int_equal(glob(GOLDEN_FILES, 0, NULL, &files), 0);
    size_t failed = 0;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        failed += golden_file(files.gl_pathv[i]);
    }
    globfree(&files);
    assert_int_equal(failed, 0);
}
