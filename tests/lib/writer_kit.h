/* A writer on a log in memory, with stores in a folder. Commands come from the operator `admin`. */
#ifndef TESTS_LIB_WRITER_KIT_H
#define TESTS_LIB_WRITER_KIT_H

#include "core/base/arena.h"
#include "core/evlog/evlog_mem.h"
#include "core/model/submit_and_wait.h"
#include "tests/lib/folder_tool.h"
#include "writers/embedded/writer.h"

struct writer_kit {
    char folder[FOLDER_TOOL_PATH_MAX];
    struct evlog_mem *mem;
    struct writer *writer;
    struct arena arena;
    struct str configuration;
    unsigned reports;    /* what the writer told a person, so far */
    struct shelf *shelf; /* where the next writer shows its stores; NULL: nowhere */
    _Atomic bool closed; /* the log cannot be opened */
};

/* What decides in tests: the operator `admin` may make orgs. It lies in the arena. */
struct str writer_kit_configuration(struct arena *arena);

/* A running writer on an empty log. */
void writer_kit_open(struct writer_kit *kit);
void writer_kit_close(struct writer_kit *kit);
/* Ends the writer and starts another on the same log and stores. */
void writer_kit_restart(struct writer_kit *kit);
/* Deletes the stores; between writer_kit_stop and writer_kit_start. */
void writer_kit_stop(struct writer_kit *kit);
void writer_kit_start(struct writer_kit *kit);
void writer_kit_lose_stores(struct writer_kit *kit);

/* The bytes of a command: an org, an id, the name of its field in Command's JSON, and its JSON. */
struct str writer_kit_command(struct writer_kit *kit, const char *org_id, const char *command_id,
                              const char *command, const char *json);
/* Submits it and gives the answer. Fails the test if the writer does not take it. */
struct submit_answer writer_kit_call(struct writer_kit *kit, const char *org_id,
                                     const char *command_id, const char *command, const char *json);
/* The same, again while the answer is UNAVAILABLE. */
struct submit_answer writer_kit_insist(struct writer_kit *kit, const char *org_id,
                                       const char *command_id, const char *command,
                                       const char *json);
/* Makes the org with its owner `root`. */
void writer_kit_make_org(struct writer_kit *kit, const char *org_id);

#endif
