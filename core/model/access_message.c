#include "core/model/access_message.h"

#include "core/pb/message.h"

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
    TRY(object_format(arena, line->entry.on, &(*message)->object));
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
