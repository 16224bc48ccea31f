/* Who gained or lost access. */
#include "core/pb/message.h"
#include "query/access_diff.h"
#include "query/access_spans.h"
#include "query/answers.h"

struct status answer_list_access_changes(struct asking *asking)
{
    const Agency__V1__ListAccessChangesRequest *request =
        (const Agency__V1__ListAccessChangesRequest *)(const void *)asking->request;
    const struct access_changes_question question = { .subject = str_z(request->subject),
                                                      .object = str_z(request->object),
                                                      .covering = request->covering,
                                                      .from = str_z(request->from),
                                                      .now_us = clock_now_us(&asking->where->clock),
                                                      .direction = request->direction };
    ProtobufCMessage *response;
    struct access_changes_list list;
    struct page_ask ask;
    TRY(answer_page(asking, &ask));
    TRY(access_changes_page(asking->snapshot, &question, &ask, &list));
    TRY(answer_begin(asking, &response));
    return answer_items(asking->arena, response, list.items, list.count, &list.end);
}

struct status answer_list_access_spans(struct asking *asking)
{
    const Agency__V1__ListAccessSpansRequest *request =
        (const Agency__V1__ListAccessSpansRequest *)(const void *)asking->request;
    const struct access_changes_question question = { .subject = str_z(request->subject),
                                                      .object = str_z(request->object),
                                                      .covering = request->covering,
                                                      .from = str_z(request->from),
                                                      .now_us =
                                                          clock_now_us(&asking->where->clock) };
    ProtobufCMessage *response;
    struct access_spans_page page;
    struct page_ask ask;
    if (question.subject.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a subject, but it is empty");
    }
    TRY(answer_page(asking, &ask));
    TRY(access_spans_page(asking->snapshot, &question, &ask, &page));
    TRY(answer_begin(asking, &response));
    return answer_items(asking->arena, response, page.items, page.count, &page.end);
}

struct status answer_diff_access(struct asking *asking)
{
    const Agency__V1__DiffAccessRequest *request =
        (const Agency__V1__DiffAccessRequest *)(const void *)asking->request;
    const struct access_diff_question question = { .subject = str_z(request->subject),
                                                   .from = str_z(request->from),
                                                   .now_us = clock_now_us(&asking->where->clock) };
    Agency__V1__DiffAccessResponse *response;
    struct access_diff_list list;
    struct page_ask ask;
    TRY(answer_page(asking, &ask));
    TRY(access_diff_page(asking->snapshot, &question, &ask, &list));
    TRY(answer_begin(asking, &response));
    TRY(snapshot_moment_of(asking->snapshot, &list.from, &response->from));
    return answer_items(asking->arena, &response->base, list.lines, list.count, &list.end);
}
