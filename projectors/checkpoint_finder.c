/* Whatever blocks for brokers happens here: opening a log, reading its last records, closing what
 * broke. The publisher asks by a queue and goes on; a question is a value, and so is its answer,
 * so the two threads share nothing else. There is room for an answer to each question, so the
 * thread never waits for the publisher. */
#include "projectors/checkpoint_finder.h"

#include <pthread.h>

#include "core/base/memory.h"
#include "core/base/queue.h"

struct checkpoint_finder_question {
    uint32_t number;
    struct evlog *log; /* to be closed, with `reader`, instead of a question */
    struct evlog_reader *reader;
};

struct checkpoint_finder {
    struct checkpoint_finder_options options;
    struct queue *questions; /* of struct checkpoint_finder_question */
    struct queue *answers;   /* of struct checkpoint_finder_answer */
    int descriptor;
    pthread_t thread;
    bool running;
    struct checkpoint_search search; /* the thread's; its log, for reading, is NULL until needed and
                                      after a failure */
};

static void checkpoint_finder_close_log(struct checkpoint_finder *finder)
{
    checkpoint_search_release(&finder->search);
    evlog_close(finder->search.log);
    finder->search.log = NULL;
}

static struct status checkpoint_finder_find(struct checkpoint_finder *finder, uint32_t number,
                                            struct checkpoint *checkpoint)
{
    struct checkpoint_search *search = &finder->search;
    if (search->log == NULL) {
        TRY(evlog_opener_open(&finder->options.opener, true, &search->log));
    }
    struct status st = checkpoint_find(search, number, checkpoint);
    if (st.code == STATUS_UNAVAILABLE) {
        checkpoint_finder_close_log(finder);
    }
    return st;
}

static void checkpoint_finder_reply(struct checkpoint_finder *finder, uint32_t number)
{
    struct checkpoint_finder_answer answer = { .number = number };
    if (number == CHECKPOINT_FINDER_LOG) {
        answer.status = evlog_opener_open(&finder->options.opener, false, &answer.log);
    } else {
        answer.status = checkpoint_finder_find(finder, number, &answer.checkpoint);
    }
    bool taken = queue_push(finder->answers, &answer);
    assert(taken); /* there is room for an answer to each question */
}

static void *checkpoint_finder_run(void *self)
{
    struct checkpoint_finder *finder = self;
    struct checkpoint_finder_question question;
    while (queue_pop_wait(finder->questions, &question, 1, -1) == 1) {
        evlog_reader_close(question.reader);
        evlog_close(question.log);
        if (question.log == NULL && !queue_stopped(finder->questions)) {
            checkpoint_finder_reply(finder, question.number);
        }
    }
    return NULL;
}

struct status checkpoint_finder_open(const struct checkpoint_finder_options *options,
                                     struct checkpoint_finder **out)
{
    struct checkpoint_finder *finder = mem_zalloc(1, sizeof *finder);
    finder->options = *options;
    finder->search.level_known = options->level_known;
    /* A log is buried only after its opening was answered, so there is at most one. */
    finder->questions =
        queue_open(options->questions_max + 1, sizeof(struct checkpoint_finder_question));
    finder->answers = queue_open(options->questions_max, sizeof(struct checkpoint_finder_answer));
    struct status st = queue_descriptor(finder->answers, &finder->descriptor);
    if (st.code == STATUS_OK &&
        pthread_create(&finder->thread, NULL, checkpoint_finder_run, finder) != 0) {
        st = status_error(STATUS_UNAVAILABLE,
                          "expected a thread for the publisher, but there is none");
    }
    if (st.code != STATUS_OK) {
        checkpoint_finder_close(finder);
        return st;
    }
    finder->running = true;
    *out = finder;
    return st;
}

void checkpoint_finder_close(struct checkpoint_finder *finder)
{
    struct checkpoint_finder_answer answer;
    if (finder == NULL) {
        return;
    }
    queue_stop(finder->questions);
    if (finder->running) {
        pthread_join(finder->thread, NULL);
    }
    while (queue_pop(finder->answers, &answer, 1) == 1) {
        evlog_close(answer.log);
    }
    checkpoint_finder_close_log(finder);
    queue_close(finder->questions);
    queue_close(finder->answers);
    mem_free(finder);
}

static void checkpoint_finder_push(struct checkpoint_finder *finder,
                                   struct checkpoint_finder_question question)
{
    bool taken = queue_push(finder->questions, &question);
    assert(taken);
}

void checkpoint_finder_ask(struct checkpoint_finder *finder, uint32_t number)
{
    checkpoint_finder_push(finder, (struct checkpoint_finder_question){ .number = number });
}

void checkpoint_finder_bury(struct checkpoint_finder *finder, struct evlog *log,
                            struct evlog_reader *reader)
{
    if (log != NULL) {
        checkpoint_finder_push(finder,
                               (struct checkpoint_finder_question){ .log = log, .reader = reader });
    }
}

bool checkpoint_finder_take(struct checkpoint_finder *finder,
                            struct checkpoint_finder_answer *answer)
{
    return queue_pop(finder->answers, answer, 1) == 1;
}

int checkpoint_finder_descriptor(const struct checkpoint_finder *finder)
{
    return finder->descriptor;
}
