/* The lives of entities as a table: tests/golden/transitions.txt. With GOLDEN_UPDATE=1 in the
 * environment the file is rewritten. */
#include "core/base/buf.h"
#include "core/domain/kernel/life.h"
#include "tests/lib/golden_tool.h"
#include "tests/lib/test.h"

static const enum command_number commands[] = {
#define X(upper, ...) COMMAND_##upper,
    COMMANDS(X)
#undef X
};

static void transitions_print(struct buf *out)
{
    enum entity_kind kind = 0;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command_type *command = registry_command(commands[i]);
        if (command->entity != kind) {
            kind = command->entity;
            buf_printf(out, "%s%s\n", i == 0 ? "" : "\n", registry_entity((unsigned)kind)->name);
        }
        for (unsigned from = 0, to; from < LIFE_STATUSES_MAX; from++) {
            if (life_move(commands[i], from, &to)) {
                buf_printf(out, "  %-10s %-18s %s\n", life_name(from), command->name,
                           life_name(to));
            }
        }
    }
}

TEST(transitions, are_as_the_golden_says)
{
    struct buf actual = { 0 };
    transitions_print(&actual);
    golden_tool_check(SOURCE_DIR "/tests/golden/transitions.txt", buf_str(&actual));
    buf_release(&actual);
}
