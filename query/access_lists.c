#include "query/access_lists.h"

#include "core/domain/check/check_held.h"
#include "core/domain/check/check_subjects.h"
#include "core/domain/check/condition.h"
#include "core/model/key.h"
#include "core/pb/message.h"
#include "query/conditions.h"
#include "query/decision_item.h"
#include "query/known.h"
#include "query/object_text.h"

/* ---- what somebody has ---- */

static char *access_borrow(struct str text)
{
    return (char *)(uintptr_t)text.data;
}

/* A place in the order of an object's kind and id. */
static struct str access_kind(enum object_kind kind, char room[1])
{
    room[0] = (char)kind;
    return str_make(room, 1);
}

struct access_list {
    struct arena *arena;
    const void *items;
};

static struct status access_held_room(struct snapshot *snapshot, size_t count,
                                      struct access_held_page *page)
{
    ARENA_TRY(snapshot->arena, page->items,
              arena_alloc(snapshot->arena, (count + 1) * sizeof *page->items));
    ARENA_TRY(snapshot->arena, page->conditional,
              arena_alloc(snapshot->arena, (count + 1) * sizeof *page->conditional));
    ARENA_TRY(snapshot->arena, page->under_conditions,
              arena_alloc(snapshot->arena, (count + 1) * sizeof *page->under_conditions));
    return status_ok();
}

static struct status access_permission_place(void *self, size_t index, struct str *place)
{
    const struct access_list *list = self;
    const struct check_held *held = (const struct check_held *)list->items + index;
    char kind[1];
    const struct str parts[] = { held->permission, access_kind(held->on.kind, kind), held->on.id,
                                 held->grant_id, held->role_id };
    return key_parts(list->arena, parts, 5, place);
}

static struct status access_held_item(struct snapshot *snapshot, const struct check_held *held,
                                      Agency__V1__HeldItem *item)
{
    agency__v1__held_item__init(item);
    item->permission = access_borrow(held->permission);
    item->grant_id = access_borrow(held->grant_id);
    item->role_id = access_borrow(held->role_id);
    if (held->condition != NULL) {
        item->condition = access_borrow(held->condition->source);
    }
    return object_format(snapshot->arena, held->on, &item->object);
}

static struct status access_held_permissions(struct snapshot *snapshot, struct str subject_id,
                                             const struct page *at, struct access_held_page *page)
{
    struct check_held *held;
    struct page_part part;
    size_t count;
    TRY(check_held_permissions(&snapshot->org.view, snapshot->arena, snapshot->moment.time_us,
                               subject_id, &held, &count));
    struct access_list list = { snapshot->arena, held };
    TRY(page_of_list(at, access_permission_place, &list, count, &part));
    page->end = part.end;
    TRY(access_held_room(snapshot, part.count, page));
    for (size_t i = part.first; i < part.first + part.count; i++) {
        Agency__V1__HeldItem *item = &page->items[page->count];
        if (held[i].condition == NULL) {
            page->count++;
        } else {
            TRY(pb_new(snapshot->arena, &agency__v1__held_item__descriptor, &item));
            page->conditional[page->conditional_count++] = item;
        }
        TRY(access_held_item(snapshot, &held[i], item));
    }
    return status_ok();
}

static struct status access_listed_place(void *self, size_t index, struct str *place)
{
    const struct access_list *list = self;
    const struct listed *item = (const struct listed *)list->items + index;
    char kind[1];
    const struct str parts[] = { access_kind(item->kind, kind), item->id };
    return key_parts(list->arena, parts, 2, place);
}

static struct status access_conditional(struct snapshot *snapshot, const struct listed *found,
                                        struct str id, Agency__V1__ConditionalItem **item)
{
    struct ids missing = { .arena = snapshot->arena };
    TRY(pb_new(snapshot->arena, &agency__v1__conditional_item__descriptor, item));
    TRY(arena_text(snapshot->arena, id, &(*item)->id));
    TRY(ids_add_all(&missing, found->missing, found->missing_count));
    return conditions_texts(snapshot->arena, &missing, &(*item)->missing_context,
                            &(*item)->n_missing_context);
}

static struct status access_held_object(struct snapshot *snapshot, struct str permission,
                                        const struct listed *found, struct access_held_page *page)
{
    const struct object object = { found->kind, found->id };
    char *text;
    TRY(object_format(snapshot->arena, object, &text));
    if (found->conditional) {
        return access_conditional(snapshot, found, str_z(text),
                                  &page->under_conditions[page->under_conditions_count++]);
    }
    Agency__V1__HeldItem *item = &page->items[page->count++];
    agency__v1__held_item__init(item);
    item->object = text;
    item->permission = access_borrow(permission);
    return status_ok();
}

static struct status access_held_objects(struct snapshot *snapshot,
                                         const struct check_question *question,
                                         const struct page *at, struct access_held_page *page)
{
    struct listed *found;
    struct page_part part;
    size_t count;
    TRY(check_held_objects(&snapshot->org.view, snapshot->arena, snapshot->moment.time_us, question,
                           &found, &count));
    struct access_list list = { snapshot->arena, found };
    TRY(page_of_list(at, access_listed_place, &list, count, &part));
    page->end = part.end;
    TRY(access_held_room(snapshot, part.count, page));
    for (size_t i = part.first; i < part.first + part.count; i++) {
        TRY(access_held_object(snapshot, question->permission, &found[i], page));
    }
    return status_ok();
}

struct status access_held(struct snapshot *snapshot, struct str subject, struct str permission,
                          const Google__Protobuf__Struct *context, const struct page_ask *ask,
                          struct access_held_page *page)
{
    struct str words[] = { STR("held"), STR(""), permission, STR("") };
    struct page at;
    *page = (struct access_held_page){ 0 };
    TRY(known_entity(snapshot, ENTITY_SUBJECT, subject, &words[1]));
    if (permission.data == NULL) {
        TRY(page_begin(&at, snapshot, ask, words, 2));
        return access_held_permissions(snapshot, words[1], &at, page);
    }
    TRY(known_permission(snapshot, permission));
    TRY(conditions_context(context));
    TRY(conditions_context_word(snapshot->arena, context, &words[3]));
    TRY(page_begin(&at, snapshot, ask, words, 4));
    const struct check_question question = { .subject_id = words[1],
                                             .permission = permission,
                                             .context = context };
    return access_held_objects(snapshot, &question, &at, page);
}

/* ---- who has it ---- */

static struct status access_listed_subject(struct snapshot *snapshot, const struct listed *found,
                                           struct access_subjects_page *page)
{
    return found->conditional
               ? access_conditional(snapshot, found, found->id,
                                    &page->conditional[page->conditional_count++])
               : view_subject(&snapshot->org.view, found->id, &page->items[page->count++]);
}

static struct status access_list_subjects(struct snapshot *snapshot,
                                          const struct check_question *question,
                                          const struct page *at, struct access_subjects_page *page)
{
    struct listed *found;
    struct page_part part;
    size_t count;
    TRY(check_subjects(&snapshot->org.view, snapshot->arena, snapshot->moment.time_us, question,
                       &found, &count));
    struct access_list list = { snapshot->arena, found };
    TRY(page_of_list(at, access_listed_place, &list, count, &part));
    *page = (struct access_subjects_page){ .end = part.end };
    ARENA_TRY(snapshot->arena, page->items,
              arena_alloc(snapshot->arena, (part.count + 1) * sizeof *page->items));
    ARENA_TRY(snapshot->arena, page->conditional,
              arena_alloc(snapshot->arena, (part.count + 1) * sizeof *page->conditional));
    for (size_t i = part.first; i < part.first + part.count; i++) {
        TRY(access_listed_subject(snapshot, &found[i], page));
    }
    return status_ok();
}

struct status access_subjects(struct snapshot *snapshot, struct str permission, struct str object,
                              const Google__Protobuf__Struct *context, const struct page_ask *ask,
                              struct access_subjects_page *page)
{
    struct check_question question = { .permission = permission, .context = context };
    struct page at;
    char kind[1];
    TRY(known_permission(snapshot, permission));
    TRY(object_text_parse(snapshot, object, &question.object));
    TRY(known_object(snapshot, question.object));
    TRY(conditions_context(context));
    struct str words[] = { STR("can"), permission, access_kind(question.object.kind, kind),
                           question.object.id, STR("") };
    TRY(conditions_context_word(snapshot->arena, context, &words[4]));
    TRY(page_begin(&at, snapshot, ask, words, 5));
    return access_list_subjects(snapshot, &question, &at, page);
}

static struct status access_keep_holder(struct snapshot *snapshot, const struct holder *found,
                                        struct access_holder *holder)
{
    holder->assignment = found->assignment;
    TRY(view_subject(&snapshot->org.view, found->subject_id, &holder->subject));
    return holder->subject != NULL ? status_ok()
                                   : status_error(STATUS_DATA_LOSS, "expected the holder '%.*s'",
                                                  STR_ARG(found->subject_id));
}

static struct status access_holder_place(void *self, size_t index, struct str *place)
{
    const struct access_list *list = self;
    const struct holder *holder = (const struct holder *)list->items + index;
    const struct str parts[] = { holder->subject_id, str_z(holder->assignment->role_id),
                                 holder->group_id };
    return key_parts(list->arena, parts, 3, place);
}

static struct status access_keep_holders(struct snapshot *snapshot, const struct holder *items,
                                         size_t count, const struct page *at,
                                         struct access_holders_page *page)
{
    struct access_list list = { snapshot->arena, items };
    struct page_part part;
    TRY(page_of_list(at, access_holder_place, &list, count, &part));
    *page = (struct access_holders_page){ .end = part.end };
    ARENA_TRY(snapshot->arena, page->items,
              arena_alloc(snapshot->arena, (part.count + 1) * sizeof *page->items));
    for (; page->count < part.count; page->count++) {
        TRY(access_keep_holder(snapshot, &items[part.first + page->count],
                               &page->items[page->count]));
    }
    return status_ok();
}

struct status access_holders(struct snapshot *snapshot, enum entity_kind kind, struct str text,
                             struct str role_type, const struct page_ask *ask,
                             struct access_holders_page *page)
{
    struct str words[] = { STR("holders"), STR(""), STR(""), role_type };
    struct holder *items;
    struct page at;
    size_t count;
    bool typed = role_type.size > 0;
    words[1] = index_kind(kind);
    TRY(known_entity(snapshot, kind, text, &words[2]));
    TRY(typed ? known_entity(snapshot, ENTITY_ROLE_TYPE, role_type, &words[3]) : status_ok());
    TRY(page_begin(&at, snapshot, ask, words, 4));
    const struct view *view = &snapshot->org.view;
    TRY(typed ? holders_list_group_type(view, snapshot->arena, snapshot->moment.time_us, words[2],
                                        words[3], &items, &count)
              : holders_list(view, snapshot->arena, snapshot->moment.time_us, kind, words[2],
                             &items, &count));
    return access_keep_holders(snapshot, items, count, &at, page);
}

struct status access_holder_item(struct snapshot *snapshot, const struct access_holder *holder,
                                 Agency__V1__HolderItem *item)
{
    const Agency__V1__Assignment *assignment = holder->assignment;
    agency__v1__holder_item__init(item);
    item->subject_id = assignment->subject_id;
    item->subject_name = holder->subject->name;
    item->role_id = assignment->role_id;
    item->role_type = assignment->role_type;
    item->expires_at = assignment->expires_at;
    item->since = assignment->granted_at;
    return decision_item_at(snapshot, assignment->version, &item->decision);
}
