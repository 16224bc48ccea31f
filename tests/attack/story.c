#include "tests/attack/story.h"

#include <stdio.h>

#include "core/pb/field.h"
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "tests/lib/deep_field.h"
#include "tests/lib/test.h"

/* Plays a story; true if its last step still breaks the same. *text, if asked for, lies in the
 * story. */
static bool story_breaks(struct story *story, struct str *text)
{
    struct stage *stage = test_malloc(sizeof *stage);
    struct verdict verdict = { .broken = HOLDS };
    stage_init(stage, story->seed, story->past);
    stage->again = &story->verdict.tried;
    for (size_t i = 0; i < story->count; i++) {
        verdict = stage_play(stage, &story->steps[i], i + 1 == story->count);
    }
    bool breaks = verdict.broken == story->verdict.broken;
    if (breaks && text != NULL) {
        *text = arena_copy(&story->arena, verdict.text);
    }
    stage_release(stage);
    test_free(stage);
    return breaks;
}

/* ---- shorter ---- */

/* How much time steps take: each decision moves the clock on by a second. */
static int64_t story_time_us(const struct step *steps, size_t count)
{
    int64_t time_us = 0;
    for (size_t i = 0; i < count; i++) {
        time_us += steps[i].wait_us + INT64_C(1000000) * steps[i].times;
    }
    return time_us;
}

/* Plays a changed story; keeps the change if the property still breaks. */
static bool story_try(struct story *story, struct story *changed)
{
    bool breaks = story_breaks(changed, NULL);
    if (breaks) {
        memcpy(story->steps, changed->steps, sizeof story->steps);
        story->count = changed->count;
    }
    return breaks;
}

/* Without `count` steps from `at`: whoever comes next waits as long. */
static bool story_drop(struct story *story, size_t at, size_t count)
{
    struct story *shorter = test_malloc(sizeof *shorter);
    *shorter = *story;
    shorter->steps[at + count].wait_us += story_time_us(&story->steps[at], count);
    memmove(&shorter->steps[at], &shorter->steps[at + count],
            (story->count - at - count) * sizeof shorter->steps[0]);
    shorter->count -= count;
    bool breaks = story_try(story, shorter);
    test_free(shorter);
    return breaks;
}

/* Without the time that passes before a step. */
static void story_hasten(struct story *story, size_t at)
{
    struct story *faster = test_malloc(sizeof *faster);
    *faster = *story;
    faster->steps[at].wait_us = 0;
    if (story->steps[at].wait_us > 0) {
        story_try(story, faster);
    }
    test_free(faster);
}

/* Pieces of this size, from the end: what came late is needed least. */
static bool story_drop_pieces(struct story *story, size_t size)
{
    bool dropped = false;
    size_t end = story->count - 1; /* the last step is the one that breaks */
    while (end > 0) {
        size_t count = size < end ? size : end;
        dropped |= story_drop(story, end - count, count);
        end -= count;
    }
    return dropped;
}

/* Clears one field of a step, if that changes nothing. */
static void story_clear(struct story *story, size_t at, const ProtobufCFieldDescriptor *wanted)
{
    const Agency__V1__Command *kept = story->steps[at].command;
    ProtobufCMessage *copy;
    const ProtobufCFieldDescriptor *field;
    assert_ok(pb_copy(&story->arena, &kept->base, &copy));
    ProtobufCMessage *payload =
        (ProtobufCMessage *)(uintptr_t)registry_command_payload((Agency__V1__Command *)copy);
    ProtobufCMessage *holder = deep_field_find(payload, wanted->name, &field);
    if (holder == NULL || !pb_field_has(holder, field)) {
        return;
    }
    pb_field_clear(holder, field);
    story->steps[at].command = (const Agency__V1__Command *)copy;
    if (!story_breaks(story, NULL)) {
        story->steps[at].command = kept;
    }
}

static void story_clear_fields(struct story *story, size_t at, const ProtobufCMessage *message,
                               int depth)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (!pb_field_has(message, field)) {
            continue;
        }
        story_clear(story, at, field);
        bool inner = field->type == PROTOBUF_C_TYPE_MESSAGE && !pb_field_repeated(field) &&
                     deep_field_is_ours(pb_field_type(field));
        if (inner && depth > 0) {
            story_clear_fields(story, at, pb_field_message(pb_field_at(message, field)), depth - 1);
        }
    }
}

void story_shrink(struct story *story)
{
    bool more = story_breaks(story, NULL);
    for (size_t size = story->count / 2; size > 0 && more; size /= 2) {
        story_drop_pieces(story, size);
    }
    while (more && story->count > 1) {
        more = story_drop_pieces(story, 1);
    }
    for (size_t at = 0; at < story->count; at++) {
        story_hasten(story, at);
        story_clear_fields(story, at, registry_command_payload(story->steps[at].command), 2);
    }
    story_breaks(story, &story->verdict.text);
}

/* ---- told ---- */

static void step_print(const struct step *step, size_t number)
{
    struct buf json = { 0 };
    const ProtobufCMessage *payload = registry_command_payload(step->command);
    assert_ok(pb_to_json(payload, (struct pb_json_options){ 0 }, &json));
    printf("  %2zu. ", number);
    if (step->wait_us > 0) {
        printf("%lld s later, ", (long long)(step->wait_us / 1000000));
    }
    if (step->operator_name[0] != '\0') {
        printf("operator %s", step->operator_name);
    } else {
        printf("who holds identity %.8s...", step->identity);
    }
    for (size_t i = 0; i < step->command->n_actors; i++) {
        printf(" through %s", step->command->actors[i]);
    }
    if (step->command->on_behalf_of[0] != '\0') {
        printf(" for %s", step->command->on_behalf_of);
    }
    printf("%s: ", step->command->occurred_at == NULL ? "" : ", as an import");
    if (step->times > 1) {
        printf("%u times, with ids 0-00000 ...: ", step->times);
    }
    printf("%s %.*s\n", payload->descriptor->short_name, STR_ARG(buf_str(&json)));
    buf_release(&json);
}

void story_print(const struct story *story)
{
    printf("in org acme, owned by root%s:\n", story->past ? ", made by an import" : "");
    for (size_t i = 0; i < story->count; i++) {
        step_print(&story->steps[i], i + 1);
    }
}
