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
    FIELD_OWN_MAX = 15,    /* 1..15: set at creation or by a command of their own */
    FIELD_MASK = 15,       /* update_mask, in commands and events only */
    FIELD_CLIENT_MIN = 16, /* 16..49: the client's, by mask */
    FIELD_CLIENT_MAX = 49,
    FIELD_VERSION = 50, /* 50..: the system's */
    FIELD_STATUS = 51,
    FIELD_CREATED_AT = 52,
    FIELD_UPDATED_AT = 53,
};

/* Copies each field that both messages have under the same name, number and type, up to
 * FIELD_CLIENT_MAX; shallow: what fields point to is shared. */
void fields_copy(const ProtobufCMessage *from, ProtobufCMessage *to);

/* Copies the client fields that the mask names; shallow. INVALID_ARGUMENT for an empty mask and for
 * a path that is not a client field of `to`. */
MUST_USE struct status fields_copy_masked(const ProtobufCMessage *from,
                                          const Google__Protobuf__FieldMask *mask,
                                          ProtobufCMessage *to);

/* Whether the client fields that the mask names are equal in both. */
MUST_USE struct status fields_equal_masked(struct arena *arena, const ProtobufCMessage *from,
                                           const Google__Protobuf__FieldMask *mask,
                                           const ProtobufCMessage *to, bool *equal);

/* The update_mask of a command or event; NULL where none is set. The message must have the field.
 */
const Google__Protobuf__FieldMask *fields_mask(const ProtobufCMessage *message);
void fields_set_mask(ProtobufCMessage *message, const Google__Protobuf__FieldMask *mask);

/* The time at which an entity expires; NULL: never, or its kind does not. */
const Google__Protobuf__Timestamp *fields_expiry(const ProtobufCMessage *entity);

/* A string field by name, NULL-safe; empty where the message has no such field. Borrows. */
struct str fields_string(const ProtobufCMessage *message, const char *name);

/* The system's fields of an entity. */
uint64_t fields_version(const ProtobufCMessage *entity);
unsigned fields_status(const ProtobufCMessage *entity);
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
