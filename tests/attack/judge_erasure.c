/* What must be so of what was erased, whoever did it: nothing that anybody said of it is left in
 * it, and it stays so for ever; of an org that was, nothing changes any more. */
#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "tests/attack/judge.h"

bool judge_is_erased(const struct plain *item)
{
    return item != NULL && fields_status(item->entity) == LIFE_ERASED;
}

static struct verdict erasure_broken(struct arena *arena, const struct plain *item,
                                     const char *what)
{
    return (struct verdict){ .broken = ERASED,
                             .text = arena_printf(arena, "%s '%.*s' %s",
                                                  registry_entity((unsigned)item->kind)->name,
                                                  STR_ARG(item->id), what) };
}

/* A message says that it was erased, and no more. */
static bool erasure_says_only_that(const ProtobufCMessage *message)
{
    bool only = true;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        only = only && (!pb_field_has(message, field) || strcmp(field->name, "erased") == 0);
    }
    return only;
}

/* Whether a client's field has something: their numbers are 16 to 49. */
static bool erasure_is_left(const ProtobufCMessage *entity, const ProtobufCFieldDescriptor *field)
{
    bool said = field->id >= 16 && field->id < 50 && pb_field_has(entity, field);
    return said && (strcmp(field->name, "profile") != 0 ||
                    !erasure_says_only_that(pb_field_message(pb_field_at(entity, field))));
}

static struct verdict erasure_judge_item(struct arena *arena, const struct plain *item)
{
    const ProtobufCMessageDescriptor *type = item->entity->descriptor;
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (erasure_is_left(item->entity, &type->fields[i])) {
            return erasure_broken(arena, item, "was erased, and has something left");
        }
    }
    return (struct verdict){ .broken = HOLDS };
}

static bool erasure_of_org(const struct plain_org *org)
{
    return plain_first(org, ENTITY_ORG) != plain_end(org, ENTITY_ORG) &&
           judge_is_erased(plain_first(org, ENTITY_ORG));
}

struct verdict judge_erasure(struct arena *arena, const struct plain_org *before,
                             const struct plain_org *after)
{
    bool gone = erasure_of_org(before);
    struct verdict verdict = { .broken = HOLDS };
    for (size_t i = 0; i < after->count && verdict.broken == HOLDS; i++) {
        const struct plain *item = &after->items[i], *was = plain_same(before, item);
        bool changed = was == NULL || was->entity != item->entity;
        if (changed && (gone || judge_is_erased(was))) {
            verdict = erasure_broken(arena, item, "changed after it, or its org, was erased");
        } else if (changed && judge_is_erased(item)) {
            verdict = erasure_judge_item(arena, item);
        }
    }
    return verdict;
}
