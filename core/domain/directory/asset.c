/* Assets: what permissions are about. */
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/plain.h"

/* ---- decide ---- */

static struct status asset_check_parent(struct decide *d, const char *parent_asset_id)
{
    const Agency__V1__Asset *parent;
    return parent_asset_id[0] == '\0' ? status_ok()
                                      : rules_find_asset(d, parent_asset_id, LIVES_KEPT, &parent);
}

struct status decide_register_asset(struct decide *d, const Agency__V1__RegisterAsset *command)
{
    const Agency__V1__Asset *asset = command->asset;
    TRY_ACCEPTED(d, plain_check_new(d));
    TRY_ACCEPTED(d, asset_check_parent(d, asset->parent_asset_id));
    TRY_ACCEPTED(d, plain_emit(d, &asset->base));
    return hierarchy_check(d, HIERARCHY_ASSET_PARENTS, asset->asset_id);
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
