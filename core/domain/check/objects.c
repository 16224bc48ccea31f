#include "core/domain/check/objects.h"

void objects_keep_above(struct objects *objects)
{
    size_t kept = 0;
    for (size_t i = 0; i < objects->count; i++) {
        const struct object object = objects->items[i];
        bool beside = object.kind == OBJECT_ASSET_TYPE || object.kind == OBJECT_JOB_SPACE;
        if (i == 0 || !beside) {
            objects->items[kept++] = object;
        }
    }
    objects->count = kept;
}

bool objects_contain(const struct objects *objects, struct object object)
{
    for (size_t i = 0; i < objects->count; i++) {
        if (object_eq(objects->items[i], object)) {
            return true;
        }
    }
    return false;
}

static struct status objects_add(struct objects *objects, struct object object)
{
    if (objects->count == OBJECTS_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED,
                            "expected at most %d objects that cover one another", OBJECTS_MAX);
    }
    objects->items[objects->count++] = object;
    return status_ok();
}

/* Adds one level and notes what its status means for access. */
static struct status objects_add_level(struct objects *objects, struct object object,
                                       unsigned status)
{
    if ((status == LIFE_REMOVED || status == LIFE_ERASED) && objects->count == 0) {
        objects->state = OBJECT_REMOVED;
    }
    if (status == LIFE_ARCHIVED && objects->state == OBJECT_LIVE) {
        objects->state = OBJECT_ARCHIVED;
        objects->archived = object;
    }
    return objects_add(objects, object);
}

static struct status objects_add_assets(struct lookup *lookup, struct str id,
                                        struct objects *objects)
{
    struct str type = { 0 };
    while (id.size > 0) {
        const Agency__V1__Asset *asset;
        TRY(objects->count == 0 ? lookup_asset(lookup, id, &asset)
                                : lookup_known_asset(lookup, id, &asset));
        if (asset == NULL) {
            objects->state = OBJECT_UNKNOWN;
            return status_ok();
        }
        if (objects->count == 0) {
            type = str_z(asset->type);
        }
        TRY(objects_add_level(objects, (struct object){ OBJECT_ASSET, id }, asset->status));
        id = str_z(asset->parent_asset_id);
    }
    return type.size == 0 ? status_ok()
                          : objects_add(objects, (struct object){ OBJECT_ASSET_TYPE, type });
}

static struct status objects_add_groups(struct lookup *lookup, struct str id,
                                        struct objects *objects)
{
    struct str job_space = { 0 };
    while (id.size > 0) {
        const Agency__V1__Group *group;
        TRY(objects->count == 0 ? lookup_group(lookup, id, &group)
                                : lookup_known_group(lookup, id, &group));
        if (group == NULL) {
            objects->state = OBJECT_UNKNOWN;
            return status_ok();
        }
        if (objects->count == 0) {
            job_space = str_z(group->job_space_id);
        }
        TRY(objects_add_level(objects, (struct object){ OBJECT_GROUP, id }, group->status));
        id = str_z(group->parent_group_id);
    }
    return job_space.size == 0
               ? status_ok()
               : objects_add(objects, (struct object){ OBJECT_JOB_SPACE, job_space });
}

/* A kind without levels above it. */
static struct status objects_add_single(struct lookup *lookup, enum entity_kind kind,
                                        struct object object, struct objects *objects)
{
    const ProtobufCMessage *entity;
    TRY(lookup_get(lookup, kind, object.id, &entity));
    if (entity == NULL) {
        objects->state = OBJECT_UNKNOWN;
        return status_ok();
    }
    return objects_add_level(objects, object, fields_status(entity));
}

/* An org by id is the org only if it is this one. */
static struct status objects_add_org(struct lookup *lookup, struct object object,
                                     struct objects *objects)
{
    if (object.id.size > 0 && !str_eq(object.id, lookup->view->org_id)) {
        objects->state = OBJECT_UNKNOWN;
    }
    return status_ok();
}

static struct status objects_add_below_org(struct lookup *lookup, struct object object,
                                           struct objects *objects)
{
    if (object.id.size == 0 && object.kind != OBJECT_ORG && object.kind != OBJECT_ASSET_TYPE) {
        objects->state = OBJECT_UNKNOWN; /* an id that is missing names nothing, not the org */
        return status_ok();
    }
    switch (object.kind) {
    case OBJECT_ASSET:
        return objects_add_assets(lookup, object.id, objects);
    case OBJECT_GROUP:
        return objects_add_groups(lookup, object.id, objects);
    case OBJECT_JOB_SPACE:
        return objects_add_single(lookup, ENTITY_JOB_SPACE, object, objects);
    case OBJECT_SUBJECT:
        return objects_add_single(lookup, ENTITY_SUBJECT, object, objects);
    case OBJECT_ORG:
        return objects_add_org(lookup, object, objects);
    case OBJECT_ASSET_TYPE:
        break;
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected an org, asset, group, job space or subject as object");
}

struct status objects_covering(struct lookup *lookup, struct object object, struct objects *objects)
{
    *objects = (struct objects){ .state = OBJECT_LIVE };
    TRY(objects_add_below_org(lookup, object, objects));
    return objects_add(objects, object_org());
}

struct status objects_known(const struct objects *objects, struct object object)
{
    return objects->state != OBJECT_UNKNOWN
               ? status_ok()
               : status_error(STATUS_NOT_FOUND, "expected an object, but there is no %s '%.*s'",
                              object_kind_name(object.kind), STR_ARG(object.id));
}
