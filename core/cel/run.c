/* What every function of the language needs: failing, charged memory, building lists and maps. */
#include "core/cel/run.h"

#include "core/base/utf8.h"

bool cel_fail(struct cel_run *run, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    run->error.kind = CEL_ERROR_VALUE;
    utf8_print(run->error.msg, sizeof run->error.msg, format, args);
    va_end(args);
    return false;
}

bool cel_fail_gas(struct cel_run *run)
{
    cel_fail(run, "expected the evaluation to need less gas");
    run->error.kind = CEL_ERROR_GAS;
    return false;
}

bool cel_fail_memory(struct cel_run *run)
{
    cel_fail(run, "expected the evaluation to need at most %zu bytes of memory", run->arena->cap);
    run->error.kind = CEL_ERROR_MEMORY;
    return false;
}

bool cel_enter(struct cel_run *run)
{
    if (run->depth >= CEL_WALK_DEPTH_MAX) {
        return cel_fail(run, "expected values nested at most %d deep", CEL_WALK_DEPTH_MAX);
    }
    run->depth++;
    return true;
}

void *cel_alloc(struct cel_run *run, size_t size)
{
    if (!cel_charge_bytes(run, size)) {
        return NULL;
    }
    void *memory = arena_alloc(run->arena, size == 0 ? 1 : size);
    if (memory == NULL) {
        cel_fail_memory(run);
    }
    return memory;
}

bool cel_list_new(struct cel_run *run, uint32_t count, struct cel_value **items,
                  struct cel_value *result)
{
    struct cel_list *list = cel_alloc(run, sizeof *list + count * sizeof(struct cel_value));
    if (list == NULL) {
        return false;
    }
    *items = (struct cel_value *)(list + 1);
    *list = (struct cel_list){ .count = count, .items = *items };
    *result = cel_list_value(list);
    return true;
}

bool cel_list_of(struct cel_run *run, const struct cel_value *items, uint32_t count,
                 struct cel_value *result)
{
    struct cel_list *list = cel_alloc(run, sizeof *list);
    if (list == NULL) {
        return false;
    }
    *list = (struct cel_list){ count, items };
    *result = cel_list_value(list);
    return true;
}

bool cel_string_new(struct cel_run *run, struct str s, struct cel_value *result)
{
    if (s.size > UINT32_MAX) {
        return cel_fail_memory(run);
    }
    char *copy = cel_alloc(run, s.size);
    if (copy == NULL) {
        return false;
    }
    if (s.size > 0) {
        memcpy(copy, s.data, s.size);
    }
    *result = cel_string((struct str){ copy, s.size });
    return true;
}

bool cel_optional_new(struct cel_run *run, struct cel_value content, struct cel_value *result)
{
    struct cel_value *copy = cel_alloc(run, sizeof *copy);
    if (copy == NULL) {
        return false;
    }
    *copy = content;
    *result = cel_optional(copy);
    return true;
}
