/* keyring rehash: personal external ids get hashes under all index keys, where their value can
 * still be known. Nobody keeps it, but the subject's profile may have it: whatever text there has
 * one of the id's hashes is its value, which is then given again, by a command as any other. */
#include <inttypes.h>

#include "core/domain/kernel/fields.h"
#include "core/pb/message.h"
#include "ops/ctl/command_read.h"
#include "ops/ctl/personal_ids.h"
#include "ops/ctl/say.h"
#include "ops/ctl/sending.h"

enum { REHASH_TOLD_MAX = 10 };

struct rehash {
    struct ctl *ctl;
    struct keyring_index_keys keys;
    Agency__V1__Command **commands; /* one a subject */
    size_t commands_count;
    size_t commands_room;
    uint64_t found; /* ids in them */
    uint64_t unknown;
    uint64_t rejected;
};

/* ---- the value ---- */

static struct status rehash_is(const struct rehash *rehash, const struct personal_id *id,
                               struct str text, bool *is)
{
    const Agency__V1__ExternalId *external = id->subject->external_ids[id->place];
    struct keyring_codes codes;
    *is = false;
    TRY(keyring_index(&rehash->ctl->keyring, id->org_id, str_z(external->system), text, &codes));
    for (size_t i = 0; i < external->n_hashes; i++) {
        for (size_t k = 0; k < codes.count; k++) {
            *is = *is || (strcmp(external->hashes[i]->key_id, codes.items[k].key_id) == 0 &&
                          strcmp(external->hashes[i]->hmac, codes.items[k].hmac) == 0);
        }
    }
    return status_ok();
}

static struct status rehash_look_in_struct(const struct rehash *rehash,
                                           const struct personal_id *id,
                                           const Google__Protobuf__Struct *data,
                                           const char **value);

/* The first text at or below a value that is the id's; NULL stays: there is none. A profile is
 * read, so it is no deeper than JSON may be. */
static struct status rehash_look(const struct rehash *rehash, const struct personal_id *id,
                                 const Google__Protobuf__Value *node, const char **value)
{
    bool is = false;
    switch ((unsigned)node->kind_case) {
    case GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE:
        TRY(rehash_is(rehash, id, str_z(node->string_value), &is));
        *value = is ? node->string_value : *value;
        return status_ok();
    case GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE:
        return rehash_look_in_struct(rehash, id, node->struct_value, value);
    case GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE:
        for (size_t i = 0; i < node->list_value->n_values && *value == NULL; i++) {
            TRY(rehash_look(rehash, id, node->list_value->values[i], value));
        }
        return status_ok();
    }
    return status_ok();
}

static struct status rehash_look_in_struct(const struct rehash *rehash,
                                           const struct personal_id *id,
                                           const Google__Protobuf__Struct *data, const char **value)
{
    for (size_t i = 0; i < data->n_fields && *value == NULL; i++) {
        if (data->fields[i]->value != NULL) {
            TRY(rehash_look(rehash, id, data->fields[i]->value, value));
        }
    }
    return status_ok();
}

static struct status rehash_find(const struct rehash *rehash, const struct personal_id *id,
                                 const char **value)
{
    const Agency__V1__Profile *profile = id->subject->profile;
    *value = NULL;
    return profile == NULL || profile->data == NULL
               ? status_ok()
               : rehash_look_in_struct(rehash, id, profile->data, value);
}

/* ---- the command ---- */

static struct status rehash_envelope(struct rehash *rehash, const struct personal_id *id,
                                     Agency__V1__Command *command)
{
    struct arena *arena = &rehash->ctl->arena;
    TRY(command_read_new_id(rehash->ctl, &command->command_id));
    TRY(arena_text(arena, id->org_id, &command->org_id));
    command->expected_version = id->subject->version;
    return fields_time_new(arena, clock_now_us(&rehash->ctl->clock), &command->issued_at);
}

static struct status rehash_update(struct arena *arena, const Agency__V1__Subject *subject,
                                   Agency__V1__UpdateSubject **out)
{
    Agency__V1__UpdateSubject *update;
    Agency__V1__Subject only = AGENCY__V1__SUBJECT__INIT;
    char *paths[] = { (char *)(uintptr_t) "external_ids" };
    Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
    Agency__V1__UpdateSubject whole = AGENCY__V1__UPDATE_SUBJECT__INIT;
    only.subject_id = subject->subject_id;
    only.external_ids = subject->external_ids;
    only.n_external_ids = subject->n_external_ids;
    mask.paths = paths;
    mask.n_paths = 1;
    whole.subject = &only;
    whole.update_mask = &mask;
    TRY(pb_copy(arena, &whole.base, &update)); /* what is listed is gone with the next page */
    *out = update;
    return status_ok();
}

/* The command of the subject: the last one, or a new one. */
static struct status rehash_command(struct rehash *rehash, const struct personal_id *id,
                                    Agency__V1__Command **out)
{
    struct arena *arena = &rehash->ctl->arena;
    size_t count = rehash->commands_count;
    *out = count == 0 ? NULL : rehash->commands[count - 1];
    if (*out != NULL && str_eq(str_z((*out)->org_id), id->org_id) &&
        strcmp((*out)->update_subject->subject->subject_id, id->subject->subject_id) == 0) {
        return status_ok();
    }
    ARENA_TRY(arena, rehash->commands,
              arena_grow(arena, rehash->commands, count, sizeof(void *), &rehash->commands_room));
    TRY(pb_new(arena, &agency__v1__command__descriptor, out));
    TRY(rehash_envelope(rehash, id, *out));
    TRY(rehash_update(arena, id->subject, &(*out)->update_subject));
    (*out)->payload_case = AGENCY__V1__COMMAND__PAYLOAD_UPDATE_SUBJECT;
    rehash->commands[rehash->commands_count++] = *out;
    return status_ok();
}

static struct status rehash_take(void *context, const struct personal_id *id)
{
    struct rehash *rehash = context;
    Agency__V1__Command *command;
    const char *value;
    if (personal_id_has(id, rehash->keys.items, 1)) {
        return status_ok();
    }
    TRY(rehash_find(rehash, id, &value));
    if (value == NULL) {
        if (rehash->unknown++ < REHASH_TOLD_MAX) {
            say("subject '%s' of org '%.*s': its profile does not have what system '%s' calls it",
                id->subject->subject_id, STR_ARG(id->org_id),
                id->subject->external_ids[id->place]->system);
        }
        return status_ok();
    }
    TRY(rehash_command(rehash, id, &command));
    Agency__V1__ExternalId *again = command->update_subject->subject->external_ids[id->place];
    again->n_hashes = 0;
    rehash->found++;
    return arena_text(&rehash->ctl->arena, str_z(value), &again->value);
}

/* ---- sending ---- */

static struct status rehash_send_one(struct rehash *rehash, struct sending *sending,
                                     Agency__V1__Command *command)
{
    struct submit_answer answer;
    TRY(sending_call(sending, &rehash->ctl->arena, command, &answer));
    if (sending_is_over(&answer)) {
        return status_error(answer.code, "%s", answer.reason);
    }
    if (answer.code != STATUS_OK && rehash->rejected++ < REHASH_TOLD_MAX) {
        say("subject '%s' of org '%s': %s: %s", command->update_subject->subject->subject_id,
            command->org_id, status_code_name(answer.code), answer.reason);
    }
    return status_ok();
}

static struct status rehash_send(struct rehash *rehash)
{
    struct sending sending;
    if (rehash->commands_count == 0) {
        return status_ok();
    }
    TRY(sending_open(&sending, rehash->ctl));
    struct status st = status_ok();
    for (size_t i = 0; i < rehash->commands_count && st.code == STATUS_OK; i++) {
        st = rehash_send_one(rehash, &sending, rehash->commands[i]);
    }
    struct status closed = sending_close(&sending);
    return st.code == STATUS_OK ? closed : st;
}

static void rehash_say(const struct rehash *rehash)
{
    struct ctl *ctl = rehash->ctl;
    uint64_t subjects = rehash->commands_count - rehash->rejected;
    if (ctl->options.output == CTL_JSON) {
        buf_printf(&ctl->out,
                   "{\"subjects\":\"%" PRIu64 "\",\"rejected\":\"%" PRIu64
                   "\",\"unknown\":\"%" PRIu64 "\"}\n",
                   subjects, rehash->rejected, rehash->unknown);
        return;
    }
    buf_printf(&ctl->out,
               "%" PRIu64 " subjects have hashes under the newest key now, %" PRIu64
               " rejected; %" PRIu64 " external ids stand in no profile: give them again\n",
               subjects, rehash->rejected, rehash->unknown);
}

struct status ctl_keyring_rehash(struct ctl *ctl)
{
    struct rehash rehash = { .ctl = ctl };
    TRY(ctl_need_keyring(ctl));
    TRY(keyring_index_keys(&ctl->keyring, &rehash.keys));
    struct status st = personal_ids_each(ctl, rehash_take, &rehash);
    explicit_bzero(&rehash.keys, sizeof rehash.keys);
    TRY(st);
    TRY(rehash_send(&rehash));
    rehash_say(&rehash);
    if (rehash.rejected > 0) {
        ctl->exit = CTL_REJECTED;
    }
    return status_ok();
}
