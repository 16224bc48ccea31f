/* Who answers agencyctl's questions: the stores of a data folder, by the code of query/, or a
 * server, which answers by the same. Verbs make a request and print the response. */
#ifndef OPS_CTL_ASKER_H
#define OPS_CTL_ASKER_H

#include "agency/v1/query_service.pb-c.h"
#include "ops/ctl/reading.h"
#include "query/question.h"

struct asker {
    struct ctl *ctl;
    struct arena arena; /* of the last answer */
    struct buf page;    /* the token of the next page */
    bool org_open;
    struct reading reading; /* of a folder */
    struct stores stores;
    const Agency__V1__Moment *moment; /* of the last answer, */
    char why[MOMENT_WHY_SIZE];        /* and why it may change; empty: it is final */
    const Agency__V1__Moment *from;   /* the other moment, of an answer about two */
    bool said;                        /* to a person */
    size_t taken;                     /* items, of all pages */
    uint64_t looked;                  /* rows of lists that were looked at, of all pages */
    char index[64];                   /* that served the last list; empty: none */
    bool clock_doubted;               /* as of reading_word */
    int64_t word_us;                  /* of a folder's owner: reading_word */
    bool across;                      /* the last answer is one across orgs: */
    int64_t known_us;                 /* what all partitions know; 0: nobody knows */
    bool provisional;                 /* and it may change */
    bool waived; /* the last answer's: the permission asked about is waived by the org */
};

/* Begins; what is asked is about ctl's org, as of the moment that its options name. */
MUST_USE struct status asker_open(struct asker *asker, struct ctl *ctl);
/* A zeroed one is fine. */
void asker_close(struct asker *asker);

/* From now on it is about another org. NOT_FOUND: there is none then. */
MUST_USE struct status asker_turn_to(struct asker *asker, struct str org_id);

/* Asks a method of Query. Org and moment of the request are filled in; `response` is the address of
 * a pointer to its struct, valid until the next question. Statuses of the question. */
MUST_USE struct status asker_ask(struct asker *asker, const char *method, ProtobufCMessage *request,
                                 void *response);
/* The same of Get of a kind; `request` is of its type (asker_get_type). */
MUST_USE struct status asker_get(struct asker *asker, enum entity_kind kind,
                                 ProtobufCMessage *request, void *response);
const ProtobufCMessageDescriptor *asker_get_type(enum entity_kind kind);
const ProtobufCMessageDescriptor *asker_list_type(enum entity_kind kind);

/* Asks for pages, --limit items at most from --page on, and gives each item to `take`, whose output
 * may be as long as it likes; tells a person how to go on. */
typedef struct status asker_take(void *context, const ProtobufCMessage *item);
MUST_USE struct status asker_pages(struct asker *asker, const char *method,
                                   ProtobufCMessage *request, asker_take *take, void *context);
MUST_USE struct status asker_list(struct asker *asker, enum entity_kind kind,
                                  ProtobufCMessage *request, asker_take *take, void *context);

/* Opens an asker for the pages of one question, and closes it; of one across orgs tells how far its
 * answer is. */
MUST_USE struct status asker_once(struct ctl *ctl, const char *method, ProtobufCMessage *request,
                                  asker_take *take, void *context);

/* Tells a person on standard error what moment a table is about; once. */
void asker_say_moment(struct asker *asker);
/* The same of an answer across orgs: how far it is. */
void asker_say_known(const struct asker *asker);
/* The same of a permission that the org waives, so that commands are accepted without it. */
void asker_say_waived(const struct asker *asker, bool waived, const char *permission);

/* The same of what a list took. */
void asker_say_looked(const struct asker *asker);

#endif
