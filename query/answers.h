/* The answers to questions: from a request to the functions of query/, and back to a response. */
#ifndef QUERY_ANSWERS_H
#define QUERY_ANSWERS_H

#include "agency/v1/query_service.pb-c.h"
#include "query/page.h"
#include "query/question.h"

/* X(Method, message, answer, object): the methods of the service Query. */
#define QUERY_QUESTIONS(X)                                                                      \
    X(Check, check, answer_check, answer_about_object)                                          \
    X(CheckBatch, check_batch, answer_check_batch, NULL)                                        \
    X(LookupSubjects, lookup_subjects, answer_lookup_subjects, answer_about_object)             \
    X(LookupPermissions, lookup_permissions, answer_lookup_permissions, answer_about_subject)   \
    X(LookupObjects, lookup_objects, answer_lookup_objects, answer_about_subject)               \
    X(ListHolders, list_holders, answer_list_holders, answer_about_group)                       \
    X(ListHistory, list_history, answer_list_history, answer_about_entity)                      \
    X(Diff, diff, answer_diff, answer_about_entity)                                             \
    X(ListAccessChanges, list_access_changes, answer_list_access_changes, answer_about_subject) \
    X(ListAccessSpans, list_access_spans, answer_list_access_spans, answer_about_subject)       \
    X(DiffAccess, diff_access, answer_diff_access, answer_about_subject)                        \
    X(ListStints, list_stints, answer_list_stints, answer_about_subject)                        \
    X(ListCostlyObjects, list_costly_objects, answer_list_costly_objects, NULL)                 \
    X(ListOrgs, list_orgs, answer_list_orgs, NULL)                                              \
    X(ListOrgTree, list_org_tree, answer_list_org_tree, NULL)                                   \
    X(ListNotedDecisions, list_noted_decisions, answer_list_noted_decisions, NULL)

question_answer answer_check, answer_check_batch, answer_lookup_subjects, answer_lookup_permissions,
    answer_lookup_objects, answer_list_holders, answer_list_history, answer_list_stints,
    answer_list_costly_objects, answer_list_orgs, answer_list_org_tree, answer_list_noted_decisions,
    answer_diff, answer_list_access_changes, answer_list_access_spans, answer_diff_access;
/* What the fields `object`, `subject`, `group` and `entity` of requests name; the org where they
 * name nothing that a permission can be on. */
question_object answer_about_object, answer_about_subject, answer_about_group, answer_about_entity;

/* The methods of the service Entities, by their numbers from 0 on; false behind the last. */
bool answers_of_kinds(size_t index, struct question *question);

/* ---- what answers share ---- */

/* The page that a request asks for. INVALID_ARGUMENT: page_size is too large. */
MUST_USE struct status answer_page(const struct asking *asking, struct page_ask *ask);
/* The C value of a field that the request has. */
const void *answer_asked(const struct asking *asking, const char *field);
/* An empty response, with its moment where it has one; it is asking->response from now on. `out` is
 * as in pb_new. */
MUST_USE struct status answer_begin(struct asking *asking, void *out);
/* Sets a field that the response has. */
void answer_tell(ProtobufCMessage *response, const char *field, const void *value);
/* Fills the response of a list with a page of it: pointers to items, borrowed. */
MUST_USE struct status answer_items(struct arena *arena, ProtobufCMessage *response,
                                    const void *items, size_t count, const struct page_end *end);
/* The same of items of `size` bytes that lie one behind the other. */
MUST_USE struct status answer_array(struct arena *arena, ProtobufCMessage *response,
                                    const void *items, size_t size, size_t count,
                                    const struct page_end *end);
/* A decision of the snapshot's org with what it changed, if `changes`. */
MUST_USE struct status answer_history_item(const struct snapshot *snapshot, struct arena *arena,
                                           const Agency__V1__DecisionRow *row, bool changes,
                                           Agency__V1__HistoryItem **item);
/* A message as Any; unset for NULL. */
MUST_USE struct status answer_any(struct arena *arena, const ProtobufCMessage *message,
                                  Google__Protobuf__Any **any);
/* Whether the reader may read an object (of kind ORG: all of the org), as the org is now.
 * PERMISSION_DENIED. */
MUST_USE struct status question_may_read(const struct question_where *where, struct snapshot *now,
                                         struct object object);
/* KIND:ID, such as group:red. INVALID_ARGUMENT. */
MUST_USE struct status answer_entity(struct str text, enum entity_kind *kind, struct str *id);

#endif
