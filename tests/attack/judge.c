#include "tests/attack/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/attack/plain_access.h"
#include "tests/attack/plain_reach.h"

const char *property_text(enum property property)
{
    static const char *const texts[] = {
        [HOLDS] = "all holds",
        [BOUND] = "only who is bound by a live credential and ACTIVE may command",
        [ACTS_FOR] = "only who has act_as on an active subject may act for it",
        [IMPORTS] = "only who has import on the org may write its past",
        [OWN] = "what a command changes lies below what its permission is held on",
        [GROWTH] = "nobody's access grows but by what the actor has delegate on",
        [NEVER_WIDENS] = "what takes away gives nobody anything",
        [OWNER_LASTS] = "an org keeps an active owner with a credential, neither of which expires",
        [OWNER_CAN_END] = "the owner can end whatever there is",
        [ANSWERED] = "every command is accepted or refused",
        [RULES] = "what must hold in every org does",
        [SAME_ANSWERS] = "Check answers what the lists of entities say",
        [TIME] = "what time changes is what was given, when it is due",
        [BATCHES] = "a batch does what its commands do one after another",
        [ERASED] = "only who may erases, nothing of it is left, and that is for ever",
        [PRICE] = "what others pile up makes no Check dearer",
    };
    return texts[property];
}

bool judge_ends(const char *command)
{
    static const char *const beginnings[] = { "Revoke", "Remove", "Suspend", "Archive", "Delete",
                                              "Close",  "Retire", "Exclude", "Release", "Unset" };
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        if (strncmp(command, beginnings[i], strlen(beginnings[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- who ---- */

static const struct plain *judge_subject(const struct plain_org *org, struct str id)
{
    const struct plain *subject = plain_find(org, ENTITY_SUBJECT, id);
    return subject != NULL && subject->status == LIFE_ACTIVE ? subject : NULL;
}

const struct plain *judge_bound(const struct plain_org *org, unsigned credential_kind,
                                struct str identity)
{
    PLAIN_EACH(org, ENTITY_CREDENTIAL, credential)
    {
        if (credential->numbers[PLAIN_CREDENTIAL_KIND] == credential_kind &&
            str_eq(credential->texts[PLAIN_IDENTITY], identity) && plain_live(org, credential)) {
            return judge_subject(org, credential->texts[PLAIN_SUBJECT]);
        }
    }
    return NULL;
}

/* What a deed is judged with. */
struct bench {
    struct arena *arena;
    const struct deed *deed;
    struct plain_org before, after; /* those of the deed, or both ahead */
    struct extent extent;
    const struct plain *actor; /* NULL: an operator */
    struct counts counts;      /* what the actor counted as before */
    struct verdict verdict;
};

static void judge_say(struct bench *bench, enum property broken, const char *format, ...)
    PRINTF_LIKE(3, 4);
static void judge_say(struct bench *bench, enum property broken, const char *format, ...)
{
    char text[512];
    va_list args;
    if (bench->verdict.broken != HOLDS) {
        return; /* the first is told */
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    bench->verdict =
        (struct verdict){ .broken = broken, .text = arena_copy(bench->arena, str_z(text)) };
}

/* One acts for another: who counts from then on is that other. */
static bool judge_link(struct bench *bench, struct str other_id)
{
    const struct deed *deed = bench->deed;
    const struct object other = { OBJECT_SUBJECT, other_id };
    const struct plain *from = bench->actor;
    bench->actor = judge_subject(deed->before, other_id);
    if (bench->actor == NULL || !access_has(deed->before, &bench->counts, STR("act_as"), other)) {
        judge_say(bench, ACTS_FOR, "%.*s may not act for %.*s", STR_ARG(from->id),
                  STR_ARG(other_id));
        return false;
    }
    bench->counts = counts_of(deed->before, bench->arena, bench->actor->id);
    return true;
}

/* What a schedule carries is as the deed of whom it acts as. */
static void judge_carrier(struct bench *bench)
{
    const struct deed *deed = bench->deed;
    bench->actor = judge_subject(deed->before, deed->on_behalf_of);
    if (bench->actor == NULL) {
        judge_say(bench, ACTS_FOR, "schedule %.*s acts as %.*s, who is not there",
                  STR_ARG(deed->carried_by), STR_ARG(deed->on_behalf_of));
        return;
    }
    bench->counts = counts_of(deed->before, bench->arena, bench->actor->id);
}

static void judge_actor(struct bench *bench)
{
    const struct deed *deed = bench->deed;
    if (deed->carried_by.size > 0) {
        judge_carrier(bench);
        return;
    }
    const struct plain *caller = judge_bound(deed->before, deed->credential_kind, deed->identity);
    if (caller == NULL) {
        judge_say(bench, BOUND, "whoever gave %s is not bound", deed->command);
        return;
    }
    bench->actor = caller;
    bench->counts = counts_of(deed->before, bench->arena, caller->id);
    if (deed->on_behalf_of.size == 0 || str_eq(deed->on_behalf_of, caller->id)) {
        return;
    }
    bool may = true;
    for (size_t i = 0; i < deed->actors_count && may; i++) {
        may = judge_link(bench, str_z(deed->actors[i]));
    }
    may = may && judge_link(bench, deed->on_behalf_of);
    (void)may; /* what he may not was told */
}

static void judge_import(struct bench *bench)
{
    if (bench->deed->imported &&
        !access_has(bench->deed->before, &bench->counts, STR("import"), object_org())) {
        judge_say(bench, IMPORTS, "%.*s has no import", STR_ARG(bench->actor->id));
    }
}

/* ---- what is changed ---- */

/* Left life in this decision for good. */
static bool judge_removed(const struct deed *deed, const struct plain *after)
{
    const struct plain *before = plain_same(deed->before, after);
    return after->status == LIFE_REMOVED && before != NULL && before->status != LIFE_REMOVED;
}

static bool judge_names(const struct plain *item, struct str id)
{
    bool names = plain_lists(item, id);
    for (size_t i = 0; i < PLAIN_TEXTS && !names; i++) {
        names = str_eq(item->texts[i], id);
    }
    return names;
}

/* Ended with what it depends on: that was asked about. What had expired had ended already. */
static bool judge_followed(const struct deed *deed, const struct plain *item)
{
    bool ended = item->status == LIFE_ENDED || item->status == LIFE_REMOVED;
    bool followed = ended && item->expires_us <= deed->after->now_us;
    for (size_t i = 0; ended && !followed && i < deed->after->count; i++) {
        const struct plain *other = &deed->after->items[i];
        followed = other != item && judge_removed(deed, other) && judge_names(item, other->id);
    }
    return followed;
}

/* The command's permission on an object. */
static bool judge_may(const struct bench *bench, struct object object)
{
    return access_has(bench->deed->before, &bench->counts, str_z(bench->deed->command), object);
}

static void judge_need(struct bench *bench, struct object object, const struct plain *item)
{
    if (!judge_may(bench, object)) {
        judge_say(bench, OWN, "%.*s has no %s on %s '%.*s', over %s '%.*s'",
                  STR_ARG(bench->actor->id), bench->deed->command, object_kind_name(object.kind),
                  STR_ARG(object.id), registry_entity((unsigned)item->kind)->name,
                  STR_ARG(item->id));
    }
}

/* A group that no longer includes another: either of the two may end that. */
static bool judge_freed(const struct bench *bench, const struct plain *before,
                        const struct plain *after)
{
    for (size_t i = 0; before->kind == ENTITY_GROUP && i < before->list_count; i++) {
        const struct object group = { OBJECT_GROUP, str_z(before->list[i]) };
        if (!plain_lists(after, group.id) && judge_may(bench, group)) {
            return true;
        }
    }
    return false;
}

/* What is put beside something of others, or taken from there, is asked there, too. */
static void judge_neighbours(struct bench *bench, const struct plain *before,
                             const struct plain *after)
{
    struct str was = before->texts[PLAIN_PARENT], is = after->texts[PLAIN_PARENT];
    enum object_kind kind = after->kind == ENTITY_GROUP ? OBJECT_GROUP : OBJECT_ASSET;
    if (!str_eq(was, is) && was.size > 0) {
        judge_need(bench, (struct object){ kind, was }, after);
    }
    if (!str_eq(was, is) && is.size > 0) {
        judge_need(bench, (struct object){ kind, is }, after);
    }
    for (size_t i = 0; after->kind == ENTITY_GROUP && i < after->list_count; i++) {
        const struct object group = { OBJECT_GROUP, str_z(after->list[i]) };
        if (!plain_lists(before, group.id)) {
            judge_need(bench, group, after);
        }
    }
}

static void judge_own_item(struct bench *bench, const struct plain *item)
{
    const struct deed *deed = bench->deed;
    const struct plain *before = plain_same(deed->before, item);
    struct over over;
    over_read(before == NULL ? deed->after : deed->before, before == NULL ? item : before,
              before == NULL, false, &over);
    if (before != NULL) {
        judge_neighbours(bench, before, item);
    }
    for (size_t i = 0; i < over.count; i++) {
        if (before == NULL || !judge_freed(bench, before, item)) {
            judge_need(bench, over.objects[i], item);
        }
    }
}

/* What no longer serves anybody, as it or something above it was archived or removed. */
static void judge_own_below(struct bench *bench)
{
    const struct deed *deed = bench->deed;
    for (size_t o = 0; o < bench->extent.objects_count; o++) {
        const struct object object = bench->extent.objects[o];
        if (access_serves(deed->before, object) && !access_serves(deed->after, object) &&
            !judge_may(bench, object)) {
            judge_say(bench, OWN, "%.*s has no %s on %s '%.*s', which serves nobody any more",
                      STR_ARG(bench->actor->id), deed->command, object_kind_name(object.kind),
                      STR_ARG(object.id));
        }
    }
}

/* What no OPEN org waives. */
static void judge_erasing(struct bench *bench)
{
    const struct deed *deed = bench->deed;
    for (size_t i = 0; i < deed->after->count; i++) {
        const struct plain *item = &deed->after->items[i];
        const struct object object =
            item->kind == ENTITY_ORG ? object_org() : (struct object){ OBJECT_SUBJECT, item->id };
        bool erases = judge_is_erased(item) && !judge_is_erased(plain_same(deed->before, item));
        if (erases && !judge_may(bench, object)) {
            judge_say(bench, ERASED, "%.*s has no %s on %s '%.*s'", STR_ARG(bench->actor->id),
                      deed->command, object_kind_name(object.kind), STR_ARG(object.id));
        }
    }
}

static void judge_own(struct bench *bench)
{
    const struct deed *deed = bench->deed;
    for (size_t i = 0; i < deed->after->count && !access_open(deed->before); i++) {
        const struct plain *item = &deed->after->items[i];
        const struct plain *before = plain_same(deed->before, item);
        bool changed = before == NULL || before->entity != item->entity;
        bool carrier = item->kind == ENTITY_SCHEDULE && str_eq(item->id, deed->carried_by);
        if (changed && !carrier && !judge_followed(deed, item)) {
            judge_own_item(bench, item);
        }
    }
    if (!access_open(deed->before)) {
        judge_own_below(bench);
    }
}

/* ---- who may do more than before ---- */

/* Looks at what one subject may do now and could not do before; `reach` may be NULL: nothing. Who
 * is new has nothing but what an OPEN org waives for everybody, the first permission of an extent.
 */
static void judge_gains(struct bench *bench, struct str subject_id, const struct reach *reach)
{
    bool new = plain_find(bench->deed->before, ENTITY_SUBJECT, subject_id) == NULL;
    const struct deed *deed = bench->deed;
    struct counts before = counts_of(&bench->before, bench->arena, subject_id);
    struct counts after = counts_of(&bench->after, bench->arena, subject_id);
    struct access *was = arena_alloc(bench->arena, sizeof *was);
    struct access *is = arena_alloc(bench->arena, sizeof *is);
    access_read(&bench->before, &bench->extent, &before, ACCESS_ASKED, was);
    access_read(&bench->after, &bench->extent, &after, ACCESS_ASKED, is);
    for (size_t p = new ? 1 : 0; p < bench->extent.permissions_count; p++) {
        for (size_t o = 0; o < bench->extent.objects_count; o++) {
            bool gained = is->allowed[p][o] && !was->allowed[p][o];
            bool given = reach != NULL && (reach->delegate[o] || reach->given.allowed[p][o]);
            if (gained && !given) {
                const struct object object = bench->extent.objects[o];
                judge_say(bench, reach == NULL ? NEVER_WIDENS : GROWTH,
                          "%s gives %.*s%s '%.*s' on %s '%.*s'%s", deed->command,
                          STR_ARG(subject_id), bench->before.ahead ? " for later" : "",
                          STR_ARG(bench->extent.permissions[p]), object_kind_name(object.kind),
                          STR_ARG(object.id),
                          reach == NULL ? "" : ", on which the actor has no delegate");
            }
        }
    }
}

/* Of whoever is there now: new ones, too. */
static void judge_access(struct bench *bench, const struct reach *reach)
{
    PLAIN_EACH(bench->deed->after, ENTITY_SUBJECT, subject)
    {
        judge_gains(bench, subject->id, reach);
    }
}

/* Whoever holds a credential of a subject is that subject. */
static void judge_credentials(struct bench *bench)
{
    const struct deed *deed = bench->deed;
    PLAIN_EACH(deed->after, ENTITY_CREDENTIAL, credential)
    {
        const struct plain *before = plain_same(deed->before, credential);
        const struct object subject = { OBJECT_SUBJECT, credential->texts[PLAIN_SUBJECT] };
        bool made = plain_live(deed->after, credential) &&
                    (before == NULL || !plain_live(deed->before, before));
        if (made && !access_has(deed->before, &bench->counts, STR("delegate"), subject)) {
            judge_say(bench, GROWTH, "%.*s binds %.*s without delegate on it",
                      STR_ARG(bench->actor->id), STR_ARG(subject.id));
        }
    }
}

/* Whoever puts a schedule, or lets it run again, does what its subject may do from then on. */
static void judge_schedules(struct bench *bench)
{
    const struct deed *deed = bench->deed;
    PLAIN_EACH(deed->after, ENTITY_SCHEDULE, schedule)
    {
        const struct plain *before = plain_same(deed->before, schedule);
        const struct object subject = { OBJECT_SUBJECT, schedule->texts[PLAIN_SUBJECT] };
        bool let = schedule->status == LIFE_ACTIVE && deed->carried_by.size == 0 &&
                   (before == NULL || before->entity != schedule->entity);
        if (let && !str_eq(subject.id, bench->actor->id) &&
            !access_has(deed->before, &bench->counts, STR("delegate"), subject)) {
            judge_say(bench, GROWTH, "%.*s lets a schedule act as %.*s without delegate on it",
                      STR_ARG(bench->actor->id), STR_ARG(subject.id));
        }
    }
}

/* Nobody binds what he does not hold delegate over, and nobody frees himself of what binds him. */
static void judge_constraints(struct bench *bench)
{
    const struct deed *deed = bench->deed;
    PLAIN_EACH(deed->after, ENTITY_CONSTRAINT, constraint)
    {
        const struct plain *before = plain_same(deed->before, constraint);
        struct over over;
        if (before != NULL && before->entity == constraint->entity) {
            continue;
        }
        over_read(deed->before, constraint, before == NULL, false, &over);
        for (size_t i = 0; i < over.count; i++) {
            if (!access_has(deed->before, &bench->counts, STR("delegate"), over.objects[i])) {
                judge_say(bench, GROWTH, "%.*s puts or removes constraint %.*s without delegate",
                          STR_ARG(bench->actor->id), STR_ARG(constraint->id));
            }
        }
    }
}

/* ---- the owner ---- */

static const struct plain *judge_lasting_credential(const struct plain_org *org,
                                                    struct str subject_id)
{
    PLAIN_EACH(org, ENTITY_CREDENTIAL, credential)
    {
        if (str_eq(credential->texts[PLAIN_SUBJECT], subject_id) &&
            credential->status == LIFE_ACTIVE && credential->expires_us == INT64_MAX) {
            return credential;
        }
    }
    return NULL;
}

const struct plain *judge_lasting_owner(const struct plain_org *org,
                                        const struct plain **credential)
{
    PLAIN_EACH(org, ENTITY_ASSIGNMENT, held)
    {
        const struct plain *seat = plain_find(org, ENTITY_ROLE, held->texts[PLAIN_ROLE]);
        const struct plain *subject = judge_subject(org, held->texts[PLAIN_SUBJECT]);
        bool owns = held->status == LIFE_ACTIVE && held->expires_us == INT64_MAX &&
                    subject != NULL && seat != NULL && seat->status == LIFE_ACTIVE &&
                    str_eq(seat->texts[PLAIN_TYPE], STR("owner")) && seat->list_count == 0 &&
                    seat->texts[PLAIN_JOB_SPACE].size == 0;
        *credential = owns ? judge_lasting_credential(org, subject->id) : NULL;
        if (*credential != NULL) {
            return subject;
        }
    }
    return NULL;
}

static void judge_owner(struct bench *bench)
{
    const struct plain *credential;
    if (judge_lasting_owner(bench->deed->before, &credential) != NULL &&
        judge_lasting_owner(bench->deed->after, &credential) == NULL) {
        judge_say(bench, OWNER_LASTS, "%s takes the last owner", bench->deed->command);
    }
}

/* What is given for later is judged when it is given, by what the actor has now. */
static void judge_growth(struct bench *bench, struct reach *reach)
{
    if (bench->actor != NULL && bench->verdict.broken == HOLDS) {
        reach_read(bench->deed->before, &bench->before, &bench->extent, bench->arena,
                   &bench->counts, reach);
        judge_access(bench, reach);
    }
    if (judge_ends(bench->deed->command)) {
        judge_access(bench, NULL);
    }
}

struct verdict judge(struct arena *arena, const struct deed *deed)
{
    struct bench *bench = arena_zalloc(arena, sizeof *bench);
    struct reach *reach = arena_zalloc(arena, sizeof *reach);
    if (bench == NULL || reach == NULL) {
        abort();
    }
    bench->arena = arena;
    bench->deed = deed;
    bench->before = *deed->before;
    bench->after = *deed->after;
    extent_read(&bench->extent, deed->before, deed->after);
    if (deed->operator_name[0] == '\0') {
        judge_actor(bench);
    }
    if (bench->actor != NULL && bench->verdict.broken == HOLDS) {
        judge_import(bench);
        judge_own(bench);
        judge_erasing(bench);
        judge_credentials(bench);
        judge_schedules(bench);
        judge_constraints(bench);
    }
    judge_growth(bench, reach);
    if (plain_waits(deed->after)) {
        bench->before.ahead = bench->after.ahead = true;
        judge_growth(bench, reach);
    }
    judge_owner(bench);
    return bench->verdict.broken == HOLDS ? judge_erasure(arena, deed->before, deed->after)
                                          : bench->verdict;
}
