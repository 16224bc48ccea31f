#include "query/history.h"

#include <inttypes.h>

#include "core/model/history.h"

struct status history_list_org(struct snapshot *snapshot, size_t limit, struct history_list *list)
{
    return history_decisions(snapshot->partition->reader, snapshot->arena, snapshot->org_id,
                             snapshot->moment.org_sequence + 1, limit, &list->rows, &list->count);
}

static struct status history_list_subject(struct snapshot *snapshot, struct str id, size_t limit,
                                          struct history_list *list)
{
    TRY(history_subject(snapshot->partition->reader, snapshot->arena, snapshot->org_id, id,
                        snapshot->moment.org_sequence + 1, limit, &list->rows, &list->count));
    return list->count > 0 ? status_ok()
                           : status_error(STATUS_NOT_FOUND,
                                          "expected a Subject, but nothing was decided by or about "
                                          "'%.*s'",
                                          STR_ARG(id));
}

struct status history_list_entity(struct snapshot *snapshot, enum entity_kind kind, struct str text,
                                  size_t limit, struct history_list *list)
{
    struct history_version *versions;
    struct str id;
    TRY(snapshot_resolve(snapshot, kind, text, &id));
    if (kind == ENTITY_SUBJECT) {
        return history_list_subject(snapshot, id, limit, list);
    }
    TRY(history_entity(snapshot->partition->reader, snapshot->arena, snapshot->org_id, kind, id,
                       snapshot->moment.org_sequence + 1, limit, &versions, &list->count));
    if (list->count == 0) {
        return status_error(STATUS_NOT_FOUND, "expected a %s, but there never was '%.*s'",
                            registry_entity(kind)->name, STR_ARG(id));
    }
    ARENA_TRY(snapshot->arena, list->rows,
              arena_alloc(snapshot->arena, list->count * sizeof *list->rows));
    for (size_t i = 0; i < list->count; i++) {
        list->rows[i] = versions[i].decision;
    }
    return status_ok();
}

struct status history_change(const struct snapshot *snapshot, struct arena *arena,
                             uint64_t org_sequence, const Agency__V1__EntityRef *changed,
                             struct history_change *change)
{
    struct history_version *versions;
    size_t count = 0;
    if (registry_entity((unsigned)changed->kind) != NULL) {
        TRY(history_entity(snapshot->partition->reader, arena, snapshot->org_id,
                           (enum entity_kind)changed->kind, str_z(changed->id), org_sequence + 1, 2,
                           &versions, &count));
    }
    if (count == 0 || versions[0].since != org_sequence) {
        return status_error(STATUS_DATA_LOSS,
                            "expected the version of '%s' that decision %" PRIu64 " made",
                            changed->id, org_sequence);
    }
    change->after = versions[0].entity;
    change->before = count == 2 ? versions[1].entity : NULL;
    return status_ok();
}
