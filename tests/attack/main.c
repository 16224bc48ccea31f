/* A random attacker against the authority model.
 *
 *   attack SEED COUNT SECONDS   COUNT seeds from SEED on, then more until SECONDS have passed
 *
 * Prints what was tried; a seed that breaks a property is told with the fewest commands that break
 * it, and ends the run with exit code 1. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/attack/attacker.h"
#include "tests/attack/plain_reach.h"
#include "tests/lib/test.h"

static const size_t STORY_ARENA_MAX = (size_t)256 << 20;

struct tally {
    unsigned long long seeds, commands, accepted;
};

/* The verdict as it can be kept: what it tells of lies in the stage's org. */
static void attack_keep(struct story *story, const struct verdict *verdict)
{
    struct arena *arena = &story->arena;
    struct tried *tried = &story->verdict.tried;
    story->verdict = *verdict;
    story->verdict.text = arena_copy(arena, verdict->text);
    tried->id = arena_copy(arena, tried->id);
    tried->subject_id = arena_copy(arena, tried->subject_id);
    tried->permission = arena_copy(arena, tried->permission);
    tried->object.id = arena_copy(arena, tried->object.id);
}

static void attack_play(struct story *story, struct attacker *attacker, struct tally *tally)
{
    struct stage *stage = test_malloc(sizeof *stage);
    struct verdict verdict = { .broken = HOLDS };
    stage_init(stage, story->seed, story->past);
    while (story->count < attacker_steps(attacker) && verdict.broken == HOLDS) {
        struct step step = attacker_next(attacker, story, stage);
        story->steps[story->count++] = step;
        verdict = stage_play(stage, &step, story->count > attacker_making(attacker));
    }
    attack_keep(story, &verdict);
    tally->seeds++;
    tally->commands += story->count;
    tally->accepted += stage->accepted;
    stage_release(stage);
    test_free(stage);
}

static void attack_tell(struct story *story)
{
    size_t whole = story->count;
    story_shrink(story);
    printf("BROKEN seed %llu: expected that %s, but:\n  %.*s\n", story->seed,
           property_text(story->verdict.broken), STR_ARG(story->verdict.text));
    printf("%zu of %zu commands are enough, ", story->count, whole);
    story_print(story);
}

/* False if the seed breaks a property. */
static bool attack_seed(unsigned long long seed, struct tally *tally)
{
    struct story *story = test_malloc(sizeof *story);
    struct attacker attacker;
    *story = (struct story){ .seed = seed };
    arena_init(&story->arena, STORY_ARENA_MAX);
    attacker_init(&attacker, seed);
    story->past = attacker.past;
    attack_play(story, &attacker, tally);
    bool holds = story->verdict.broken == HOLDS;
    if (!holds) {
        attack_tell(story);
    }
    arena_release(&story->arena);
    test_free(story);
    return holds;
}

/* A kind that nothing stands over would be judged by nothing: it ends the program at once. */
static void attack_know_kinds(void)
{
    const struct plain_org none = { 0 };
    for (unsigned kind = 1; kind < ENTITY_KINDS_END; kind++) {
        const struct plain item = { .kind = (enum entity_kind)kind };
        struct over over;
        if (registry_entity(kind) != NULL) {
            over_read(&none, &item, false, false, &over);
        }
    }
}

int main(int argc, char **argv)
{
    struct tally tally = { 0 };
    bool holds = argc == 4;
    if (!holds) {
        fprintf(stderr, "expected: attack SEED COUNT SECONDS\n");
        return 2;
    }
    attack_know_kinds();
    unsigned long long seed = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
    time_t end = time(NULL) + (time_t)strtoull(argv[3], NULL, 10);
    while (holds && (tally.seeds < count || time(NULL) < end)) {
        holds = attack_seed(seed + tally.seeds, &tally);
    }
    printf("%llu seeds, %llu commands, %llu accepted\n", tally.seeds, tally.commands,
           tally.accepted);
    return holds ? 0 : 1;
}
