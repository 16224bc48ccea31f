#include "ops/ctl/planning.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/json_text.h"
#include "core/domain/kernel/expression.h"
#include "core/domain/kernel/ids.h"
#include "core/model/access_message.h"
#include "core/pb/json.h"
#include "ops/ctl/access_text.h"
#include "ops/ctl/sending.h"

/* ---- files ---- */

/* All of a file, or of standard input for "-". */
static struct status planning_load(struct planning *planning, const char *path, struct str *text)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char *bytes = arena_alloc(&planning->ctl->arena, YAML_SIZE_MAX + 1);
    if (file == NULL || bytes == NULL) {
        return file == NULL ? status_error(STATUS_NOT_FOUND, "expected to read '%s': %s", path,
                                           strerror(errno))
                            : arena_full(&planning->ctl->arena);
    }
    size_t size = fread(bytes, 1, YAML_SIZE_MAX + 1, file);
    bool failed = ferror(file) != 0;
    if (file != stdin) {
        fclose(file);
    }
    *text = arena_copy(&planning->ctl->arena, str_make(bytes, size));
    return failed               ? status_error(STATUS_UNAVAILABLE, "expected to read '%s'", path)
           : text->data == NULL ? arena_full(&planning->ctl->arena)
                                : status_ok();
}

static struct status planning_file(struct planning *planning, const char *path)
{
    struct ctl *ctl = planning->ctl;
    struct str text;
    TRY(planning_load(planning, path, &text));
    struct str name = arena_copy(&ctl->arena, str_z(path));
    return name.data == NULL ? arena_full(&ctl->arena)
                             : documents_read(&planning->documents, ctl->options.org, name, text);
}

static bool planning_is_document(const char *name)
{
    const char *dot = strrchr(name, '.');
    return name[0] != '.' && dot != NULL &&
           (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 || strcmp(dot, ".json") == 0);
}

static struct status planning_list(struct planning *planning, const char *path, struct ids *files)
{
    struct arena *arena = &planning->ctl->arena;
    struct status st = status_ok();
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return status_error(STATUS_UNAVAILABLE, "expected to read '%s': %s", path, strerror(errno));
    }
    const struct dirent *entry;
    while (st.code == STATUS_OK && (entry = readdir(folder)) != NULL) {
        if (planning_is_document(entry->d_name)) {
            struct str file = arena_printf(arena, "%s/%s", path, entry->d_name);
            st = file.data == NULL ? arena_full(arena) : ids_add(files, file);
        }
    }
    closedir(folder);
    return st;
}

static int planning_compare(const void *a, const void *b)
{
    return strcmp(((const struct str *)a)->data, ((const struct str *)b)->data);
}

/* In the order of their names. */
static struct status planning_folder(struct planning *planning, const char *path)
{
    struct ids files = { .arena = &planning->ctl->arena };
    TRY(planning_list(planning, path, &files));
    if (files.count == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected files that end in .yaml, .yml or .json in '%s'", path);
    }
    qsort(files.items, files.count, sizeof *files.items, planning_compare);
    for (size_t i = 0; i < files.count; i++) {
        TRY(planning_file(planning, files.items[i].data));
    }
    return status_ok();
}

static struct status planning_read(struct planning *planning)
{
    struct ctl *ctl = planning->ctl;
    planning->documents.arena = &ctl->arena;
    for (int i = 0; i < ctl->argc; i++) {
        struct stat found;
        bool folder = stat(ctl->argv[i], &found) == 0 && S_ISDIR(found.st_mode);
        TRY(folder ? planning_folder(planning, ctl->argv[i])
                   : planning_file(planning, ctl->argv[i]));
    }
    return planning->documents.count > 0
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected at least one document, but there is none");
}

/* ---- the plan ---- */

static struct status planning_options(struct planning *planning, struct plan_options *options)
{
    struct ctl *ctl = planning->ctl;
    *options = (struct plan_options){ .config = &planning->config,
                                      .keys = &planning->keys,
                                      .expressions = planning->expressions,
                                      .on_behalf_of = ctl->options.on_behalf_of,
                                      .set_id = ctl->options.set,
                                      .prune = ctl->options.prune,
                                      .now_us = clock_now_us(&ctl->clock) };
    planning->keys = (struct command_record_keys){ ctl->dir.cluster_key, ctl->keyring };
    return sending_who(ctl, &options->principal);
}

static struct status planning_make(struct planning *planning)
{
    struct plan_options options;
    TRY(planning_options(planning, &options));
    return plan_make(&planning->plan, &planning->reading.snapshot, &options, &planning->documents);
}

struct status planning_command(struct planning *planning, struct ctl *ctl,
                               Agency__V1__Command *command, struct forecast *forecast)
{
    struct plan_options options;
    *planning = (struct planning){ .ctl = ctl, .expressions = expressions_new() };
    TRY(reading_open(&planning->reading, ctl));
    TRY(planning_options(planning, &options));
    return plan_command(&planning->plan, &planning->reading.snapshot, &options, command, forecast);
}

struct status planning_open(struct planning *planning, struct ctl *ctl)
{
    *planning = (struct planning){ .ctl = ctl, .expressions = expressions_new() };
    if (ctl->options.server.size > 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a data folder: documents are planned on its stores, not "
                            "over --server");
    }
    if (ctl->options.prune && ctl->options.set.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected --set with --prune: only what a "
                                                     "named set owns is ended");
    }
    TRY(ctl_need_org(ctl));
    TRY(planning_read(planning));
    TRY(reading_open(&planning->reading, ctl));
    return planning_make(planning);
}

void planning_close(struct planning *planning)
{
    plan_release(&planning->plan);
    expressions_free(planning->expressions);
    planning->expressions = NULL;
    reading_close(&planning->reading);
    planning->reading = (struct reading){ 0 };
}

/* ---- what it says ---- */

static char planning_mark(const struct outlook *outlook)
{
    return outlook->code != STATUS_OK          ? '!'
           : outlook->document->entity == NULL ? '-'
           : outlook->made                     ? '+'
                                               : '~';
}

void planning_say_event(struct ctl *ctl, const Agency__V1__Event *event)
{
    buf_printf(&ctl->out, "    %s ", registry_event((unsigned)event->payload_case)->name);
    struct status st =
        pb_to_json(registry_event_payload(event), (struct pb_json_options){ 0 }, &ctl->out);
    buf_printf(&ctl->out, st.code == STATUS_OK ? "\n" : "?\n");
}

static void planning_say_planned(struct ctl *ctl, const struct plan *plan,
                                 const struct document *document)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct planned *planned = &plan->items[i];
        for (size_t k = 0; planned->document == document && k < planned->events_count; k++) {
            planning_say_event(ctl, planned->events[k]);
        }
        ctl_say_constraints(ctl, planned->constraints,
                            planned->document == document ? planned->constraints_count : 0);
    }
}

static void planning_say_outlook(struct ctl *ctl, const struct plan *plan,
                                 const struct outlook *outlook)
{
    const struct document *document = outlook->document;
    if (outlook->code == STATUS_OK && outlook->events_count == 0) {
        return;
    }
    buf_printf(&ctl->out, "%c %s %.*s", planning_mark(outlook),
               registry_entity((unsigned)document->kind)->name, STR_ARG(document->id));
    if (document->entity != NULL) {
        buf_printf(&ctl->out, " (%.*s:%u)", STR_ARG(document->file), (unsigned)document->line);
    }
    if (outlook->code != STATUS_OK) {
        buf_printf(&ctl->out, ": %s: %.*s\n", status_code_name(outlook->code),
                   STR_ARG(outlook->reason));
        return;
    }
    buf_byte(&ctl->out, '\n');
    planning_say_planned(ctl, plan, document);
}

static struct status planning_say_too_much(struct ctl *ctl)
{
    Agency__V1__AccessChange change = AGENCY__V1__ACCESS_CHANGE__INIT;
    if (ctl->options.output == CTL_JSON) {
        change.changed = true;
        return ctl_json(ctl, &change.base);
    }
    buf_printf(&ctl->out, "access: too much would change to be told\n");
    return status_ok();
}

struct status planning_say_access(struct planning *planning)
{
    struct ctl *ctl = planning->ctl;
    struct access_feed gained, *feed = &gained;
    Agency__V1__AccessLine **lines;
    TRY(plan_access(&planning->plan, feed));
    TRY(access_messages(&ctl->arena, feed->lines, feed->count, &lines));
    if (ctl->options.output == CTL_TABLE && feed->count > 0) {
        buf_printf(&ctl->out, "access\n");
    }
    for (size_t i = 0; i < feed->count; i++) {
        if (ctl->options.output == CTL_JSON) {
            TRY(ctl_json(ctl, &lines[i]->base));
        } else {
            access_text_line(ctl, lines[i]);
        }
    }
    return feed->changed ? planning_say_too_much(ctl) : status_ok();
}

/* The constraints of one command, as items of a list; *comma is what stands before the next. */
static struct status planning_json_constraints(const struct planned *planned, const char **comma,
                                               struct buf *out)
{
    for (size_t i = 0; i < planned->constraints_count; i++) {
        buf_printf(out, "%s", *comma);
        TRY(pb_to_json(&planned->constraints[i]->base, (struct pb_json_options){ 0 }, out));
        *comma = ",";
    }
    return status_ok();
}

/* {"document", "kind", "id", "code", "reason", "events": [{...}], "constraints": [{...}]} */
static struct status planning_json_outlook(struct ctl *ctl, const struct plan *plan,
                                           const struct outlook *outlook)
{
    const struct document *document = outlook->document;
    struct buf *out = &ctl->out;
    const char *comma = "";
    struct str place =
        arena_printf(&ctl->arena, "%.*s:%u", STR_ARG(document->file), (unsigned)document->line);
    buf_printf(out, "{\"document\":");
    json_text(place, out);
    buf_printf(out, ",\"kind\":\"%s\",\"id\":", registry_entity((unsigned)document->kind)->name);
    json_text(document->id, out);
    buf_printf(out, ",\"code\":\"%s\",\"reason\":", status_code_name(outlook->code));
    json_text(outlook->reason, out);
    buf_printf(out, ",\"events\":[");
    for (size_t i = 0; i < plan->count; i++) {
        const struct planned *planned = &plan->items[i];
        for (size_t k = 0; planned->document == document && k < planned->events_count; k++) {
            buf_printf(out, "%s", comma);
            TRY(pb_to_json(&planned->events[k]->base, (struct pb_json_options){ 0 }, out));
            comma = ",";
        }
    }
    comma = "";
    buf_printf(out, "],\"constraints\":[");
    for (size_t i = 0; i < plan->count; i++) {
        TRY(plan->items[i].document == document
                ? planning_json_constraints(&plan->items[i], &comma, out)
                : status_ok());
    }
    buf_printf(out, "]}\n");
    return status_ok();
}

struct status planning_say(struct planning *planning)
{
    struct ctl *ctl = planning->ctl;
    struct plan *plan = &planning->plan;
    size_t same = 0;
    for (size_t i = 0; i < plan->outlooks_count; i++) {
        const struct outlook *outlook = &plan->outlooks[i];
        same += outlook->code == STATUS_OK && outlook->events_count == 0;
        if (ctl->options.output == CTL_JSON) {
            TRY(planning_json_outlook(ctl, plan, outlook));
        } else {
            planning_say_outlook(ctl, plan, outlook);
        }
    }
    TRY(planning_say_access(planning));
    if (ctl->options.output == CTL_TABLE) {
        buf_printf(&ctl->out, "%zu commands, %zu documents as they are, %zu refused\n", plan->count,
                   same, plan->rejected);
    }
    return status_ok();
}
