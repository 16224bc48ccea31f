/* Problems of a source as a person reads them: where, what was expected, the nearest name. */
#include "core/cel/ast.h"

#include "core/cel/utf8.h"

bool cel_problem(struct cel_compilation *c, uint32_t offset, const char *format, ...)
{
    struct cel_problems *problems = c->problems;
    if (cel_problems_full(c)) {
        return false;
    }
    for (uint32_t i = 0; i < problems->count; i++) {
        if (problems->items[i].position.offset == offset) {
            return false;
        }
    }
    struct cel_problem *problem = &problems->items[problems->count++];
    problem->position = cel_position_of(c->source, offset);
    va_list args;
    va_start(args, format);
    utf8_print(problem->msg, sizeof problem->msg, format, args);
    va_end(args);
    return false;
}

void *cel_compilation_full(struct cel_compilation *c)
{
    c->arena_full = true;
    return NULL;
}

struct cel_position cel_position_of(struct str source, uint32_t offset)
{
    struct cel_position position = { .offset = offset, .line = 1 };
    uint32_t line_start = 0;
    for (uint32_t i = 0; i < offset && i < source.size; i++) {
        if (source.data[i] == '\n') {
            position.line++;
            line_start = i + 1;
        }
    }
    struct str before = { source.data + line_start, offset - line_start };
    position.column = (uint32_t)cel_utf8_count(before) + 1;
    return position;
}

/* The line that holds the byte. */
static struct str cel_problem_line(struct str source, uint32_t offset)
{
    uint32_t begin = offset;
    while (begin > 0 && source.data[begin - 1] != '\n') {
        begin--;
    }
    uint32_t end = offset;
    while (end < source.size && source.data[end] != '\n') {
        end++;
    }
    return str_make(source.data + begin, end - begin);
}

void cel_problems_print(struct buf *out, struct str source, const struct cel_problems *problems)
{
    for (uint32_t i = 0; i < problems->count; i++) {
        const struct cel_problem *problem = &problems->items[i];
        const struct cel_position *position = &problem->position;
        buf_printf(out, "%u:%u: %s\n", position->line, position->column, problem->msg);
        struct str line = cel_problem_line(source, position->offset);
        buf_printf(out, " |%s%.*s\n | ", line.size > 0 ? " " : "", STR_ARG(line));
        for (uint32_t column = 1; column < position->column; column++) {
            buf_byte(out, ' ');
        }
        buf_append(out, STR("^\n"));
    }
}
