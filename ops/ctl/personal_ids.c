#include "ops/ctl/personal_ids.h"

#include "agency/v1/entities_service.pb-c.h"
#include "core/domain/kernel/ids.h"
#include "ops/ctl/asker.h"

struct personal_ids {
    struct asker asker;
    struct ids orgs;
    struct str org_id; /* whose subjects are at hand */
    personal_ids_take *take;
    void *context;
};

bool personal_id_has(const struct personal_id *id, const struct keyring_index_key *keys,
                     size_t keys_count)
{
    const Agency__V1__ExternalId *external = id->subject->external_ids[id->place];
    bool has = false;
    for (size_t i = 0; i < external->n_hashes; i++) {
        for (size_t k = 0; k < keys_count; k++) {
            has = has || strcmp(external->hashes[i]->key_id, keys[k].id) == 0;
        }
    }
    return has;
}

static struct status personal_ids_org(void *context, const ProtobufCMessage *item)
{
    struct personal_ids *ids = context;
    const char *org_id = ((const Agency__V1__OrgItem *)(const void *)item)->org_id;
    struct str kept = arena_copy(ids->orgs.arena, str_z(org_id));
    return kept.data == NULL ? arena_full(ids->orgs.arena) : ids_add(&ids->orgs, kept);
}

static struct status personal_ids_subject(void *context, const ProtobufCMessage *item)
{
    struct personal_ids *ids = context;
    struct personal_id id = { .org_id = ids->org_id,
                              .subject = (const Agency__V1__Subject *)(const void *)item };
    for (id.place = 0; id.place < id.subject->n_external_ids; id.place++) {
        if (id.subject->external_ids[id.place]->personal) {
            TRY(ids->take(ids->context, &id));
        }
    }
    return status_ok();
}

static struct status personal_ids_of_org(struct personal_ids *ids, struct str org_id)
{
    Agency__V1__ListSubjectsRequest request = AGENCY__V1__LIST_SUBJECTS_REQUEST__INIT;
    char filter[] = "external_ids.exists(e, e.personal)";
    request.filter = filter;
    ids->org_id = org_id;
    TRY(asker_turn_to(&ids->asker, org_id));
    return asker_list(&ids->asker, ENTITY_SUBJECT, &request.base, personal_ids_subject, ids);
}

static struct status personal_ids_of_all(struct personal_ids *ids)
{
    Agency__V1__ListOrgsRequest request = AGENCY__V1__LIST_ORGS_REQUEST__INIT;
    ids->asker.said = true; /* of no one moment */
    TRY(asker_pages(&ids->asker, "ListOrgs", &request.base, personal_ids_org, ids));
    for (size_t i = 0; i < ids->orgs.count; i++) {
        TRY(personal_ids_of_org(ids, ids->orgs.items[i]));
    }
    return status_ok();
}

struct status personal_ids_each(struct ctl *ctl, personal_ids_take *take, void *context)
{
    struct personal_ids ids = { .orgs = { .arena = &ctl->arena },
                                .take = take,
                                .context = context };
    struct status st = asker_open(&ids.asker, ctl);
    if (st.code == STATUS_OK) {
        st = personal_ids_of_all(&ids);
    }
    asker_close(&ids.asker);
    return st;
}
