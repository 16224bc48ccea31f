#include "core/domain/check/check_begin.h"

/* What denies of the org and the subject; CHECK_ALLOWED: nothing. */
static struct status check_begin_subject(struct lookup *lookup,
                                         const struct check_question *question,
                                         struct check_begin *begin)
{
    const Agency__V1__Org *org;
    TRY(lookup_org(lookup, lookup->view->org_id, &org));
    TRY(lookup_subject(lookup, question->subject_id, &begin->subject));
    begin->reason = CHECK_ALLOWED;
    if (org == NULL || (org->status != LIFE_ACTIVE && !question->for_command)) {
        begin->reason = CHECK_ORG_NOT_ACTIVE;
    } else if (begin->subject == NULL) {
        begin->reason = CHECK_NO_SUBJECT;
    } else if (begin->subject->status != LIFE_ACTIVE) {
        begin->reason = CHECK_SUBJECT_NOT_ACTIVE;
    }
    return status_ok();
}

static struct status check_begin_object(struct lookup *lookup,
                                        const struct check_question *question,
                                        struct check_begin *begin)
{
    static const enum check_reason reasons[] = {
        [OBJECT_LIVE] = CHECK_ALLOWED,
        [OBJECT_UNKNOWN] = CHECK_NO_OBJECT,
        [OBJECT_ARCHIVED] = CHECK_ARCHIVED,
        [OBJECT_REMOVED] = CHECK_OBJECT_REMOVED,
    };
    TRY(objects_covering(lookup, question->object, &begin->objects));
    if (question->below) {
        objects_keep_above(&begin->objects);
    }
    TRY(implied_of(lookup, question->permission, &begin->implied));
    begin->reason = question->for_command ? CHECK_ALLOWED : reasons[begin->objects.state];
    if (begin->reason == CHECK_ALLOWED && !begin->implied.known) {
        begin->reason = CHECK_NO_PERMISSION;
    }
    if (begin->reason == CHECK_ARCHIVED) {
        begin->nearest = begin->objects.archived.id;
    }
    return status_ok();
}

struct status check_begin(struct lookup *lookup, const struct check_question *question,
                          struct check_begin *begin)
{
    begin->nearest = (struct str){ 0 };
    TRY(check_begin_subject(lookup, question, begin));
    return begin->reason == CHECK_ALLOWED ? check_begin_object(lookup, question, begin)
                                          : status_ok();
}
