#include "writers/request.h"

#include <stdio.h>

#include "core/base/memory.h"

struct request request_make(struct str org_id, struct str command, uint32_t partition,
                            submit_done *done, void *context)
{
    struct request request = { .bytes = mem_alloc(org_id.size + command.size + 1),
                               .org_size = org_id.size,
                               .size = org_id.size + command.size,
                               .partition = partition,
                               .done = done,
                               .context = context };
    memcpy(request.bytes, org_id.data, org_id.size);
    memcpy(request.bytes + org_id.size, command.data, command.size);
    return request;
}

void request_release(struct request *request)
{
    mem_free(request->bytes);
    request->bytes = NULL;
}

void request_answer(const struct request *request, const struct submit_answer *answer)
{
    request->done(request->context, answer);
    mem_free(request->bytes);
}

void request_fail(const struct request *request, struct status why)
{
    struct submit_answer answer = { .outcome = SUBMIT_FAILED, .code = why.code };
    int size = snprintf(answer.reason, sizeof answer.reason, "%s", why.msg);
    assert(size >= 0);
    request_answer(request, &answer);
}
