/* On random orgs, each search by itself and Check give the best way of the definition: of all ways
 * that there are, each enumerated from all entities, without index, stage or budget, and of which
 * the condition holds by an evaluator of its own. The lists agree with Check. Many of the orgs are
 * long chains, against the limits of a way. */
#include "core/domain/check/search.h"

#include "core/domain/check/check.h"
#include "core/domain/check/check_begin.h"
#include "core/domain/check/check_held.h"
#include "core/domain/check/check_subjects.h"
#include "tests/lib/access_scene.h"
#include "tests/lib/test.h"

/* ---- the definition ---- */

struct naive {
    struct scene *scene;
    struct lookup lookup;
    struct check_begin begin;
    struct plain_question given;
    struct way best;
    struct way nearest; /* of those whose condition does not hold */
    enum condition_result why;
    bool missing; /* with more of a context some condition might hold */
};

/* All entities of a kind. */
#define EACH(naive, kind, entity)                                                        \
    for (struct omap_entry *e_##entity =                                                 \
             omap_lower_bound(&(naive)->scene->world.state.entities, STR(""));           \
         e_##entity != NULL; e_##entity = omap_next(e_##entity))                         \
        if (layer_entity(e_##entity)->descriptor == &agency__v1__##kind##__descriptor && \
            (entity = (const void *)layer_entity(e_##entity)) != NULL)

static int64_t end_of(const Google__Protobuf__Timestamp *expires_at)
{
    return expires_at == NULL ? INT64_MAX : fields_time_us(expires_at);
}

static bool naive_better(const struct way *way, const struct way *than)
{
    return than->id.size == 0 || way->steps < than->steps ||
           (way->steps == than->steps && way_compare(way, than) < 0);
}

static enum condition_result naive_evaluate(const struct naive *naive, const char *text)
{
    const struct plain_condition *found = NULL;
    for (size_t i = 0; i < CONDITIONS; i++) {
        const struct plain_condition *one = &naive->scene->conditions[i];
        found = strcmp(one->text, text) == 0 ? one : found;
    }
    assert_non_null(found);
    enum plain_truth truth = plain_condition_evaluate(found, &naive->given);
    bool lacks = plain_condition_needs_a(found) && !naive->given.has_a;
    return truth == PLAIN_TRUE    ? CONDITION_HOLDS
           : truth == PLAIN_FALSE ? CONDITION_FALSE
           : lacks                ? CONDITION_MISSING
                                  : CONDITION_ERROR;
}

static void naive_offer(struct naive *naive, const struct way *way, const char *condition)
{
    enum condition_result result = CONDITION_HOLDS;
    if (way->steps > GRANTEE_STEPS_MAX) {
        return;
    }
    if (condition[0] != '\0') {
        result = naive_evaluate(naive, condition);
        naive->missing = naive->missing || result == CONDITION_MISSING;
    }
    if (result == CONDITION_HOLDS) {
        naive->best = naive_better(way, &naive->best) ? *way : naive->best;
    } else if (naive_better(way, &naive->nearest)) {
        naive->nearest = *way;
        naive->why = result;
    }
}

/* Offers what counts of the grants to a grantee, the way to which is given. */
static void naive_grants(struct naive *naive, enum grantee_kind kind, struct str id,
                         struct str role_type, struct way way)
{
    const Agency__V1__Grant *grant;
    EACH(naive, grant, grant)
    {
        const struct object on = { (enum object_kind)grant->on->kind, str_z(grant->on->id) };
        bool types = grant->grantee->n_role_types > 0, named = role_type.size == 0 && !types;
        for (size_t i = 0; role_type.size > 0 && i < grant->grantee->n_role_types; i++) {
            named = named || str_eq(str_z(grant->grantee->role_types[i]), role_type);
        }
        if (grant->status == LIFE_ACTIVE && (unsigned)grant->grantee->kind == kind && named &&
            str_eq(str_z(grant->grantee->id), id) &&
            implied_contain(&naive->begin.implied, str_z(grant->permission)) &&
            objects_contain(&naive->begin.objects, on) &&
            end_of(grant->expires_at) > naive->lookup.at_us) {
            way.by_grant = true;
            way.id = str_z(grant->grant_id);
            naive_offer(naive, &way, grant->condition);
        }
    }
}

static void naive_group(struct naive *naive, const Agency__V1__Group *group, struct way way)
{
    const Agency__V1__Group *above;
    if (group->status != LIFE_ACTIVE || way.steps == GRANTEE_STEPS_MAX) {
        return;
    }
    memmove(way.groups + 1, way.groups, way.groups_count * sizeof way.groups[0]);
    way.groups[0] = str_z(group->group_id);
    way.groups_count++;
    way.steps++;
    naive_grants(naive, GRANTEE_GROUP, way.groups[0], STR(""), way);
    EACH(naive, group, above)
    {
        for (size_t i = 0; i < above->n_included_group_ids; i++) {
            if (str_eq(str_z(above->included_group_ids[i]), way.groups[0])) {
                naive_group(naive, above, way);
            }
        }
    }
}

static void naive_type(struct naive *naive, const Agency__V1__RoleType *type,
                       const Agency__V1__Assignment *held, struct way way)
{
    const struct str space = str_z(held->job_space_id);
    const struct object scope = { space.size > 0 ? OBJECT_JOB_SPACE : OBJECT_ORG, space };
    for (size_t i = 0; i < type->n_permissions; i++) {
        if (implied_contain(&naive->begin.implied, str_z(type->permissions[i])) &&
            objects_contain(&naive->begin.objects, scope)) {
            way.id = str_z(type->role_type);
            naive_offer(naive, &way, type->condition);
        }
    }
}

static void naive_seat(struct naive *naive, const Agency__V1__Assignment *held, struct way way)
{
    const Agency__V1__RoleType *type;
    assert_ok(lookup_known_role_type(&naive->lookup, str_z(held->role_type), &type));
    way.steps += 2;
    naive_type(naive, type, held, way);
    naive_grants(naive, GRANTEE_ROLE, str_z(held->role_id), STR(""), way);
    for (size_t i = 0; i < held->n_group_ids; i++) {
        const Agency__V1__Group *group;
        assert_ok(lookup_known_group(&naive->lookup, str_z(held->group_ids[i]), &group));
        if (!type->no_membership) {
            naive_group(naive, group, way);
        }
        if (group->status == LIFE_ACTIVE) {
            struct way typed = way;
            typed.steps++;
            typed.groups_count = 1;
            typed.groups[0] = str_z(group->group_id);
            naive_grants(naive, GRANTEE_GROUP, typed.groups[0], str_z(type->role_type), typed);
        }
    }
}

/* All ways that end in one way to inherit. */
static void naive_kin(struct naive *naive, const struct kin *kin)
{
    const Agency__V1__Assignment *held;
    const struct way way = { .steps = kin->level, .kin = kin, .seat_us = INT64_MAX };
    naive_grants(naive, GRANTEE_SUBJECT, kin->id, STR(""), way);
    EACH(naive, assignment, held)
    {
        if (held->status == LIFE_ACTIVE && str_eq(str_z(held->subject_id), kin->id) &&
            end_of(held->expires_at) > naive->lookup.at_us) {
            struct way seat = way;
            seat.seat_us = end_of(held->expires_at);
            seat.held =
                arena_printf(&naive->scene->world.arena, "%s~%s", held->role_id, held->subject_id);
            naive_seat(naive, held, seat);
        }
    }
    for (size_t i = 0; i < kin->subject->n_parent_subject_ids && kin->level < 8; i++) {
        struct kin *parent = arena_zalloc(&naive->scene->world.arena, sizeof *parent);
        parent->id = str_z(kin->subject->parent_subject_ids[i]);
        parent->level = kin->level + 1;
        parent->via = kin;
        assert_ok(lookup_known_subject(&naive->lookup, parent->id, &parent->subject));
        if (parent->subject->status == LIFE_ACTIVE) {
            naive_kin(naive, parent);
        }
    }
}

/* ---- the comparison ---- */

static const char *way_text(struct arena *arena, const struct way *way)
{
    if (way->id.size == 0) {
        return "denied";
    }
    struct str text = arena_printf(arena, "%zu steps: %s %.*s", way->steps,
                                   way->by_grant ? "grant" : "type", STR_ARG(way->id));
    for (size_t i = 0; i < way->groups_count; i++) {
        text = arena_printf(arena, "%s, group %.*s", text.data, STR_ARG(way->groups[i]));
    }
    text = arena_printf(arena, "%s, held %.*s", text.data, STR_ARG(way->held));
    for (const struct kin *kin = way->kin; kin != NULL; kin = kin->via) {
        text = arena_printf(arena, "%s, subject %.*s", text.data, STR_ARG(kin->id));
    }
    return text.data;
}

static void compare_search(struct naive *naive, const struct check_question *question,
                           const char *name, struct status (*run)(struct search *, struct way *))
{
    struct arena *arena = &naive->scene->world.arena;
    struct lookup lookup = naive->lookup;
    struct lineage lineage;
    struct way way;
    assert_ok(lineage_of(&lookup, naive->begin.subject, false, &lineage));
    struct conditions conditions = { .view = lookup.view,
                                     .arena = arena,
                                     .at_us = lookup.at_us,
                                     .question = question,
                                     .subject = naive->begin.subject };
    struct search search = { .lookup = &lookup,
                             .conditions = &conditions,
                             .lineage = &lineage,
                             .granted = { .lookup = &lookup,
                                          .objects = &naive->begin.objects,
                                          .implied = &naive->begin.implied,
                                          .apart = naive->scene->seed % 5 == 0 } };
    assert_ok(run(&search, &way));
    const char *expected = way_text(arena, &naive->best), *found = way_text(arena, &way);
    if (strcmp(expected, found) != 0) {
        fail_msg("seed %u, %.*s %.*s on %s %.*s, %s: expected '%s', but it is '%s'",
                 naive->scene->seed, STR_ARG(question->subject_id), STR_ARG(question->permission),
                 object_kind_name(question->object.kind), STR_ARG(question->object.id), name,
                 expected, found);
    }
}

/* Why it is denied, where only conditions deny it. */
static enum check_reason naive_reason(const struct naive *naive)
{
    return naive->best.id.size > 0         ? CHECK_ALLOWED
           : naive->missing                ? CHECK_CONTEXT_MISSING
           : naive->nearest.id.size == 0   ? CHECK_NOT_GRANTED
           : naive->why == CONDITION_FALSE ? CHECK_CONDITION_FALSE
                                           : CHECK_CONDITION_ERROR;
}

static void compare(struct scene *scene, const struct check_question *question, size_t context)
{
    struct naive naive = { .scene = scene,
                           .given = { .question = question,
                                      .at_us = scene->world.now_us,
                                      .has_a = context == 1 || context == 2,
                                      .has_b = context >= 2,
                                      .a = (unsigned)context },
                           .lookup = { .view = org_world_view(&scene->world),
                                       .arena = &scene->world.arena,
                                       .at_us = scene->world.now_us,
                                       .until_us = INT64_MAX,
                                       .left = 100000000 } };
    assert_ok(check_begin(&naive.lookup, question, &naive.begin));
    struct check_answer answer;
    assert_ok(check(naive.lookup.view, &scene->world.arena, naive.lookup.at_us, question, &answer));
    if (naive.begin.reason == CHECK_ALLOWED) {
        const struct kin self = { .id = question->subject_id, .subject = naive.begin.subject };
        naive_kin(&naive, &self);
        compare_search(&naive, question, "down", search_down);
        compare_search(&naive, question, "up", search_up);
        assert_int_equal(answer.allowed ? CHECK_ALLOWED : answer.reason, naive_reason(&naive));
    }
    assert_int_equal(answer.allowed, naive.best.id.size > 0);
    scene->allowed += answer.allowed;
    scene->denied += !answer.allowed;
    scene->evaluated += answer.conditions_count > 0;
    scene->missing += answer.reason == CHECK_CONTEXT_MISSING;
}

/* ---- the lists ---- */

static enum check_reason listed_as(const struct listed *items, size_t count, enum object_kind kind,
                                   struct str id)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind == kind && str_eq(items[i].id, id)) {
            return items[i].conditional ? CHECK_CONTEXT_MISSING : CHECK_ALLOWED;
        }
    }
    return CHECK_NOT_GRANTED;
}

/* Each subject is in the list as Check answers it. */
static void compare_subjects(struct scene *scene, const struct check_question *asked)
{
    struct listed *items;
    size_t count;
    assert_ok(check_subjects(org_world_view(&scene->world), &scene->world.arena,
                             scene->world.now_us, asked, &items, &count));
    for (unsigned s = 0; s < SUBJECTS; s++) {
        struct check_question question = *asked;
        struct check_answer answer;
        question.subject_id = arena_printf(&scene->world.arena, "s%u", s);
        assert_ok(check(org_world_view(&scene->world), &scene->world.arena, scene->world.now_us,
                        &question, &answer));
        enum check_reason listed = listed_as(items, count, OBJECT_SUBJECT, question.subject_id);
        bool told = answer.allowed || answer.reason == CHECK_CONTEXT_MISSING;
        assert_int_equal(listed, told ? answer.reason : CHECK_NOT_GRANTED);
    }
}

/* Each asset is, where the org does not stand for all. */
static void compare_objects(struct scene *scene, const struct check_question *asked)
{
    struct listed *items;
    size_t count;
    assert_ok(check_held_objects(org_world_view(&scene->world), &scene->world.arena,
                                 scene->world.now_us, asked, &items, &count));
    const enum check_reason all = listed_as(items, count, OBJECT_ORG, STR(""));
    for (unsigned a = 0; a < ASSETS; a++) {
        struct check_question question = *asked;
        struct check_answer answer;
        question.object =
            (struct object){ OBJECT_ASSET, arena_printf(&scene->world.arena, "a%u", a) };
        assert_ok(check(org_world_view(&scene->world), &scene->world.arena, scene->world.now_us,
                        &question, &answer));
        enum check_reason listed = listed_as(items, count, OBJECT_ASSET, question.object.id);
        if (all == CHECK_ALLOWED) {
            assert_true(answer.allowed);
        } else if (all == CHECK_NOT_GRANTED) {
            bool told = answer.allowed || answer.reason == CHECK_CONTEXT_MISSING;
            assert_int_equal(listed, told ? answer.reason : CHECK_NOT_GRANTED);
        } else if (listed == CHECK_ALLOWED) {
            assert_true(answer.allowed);
        }
    }
}

static void compare_lists(struct scene *scene)
{
    for (size_t context = 0; context < CONTEXTS; context++) {
        struct check_question question = { .permission = STR("read"),
                                           .object = { OBJECT_ASSET, STR("a2") },
                                           .context = scene->contexts[context] };
        compare_subjects(scene, &question);
        question.subject_id = arena_printf(&scene->world.arena, "s%u", scene_roll(scene, SUBJECTS));
        compare_objects(scene, &question);
    }
}

static void compare_all(struct scene *scene)
{
    static const struct str permissions[] = { { "read", 4 }, { "AssignRole", 10 } };
    const struct object objects[] = { { OBJECT_ASSET, STR("a2") },
                                      { OBJECT_ASSET, STR("a3") },
                                      { OBJECT_GROUP, STR("g1") },
                                      object_org() };
    const struct str actors[] = { STR("s2"), STR("s3") };
    for (unsigned s = 0; s < SUBJECTS; s++) {
        struct str id = arena_printf(&scene->world.arena, "s%u", s);
        for (size_t o = 0; o < sizeof objects / sizeof objects[0]; o++) {
            for (size_t p = 0; p < 2; p++) {
                size_t context = scene_roll(scene, CONTEXTS);
                const struct check_question question = { .subject_id = id,
                                                         .permission = permissions[p],
                                                         .object = objects[o],
                                                         .context = scene->contexts[context],
                                                         .actors = actors,
                                                         .actors_count = scene_roll(scene, 3) };
                compare(scene, &question, context);
            }
        }
    }
}

TEST(search, both_find_the_best_way_of_the_definition)
{
    unsigned allowed = 0, denied = 0, evaluated = 0, missing = 0;
    for (unsigned seed = 1; seed <= WORLDS; seed++) {
        static struct scene scene;
        scene_init(&scene, seed);
        compare_all(&scene);
        compare_lists(&scene);
        allowed += scene.allowed;
        denied += scene.denied;
        evaluated += scene.evaluated;
        missing += scene.missing;
        scene_release(&scene);
    }
    assert_in_range(allowed, WORLDS * 10, WORLDS * 70); /* the orgs are not trivial */
    assert_in_range(denied, WORLDS * 10, WORLDS * 70);
    assert_in_range(evaluated, WORLDS * 5, WORLDS * 70);
    assert_in_range(missing, WORLDS, WORLDS * 40);
}
