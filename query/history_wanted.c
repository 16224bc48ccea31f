#include "query/history_wanted.h"

#include "core/model/history.h"
#include "query/answers.h"
#include "query/history_about.h"

static bool history_changed(const Agency__V1__DecisionRow *row, enum entity_kind kind,
                            struct str id)
{
    for (size_t i = 0; i < row->n_changed; i++) {
        if ((unsigned)row->changed[i]->kind == kind && str_eq(str_z(row->changed[i]->id), id)) {
            return true;
        }
    }
    return false;
}

static struct status history_of_subject(const struct snapshot *snapshot, struct str id,
                                        uint64_t org_sequence, bool *is)
{
    const Agency__V1__DecisionRow **rows;
    size_t count;
    TRY(history_subject(snapshot->reader, snapshot->arena, snapshot->org_id, id, org_sequence + 1,
                        1, &rows, &count));
    *is = count > 0 && rows[0]->org_sequence == org_sequence;
    return status_ok();
}

static struct status history_of_what_hangs(struct snapshot *snapshot, enum entity_kind kind,
                                           struct str id, const Agency__V1__DecisionRow *row,
                                           bool *is)
{
    const Agency__V1__DecisionRow *rows[] = { row };
    struct history_list list = { .rows = rows, .count = 1 };
    TRY(history_about_keep(snapshot, kind, id, &list));
    *is = list.count > 0;
    return status_ok();
}

struct status history_wants(struct snapshot *snapshot, const struct history_question *question,
                            struct str id, const Agency__V1__DecisionRow *row, bool *wants)
{
    *wants = history_pick_wants(&question->pick, row);
    if (!*wants || !question->of_entity) {
        return status_ok();
    }
    if (question->about) {
        return history_of_what_hangs(snapshot, question->kind, id, row, wants);
    }
    if (question->kind == ENTITY_SUBJECT) {
        return history_of_subject(snapshot, id, row->org_sequence, wants);
    }
    *wants = history_changed(row, question->kind, id);
    return status_ok();
}

struct status history_question_of(const char *entity, bool all, const char *note,
                                  struct history_question *question)
{
    *question = (struct history_question){ .of_entity = entity[0] != '\0',
                                           .about = all,
                                           .pick = history_pick_all() };
    if (question->of_entity) {
        TRY(answer_entity(str_z(entity), &question->kind, &question->text));
        TRY(all ? history_about_check(question->kind, false) : status_ok());
    } else if (all) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected an entity with all");
    }
    return note[0] == '\0' ? status_ok() : history_pick_note(&question->pick, str_z(note));
}
