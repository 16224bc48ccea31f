#include "query/decision_item.h"

#include "core/domain/kernel/fields.h"
#include "core/domain/registry/registry.h"

const char *decision_item_command(uint32_t command, size_t elapsed_count)
{
    if (elapsed_count > 0 && command == 0) {
        return "Elapse";
    }
    const char *name = registry_command_name(command);
    return name == NULL ? "?" : name;
}

/* The commands of a batch. */
static struct status decision_item_commands(struct arena *arena, const Agency__V1__DecisionRow *row,
                                            Agency__V1__DecisionItem *item)
{
    Agency__V1__CommandItem *items;
    ARENA_TRY(arena, items, arena_alloc(arena, (row->n_commands + 1) * sizeof *items));
    ARENA_TRY(arena, item->commands, arena_alloc(arena, (row->n_commands + 1) * sizeof(void *)));
    for (size_t i = 0; i < row->n_commands; i++) {
        const Agency__V1__DecidedCommand *decided = row->commands[i];
        agency__v1__command_item__init(&items[i]);
        items[i].command = (char *)(uintptr_t)decision_item_command(decided->command, 0);
        items[i].authority = decided->authority;
        items[i].events = decided->events;
        items[i].changed = decided->changed;
        items[i].n_changed = decided->n_changed;
        item->commands[item->n_commands++] = &items[i];
    }
    return status_ok();
}

/* Its constraints, without values for who may not read all that these can be of. */
static struct status decision_item_constraints(const struct snapshot *snapshot, struct arena *arena,
                                               const Agency__V1__DecisionRow *row,
                                               Agency__V1__DecisionItem *item)
{
    static const char hidden[] = "hidden";
    Agency__V1__ConstraintResult *results;
    item->n_constraints = row->n_constraints;
    item->constraints = row->constraints;
    if (snapshot->whole || row->n_constraints == 0) {
        return status_ok();
    }
    ARENA_TRY(arena, results, arena_alloc(arena, row->n_constraints * sizeof *results));
    ARENA_TRY(arena, item->constraints, arena_alloc(arena, row->n_constraints * sizeof(void *)));
    for (size_t i = 0; i < row->n_constraints; i++) {
        results[i] = *row->constraints[i];
        results[i].why = (char *)(uintptr_t)hidden;
        item->constraints[i] = &results[i];
    }
    return status_ok();
}

struct status decision_item(const struct snapshot *snapshot, struct arena *arena,
                            const Agency__V1__DecisionRow *row, Agency__V1__DecisionItem **item)
{
    Agency__V1__DecisionItem *made;
    ARENA_TRY(arena, made, arena_alloc(arena, sizeof *made));
    agency__v1__decision_item__init(made);
    made->sequence = row->sequence;
    made->org_sequence = row->org_sequence;
    TRY(fields_time_new(arena, row->recorded_at_us, &made->recorded_at));
    TRY(fields_time_new(arena, row->occurred_at_us, &made->occurred_at));
    made->command = (char *)(uintptr_t)decision_item_command(row->command, row->n_elapsed);
    made->command_id = row->command_id;
    made->credential_id = row->credential_id;
    made->operator_ = row->operator_;
    made->subject_id = row->subject_id;
    made->on_behalf_of = row->on_behalf_of;
    made->actors = row->actors;
    made->n_actors = row->n_actors;
    made->authority = row->authority;
    made->n_annotations = row->n_annotations;
    made->annotations = row->annotations;
    made->n_changed = row->n_changed;
    made->changed = row->changed;
    made->imported = row->imported;
    made->method = row->method;
    made->n_elapsed = row->n_elapsed;
    made->elapsed = row->elapsed;
    TRY(decision_item_constraints(snapshot, arena, row, made));
    *item = made;
    return decision_item_commands(arena, row, made);
}

struct status decision_item_at(struct snapshot *snapshot, uint64_t org_sequence,
                               Agency__V1__DecisionItem **item)
{
    const Agency__V1__DecisionRow *row;
    TRY(stored_decision(snapshot->stored, snapshot->org_id, org_sequence, &row));
    return decision_item(snapshot, snapshot->arena, row, item);
}
