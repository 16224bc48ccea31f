#include "core/schema/marks.h"

#include "core/schema/schema.h"

enum { MARK_WORD_BITS = 64 };

bool schema_marks_push(struct schema_marks *marks, struct cel_run *run, size_t items,
                       struct schema_mark_set *outer)
{
    size_t count = items / MARK_WORD_BITS + 1;
    *outer = marks->set;
    if (marks->words == NULL) {
        marks->words = arena_alloc(run->arena, SCHEMA_MARK_WORDS_MAX * sizeof *marks->words);
    }
    if (marks->words == NULL || count > SCHEMA_MARK_WORDS_MAX - marks->used) {
        return cel_fail_memory(run);
    }
    if (!cel_charge_bytes(run, count * sizeof *marks->words)) {
        return false;
    }
    marks->set = (struct schema_mark_set){ true, marks->used, (uint32_t)count };
    memset(marks->words + marks->used, 0, count * sizeof *marks->words);
    marks->used += (uint32_t)count;
    return true;
}

void schema_marks_pop(struct schema_marks *marks, struct schema_mark_set outer, bool keep)
{
    struct schema_mark_set inner = marks->set;
    for (uint32_t i = 0; keep && outer.active && i < inner.count; i++) {
        marks->words[outer.begin + i] |= marks->words[inner.begin + i];
    }
    marks->used = inner.begin;
    marks->set = outer;
}

void schema_mark(struct schema_marks *marks, size_t item)
{
    if (marks->set.active) {
        assert(item / MARK_WORD_BITS < marks->set.count);
        marks->words[marks->set.begin + item / MARK_WORD_BITS] |= UINT64_C(1)
                                                                  << item % MARK_WORD_BITS;
    }
}

bool schema_is_marked(const struct schema_marks *marks, size_t item)
{
    assert(marks->set.active && item / MARK_WORD_BITS < marks->set.count);
    uint64_t word = marks->words[marks->set.begin + item / MARK_WORD_BITS];
    return (word >> item % MARK_WORD_BITS & 1) != 0;
}
