#include "core/model/configured.h"

#include "core/domain/kernel/fields.h"
#include "core/model/key.h"
#include "core/pb/message.h"

static struct status configured_read(struct store_reader *reader, struct arena *arena,
                                     struct str key, const struct entity_type *type,
                                     const struct moment *moment, bool *gone)
{
    struct store_row row;
    ProtobufCMessage *entity;
    TRY(store_get(reader, arena, STORE_ENTITY, key, moment_as_of(moment), &row));
    if (!row.found) {
        return status_error(STATUS_DATA_LOSS, "expected the entity that a setting is of");
    }
    TRY(pb_unpack(arena, type->descriptor, row.value, PB_STORED, &entity));
    *gone = fields_is_over(entity);
    return status_ok();
}

struct status configured_is_gone(struct store_reader *reader, struct arena *arena,
                                 struct str org_id, const struct moment *moment,
                                 const Agency__V1__Config *config, bool *gone)
{
    const struct entity_type *type = registry_entity((unsigned)config->kind);
    struct buf key = { 0 };
    *gone = false;
    if (type == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected a setting of a kind of entity, not %u",
                            (unsigned)config->kind);
    }
    if ((unsigned)config->kind == ENTITY_ORG) {
        return status_ok();
    }
    key_entity(&key, org_id, (enum entity_kind)config->kind, str_z(config->entity_id));
    struct status st = configured_read(reader, arena, buf_str(&key), type, moment, gone);
    buf_release(&key);
    return st;
}
