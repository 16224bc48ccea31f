#include "core/model/access_message.h"

#include "core/pb/message.h"

/* "org", "asset:x", "job-space:y" */
static struct status access_message_object(struct arena *arena, struct object object, char **text)
{
    struct str made = arena_printf(arena, "%s%s%.*s", object_kind_name(object.kind),
                                   object.id.size > 0 ? ":" : "", STR_ARG(object.id));
    if (made.data == NULL) {
        return arena_full(arena);
    }
    *text = (char *)(uintptr_t)made.data;
    for (char *at = *text; *at != '\0' && *at != ':'; at++) {
        *at = *at == ' ' ? '-' : *at;
    }
    return status_ok();
}

static struct status access_message_step(struct arena *arena, const struct check_step *step,
                                         Agency__V1__AccessStep **message)
{
    TRY(pb_new(arena, &agency__v1__access_step__descriptor, message));
    TRY(pb_new(arena, &agency__v1__entity_ref__descriptor, &(*message)->entity));
    TRY(arena_text(arena, str_z(check_step_name(step->kind)), &(*message)->step));
    (*message)->entity->kind = (Agency__V1__EntityKind)step->entity;
    (*message)->org_sequence = step->version;
    return arena_text(arena, step->id, &(*message)->entity->id);
}

static struct status access_message(struct arena *arena, const struct access_line *line,
                                    Agency__V1__AccessLine **message)
{
    TRY(pb_new(arena, &agency__v1__access_line__descriptor, message));
    (*message)->gained = line->gained;
    (*message)->otherwise = line->otherwise;
    TRY(arena_text(arena, line->subject_id, &(*message)->subject_id));
    TRY(arena_text(arena, line->entry.permission, &(*message)->permission));
    TRY(arena_text(arena, line->entry.grant_id, &(*message)->grant_id));
    TRY(arena_text(arena, line->entry.role_type, &(*message)->role_type));
    TRY(access_message_object(arena, line->entry.on, &(*message)->object));
    ARENA_TRY(arena, (*message)->path,
              arena_alloc(arena, (line->way_count + 1) * sizeof *(*message)->path));
    for (size_t i = 0; i < line->way_count; i++) {
        TRY(access_message_step(arena, &line->way[i], &(*message)->path[i]));
        (*message)->n_path++;
    }
    return status_ok();
}

struct status access_messages(struct arena *arena, const struct access_line *lines, size_t count,
                              Agency__V1__AccessLine ***messages)
{
    ARENA_TRY(arena, *messages, arena_alloc(arena, (count + 1) * sizeof **messages));
    for (size_t i = 0; i < count; i++) {
        TRY(access_message(arena, &lines[i], &(*messages)[i]));
    }
    return status_ok();
}
