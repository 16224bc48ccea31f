#include "core/auth/command_record.h"

#include "core/auth/carried_text.h"
#include "core/base/limits.h"
#include "core/keyring/personal.h"
#include "core/keyring/profile.h"
#include "core/pb/field.h"
#include "core/pb/message.h"

/* ---- a command, and those that it carries ---- */

typedef struct status command_record_visit(void *context, const Agency__V1__Command *command);

/* Messages in each other: one of a batch has 5. */
enum { COMMAND_RECORD_DEPTH_MAX = 24 };

static struct status command_record_each(const ProtobufCMessage *message, unsigned depth,
                                         command_record_visit *visit, void *context);

/* Those in one of its fields. In data that is no message of ours there is none. */
static struct status command_record_each_in(const ProtobufCMessage *message,
                                            const ProtobufCFieldDescriptor *field, unsigned depth,
                                            command_record_visit *visit, void *context)
{
    if (field->type != PROTOBUF_C_TYPE_MESSAGE ||
        strcmp(pb_field_type(field)->package_name, "agency.v1") != 0 ||
        !pb_field_has(message, field)) {
        return status_ok();
    }
    if (!pb_field_repeated(field)) {
        return command_record_each(pb_field_message(pb_field_at(message, field)), depth, visit,
                                   context);
    }
    for (size_t i = 0; i < pb_field_count(message, field); i++) {
        TRY(command_record_each(pb_field_message(pb_field_item(message, field, i)), depth, visit,
                                context));
    }
    return status_ok();
}

/* Visits each command that is in the message or is it, at whatever depth, such as of a batch. */
static struct status command_record_each(const ProtobufCMessage *message, unsigned depth,
                                         command_record_visit *visit, void *context)
{
    if (depth > COMMAND_RECORD_DEPTH_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a command that is less deep");
    }
    if (message->descriptor == &agency__v1__command__descriptor) {
        TRY(visit(context, (const Agency__V1__Command *)(const void *)message));
    }
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        TRY(command_record_each_in(message, &message->descriptor->fields[i], depth + 1, visit,
                                   context));
    }
    return status_ok();
}

/* ---- what must not be in clear ---- */

/* The credential that a command binds, and where its identity stands; NULL: none. */
static Agency__V1__Credential *command_record_credential(const Agency__V1__Command *command,
                                                         char ***identity)
{
    if (command->payload_case == AGENCY__V1__COMMAND__PAYLOAD_BIND_CREDENTIAL) {
        *identity = &command->bind_credential->identity;
        return command->bind_credential->credential;
    }
    if (command->payload_case == AGENCY__V1__COMMAND__PAYLOAD_CREATE_ORG) {
        *identity = &command->create_org->identity;
        return command->create_org->credential;
    }
    *identity = NULL;
    return NULL;
}

static struct status command_record_look_hashed(void *context, const Agency__V1__Command *command)
{
    char **identity;
    bool *hashed = context;
    const Agency__V1__Credential *credential = command_record_credential(command, &identity);
    *hashed = *hashed || (credential != NULL && credential->identity_hash[0] != '\0' &&
                          credential->kind != AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_ED25519);
    return status_ok();
}

bool command_record_is_hashed(const Agency__V1__Command *command)
{
    bool hashed = false;
    struct status st = command_record_each(&command->base, 0, command_record_look_hashed, &hashed);
    return st.code == STATUS_OK && hashed;
}

/* What the command says: the member of a union of pointers, so that any of them reads it. */
static const ProtobufCMessage *command_record_payload(const Agency__V1__Command *command)
{
    return (const ProtobufCMessage *)(const void *)command->create_org;
}

/* The entity in one of the payload's fields; NULL: there is none. */
static ProtobufCMessage *command_record_entity(const ProtobufCMessage *payload, unsigned place)
{
    const ProtobufCFieldDescriptor *field = &payload->descriptor->fields[place];
    bool entity = field->type == PROTOBUF_C_TYPE_MESSAGE && !pb_field_repeated(field);
    return entity ? pb_field_message(pb_field_at(payload, field)) : NULL;
}

static Agency__V1__Subject *command_record_subject(const ProtobufCMessage *entity)
{
    return entity->descriptor == &agency__v1__subject__descriptor
               ? (Agency__V1__Subject *)(void *)(uintptr_t)entity
               : NULL;
}

/* What an entity carries as data. */
static struct status command_record_check_carried(const ProtobufCMessage *entity)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(entity->descriptor, "command");
    bool carries = field != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE &&
                   field->descriptor == &google__protobuf__struct__descriptor &&
                   pb_field_has(entity, field);
    return carries ? carried_text_check((const Google__Protobuf__Struct *)(const void *)
                                            pb_field_message(pb_field_at(entity, field)))
                   : status_ok();
}

static struct status command_record_hide_entities(struct arena *arena,
                                                  const struct keyring *keyring, struct str org_id,
                                                  const Agency__V1__Command *command)
{
    const ProtobufCMessage *payload = command_record_payload(command);
    for (unsigned i = 0; payload != NULL && i < payload->descriptor->n_fields; i++) {
        ProtobufCMessage *entity = command_record_entity(payload, i);
        if (entity == NULL) {
            continue;
        }
        if (command_record_subject(entity) != NULL) {
            TRY(profile_seal(arena, keyring, org_id, command_record_subject(entity)));
        }
        TRY(personal_hide(arena, keyring, org_id, entity));
        TRY(command_record_check_carried(entity));
    }
    return status_ok();
}

static struct status command_record_check_entity(const ProtobufCMessage *entity)
{
    const Agency__V1__Subject *subject = command_record_subject(entity);
    if (subject != NULL && subject->profile != NULL && subject->profile->data != NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected profile.sealed in what is signed, but it is in clear");
    }
    return personal_in_clear(entity)
               ? status_error(STATUS_INVALID_ARGUMENT,
                              "expected hashes of personal external ids in what is signed, but "
                              "one is in clear")
               : command_record_check_carried(entity);
}

static struct status command_record_check_entities(const Agency__V1__Command *command)
{
    const ProtobufCMessage *payload = command_record_payload(command);
    for (unsigned i = 0; payload != NULL && i < payload->descriptor->n_fields; i++) {
        const ProtobufCMessage *entity = command_record_entity(payload, i);
        if (entity != NULL) {
            TRY(command_record_check_entity(entity));
        }
    }
    return status_ok();
}

static struct status command_record_check_one(void *context, const Agency__V1__Command *command)
{
    char **identity;
    (void)context;
    command_record_credential(command, &identity);
    if (identity != NULL && (*identity)[0] != '\0') {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected identity_hash in what is signed, but identity is in clear");
    }
    return command_record_check_entities(command);
}

struct status command_record_check_hidden(const Agency__V1__Command *command)
{
    return command_record_each(&command->base, 0, command_record_check_one, NULL);
}

/* An identity in clear becomes its hash. */
static struct status command_record_hide_identity(struct arena *arena, struct str cluster_key,
                                                  const Agency__V1__Command *command)
{
    char **identity;
    Agency__V1__Credential *credential = command_record_credential(command, &identity);
    if (identity == NULL || (*identity)[0] == '\0') {
        return status_ok();
    }
    if (credential == NULL || credential->identity_hash[0] != '\0') {
        return status_error(STATUS_INVALID_ARGUMENT,
                            credential == NULL
                                ? "expected identity beside a credential, but there is none"
                                : "expected identity or identity_hash, but both are set");
    }
    TRY(principal_identity_hash(arena, cluster_key, credential->kind, str_z(*identity),
                                &credential->identity_hash));
    return arena_text(arena, STR(""), identity);
}

struct command_record_hiding {
    struct arena *arena;
    const struct command_record_keys *keys;
    struct str org_id; /* of the command that carries all others, too */
};

static struct status command_record_hide_one(void *context, const Agency__V1__Command *command)
{
    const struct command_record_hiding *hiding = context;
    TRY(command_record_hide_identity(hiding->arena, hiding->keys->cluster_key, command));
    return command_record_hide_entities(hiding->arena, &hiding->keys->keyring, hiding->org_id,
                                        command);
}

struct status command_record_hide(struct arena *arena, const struct command_record_keys *keys,
                                  const Agency__V1__Command *command)
{
    struct command_record_hiding hiding = { arena, keys, str_z(command->org_id) };
    return command_record_each(&command->base, 0, command_record_hide_one, &hiding);
}

static struct status command_record_prove(struct arena *arena,
                                          const struct command_record_proof *proof,
                                          Agency__V1__CommandRecord *record,
                                          const Agency__V1__Command *command)
{
    record->issued_at_us = proof->issued_at_us;
    record->expires_at_us = proof->expires_at_us;
    return proof->signer == NULL
               ? command_signature_seal(arena, &proof->cluster, record, command)
               : command_signature_sign(arena, proof->cluster.id, proof->signer, record, command);
}

struct status command_record_make(struct arena *arena, const struct command_record_keys *keys,
                                  Agency__V1__Command *command,
                                  const Agency__V1__Principal *principal,
                                  const struct command_record_proof *proof, struct str *record)
{
    struct str packed;
    TRY(command_record_hide(arena, keys, command));
    TRY(pb_sort_structs(arena, &command->base));
    TRY(pb_pack(arena, &command->base, &packed));
    Agency__V1__CommandRecord whole = AGENCY__V1__COMMAND_RECORD__INIT;
    whole.command = (ProtobufCBinaryData){ packed.size, (uint8_t *)(uintptr_t)packed.data };
    whole.principal = (Agency__V1__Principal *)(uintptr_t)principal;
    if (proof != NULL) {
        TRY(command_record_prove(arena, proof, &whole, command));
    }
    size_t size = pb_packed_size(&whole.base);
    if (size > COMMAND_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a command of at most %d bytes, but it has %zu",
                            COMMAND_SIZE_MAX, size);
    }
    return pb_pack(arena, &whole.base, record);
}

struct command_record_erasure command_record_erasure(const Agency__V1__Command *command)
{
    struct str org_id = str_z(command->org_id);
    switch ((unsigned)command->payload_case) {
    case AGENCY__V1__COMMAND__PAYLOAD_ERASE_SUBJECT:
        return (struct command_record_erasure){ org_id, str_z(command->erase_subject->subject_id) };
    case AGENCY__V1__COMMAND__PAYLOAD_ERASE_ORG:
        return (struct command_record_erasure){ .org_id = org_id };
    }
    return (struct command_record_erasure){ 0 };
}

struct status command_record_erase(const struct keyring *keyring,
                                   const struct command_record_erasure *erasure)
{
    if (erasure->org_id.size == 0) {
        return status_ok();
    }
    return erasure->subject_id.size == 0
               ? keyring_destroy_org(keyring, erasure->org_id)
               : keyring_destroy(keyring, erasure->org_id, erasure->subject_id);
}
