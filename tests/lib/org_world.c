#include "tests/lib/org_world.h"

#include <stdio.h>

#include "core/base/hash.h"
#include "core/domain/check/check_subjects.h"
#include "core/domain/decide.h"
#include "core/domain/kernel/expression.h"
#include "tests/lib/command_text.h"
#include "tests/lib/test.h"

static const size_t WORLD_ARENA_MAX = (size_t)512 << 20;
static const int64_t WORLD_START_US = INT64_C(1767225600000000); /* 2026-01-01 */

/* ---- the world ---- */

void org_world_init(struct org_world *world)
{
    *world = (struct org_world){ .now_us = WORLD_START_US, .creators = { STR("admin") } };
    world->config = (struct decide_config){ world->creators, 1 };
    arena_init(&world->arena, WORLD_ARENA_MAX);
    layer_init(&world->state, source_empty());
    layer_init(&world->scratch, &world->state.source);
    world->changes = (struct layer_org){ &world->scratch, STR("acme") };
    org_view_init(&world->org, &world->scratch.source, STR("acme"));
    world->org.view.expressions = expressions_new();
    before_init(&world->before, &world->scratch, STR("acme"), world->org.view.expressions);
    agency__v1__command__init(&world->envelope);
    agency__v1__org_head__init(&world->dues);
    org_world_as(world, "admin");
}

void org_world_release(struct org_world *world)
{
    expressions_free(world->org.view.expressions);
    before_release(&world->before);
    layer_release(&world->scratch);
    layer_release(&world->state);
    arena_release(&world->arena);
}

void org_world_init_owned(struct org_world *world)
{
    org_world_init(world);
    org_world_do(world,
                 "CreateOrg {\"orgId\":\"acme\",\"owner\":{\"subjectId\":\"root\"},\"credential\":"
                 "{\"credentialId\":\"c-root\",\"kind\":\"CREDENTIAL_KIND_JWT\","
                 "\"identityHash\":\"@root\"}}");
}

struct status org_world_subjects(struct org_world *world, struct arena *arena,
                                 struct str permission, struct object object, struct ids *ids)
{
    const struct check_question question = { .permission = permission, .object = object };
    struct listed *items;
    size_t count;
    *ids = (struct ids){ .arena = arena };
    TRY(check_subjects(org_world_view(world), arena, world->now_us, &question, &items, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(items[i].conditional ? status_ok() : ids_add(ids, items[i].id));
    }
    return status_ok();
}

const struct view *org_world_view(struct org_world *world)
{
    return &world->org.view; /* the scratch is empty between commands */
}

/* ---- names and their hashes ---- */

static struct str world_hash(struct org_world *world, struct str name)
{
    char hex[HASH_HEX_SIZE];
    struct hash hash = hash_sha256(&name, 1);
    hash_hex(&hash, hex);
    return arena_copy(&world->arena, str_z(hex));
}

static bool world_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || c == '-';
}

void org_world_as(struct org_world *world, const char *name)
{
    agency__v1__principal__init(&world->principal);
    if (strcmp(name, "admin") == 0 || strncmp(name, "operator:", 9) == 0) {
        struct str operator_name = arena_copy(&world->arena, str_z(name));
        world->principal.operator_ = (char *)(uintptr_t)operator_name.data;
        return;
    }
    world->principal.kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_JWT;
    world->principal.identity_hash = (char *)(uintptr_t)world_hash(world, str_z(name)).data;
}

static void world_remember(struct org_world *world, struct str name)
{
    for (size_t i = 0; i < world->names_count; i++) {
        if (str_eq(world->names[i], name)) {
            return;
        }
    }
    assert_true(world->names_count < sizeof world->names / sizeof world->names[0]);
    world->names[world->names_count++] = arena_copy(&world->arena, name);
}

/* Replaces each `"@name"` by the hash of the name. */
static struct str world_expand(struct org_world *world, const char *text)
{
    struct buf out = { 0 };
    while (*text != '\0') {
        size_t size = 2;
        if (text[0] != '"' || text[1] != '@') {
            buf_byte(&out, (uint8_t)*text++);
            continue;
        }
        while (world_name_char(text[size])) {
            size++;
        }
        world_remember(world, str_make(text + 2, size - 2));
        struct str hash = world_hash(world, str_make(text + 2, size - 2));
        buf_printf(&out, "\"%.*s", STR_ARG(hash));
        text += size;
    }
    struct str expanded = arena_copy(&world->arena, buf_str(&out));
    buf_release(&out);
    return expanded;
}

/* ---- texts ---- */

/* Reads `Name {json}` into a command or event. */
static struct status world_read(struct org_world *world, const char *text, ProtobufCMessage *into)
{
    const struct str name = { text, strcspn(text, " ") };
    return command_text_read(&world->arena, name, world_expand(world, text + name.size), into);
}

/* The name whose hash the text begins with, or NULL. */
static const struct str *world_name_of(struct org_world *world, struct str text)
{
    for (size_t i = 0; i < world->names_count; i++) {
        if (str_starts(text, world_hash(world, world->names[i]))) {
            return &world->names[i];
        }
    }
    return NULL;
}

/* Puts `@name` back where its hash stands. */
static struct str world_shorten(struct org_world *world, struct str text)
{
    struct buf out = { 0 };
    for (size_t at = 0; at < text.size;) {
        const struct str *name = world_name_of(world, str_from(text, at));
        if (name != NULL) {
            buf_printf(&out, "@%.*s", STR_ARG(*name));
            at += HASH_HEX_SIZE - 1;
        } else {
            buf_byte(&out, (uint8_t)text.data[at++]);
        }
    }
    struct str shortened = arena_copy(&world->arena, buf_str(&out));
    buf_release(&out);
    return shortened;
}

/* A message as `Name {json}`, with `@name` for the hashes of names that were read. */
static struct str org_world_message_text(struct org_world *world, const char *name,
                                         const ProtobufCMessage *message)
{
    struct buf out = { 0 };
    buf_printf(&out, "%s ", name);
    command_text_write(message, &out);
    struct str text = arena_copy(&world->arena, buf_str(&out));
    buf_release(&out);
    return strstr(text.data, "Hash\"") == NULL ? text : world_shorten(world, text);
}

/* What constraints came to that were not true. */
static struct str world_constraints_text(struct org_world *world, struct str text)
{
    const struct decide *last = &world->last;
    for (size_t i = 0; i < last->constraints_count; i++) {
        static const char *const outcomes[] = { "?", "denied", "warned", "audited", "overridden" };
        const Agency__V1__ConstraintResult *result = last->constraints[i];
        text = arena_printf(&world->arena, "%.*sconstraint %s %s: %s\n", STR_ARG(text),
                            result->constraint_id, outcomes[result->outcome], result->why);
    }
    return text;
}

struct str org_world_text(struct org_world *world)
{
    const struct decide *last = &world->last;
    if (last->rejection != NULL) {
        struct str reason = arena_printf(&world->arena, "rejected %s: %s\n",
                                         status_code_name((enum status_code)last->rejection->code),
                                         last->rejection->reason);
        return world_constraints_text(world, reason);
    }
    struct str text = last->events_count == 0 ? STR("accepted, no events\n") : STR("");
    for (size_t i = 0; i < last->events_count; i++) {
        const char *name = registry_event((unsigned)last->events[i]->payload_case)->name;
        struct str event =
            org_world_message_text(world, name, registry_event_payload(last->events[i]));
        text = arena_printf(&world->arena, "%.*s%.*s\n", STR_ARG(text), STR_ARG(event));
    }
    return world_constraints_text(world, text);
}

/* ---- deciding ---- */

static struct status world_count_dues(struct org_world *world)
{
    Agency__V1__OrgHead *dues = &world->dues;
    TRY(dues_count(&world->scratch, &world->state.source, &world->arena, STR("acme"), dues));
    const struct str first = { (const char *)dues->next_due.data, dues->next_due.len };
    const struct str kept = first.size == 0 ? STR("") : arena_copy(&world->arena, first);
    dues->next_due.data = (uint8_t *)(uintptr_t)kept.data;
    world->head.dues = dues->dues;
    world->head.next_due_us = dues->next_due_us;
    world->head.renewing = dues->renewing;
    return status_ok();
}

static void world_note(struct org_world *world, const Agency__V1__Event *event)
{
    const bool constrains = (unsigned)event->payload_case == EVENT_CONSTRAINT_PUT;
    world->head.constrained = world->head.constrained || constrains;
}

static struct status world_keep(struct org_world *world, bool live, int64_t occurred_at_us)
{
    arena_fail_at(-1); /* a test may try how deciding fails, not how the world keeps */
    TRY(world_count_dues(world));
    TRY(layer_merge(&world->state, &world->scratch));
    world->head.org_sequence++;
    world->head.last_occurred_at_us = occurred_at_us;
    world->head.live = world->head.live || live;
    return status_ok();
}

/* Decides into the scratch, which is not kept yet. */
static struct status world_judge(struct org_world *world, const Agency__V1__Command *command)
{
    struct decide_context context = { .principal = &world->principal,
                                      .config = &world->config,
                                      .head = world->head,
                                      .recorded_at_us = world->now_us };
    world->last = (struct decide){ .arena = &world->arena,
                                   .view = &world->org.view,
                                   .before = &world->before.port,
                                   .changes = &layer_changes,
                                   .changes_self = &world->changes,
                                   .context = &context,
                                   .memory = world->memory,
                                   .command = command };
    struct status status = decide_command(&world->last);
    world->last.context = NULL; /* ends here */
    return status;
}

struct status org_world_decide(struct org_world *world, const Agency__V1__Command *command)
{
    world->now_us += 1000000;
    struct status status = world_judge(world, command);
    for (size_t i = 0; status.code == STATUS_OK && i < world->last.events_count; i++) {
        world_note(world, world->last.events[i]);
    }
    if (status.code == STATUS_OK && world->last.events_count > 0) {
        status = world_keep(world, command->occurred_at == NULL, world->last.occurred_at_us);
    }
    layer_reset(&world->scratch);
    return status;
}

bool org_world_elapse(struct org_world *world, int64_t until_us)
{
    const struct decide_context context = { .config = &world->config,
                                            .head = world->head,
                                            .recorded_at_us = world->now_us,
                                            .until_us = until_us };
    struct elapse elapse = { .arena = &world->arena,
                             .scratch = &world->scratch,
                             .org_id = STR("acme"),
                             .head = &world->dues,
                             .context = &context,
                             .expressions = world->org.view.expressions,
                             .watch = world->watch,
                             .until_us = until_us };
    assert_ok(elapse_decide(&elapse));
    if (elapse.elapsed_count > 0) {
        world->last = elapse.decide;
        world->last.context = NULL; /* ends here */
        assert_ok(world_keep(world, false, world->last.occurred_at_us));
    }
    layer_reset(&world->scratch);
    return elapse.elapsed_count > 0;
}

struct status org_world_try(struct org_world *world, const Agency__V1__Command *command)
{
    struct status status = world_judge(world, command);
    layer_reset(&world->scratch);
    return status;
}

struct status org_world_read(struct org_world *world, const char *text,
                             Agency__V1__Command *command)
{
    *command = world->envelope;
    command->org_id = "acme";
    struct str id = arena_printf(&world->arena, "command-%u", ++world->commands_count);
    command->command_id = (char *)(uintptr_t)id.data;
    return world_read(world, text, &command->base);
}

struct status org_world_submit(struct org_world *world, const char *text)
{
    TRY(org_world_read(world, text, &world->command));
    return org_world_decide(world, &world->command);
}

struct status org_world_apply_event(struct org_world *world, const Agency__V1__Event *event)
{
    world->now_us += 1000000;
    struct evolve evolve = { .view = &world->org.view,
                             .changes = &layer_changes,
                             .changes_self = &world->changes,
                             .arena = &world->arena,
                             .org_sequence = world->head.org_sequence + 1,
                             .occurred_at_us = world->now_us };
    struct status status = evolve_apply(&evolve, event, NULL);
    if (status.code == STATUS_OK) {
        world_note(world, event);
        status = world_keep(world, false, world->now_us);
    }
    layer_reset(&world->scratch);
    return status;
}

struct status org_world_apply(struct org_world *world, const char *text)
{
    Agency__V1__Event event = AGENCY__V1__EVENT__INIT;
    TRY(world_read(world, text, &event.base));
    return org_world_apply_event(world, &event);
}

static const char *world_format(struct org_world *world, const char *format, va_list args)
{
    char *text = NULL;
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    text = arena_alloc(&world->arena, (size_t)size + 1);
    assert_non_null(text);
    vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return text;
}

void org_world_do(struct org_world *world, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = world_format(world, format, args);
    va_end(args);
    struct status status = org_world_submit(world, text);
    if (status.code != STATUS_OK || world->last.rejection != NULL) {
        fail_msg("%s: expected to be accepted, but: %s", text,
                 status.code != STATUS_OK ? status.msg : world->last.rejection->reason);
    }
}

void org_world_attempt(struct org_world *world, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = world_format(world, format, args);
    va_end(args);
    assert_ok(org_world_submit(world, text));
}

const char *org_world_rejected(struct org_world *world, enum status_code code, const char *format,
                               ...)
{
    va_list args;
    va_start(args, format);
    const char *text = world_format(world, format, args);
    va_end(args);
    assert_ok(org_world_submit(world, text));
    if (world->last.rejection == NULL) {
        fail_msg("%s: expected to be rejected, but it was accepted", text);
        return NULL;
    }
    if (world->last.rejection->code != (uint32_t)code) {
        fail_msg("%s: expected %s, but: %s", text, status_code_name(code),
                 world->last.rejection->reason);
    }
    return world->last.rejection->reason;
}
