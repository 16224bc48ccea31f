#include "writers/embedded/batch.h"

void batch_add(struct batch *batch, const struct unconfirmed *unconfirmed)
{
    assert(batch->items_count + 2 <= 2 * BATCH_MAX);
    const struct request *request = &unconfirmed->request;
    struct evlog_item *items = &batch->items[batch->items_count];
    items[0] = (struct evlog_item){ .stream = EVLOG_COMMANDS,
                                    .partition = request->partition,
                                    .key = request_org(request),
                                    .value = request_command(request),
                                    .token = BATCH_COMMAND };
    items[1] = (struct evlog_item){ .stream = EVLOG_DECISIONS,
                                    .partition = request->partition,
                                    .key = request_org(request),
                                    .value = unconfirmed->record,
                                    .token = BATCH_DECISION };
    batch->items_count += 2;
    batch->size += request->size + unconfirmed->record.size;
}
