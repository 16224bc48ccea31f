/* history: what happened to an entity, by and about a subject, in an org; newest first. who: the
 * holders of seats, and who may do something. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/time.h"
#include "core/domain/check/check_subjects.h"
#include "core/domain/check/holders.h"
#include "core/model/history.h"
#include "core/pb/message.h"
#include "ops/ctl/known.h"
#include "ops/ctl/object_text.h"
#include "ops/ctl/reading.h"
#include "ops/ctl/table.h"

static size_t history_limit(const struct ctl *ctl)
{
    return ctl->options.limit == 0 ? SIZE_MAX : (size_t)ctl->options.limit;
}

/* ---- history ---- */

static void history_say_changed(struct ctl *ctl, const Agency__V1__DecisionRow *row)
{
    for (size_t i = 0; i < row->n_changed; i++) {
        const struct entity_type *type = registry_entity((unsigned)row->changed[i]->kind);
        buf_printf(&ctl->out, "    %s %s\n", type == NULL ? "?" : type->name, row->changed[i]->id);
    }
}

static struct status history_show(struct ctl *ctl, const Agency__V1__DecisionRow *row)
{
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &row->base);
    }
    ctl_say_decision(ctl, row);
    history_say_changed(ctl, row);
    return status_ok();
}

static struct status history_rows(struct ctl *ctl, const Agency__V1__DecisionRow **rows,
                                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        TRY(history_show(ctl, rows[i]));
    }
    return status_ok();
}

static struct status history_of_entity(struct reading *reading, struct ctl *ctl,
                                       enum entity_kind kind, struct str id)
{
    struct history_version *versions;
    size_t count;
    TRY(history_entity(reading->partition->reader, &ctl->arena, ctl->options.org, kind, id,
                       reading->moment.org_sequence + 1, history_limit(ctl), &versions, &count));
    if (count == 0) {
        return status_error(STATUS_NOT_FOUND, "expected a %s, but there never was '%.*s'",
                            registry_entity(kind)->name, STR_ARG(id));
    }
    for (size_t i = 0; i < count; i++) {
        TRY(history_show(ctl, versions[i].decision));
    }
    return status_ok();
}

static struct status history_run(struct reading *reading, struct ctl *ctl)
{
    const Agency__V1__DecisionRow **rows;
    size_t count;
    uint64_t before = reading->moment.org_sequence + 1;
    if (ctl->argc == 0) {
        TRY(history_decisions(reading->partition->reader, &ctl->arena, ctl->options.org, before,
                              history_limit(ctl), &rows, &count));
        return history_rows(ctl, rows, count);
    }
    enum entity_kind kind;
    struct str id;
    TRY(ctl_kind(ctl->argv[0], &kind));
    TRY(reading_resolve(reading, ctl, kind, str_z(ctl->argv[1]), &id));
    if (kind != ENTITY_SUBJECT) {
        return history_of_entity(reading, ctl, kind, id);
    }
    TRY(history_subject(reading->partition->reader, &ctl->arena, ctl->options.org, id, before,
                        history_limit(ctl), &rows, &count));
    return count > 0 ? history_rows(ctl, rows, count)
                     : status_error(STATUS_NOT_FOUND,
                                    "expected a Subject, but nothing was decided by or about "
                                    "'%.*s'",
                                    STR_ARG(id));
}

struct status ctl_history(struct ctl *ctl)
{
    if (ctl->argc == 1) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a kind and an id, or nothing for the org's history");
    }
    struct reading reading = { 0 };
    struct status st = reading_open(&reading, ctl);
    if (st.code == STATUS_OK) {
        st = history_run(&reading, ctl);
    }
    reading_close(&reading);
    return st;
}

/* ---- who ---- */

struct who {
    struct reading *reading;
    struct ctl *ctl;
    struct table table;
};

static struct status who_message(struct who *who, const struct holder *holder,
                                 const Agency__V1__Subject *subject)
{
    Agency__V1__HolderItem item = AGENCY__V1__HOLDER_ITEM__INIT;
    const Agency__V1__DecisionRow *row;
    item.subject_id = holder->assignment->subject_id;
    item.subject_name = subject->name;
    item.role_id = holder->assignment->role_id;
    item.role_type = holder->assignment->role_type;
    item.expires_at = holder->assignment->expires_at;
    TRY(history_decision(who->reading->partition->reader, &who->ctl->arena, who->ctl->options.org,
                         holder->assignment->version, &row));
    item.decision = (Agency__V1__DecisionRow *)(uintptr_t)row;
    return ctl_json(who->ctl, &item.base);
}

static struct status who_row(struct who *who, const struct holder *holder,
                             const Agency__V1__Subject *subject)
{
    char since[TIME_TEXT_SIZE];
    const Agency__V1__Assignment *assignment = holder->assignment;
    time_format(fields_time_us(assignment->granted_at), since);
    TRY(table_add(&who->table, str_z(subject->name)));
    TRY(table_add(&who->table, str_z(assignment->subject_id)));
    TRY(table_add(&who->table, str_z(assignment->role_id)));
    TRY(table_add(&who->table, str_z(assignment->role_type)));
    return table_add(&who->table, str_z(since));
}

static struct status who_holder(struct who *who, const struct holder *holder)
{
    struct str wanted = who->ctl->options.role_type;
    const Agency__V1__Subject *subject;
    if (wanted.size > 0 && !str_eq(wanted, str_z(holder->assignment->role_type))) {
        return status_ok();
    }
    TRY(view_subject(&who->reading->org.view, holder->subject_id, &subject));
    if (subject == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected the holder '%.*s'",
                            STR_ARG(holder->subject_id));
    }
    return who->ctl->options.output == CTL_JSON ? who_message(who, holder, subject)
                                                : who_row(who, holder, subject);
}

static struct status who_holds(struct who *who, enum entity_kind kind)
{
    static const char *const heads[] = { "name", "subject", "seat", "role type", "since" };
    struct holder *items;
    size_t count;
    struct str id;
    TRY(reading_resolve(who->reading, who->ctl, kind, str_z(who->ctl->argv[1]), &id));
    if (kind == ENTITY_ROLE_TYPE) {
        TRY(known_role_type(who->reading, who->ctl, id));
    }
    if (who->ctl->options.role_type.size > 0) {
        TRY(known_role_type(who->reading, who->ctl, who->ctl->options.role_type));
    }
    TRY(holders_list(&who->reading->org.view, &who->ctl->arena, who->reading->moment.time_us, kind,
                     id, &items, &count));
    TRY(table_init(&who->table, &who->ctl->arena, heads, 5));
    for (size_t i = 0; i < count; i++) {
        TRY(who_holder(who, &items[i]));
    }
    if (who->ctl->options.output == CTL_TABLE) {
        reading_say_moment(who->reading, who->ctl);
        table_print(&who->table, &who->ctl->out);
    }
    return status_ok();
}

static struct status who_can(struct who *who)
{
    struct ctl *ctl = who->ctl;
    struct object object;
    struct ids ids = { 0 };
    if (ctl->argc != 3) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a permission and an object");
    }
    TRY(known_permission(who->reading, ctl, str_z(ctl->argv[1])));
    TRY(object_text_parse(who->reading, ctl, str_z(ctl->argv[2]), &object));
    TRY(check_subjects(&who->reading->org.view, &ctl->arena, who->reading->moment.time_us,
                       str_z(ctl->argv[1]), object, &ids));
    reading_say_moment(who->reading, ctl);
    for (size_t i = 0; i < ids.count; i++) {
        const Agency__V1__Subject *subject;
        TRY(view_subject(&who->reading->org.view, ids.items[i], &subject));
        if (ctl->options.output == CTL_JSON) {
            TRY(ctl_json(ctl, &subject->base));
        } else {
            buf_printf(&ctl->out, "%.*s\n", STR_ARG(ids.items[i]));
        }
    }
    return status_ok();
}

static struct status who_run(struct who *who)
{
    const char *what = who->ctl->argv[0];
    if (strcmp(what, "can") == 0) {
        return who_can(who);
    }
    if (strcmp(what, "type") == 0) {
        return who_holds(who, ENTITY_ROLE_TYPE);
    }
    if (strcmp(what, "role") == 0 || strcmp(what, "group") == 0) {
        return who_holds(who, what[0] == 'r' ? ENTITY_ROLE : ENTITY_GROUP);
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected role ID, type NAME, group ID, or can PERMISSION OBJECT, but it "
                        "is '%s'",
                        what);
}

struct status ctl_who(struct ctl *ctl)
{
    struct reading reading = { 0 };
    struct who who = { .reading = &reading, .ctl = ctl };
    struct status st = reading_open(&reading, ctl);
    if (st.code == STATUS_OK) {
        st = who_run(&who);
    }
    reading_close(&reading);
    return st;
}
