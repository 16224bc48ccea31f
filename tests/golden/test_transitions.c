/* The lives of entities as a table: tests/golden/transitions.txt. With GOLDEN_UPDATE=1 in the
 * environment the file is rewritten. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/domain/life.h"
#include "tests/lib/test.h"

#define TRANSITIONS_FILE SOURCE_DIR "/tests/golden/transitions.txt"

static void transitions_print(struct buf *out)
{
    size_t count;
    const struct life_move *moves = life_moves(&count);
    enum entity_kind kind = 0;
    for (size_t i = 0; i < count; i++) {
        const struct command_type *command = registry_command((unsigned)moves[i].command);
        if (command->entity != kind) {
            kind = command->entity;
            buf_printf(out, "%s%s\n", i == 0 ? "" : "\n", registry_entity((unsigned)kind)->name);
        }
        buf_printf(out, "  %-10s %-18s %s\n", life_name(moves[i].from), command->name,
                   life_name(moves[i].to));
    }
}

static void transitions_read(struct buf *out)
{
    char chunk[4096];
    FILE *file = fopen(TRANSITIONS_FILE, "r");
    size_t size = 0;
    while (file != NULL && (size = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buf_append(out, str_make(chunk, size));
    }
    if (file != NULL) {
        fclose(file);
    }
}

TEST(transitions, are_as_the_golden_says)
{
    struct buf actual = { 0 }, expected = { 0 };
    transitions_print(&actual);
    if (getenv("GOLDEN_UPDATE") != NULL) {
        FILE *file = fopen(TRANSITIONS_FILE, "w");
        assert_non_null(file);
        fwrite(buf_str(&actual).data, 1, buf_str(&actual).size, file);
        fclose(file);
    }
    transitions_read(&expected);
    if (!str_eq(buf_str(&actual), buf_str(&expected))) {
        print_error("%s should say\n%.*s", TRANSITIONS_FILE, STR_ARG(buf_str(&actual)));
        fail_msg("GOLDEN_UPDATE=1 in the environment rewrites it");
    }
    buf_release(&actual);
    buf_release(&expected);
}
