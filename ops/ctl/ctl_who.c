/* who: the holders of seats, and who may do something. */
#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "ops/ctl/asker.h"
#include "ops/ctl/table.h"

struct who {
    struct asker asker;
    struct ctl *ctl;
    struct table table;
};

static struct status who_take_holder(void *context, const ProtobufCMessage *message)
{
    struct who *who = context;
    char since[TIME_TEXT_SIZE];
    const Agency__V1__HolderItem *item = (const Agency__V1__HolderItem *)(const void *)message;
    if (who->ctl->options.output == CTL_JSON) {
        return ctl_json(who->ctl, message);
    }
    time_format(fields_time_us(item->since), since);
    TRY(table_add(&who->table, str_z(item->subject_name)));
    TRY(table_add(&who->table, str_z(item->subject_id)));
    TRY(table_add(&who->table, str_z(item->role_id)));
    TRY(table_add(&who->table, str_z(item->role_type)));
    return table_add(&who->table, str_z(since));
}

static struct status who_holds(struct who *who, Agency__V1__ListHoldersRequest *request)
{
    static const char *const heads[] = { "name", "subject", "seat", "role type", "since" };
    struct ctl *ctl = who->ctl;
    TRY(table_init(&who->table, &ctl->arena, heads, 5));
    TRY(asker_pages(&who->asker, "ListHolders", &request->base, who_take_holder, who));
    if (ctl->options.output == CTL_TABLE) {
        table_print(&who->table, &ctl->out);
    }
    return status_ok();
}

static struct status who_take_subject(void *context, const ProtobufCMessage *subject)
{
    struct who *who = context;
    if (who->ctl->options.output == CTL_JSON) {
        return ctl_json(who->ctl, subject);
    }
    buf_printf(&who->ctl->out, "%s\n",
               ((const Agency__V1__Subject *)(const void *)subject)->subject_id);
    return status_ok();
}

static struct status who_can(struct who *who)
{
    struct ctl *ctl = who->ctl;
    Agency__V1__LookupSubjectsRequest request = AGENCY__V1__LOOKUP_SUBJECTS_REQUEST__INIT;
    if (ctl->argc != 3) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a permission and an object");
    }
    request.permission = ctl->argv[1];
    request.object = ctl->argv[2];
    TRY(ctl_question_context(ctl, &request.context));
    TRY(asker_pages(&who->asker, "LookupSubjects", &request.base, who_take_subject, who));
    asker_say_waived(&who->asker, who->asker.waived, ctl->argv[1]);
    return status_ok();
}

static struct status who_run(struct who *who)
{
    const char *what = who->ctl->argv[0];
    const struct str role_type = who->ctl->options.role_type;
    Agency__V1__ListHoldersRequest request = AGENCY__V1__LIST_HOLDERS_REQUEST__INIT;
    if (role_type.size > 0 && strcmp(what, "group") != 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --role-type with who group ID only, but it is who %s", what);
    }
    if (who->ctl->options.context.size > 0 && strcmp(what, "can") != 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --context with who can PERMISSION OBJECT only, but it is who "
                            "%s",
                            what);
    }
    if (strcmp(what, "can") == 0) {
        return who_can(who);
    }
    if (strcmp(what, "type") == 0) {
        request.role_type = who->ctl->argv[1];
    } else if (strcmp(what, "role") == 0) {
        request.role = who->ctl->argv[1];
    } else if (strcmp(what, "group") == 0) {
        request.group = who->ctl->argv[1];
        TRY(arena_text(&who->ctl->arena, role_type, &request.role_type));
    } else {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected role ID, type NAME, group ID, or can PERMISSION OBJECT, but "
                            "it is '%s'",
                            what);
    }
    return who_holds(who, &request);
}

struct status ctl_who(struct ctl *ctl)
{
    struct who who = { .ctl = ctl };
    struct status st = asker_open(&who.asker, ctl);
    if (st.code == STATUS_OK) {
        st = who_run(&who);
    }
    asker_close(&who.asker);
    return st;
}
