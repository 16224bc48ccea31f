/* The lives of entities as a table: tests/golden/transitions.txt. With GOLDEN_UPDATE=1 in the
 * environment the file is rewritten. */
#include "core/base/buf.h"
#include "core/domain/kernel/life.h"
#include "tests/lib/golden_tool.h"
#include "tests/lib/test.h"

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

TEST(transitions, are_as_the_golden_says)
{
    struct buf actual = { 0 };
    transitions_print(&actual);
    golden_tool_check(SOURCE_DIR "/tests/golden/transitions.txt", buf_str(&actual));
    buf_release(&actual);
}
