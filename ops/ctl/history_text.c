#include "ops/ctl/history_text.h"

#include "core/domain/kernel/life.h"
#include "core/pb/message.h"
#include "ops/ctl/change_text.h"

struct status history_text_entity(struct arena *arena, const Google__Protobuf__Any *any,
                                  const Agency__V1__EntityRef *of, const ProtobufCMessage **entity)
{
    const struct entity_type *type = registry_entity((unsigned)of->kind);
    ProtobufCMessage *message;
    *entity = NULL;
    if (any == NULL || type == NULL) {
        return status_ok();
    }
    TRY(pb_unpack(arena, type->descriptor, str_make((const char *)any->value.data, any->value.len),
                  PB_OUTSIDE, &message));
    *entity = message;
    return status_ok();
}

static struct status history_text_change(struct arena *arena, const Agency__V1__EntityChange *made,
                                         struct history_change *change)
{
    TRY(history_text_entity(arena, made->before, made->entity, &change->before));
    return history_text_entity(arena, made->after, made->entity, &change->after);
}

/* Which command of a batch was about what. */
static void history_text_commands(struct ctl *ctl, const Agency__V1__DecisionItem *decision)
{
    char noun[LIFE_NOUN_SIZE];
    for (size_t i = 0; i < decision->n_commands; i++) {
        const Agency__V1__CommandItem *command = decision->commands[i];
        buf_printf(&ctl->out, "  command %zu, %s:%s", i + 1, command->command,
                   command->n_changed == 0 ? " it was so already" : "");
        for (size_t k = 0; k < command->n_changed; k++) {
            const Agency__V1__EntityRef *ref = command->changed[k];
            bool known = registry_entity((unsigned)ref->kind) != NULL;
            buf_printf(&ctl->out, "%s%s %s", k == 0 ? " " : ", ",
                       known ? life_noun((enum entity_kind)ref->kind, noun) : "?", ref->id);
        }
        buf_printf(&ctl->out, "\n");
    }
}

struct status history_text(struct ctl *ctl, struct arena *arena,
                           const Agency__V1__HistoryItem *item)
{
    ctl_say_decision(ctl, item->decision);
    history_text_commands(ctl, item->decision);
    ctl_say_constraints(ctl, item->decision->constraints, item->decision->n_constraints);
    for (size_t i = 0; i < item->n_changes; i++) {
        struct history_change change;
        TRY(history_text_change(arena, item->changes[i], &change));
        TRY(change_text(arena, item->changes[i]->entity, &change, &ctl->out));
    }
    if (item->cut) {
        buf_printf(&ctl->out, "  ... and %zu more\n", item->decision->n_changed - item->n_changes);
    }
    return status_ok();
}
