/* The goldens of decisions are complete: each command is done once, is already so once where its
 * entity's life knows that, and is rejected with each code that its comment in proto/agency/v1
 * lists after "Rejected:". */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/domain/kernel/life.h"
#include "tests/lib/test.h"

static struct buf goldens; /* all of tests/golden/decide, one after the other */
static struct buf schema;  /* all of proto/agency/v1 */

static void coverage_read(const char *path, struct buf *text)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size;
    do {
        size = fread(buf_reserve(text, 65536), 1, 65536, file);
        text->size += size;
    } while (size > 0);
    fclose(file);
}

static void coverage_read_all(const char *pattern, struct buf *text)
{
    glob_t files;
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        coverage_read(files.gl_pathv[i], text);
    }
    globfree(&files);
    buf_byte(text, '\0');
}

/* Whether some case asks for the command and is answered by a line that begins like this; by one
 * that begins like neither `accepted` nor `rejected` nor `refused` if `answer` is NULL: events. */
static bool coverage_has(const char *command, const char *answer)
{
    char when[128];
    snprintf(when, sizeof when, "\nwhen   %s {", command);
    const char *at = goldens.data;
    while ((at = strstr(at, when)) != NULL) {
        at = strstr(at, "\nthen   ");
        assert_non_null(at);
        const char *then = at + strlen("\nthen   ");
        bool event = strncmp(then, "accepted", 8) != 0 && strncmp(then, "rejected", 8) != 0 &&
                     strncmp(then, "refused", 7) != 0;
        if (answer == NULL ? event : strncmp(then, answer, strlen(answer)) == 0) {
            return true;
        }
    }
    return false;
}

/* The words of a message's comment after "Rejected:"; empty where there is none. */
static struct str coverage_rejections(const char *command)
{
    char message[128];
    snprintf(message, sizeof message, "\nmessage %s {", command);
    const char *end = strstr(schema.data, message);
    assert_non_null(end);
    const char *begin = end;
    while (begin > schema.data && !(begin[0] == '\n' && begin[1] != '/' && begin < end)) {
        begin--;
    }
    struct str comment = { begin, (size_t)(end - begin) };
    const char *word = memmem(comment.data, comment.size, "Rejected:", 9);
    return word == NULL ? STR("") : (struct str){ word, (size_t)(end - word) };
}

static bool coverage_lists(struct str rejections, const char *code)
{
    return memmem(rejections.data, rejections.size, code, strlen(code)) != NULL;
}

/* Prints what is missing; how much. */
static unsigned coverage_missing(const char *command, const char *answer, const char *what)
{
    if (coverage_has(command, answer)) {
        return 0;
    }
    print_error("expected a case of %s that is %s\n", command, what);
    return 1;
}

static unsigned coverage_missing_rejections(const char *command)
{
    struct str rejections = coverage_rejections(command);
    unsigned missing = 0;
    for (unsigned code = 1; code <= STATUS_UNAUTHENTICATED; code++) {
        const char *name = status_code_name((enum status_code)code);
        char answer[64];
        snprintf(answer, sizeof answer, "rejected %s:", name);
        if (coverage_lists(rejections, name)) {
            missing += coverage_missing(command, answer, answer);
        }
    }
    return missing;
}

/* Whether the command finds some things already so. */
static bool coverage_repeats(unsigned command)
{
    bool repeats = false;
    for (unsigned from = 0; from < LIFE_STATUSES_MAX; from++) {
        unsigned to;
        repeats = repeats || (life_move(command, from, &to) && to == from);
    }
    return repeats;
}

TEST(goldens, cover_each_command_and_each_rejection)
{
    unsigned missing = 0;
    coverage_read_all(SOURCE_DIR "/tests/golden/decide/*/*.txt", &goldens);
    coverage_read_all(SOURCE_DIR "/proto/agency/v1/*.proto", &schema);
#define X(upper, pascal, snake, ...)                                               \
    missing += coverage_missing(#pascal, NULL, "done");                            \
    missing += coverage_missing_rejections(#pascal);                               \
    if (coverage_repeats(COMMAND_##upper)) {                                       \
        missing += coverage_missing(#pascal, "accepted, no events", "already so"); \
    }
    COMMANDS(X)
#undef X
    buf_release(&goldens);
    buf_release(&schema);
    assert_int_equal(missing, 0);
}
