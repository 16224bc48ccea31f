#include "core/domain/policy/places.h"

#include "core/domain/check/objects.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/targets.h"

static struct status places_add(struct decide *d, struct object object, struct places *places)
{
    if (object.kind == OBJECT_ORG || object.kind == OBJECT_ASSET_TYPE || object.id.size == 0) {
        return status_ok();
    }
    for (size_t i = 0; i < places->count; i++) {
        if (object_eq(places->items[i], object)) {
            return status_ok();
        }
    }
    ARENA_TRY(
        d->arena, places->items,
        arena_grow(d->arena, places->items, places->count, sizeof *places->items, &places->cap));
    places->items[places->count++] = object;
    return status_ok();
}

static struct status places_add_subject(struct decide *d, struct str id, struct places *places)
{
    return places_add(d, (struct object){ OBJECT_SUBJECT, id }, places);
}

/* An object and what covers it. */
static struct status places_add_covering(struct decide *d, struct object object,
                                         struct places *places)
{
    struct lookup lookup = {
        .view = d->view, .arena = d->arena, .at_us = d->occurred_at_us, .left = CHECK_LOOKUPS_MAX
    };
    struct objects covering;
    TRY(objects_covering(&lookup, object, &covering));
    for (size_t i = 0; i < covering.count; i++) {
        TRY(places_add(d, covering.items[i], places));
    }
    return status_ok();
}

static struct status places_add_rule(struct decide *d, enum object_rule rule, struct places *places)
{
    struct targets targets = { 0 };
    ARENA_TRY(d->arena, targets.items, arena_alloc(d->arena, TARGETS_MAX * sizeof *targets.items));
    TRY_ACCEPTED(d, targets_of(d, rule, &targets));
    for (size_t i = 0; i < targets.count; i++) {
        TRY(places_add_covering(d, targets.items[i], places));
    }
    return status_ok();
}

/* The subjects that an entity, or a command, names: whose it is, or to whom it gives. */
static struct status places_add_named(struct decide *d, const ProtobufCMessage *named,
                                      struct places *places)
{
    TRY(places_add_subject(d, fields_string(named, "subject_id"), places));
    if (named->descriptor != &agency__v1__grant__descriptor) {
        return status_ok();
    }
    const Agency__V1__Grantee *grantee = ((const Agency__V1__Grant *)(const void *)named)->grantee;
    bool subject =
        grantee != NULL && grantee->kind == AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_SUBJECT;
    return subject ? places_add_subject(d, str_z(grantee->id), places) : status_ok();
}

static struct status places_add_acting(struct decide *d, struct places *places)
{
    TRY(places_add_subject(d, d->subject_id, places));
    TRY(places_add_subject(d, d->on_behalf_of, places));
    for (size_t i = 0; i < d->actors_count; i++) {
        TRY(places_add_subject(d, d->actors[i], places));
    }
    return status_ok();
}

struct status places_of(struct decide *d, const ProtobufCMessage *entity, struct places *places)
{
    const struct command_type *type = decide_type(d);
    *places = (struct places){ 0 };
    TRY_ACCEPTED(d, places_add_rule(d, type->own, places));
    if (type->delegate != OBJECTS_NONE && type->delegate != type->own) {
        TRY_ACCEPTED(d, places_add_rule(d, type->delegate, places));
    }
    TRY(places_add_acting(d, places));
    TRY(places_add_named(d, registry_subject_of(registry_command_payload(d->command)), places));
    return entity == NULL ? status_ok() : places_add_named(d, entity, places);
}
