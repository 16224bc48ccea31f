#include "tests/attack/draw.h"

#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "tests/lib/deep_field.h"
#include "tests/lib/test.h"

Agency__V1__Command *draw_named(struct attacker *attacker, const char *name)
{
    return random_command_named(&attacker->random, &attacker->story->arena,
                                &attacker->stage->world.state, attacker->stage->world.now_us, name);
}

ProtobufCMessage *draw_payload(Agency__V1__Command *command)
{
    return (ProtobufCMessage *)(uintptr_t)registry_command_payload(command);
}

/* A field that the attack cannot do without. */
void draw_set(Agency__V1__Command *command, const char *name, const void *value)
{
    if (!deep_field_set(draw_payload(command), name, value)) {
        fail_msg("expected a field '%s' in %s: tests/attack/attacker.c must know its name", name,
                 draw_payload(command)->descriptor->short_name);
    }
}

void draw_set_text(Agency__V1__Command *command, const char *name, const char *text)
{
    draw_set(command, name, &text);
}

void draw_clear(Agency__V1__Command *command, const char *name)
{
    const ProtobufCFieldDescriptor *field;
    ProtobufCMessage *holder = deep_field_find(draw_payload(command), name, &field);
    if (holder != NULL) {
        pb_field_clear(holder, field);
    }
}

static bool begins_as_one(const char *name, const char *const *beginnings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* A random command: of those that begin otherwise, only so many of a hundred are taken. */
Agency__V1__Command *draw_like(struct attacker *attacker, const char *const *beginnings,
                               size_t count, unsigned others_percent)
{
    for (;;) {
        Agency__V1__Command *command =
            random_command(&attacker->random, &attacker->story->arena,
                           &attacker->stage->world.state, attacker->stage->world.now_us);
        if (begins_as_one(draw_payload(command)->descriptor->short_name, beginnings, count) ||
            random_below(&attacker->random, 100) < others_percent) {
            return command;
        }
    }
}

/* One of the org's entities that is alive and not the owners'; NULL if there is none at hand. */
const char *draw_live(struct attacker *attacker, enum entity_kind kind)
{
    for (int tries = 0; tries < 8; tries++) {
        const ProtobufCMessage *entity =
            random_entity(&attacker->random, &attacker->stage->world.state, kind);
        const char *id =
            entity == NULL ? NULL : fields_string(entity, entity->descriptor->fields[0].name).data;
        if (id != NULL && fields_status(entity) == LIFE_ACTIVE && strcmp(id, "owner") != 0 &&
            strcmp(id, "root") != 0) {
            return id;
        }
    }
    return NULL;
}

char *draw_copy(struct attacker *attacker, const char *text)
{
    return (char *)(uintptr_t)arena_copy(&attacker->story->arena, str_z(text)).data;
}
