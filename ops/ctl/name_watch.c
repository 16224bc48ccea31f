/* On Kafka the stores are elsewhere, and finding other names would take folding the log: there only
 * the name itself is looked at. */
#include "ops/ctl/name_watch.h"

#include "core/base/utf8.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "core/model/look_alike.h"
#include "ops/ctl/reading.h"
#include "ops/ctl/say.h"

static void name_watch_note_one(struct name_watch *watch, struct str org_id,
                                const Agency__V1__Command *command)
{
    const ProtobufCMessage *payload = registry_command_payload(command);
    const struct command_type *type = registry_command(command->payload_case);
    const ProtobufCMessage *subject = payload == NULL ? NULL : registry_subject_of(payload);
    struct str name = subject == NULL ? (struct str){ 0 } : fields_string(subject, "name");
    if (type == NULL || name.size == 0 || watch->count == NAME_WATCH_MAX) {
        return;
    }
    size_t at = watch->count++;
    watch->given[at].org_id = org_id;
    watch->given[at].name = name;
    watch->given[at].kind = type->entity;
}

void name_watch_note(struct name_watch *watch, const Agency__V1__Command *command,
                     const struct submit_answer *answer)
{
    bool batch = (unsigned)command->payload_case == COMMAND_BATCH;
    struct str org_id = str_z(command->org_id);
    if (answer->code != STATUS_OK || answer->events_count == 0) {
        return;
    }
    for (size_t i = 0; batch && i < command->batch->n_commands; i++) {
        name_watch_note_one(watch, org_id, command->batch->commands[i]);
    }
    if (!batch) {
        name_watch_note_one(watch, org_id, command);
    }
}

static bool name_hides(struct str name)
{
    bool edge = name.data[0] == ' ' || name.data[name.size - 1] == ' ';
    while (name.size > 0 && !edge) {
        uint32_t c;
        size_t size = utf8_decode(name, &c);
        edge = size == 0 || utf8_unseen(c);
        name = str_from(name, size);
    }
    return edge;
}

static struct status name_watch_find(struct reading *reading, struct ctl *ctl,
                                     enum entity_kind kind, struct str name)
{
    char noun[LIFE_NOUN_SIZE];
    struct str found, id;
    TRY(look_alike_find(reading->partition->reader, &ctl->arena, ctl->options.org, kind,
                        &reading->snapshot.moment, name, &found, &id));
    if (id.size > 0) {
        say("agencyctl: warning: the name '%.*s' looks like '%.*s', the name of %s '%.*s'",
            STR_ARG(name), STR_ARG(found), life_noun(kind, noun), STR_ARG(id));
    }
    return status_ok();
}

static struct status name_watch_look(const struct name_watch *watch, size_t at, struct ctl *ctl)
{
    struct reading reading;
    ctl->options.org = watch->given[at].org_id;
    struct status st = reading_open(&reading, ctl);
    if (st.code == STATUS_OK) {
        st = name_watch_find(&reading, ctl, watch->given[at].kind, watch->given[at].name);
    }
    reading_close(&reading);
    return st;
}

void name_watch_tell(struct name_watch *watch, struct ctl *ctl)
{
    for (size_t i = 0; i < watch->count; i++) {
        struct str name = watch->given[i].name;
        if (name_hides(name)) {
            say("agencyctl: warning: the name '%.*s' has characters that nobody sees",
                STR_ARG(name));
        }
        struct status st =
            ctl->dir.shared || ctl->server != NULL ? status_ok() : name_watch_look(watch, i, ctl);
        if (st.code != STATUS_OK) {
            say("agencyctl: warning: whether another name looks like '%.*s' is not known: %s",
                STR_ARG(name), st.msg);
        }
    }
}
