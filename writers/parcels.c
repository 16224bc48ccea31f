/* Finding one by its command_id is a walk from the first: answers come nearly in order. */
#include "writers/parcels.h"

#include "core/base/memory.h"

void parcels_init(struct parcels *parcels)
{
    *parcels = (struct parcels){ .ring = mem_zalloc(PARCELS_MAX, sizeof *parcels->ring) };
}

void parcels_release(struct parcels *parcels)
{
    mem_free(parcels->ring);
    *parcels = (struct parcels){ 0 };
}

struct parcel *parcels_at(const struct parcels *parcels, uint64_t number)
{
    return &parcels->ring[number % PARCELS_MAX];
}

void parcels_add(struct parcels *parcels, const struct parcel *parcel)
{
    assert(parcels->next - parcels->first < PARCELS_MAX);
    *parcels_at(parcels, parcels->next++) = *parcel;
}

void parcels_answer(struct parcels *parcels, struct parcel *parcel,
                    const struct decider_answer *answer)
{
    parcel->answered = true;
    request_answer(&parcel->request, answer);
    while (parcels->first < parcels->next && parcels_at(parcels, parcels->first)->answered) {
        parcels->first++;
    }
    parcels->sent = parcels->sent < parcels->first ? parcels->first : parcels->sent;
}

struct parcel *parcels_find(const struct parcels *parcels, uint32_t partition, const char *org_id,
                            const char *command_id)
{
    for (uint64_t number = parcels->first; number < parcels->sent; number++) {
        struct parcel *parcel = parcels_at(parcels, number);
        if (!parcel->answered && parcel->request.partition == partition &&
            strcmp(parcel->command_id, command_id) == 0 &&
            str_eq(request_org(&parcel->request), str_z(org_id))) {
            return parcel;
        }
    }
    return NULL;
}

struct parcel *parcels_find_at(const struct parcels *parcels, uint32_t partition, uint64_t offset)
{
    for (uint64_t number = parcels->first; number < parcels->sent; number++) {
        struct parcel *parcel = parcels_at(parcels, number);
        if (!parcel->answered && parcel->request.partition == partition &&
            parcel->offset == offset) {
            return parcel;
        }
    }
    return NULL;
}
