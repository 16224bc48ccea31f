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

static const enum event_number time_events[] = {
#define X(upper, ...) EVENT_##upper,
    TIME_EVENTS(X)
#undef X
};

/* Where an event leads beside that of its command. */
static void transitions_print_event(struct buf *out, enum event_number event, const char *name)
{
    for (unsigned from = 0; from < LIFE_STATUSES_MAX; from++) {
        unsigned to = registry_event(event)->to;
        if (life_may(event, from, to)) {
            buf_printf(out, "  %-10s %-18s %s\n", life_name(from), name, life_name(to));
        }
    }
}

static void transitions_print_others(struct buf *out, enum command_number command)
{
    unsigned other;
    for (size_t n = 0; (other = registry_other_event(command, n)) != 0; n++) {
        transitions_print_event(out, other, registry_command(command)->name);
    }
}

/* What happens by itself, when its time has come. */
static void transitions_print_time(struct buf *out)
{
    buf_printf(out, "\nby time\n");
    for (size_t i = 0; i < sizeof time_events / sizeof time_events[0]; i++) {
        transitions_print_event(out, time_events[i], registry_event(time_events[i])->name);
    }
}

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
        transitions_print_others(out, commands[i]);
    }
    transitions_print_time(out);
}

TEST(transitions, are_as_the_golden_says)
{
    struct buf actual = { 0 };
    transitions_print(&actual);
    golden_tool_check(SOURCE_DIR "/tests/golden/transitions.txt", buf_str(&actual));
    buf_release(&actual);
}
