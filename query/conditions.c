#include "query/conditions.h"

#include "core/base/limits.h"
#include "core/pb/message.h"

struct status conditions_context(const Google__Protobuf__Struct *context)
{
    size_t size = context == NULL ? 0 : pb_packed_size(&context->base);
    return size <= CONTEXT_SIZE_MAX
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected a context of at most %d bytes, but it has %zu",
                              CONTEXT_SIZE_MAX, size);
}

struct status conditions_context_word(struct arena *arena, const Google__Protobuf__Struct *context,
                                      struct str *word)
{
    *word = STR("");
    return context == NULL ? status_ok() : pb_pack(arena, &context->base, word);
}

struct status conditions_add_missing(const struct check_answer *answer, struct ids *missing)
{
    for (size_t i = 0; i < answer->conditions_count; i++) {
        const struct check_condition *condition = &answer->conditions[i];
        for (size_t j = 0; j < condition->missing_count; j++) {
            struct str field = condition->missing[j];
            bool there = false;
            for (size_t k = 0; k < missing->count && !there; k++) {
                there = str_eq(missing->items[k], field);
            }
            if (!there) {
                field = arena_copy(missing->arena, field);
                TRY(field.data == NULL ? arena_full(missing->arena) : ids_add(missing, field));
            }
        }
    }
    return status_ok();
}

struct status conditions_texts(struct arena *arena, struct ids *texts, char ***out,
                               size_t *out_count)
{
    ids_sort(texts);
    ARENA_TRY(arena, *out, arena_alloc(arena, (texts->count + 1) * sizeof **out));
    for (*out_count = 0; *out_count < texts->count; ++*out_count) {
        TRY(arena_text(arena, texts->items[*out_count], &(*out)[*out_count]));
    }
    return status_ok();
}

static struct status conditions_terms(struct arena *arena, const struct check_condition *condition,
                                      Agency__V1__CheckCondition *out)
{
    ARENA_TRY(arena, out->terms, arena_alloc(arena, (condition->terms_count + 1) * sizeof(void *)));
    for (size_t i = 0; i < condition->terms_count; i++) {
        Agency__V1__CheckTerm *term;
        TRY(pb_new(arena, &agency__v1__check_term__descriptor, &term));
        TRY(arena_text(arena, condition->terms[i].part, &term->part));
        TRY(arena_text(arena, condition->terms[i].value, &term->value));
        term->decides = condition->terms[i].decides;
        out->terms[out->n_terms++] = term;
    }
    return status_ok();
}

static struct status conditions_one(struct arena *arena, const struct check_condition *condition,
                                    Agency__V1__CheckCondition **out)
{
    static const char *const results[] = { [CONDITION_HOLDS] = "HOLDS",
                                           [CONDITION_FALSE] = "FALSE",
                                           [CONDITION_ERROR] = "ERROR",
                                           [CONDITION_MISSING] = "MISSING" };
    TRY(pb_new(arena, &agency__v1__check_condition__descriptor, out));
    TRY(pb_new(arena, &agency__v1__entity_ref__descriptor, &(*out)->entity));
    (*out)->entity->kind = (Agency__V1__EntityKind)condition->entity;
    TRY(arena_text(arena, condition->id, &(*out)->entity->id));
    TRY(arena_text(arena, condition->source, &(*out)->condition));
    TRY(arena_text(arena, str_z(results[condition->result]), &(*out)->result));
    TRY(arena_text(arena, condition->problem, &(*out)->problem));
    struct ids missing = { .arena = arena };
    TRY(ids_add_all(&missing, condition->missing, condition->missing_count));
    TRY(conditions_texts(arena, &missing, &(*out)->missing_context, &(*out)->n_missing_context));
    return conditions_terms(arena, condition, *out);
}

struct status conditions_respond(struct snapshot *snapshot, const struct check_answer *answer,
                                 Agency__V1__CheckResponse *response)
{
    struct arena *arena = snapshot->arena;
    if (answer->conditions_count == 0) {
        return status_ok();
    }
    ARENA_TRY(arena, response->conditions,
              arena_alloc(arena, answer->conditions_count * sizeof(void *)));
    for (size_t i = 0; i < answer->conditions_count; i++) {
        TRY(conditions_one(arena, &answer->conditions[i], &response->conditions[i]));
        response->n_conditions++;
    }
    struct ids missing = { .arena = arena };
    if (answer->reason == CHECK_CONTEXT_MISSING) {
        TRY(conditions_add_missing(answer, &missing));
    }
    return conditions_texts(arena, &missing, &response->missing_context,
                            &response->n_missing_context);
}

static void conditions_hide_one(Agency__V1__CheckCondition *condition)
{
    static const char hidden[] = "hidden";
    for (size_t i = 0; i < condition->n_terms; i++) {
        condition->terms[i]->value = (char *)(uintptr_t)hidden;
    }
    if (condition->problem[0] != '\0') {
        condition->problem = (char *)(uintptr_t)hidden;
    }
}

void conditions_hide(Agency__V1__CheckResponse *response)
{
    for (size_t i = 0; i < response->n_conditions; i++) {
        conditions_hide_one(response->conditions[i]);
    }
}
