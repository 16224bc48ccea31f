#include "tests/lib/history_kit.h"

#include "core/model/key.h"
#include "tests/lib/test.h"

void history_kit_entity(const struct partition *partition, struct arena *arena,
                        const Agency__V1__EntityRef *ref, uint64_t version, struct str *packed)
{
    struct buf key = { 0 };
    key_entity(&key, STR("acme"), (enum entity_kind)ref->kind, str_z(ref->id));
    assert_ok(partition_entity_at(partition, arena, buf_str(&key), version, packed));
    buf_release(&key);
}

static void compare_entities(struct partition *partitions[2], struct arena *arena,
                             const Agency__V1__DecisionRow *row)
{
    for (size_t i = 0; i < row->n_changed; i++) {
        struct str packed[2];
        for (size_t side = 0; side < 2; side++) {
            history_kit_entity(partitions[side], arena, row->changed[i], row->org_sequence,
                               &packed[side]);
        }
        assert_true(str_eq(packed[0], packed[1]));
    }
}

static void compare_rows(const Agency__V1__DecisionRow *a, const Agency__V1__DecisionRow *b)
{
    assert_true(a->occurred_at_us == b->occurred_at_us);
    assert_int_equal(a->command, b->command);
    assert_int_equal(a->n_elapsed, b->n_elapsed);
    assert_int_equal(a->n_changed, b->n_changed);
    for (size_t i = 0; i < a->n_elapsed; i++) {
        assert_string_equal(a->elapsed[i]->id, b->elapsed[i]->id);
        assert_true(a->elapsed[i]->due_us == b->elapsed[i]->due_us);
    }
}

/* The row of the first. */
static const Agency__V1__DecisionRow *compare_decisions(struct partition *partitions[2],
                                                        struct arena *arena, uint64_t number)
{
    const Agency__V1__DecisionRow *rows[2];
    for (size_t side = 0; side < 2; side++) {
        assert_ok(
            history_decision(partitions[side]->reader, arena, STR("acme"), number, &rows[side]));
    }
    compare_rows(rows[0], rows[1]);
    compare_entities(partitions, arena, rows[0]);
    return rows[0];
}

void history_kit_each(struct partition_kit *lived, struct partition_kit *imported,
                      history_kit_row *take, void *context)
{
    struct partition *partitions[2] = { partition_kit_fold(lived, NULL),
                                        partition_kit_fold(imported, NULL) };
    Agency__V1__OrgHead *head;
    assert_ok(fold_head(&partitions[0]->fold, &lived->arena, STR("acme"), &head));
    for (uint64_t n = 1; n <= head->org_sequence; n++) {
        arena_reset(&imported->arena);
        take(context, partitions[0], &imported->arena,
             compare_decisions(partitions, &imported->arena, n));
    }
    partition_close(partitions[0]);
    partition_close(partitions[1]);
}
