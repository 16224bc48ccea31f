/* Fields of messages by their descriptors: what is the same for every kind is derived, not written
 * again. */
#ifndef CORE_DOMAIN_KERNEL_FIELDS_H
#define CORE_DOMAIN_KERNEL_FIELDS_H

#include <protobuf-c/protobuf-c.h>

#include "agency/v1/common.pb-c.h"
#include "core/base/arena.h"
#include "core/base/status.h"
#include "google/protobuf/field_mask.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"

/* Field numbers of entities (docs/architecture.md, "The state is what you read"). */
enum {
    FIELD_MASK = 2,        /* update_mask, beside the entity that a command or event carries */
    FIELD_CLIENT_MIN = 16, /* 1..15: given at creation; 16..49: then, and by mask */
    FIELD_CLIENT_MAX = 49,
    FIELD_VERSION = 50, /* 50..: the system's: these four, what decide derives, and what only a
                           command of its own sets */
    FIELD_STATUS = 51,
    FIELD_CREATED_AT = 52,
    FIELD_UPDATED_AT = 53,
    FIELD_DUE_AT = 61, /* of TIMED kinds (due.h) */
    FIELD_DUE_ERROR = 62,
};

/* Copies each field that both messages have under the same name and type; shallow: what fields
 * point to is shared. */
void fields_copy(const ProtobufCMessage *from, ProtobufCMessage *to);
/* Makes `to` the same entity as `from`, but for version, status and times, which stay; shallow. */
void fields_replace(const ProtobufCMessage *from, ProtobufCMessage *to);

/* Copies the client fields that the mask names, of messages of one type; shallow. INVALID_ARGUMENT
 * for an empty mask and for a path that is not a client field. */
MUST_USE struct status fields_copy_masked(const ProtobufCMessage *from,
                                          const Google__Protobuf__FieldMask *mask,
                                          ProtobufCMessage *to);

/* For each field NAME that the mask names, copies the system's NAME_profile, where there is one:
 * with which profile of the language an expression was checked. */
void fields_copy_profiles(const ProtobufCMessage *from, const Google__Protobuf__FieldMask *mask,
                          ProtobufCMessage *to);

/* The update_mask of a command or event: its field, or NULL for one without; its value, or NULL
 * where none is set. */
const ProtobufCFieldDescriptor *fields_mask_field(const ProtobufCMessageDescriptor *payload);
const Google__Protobuf__FieldMask *fields_mask(const ProtobufCMessage *payload);

/* A mask of all client fields that are set. */
MUST_USE struct status fields_mask_of(struct arena *arena, const ProtobufCMessage *entity,
                                      Google__Protobuf__FieldMask **mask);

/* Whether a field is the same in both, which are of one type. */
MUST_USE struct status fields_equal(struct arena *arena, const ProtobufCMessage *a,
                                    const ProtobufCMessage *b,
                                    const ProtobufCFieldDescriptor *field, bool *equal);

/* Whether it is the client's to change, by mask. */
bool fields_is_client(const ProtobufCFieldDescriptor *field);

/* The time at which an entity expires; NULL: never, or its kind does not. */
const Google__Protobuf__Timestamp *fields_expiry(const ProtobufCMessage *entity);
/* Whether that time has come: NULL never does. */
bool fields_expired(const Google__Protobuf__Timestamp *expires_at, int64_t at_us);

/* A string field by name, NULL-safe; empty where the message has no such field. Borrows. */
struct str fields_string(const ProtobufCMessage *message, const char *name);

/* Takes all away that clients gave, but the first key_parts fields. */
void fields_erase(ProtobufCMessage *entity, size_t key_parts);

/* The system's fields of an entity. */
uint64_t fields_version(const ProtobufCMessage *entity);
unsigned fields_status(const ProtobufCMessage *entity);
/* Whether the entity no longer counts: it has ended, or was removed or erased. */
bool fields_is_over(const ProtobufCMessage *entity);
void fields_set_status(ProtobufCMessage *entity, Agency__V1__EntityStatus status);
/* Sets version and times (created_at only if unset); timestamps lie in the arena. */
MUST_USE struct status fields_stamp(struct arena *arena, ProtobufCMessage *entity, uint64_t version,
                                    int64_t occurred_at_us);

/* RESOURCE_EXHAUSTED if a list of the entity holds more than LIST_ITEMS_MAX items. */
MUST_USE struct status fields_check_lists(const ProtobufCMessage *entity);

/* Microseconds since 1970, and back; fields_time(NULL) is 0. Times are checked by fields_check_time
 * first. */
int64_t fields_time_us(const Google__Protobuf__Timestamp *time);
/* True if both are the same moment, or both unset. */
bool fields_same_time(const Google__Protobuf__Timestamp *a, const Google__Protobuf__Timestamp *b);
MUST_USE struct status fields_time_new(struct arena *arena, int64_t time_us,
                                       Google__Protobuf__Timestamp **time);
/* INVALID_ARGUMENT unless it is in the years 1..9999 and has whole microseconds; `what` names the
 * field. */
MUST_USE struct status fields_check_time(const Google__Protobuf__Timestamp *time, const char *what);

#endif
