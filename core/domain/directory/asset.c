/* Assets: what permissions are about. */
#include "core/domain/kernel/cascade.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/rules.h"

/* ---- decide ---- */

static struct status asset_check_parent(struct decide *d, const char *parent_asset_id)
{
    const Agency__V1__Asset *parent;
    return parent_asset_id[0] == '\0' ? status_ok()
                                      : rules_find_asset(d, parent_asset_id, LIVES_KEPT, &parent);
}

struct status decide_register_asset(struct decide *d, const Agency__V1__RegisterAsset *command)
{
    const Agency__V1__Asset *none;
    Agency__V1__AssetRegistered event = AGENCY__V1__ASSET_REGISTERED__INIT;
    TRY_ACCEPTED(d, life_find_asset(d, &none));
    TRY_ACCEPTED(d, rules_check_name(d, ENTITY_ASSET, command->asset_id, command->name));
    TRY_ACCEPTED(d, asset_check_parent(d, command->parent_asset_id));
    fields_copy(&command->base, &event.base);
    TRY_ACCEPTED(d, emit_asset_registered(d, &event));
    return hierarchy_check(d, HIERARCHY_ASSET_PARENTS, command->asset_id);
}

struct status decide_set_asset_parent(struct decide *d, const Agency__V1__SetAssetParent *command)
{
    const Agency__V1__Asset *asset;
    Agency__V1__AssetParentSet event = AGENCY__V1__ASSET_PARENT_SET__INIT;
    TRY_ACCEPTED(d, life_find_asset(d, &asset));
    if (strcmp(asset->parent_asset_id, command->parent_asset_id) == 0) {
        return status_ok();
    }
    TRY_ACCEPTED(d, asset_check_parent(d, command->parent_asset_id));
    fields_copy(&command->base, &event.base);
    TRY_ACCEPTED(d, emit_asset_parent_set(d, &event));
    return hierarchy_check(d, HIERARCHY_ASSET_PARENTS, command->asset_id);
}

struct status decide_remove_asset(struct decide *d, const Agency__V1__RemoveAsset *command)
{
    const Agency__V1__Asset *asset;
    struct cascade cascade = cascade_make(d);
    Agency__V1__AssetRemoved event = AGENCY__V1__ASSET_REMOVED__INIT;
    TRY_ACCEPTED(d, life_find_asset(d, &asset));
    if (asset->status == LIFE_REMOVED) {
        return status_ok();
    }
    TRY_ACCEPTED(d, rules_check_unused(d, ENTITY_ASSET, INDEX_ASSET_BY_PARENT, command->asset_id,
                                       "assets below"));
    TRY_ACCEPTED(d, cascade_add_grants_on(&cascade, AGENCY__V1__OBJECT_KIND__OBJECT_KIND_ASSET,
                                          command->asset_id));
    TRY_ACCEPTED(d, cascade_check(&cascade));
    event.asset_id = command->asset_id;
    TRY_ACCEPTED(d, emit_asset_removed(d, &event));
    return cascade_emit(&cascade);
}
