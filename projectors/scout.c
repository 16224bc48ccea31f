#include "projectors/scout.h"

#include <pthread.h>

#include "core/base/memory.h"
#include "core/base/queue.h"

struct scout_question {
    uint32_t number;
    struct evlog *log; /* to be closed, with `reader`, instead of a question */
    struct evlog_reader *reader;
};

struct scout {
    struct scout_options options;
    struct queue *questions; /* of struct scout_question */
    struct queue *answers;   /* of struct scout_answer */
    int descriptor;
    pthread_t thread;
    bool running;
    struct bookmark_search search; /* the thread's; its log, for reading, is NULL until needed and
                                      after a failure */
};

static void scout_close_log(struct scout *scout)
{
    bookmark_search_release(&scout->search);
    evlog_close(scout->search.log);
    scout->search.log = NULL;
}

static struct status scout_find(struct scout *scout, uint32_t number, struct bookmark *bookmark)
{
    struct bookmark_search *search = &scout->search;
    if (search->log == NULL) {
        TRY(scout->options.open_log(scout->options.context, true, &search->log));
    }
    struct status st = bookmark_find(search, number, bookmark);
    if (st.code == STATUS_UNAVAILABLE) {
        scout_close_log(scout);
    }
    return st;
}

static void scout_reply(struct scout *scout, uint32_t number)
{
    struct scout_answer answer = { .number = number };
    if (number == SCOUT_LOG) {
        answer.status = scout->options.open_log(scout->options.context, false, &answer.log);
    } else {
        answer.status = scout_find(scout, number, &answer.bookmark);
    }
    bool taken = queue_push(scout->answers, &answer);
    assert(taken); /* there is room for an answer to each question */
}

static void *scout_run(void *self)
{
    struct scout *scout = self;
    struct scout_question question;
    while (queue_pop_wait(scout->questions, &question, 1, -1) == 1) {
        evlog_reader_close(question.reader);
        evlog_close(question.log);
        if (question.log == NULL && !queue_stopped(scout->questions)) {
            scout_reply(scout, question.number);
        }
    }
    return NULL;
}

struct status scout_open(const struct scout_options *options, struct scout **out)
{
    struct scout *scout = mem_zalloc(1, sizeof *scout);
    scout->options = *options;
    scout->search.level_known = options->level_known;
    /* A log is buried only after its opening was answered, so there is at most one. */
    scout->questions = queue_open(options->questions_max + 1, sizeof(struct scout_question));
    scout->answers = queue_open(options->questions_max, sizeof(struct scout_answer));
    struct status st = queue_descriptor(scout->answers, &scout->descriptor);
    if (st.code == STATUS_OK && pthread_create(&scout->thread, NULL, scout_run, scout) != 0) {
        st = status_error(STATUS_UNAVAILABLE, "expected a thread for the feed, but there is none");
    }
    if (st.code != STATUS_OK) {
        scout_close(scout);
        return st;
    }
    scout->running = true;
    *out = scout;
    return st;
}

void scout_close(struct scout *scout)
{
    struct scout_answer answer;
    if (scout == NULL) {
        return;
    }
    queue_stop(scout->questions);
    if (scout->running) {
        pthread_join(scout->thread, NULL);
    }
    while (queue_pop(scout->answers, &answer, 1) == 1) {
        evlog_close(answer.log);
    }
    scout_close_log(scout);
    queue_close(scout->questions);
    queue_close(scout->answers);
    mem_free(scout);
}

static void scout_push(struct scout *scout, struct scout_question question)
{
    bool taken = queue_push(scout->questions, &question);
    assert(taken);
}

void scout_ask(struct scout *scout, uint32_t number)
{
    scout_push(scout, (struct scout_question){ .number = number });
}

void scout_bury(struct scout *scout, struct evlog *log, struct evlog_reader *reader)
{
    if (log != NULL) {
        scout_push(scout, (struct scout_question){ .log = log, .reader = reader });
    }
}

bool scout_take(struct scout *scout, struct scout_answer *answer)
{
    return queue_pop(scout->answers, answer, 1) == 1;
}

int scout_descriptor(const struct scout *scout)
{
    return scout->descriptor;
}
