#include "ops/daemon/shelf_status.h"

#include "core/base/memory.h"
#include "query/service/shown_stores.h"

struct shelf_status {
    struct shown_stores stores;
    const struct telemetry *telemetry;
    struct replica_status *partitions;
    uint64_t *published; /* nothing is */
    uint32_t count;
};

struct shelf_status *shelf_status_open(struct shelf *shelf, uint32_t partitions_count,
                                       const struct telemetry *telemetry)
{
    struct shelf_status *status = mem_zalloc(1, sizeof *status);
    shown_stores_init(&status->stores, shelf, partitions_count);
    status->partitions = mem_zalloc(partitions_count, sizeof *status->partitions);
    status->published = mem_zalloc(partitions_count, sizeof *status->published);
    status->count = partitions_count;
    status->telemetry = telemetry;
    return status;
}

void shelf_status_close(struct shelf_status *status)
{
    if (status != NULL) {
        shown_stores_release(&status->stores);
        mem_free(status->partitions);
        mem_free(status->published);
        mem_free(status);
    }
}

static void shelf_status_partition(struct shelf_status *status, const struct stores *stores,
                                   uint32_t number)
{
    struct replica_status *out = &status->partitions[number];
    struct moment_ask ask = { 0 };
    struct store_reader *reader;
    const struct position *position;
    *out = (struct replica_status){ .number = number,
                                    .state = REPLICA_LEADER,
                                    .decided = telemetry_decisions(status->telemetry, number) };
    struct status st = stores->open(stores->self, number, &ask, &reader, &position);
    out->pace = telemetry_pace(status->telemetry, number);
    if (st.code == STATUS_OK) {
        replica_status_place(out, position);
        out->pace.offset = position->offset;
        out->pace.time_us = position->time_us;
    } else {
        out->state = REPLICA_OPENING;
        out->trouble = st.code == STATUS_UNAVAILABLE ? status_ok() : st; /* it is not shown yet */
        out->catching_up = pace_left(&out->pace) > 0;
    }
}

struct process_facts shelf_status_look(struct shelf_status *status)
{
    struct stores stores = shown_stores_port(&status->stores);
    for (uint32_t i = 0; i < status->count; i++) {
        shelf_status_partition(status, &stores, i);
    }
    shown_stores_rest(&status->stores); /* owners may be waiting */
    return (struct process_facts){ .partitions = status->partitions,
                                   .published = status->published,
                                   .partitions_count = status->count };
}
