/* Limits that more than one folder uses, each with its reason. A limit that decides what enters the
 * log is for ever: lowering one would make old records undecodable; raising one needs a new format
 * level. A limit of one folder stays in that folder. Sizes are bytes. */
#ifndef CORE_BASE_LIMITS_H
#define CORE_BASE_LIMITS_H

#include <assert.h>

enum {
    /* What people and programs write. 128 holds a UUID, a composite of two short names or a
     * namespaced name; a key made of three ids still fits in one store key. */
    ID_SIZE_MAX = 128,
    /* A label on a screen; longer text belongs into a description. */
    NAME_SIZE_MAX = 256,
    /* What an outside system calls an entity: an address, a path with its host, a distinguished
     * name. It is part of a key of the store, beside the ids of org and entity. */
    EXTERNAL_VALUE_SIZE_MAX = 1024,
    /* Outside systems that know one entity: each costs a row of an index. */
    EXTERNAL_IDS_MAX = 16,
    /* Index keys that a personal external id is found by at once: what a keyring has at most. */
    EXTERNAL_HASHES_MAX = 4,
    /* A description, reason or text: two screens. */
    TEXT_SIZE_MAX = 4096,
    /* Free-form data in one field (a Struct or Value), as packed bytes: a JSON Schema of a tool, a
     * page of labels. A constraint that touches it reads it whole: this keeps that below two thirds
     * of a run's gas, and within its memory. */
    DATA_SIZE_MAX = 16 * 1024,
    /* What such data is when it is sealed: with the form's number, the nonce and the tag. */
    SEALED_SIZE_MIN = 1 + 12 + 16,
    SEALED_SIZE_MAX = DATA_SIZE_MAX + SEALED_SIZE_MIN,
    /* Items of a list inside one entity. What grows by commands is an entity of its own, so this
     * bounds what one command can carry and what one read must decode. */
    LIST_ITEMS_MAX = 256,
    /* Through whom somebody acts for another: deeper chains are beyond what anybody can answer for,
     * and each link costs a Check. */
    ACTORS_MAX = 8,
    /* What a question gives beside stored state, as packed bytes: a request's attributes, not its
     * body. Keeps what a condition may cost by it below a third of its gas. */
    CONTEXT_SIZE_MAX = 4096,
    /* Annotations of a command (ticket, source, by), pairs and their bytes in all. */
    ANNOTATIONS_MAX = 16,
    ANNOTATIONS_SIZE_MAX = 2048,

    /* A command with who sent it and its proof, and any request, as packed bytes. */
    COMMAND_SIZE_MAX = 128 * 1024,
    /* How long a proof of who sent a command can count: a day bounds what a stolen one is good for,
     * and is longer than any wait that a client would sit out. */
    COMMAND_LIFE_SECONDS_MAX = 24 * 60 * 60,
    /* How far a sender's clock may be ahead of the decider's. */
    COMMAND_AHEAD_SECONDS_MAX = 60,
    /* An event, and so an entity, as packed bytes: one key-value of the store. */
    EVENT_SIZE_MAX = 64 * 1024,
    /* Events of one decision, so that no single command stalls its partition. What has more
     * dependants than that is refused: its sender ends some of them first. */
    DECISION_EVENTS_MAX = 1024,
    /* Rows of indexes that one decision changes: bounds its time, as a holder of a seat in 256
     * groups has 771 of them. */
    DECISION_ROWS_MAX = 64 * 1024,
    /* Entities of an org that wait for a time. All of them may become due at once, and are then
     * decided at some thousands a second: minutes. */
    DUES_MAX = 1000000,
    /* Those of them that wait again when their time has come, such as schedules: each costs two
     * decisions a minute at most, for ever. */
    DUES_RENEWING_MAX = 10000,
    /* Decisions in a row that follow at once from the one before. Whatever needs more goes round in
     * circles. */
    CONTINUATIONS_MAX = 4096,
    /* The body of a decision record: half of Kafka's default message limit of 1 MiB. */
    RECORD_SIZE_MAX = 512 * 1024,

    /* Levels of messages in messages in whatever comes from outside: bounds the stack of every walk
     * over them. An object in a google.protobuf.Value takes three levels, so this leaves room for
     * 20 of those (a JSON Schema of a tool nests eight and more). */
    MESSAGE_DEPTH_MAX = 64,

    /* Partitions of a log: 1024 deciders are more than a cluster of this kind has cores. */
    PARTITIONS_MAX = 1024,
    PARTITIONS_DEFAULT = 16,
};

static_assert(EVENT_SIZE_MAX < RECORD_SIZE_MAX, "the largest event fits into a decision");
static_assert(COMMAND_SIZE_MAX < RECORD_SIZE_MAX, "the largest command fits into a record");
static_assert(ANNOTATIONS_SIZE_MAX < COMMAND_SIZE_MAX, "annotations fit into a command");
static_assert(DATA_SIZE_MAX < EVENT_SIZE_MAX, "an entity can hold its data");
static_assert(ID_SIZE_MAX <= NAME_SIZE_MAX, "an id can serve as a name");
static_assert(PARTITIONS_DEFAULT <= PARTITIONS_MAX, "the default is allowed");

#endif
