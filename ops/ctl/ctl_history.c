/* history: what happened to an entity, by and about a subject, in an org; newest first. who: the
 * holders of seats, and who may do something. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "ops/ctl/change_text.h"
#include "ops/ctl/paging.h"
#include "ops/ctl/reading.h"
#include "ops/ctl/say.h"
#include "ops/ctl/table.h"
#include "query/access.h"
#include "query/decision_item.h"
#include "query/entities.h"
#include "query/history.h"
#include "query/orgs.h"

/* Memory for what one decision changed: at most all versions that one can make, twice. */
static const size_t HISTORY_ARENA_MAX = (size_t)64 << 20;
/* Memory for a page, and for all that is looked at to fill it. */
static const size_t HISTORY_PAGE_MAX = (size_t)1 << 30;

/* ---- history ---- */

/* What is said as '2 days ago' is so long before `now_us`: the moment asked about, so that it
 * stands still from one page to the next. */
static struct status history_times(const struct ctl *ctl, int64_t now_us, struct history_pick *pick)
{
    const struct str from = ctl->options.from, to = ctl->options.to;
    TRY(status_prefix(from.size > 0 ? time_parse_human(from, now_us, &pick->from_us) : status_ok(),
                      "--from"));
    return status_prefix(to.size > 0 ? time_parse_human(to, now_us, &pick->to_us) : status_ok(),
                         "--to");
}

static struct status history_wanted(const struct ctl *ctl, struct history_question *question)
{
    const struct ctl_options *options = &ctl->options;
    *question = (struct history_question){ .of_entity = ctl->argc > 0,
                                           .about = options->all,
                                           .pick = history_pick_all() };
    TRY(options->note.size == 0 ? status_ok() : history_pick_note(&question->pick, options->note));
    if (!question->of_entity) {
        return status_ok();
    }
    question->text = str_z(ctl->argv[1]);
    return entities_kind(str_z(ctl->argv[0]), &question->kind);
}

/* Pages lie in two arenas by turns: a page, and the one before, whose token it went on from. So
 * what is shown may be as long as it likes. */
struct history_run {
    struct ctl *ctl;
    struct reading reading;
    struct history_question question;
    struct paging paging;
    struct arena arenas[2];
    unsigned turn;
    bool names_org; /* above its decisions */
};

static struct status history_show(struct history_run *run, struct arena *arena,
                                  const Agency__V1__DecisionRow *row)
{
    const struct snapshot *snapshot = &run->reading.snapshot;
    struct ctl *ctl = run->ctl;
    Agency__V1__DecisionItem *item;
    TRY(decision_item(arena, row, &item));
    TRY(arena_text(arena, snapshot->org_id, &item->org_id));
    if (ctl->options.output == CTL_JSON) {
        return ctl_json(ctl, &item->base);
    }
    ctl_say_decision(ctl, item);
    for (size_t i = 0; i < row->n_changed; i++) {
        struct history_change change;
        TRY(history_change(snapshot, arena, row->org_sequence, row->changed[i], &change));
        TRY(change_text(arena, row->changed[i], &change, &ctl->out));
    }
    return status_ok();
}

static struct status history_show_all(struct history_run *run, const struct history_list *list)
{
    struct arena arena; /* of one decision */
    struct status st = status_ok();
    arena_init(&arena, HISTORY_ARENA_MAX);
    if (run->names_org && list->count > 0 && run->ctl->options.output == CTL_TABLE) {
        buf_printf(&run->ctl->out, "org %.*s\n", STR_ARG(run->ctl->options.org));
        run->names_org = false;
    }
    for (size_t i = 0; i < list->count && st.code == STATUS_OK; i++) {
        arena_reset(&arena);
        st = history_show(run, &arena, list->rows[i]);
    }
    arena_release(&arena);
    ctl_flush(run->ctl);
    return st;
}

static struct status history_pages(struct history_run *run)
{
    struct history_list list;
    do {
        struct arena *arena = &run->arenas[run->turn++ % 2];
        arena_reset(arena);
        run->reading.snapshot.arena = arena;
        TRY(history_page(&run->reading.snapshot, &run->question, &run->paging.ask, &list));
        TRY(history_show_all(run, &list));
    } while (paging_next(&run->paging, list.count, &list.end) && run->ctl->unwritten == 0);
    return status_ok();
}

static struct status history_org(struct history_run *run)
{
    struct ctl *ctl = run->ctl;
    TRY(reading_open(&run->reading, ctl));
    TRY(history_times(ctl, run->reading.snapshot.moment.time_us, &run->question.pick));
    TRY(history_pages(run));
    paging_say(&run->paging);
    return status_ok();
}

/* ---- of all orgs ---- */

enum { HISTORY_ORGS_MAX = 1 << 16 };

struct history_orgs {
    struct str ids[HISTORY_ORGS_MAX];
    size_t count;
};

static struct status history_org_cb(void *context, const Agency__V1__OrgItem *item)
{
    struct history_orgs *orgs = context;
    if (orgs->count == HISTORY_ORGS_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED,
                            "expected at most %d orgs in a partition: name one by --org",
                            HISTORY_ORGS_MAX);
    }
    orgs->ids[orgs->count++] = str_z(item->org_id);
    return status_ok();
}

/* As if --org named it; one that there was not yet at the moment asked about has nothing to show.
 */
static struct status history_one_of(struct history_run *run, struct str org_id)
{
    run->ctl->options.org = org_id;
    run->names_org = true;
    run->paging.ask.token = STR("");
    struct status st = reading_open_org(&run->reading, run->ctl);
    if (st.code == STATUS_NOT_FOUND) {
        return status_ok();
    }
    TRY(st);
    return history_pages(run);
}

/* The same page goes on in the next org. */
static struct status history_partition(struct history_run *run, struct history_orgs *orgs)
{
    const struct paging *paging = &run->paging;
    orgs->count = 0;
    TRY(orgs_each(run->reading.partition->reader, &run->ctl->arena, STR(""), history_org_cb, orgs));
    for (size_t i = 0; i < orgs->count && (!paging->limited || paging->left > 0); i++) {
        TRY(history_one_of(run, orgs->ids[i]));
    }
    return status_ok();
}

static struct status history_everywhere(struct history_run *run)
{
    struct ctl *ctl = run->ctl;
    struct history_orgs *orgs;
    TRY(history_times(ctl, clock_now_us(&ctl->clock), &run->question.pick));
    ARENA_TRY(&ctl->arena, orgs, arena_alloc(&ctl->arena, sizeof *orgs));
    TRY(reading_open_log(&run->reading, ctl));
    for (uint32_t i = 0; i < run->reading.log->identity.partitions_count; i++) {
        TRY(reading_open_partition(&run->reading, ctl, i));
        TRY(history_partition(run, orgs));
    }
    if (run->paging.limited && run->paging.left == 0) {
        say("there may be more: name an org by --org, which has pages");
    }
    return status_ok();
}

static struct status history_run(struct history_run *run, bool everywhere)
{
    for (size_t i = 0; i < 2; i++) {
        arena_init(&run->arenas[i], HISTORY_PAGE_MAX);
    }
    paging_begin(run->ctl, &run->paging);
    struct status st = everywhere ? history_everywhere(run) : history_org(run);
    reading_close(&run->reading);
    for (size_t i = 0; i < 2; i++) {
        arena_release(&run->arenas[i]);
    }
    return st;
}

struct status ctl_history(struct ctl *ctl)
{
    if (ctl->argc == 1 || (ctl->argc == 0 && ctl->options.all)) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a kind and an id%s",
                            ctl->options.all ? " with --all"
                                             : ", or nothing for the org's history");
    }
    struct history_run run = { .ctl = ctl };
    TRY(history_wanted(ctl, &run.question));
    bool everywhere = ctl->options.org.size == 0 && ctl->options.note.size > 0 && ctl->argc == 0;
    if (everywhere && ctl->options.page.size > 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected --org with --page");
    }
    return history_run(&run, everywhere);
}

/* ---- who ---- */

struct who {
    struct reading *reading;
    struct ctl *ctl;
    struct table table;
};

static struct status who_message(struct who *who, const struct access_holder *holder)
{
    Agency__V1__HolderItem item;
    TRY(access_holder_item(&who->reading->snapshot, holder, &item));
    return ctl_json(who->ctl, &item.base);
}

static struct status who_row(struct who *who, const struct access_holder *holder)
{
    char since[TIME_TEXT_SIZE];
    const Agency__V1__Assignment *assignment = holder->assignment;
    time_format(fields_time_us(assignment->granted_at), since);
    TRY(table_add(&who->table, str_z(holder->subject->name)));
    TRY(table_add(&who->table, str_z(assignment->subject_id)));
    TRY(table_add(&who->table, str_z(assignment->role_id)));
    TRY(table_add(&who->table, str_z(assignment->role_type)));
    return table_add(&who->table, str_z(since));
}

static struct status who_holders(struct who *who, enum entity_kind kind)
{
    struct ctl *ctl = who->ctl;
    struct access_holders_page page;
    struct paging paging;
    paging_begin(ctl, &paging);
    do {
        TRY(access_holders(&who->reading->snapshot, kind, str_z(ctl->argv[1]),
                           ctl->options.role_type, &paging.ask, &page));
        for (size_t i = 0; i < page.count; i++) {
            TRY(ctl->options.output == CTL_JSON ? who_message(who, &page.items[i])
                                                : who_row(who, &page.items[i]));
        }
    } while (paging_next(&paging, page.count, &page.end));
    paging_say(&paging);
    return status_ok();
}

static struct status who_holds(struct who *who, enum entity_kind kind)
{
    static const char *const heads[] = { "name", "subject", "seat", "role type", "since" };
    struct ctl *ctl = who->ctl;
    TRY(table_init(&who->table, &ctl->arena, heads, 5));
    reading_say_moment(who->reading, ctl);
    TRY(who_holders(who, kind));
    if (ctl->options.output == CTL_TABLE) {
        table_print(&who->table, &ctl->out);
    }
    return status_ok();
}

static struct status who_subjects(struct who *who, const struct access_subjects_page *page)
{
    struct ctl *ctl = who->ctl;
    for (size_t i = 0; i < page->count; i++) {
        if (ctl->options.output == CTL_JSON) {
            TRY(ctl_json(ctl, &page->items[i]->base));
        } else {
            buf_printf(&ctl->out, "%s\n", page->items[i]->subject_id);
        }
    }
    return status_ok();
}

static struct status who_can(struct who *who)
{
    struct ctl *ctl = who->ctl;
    struct access_subjects_page page;
    struct paging paging;
    if (ctl->argc != 3) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a permission and an object");
    }
    paging_begin(ctl, &paging);
    reading_say_moment(who->reading, ctl);
    do {
        TRY(access_subjects(&who->reading->snapshot, str_z(ctl->argv[1]), str_z(ctl->argv[2]),
                            &paging.ask, &page));
        TRY(who_subjects(who, &page));
    } while (paging_next(&paging, page.count, &page.end));
    paging_say(&paging);
    return reading_say_waived(who->reading, ctl, str_z(ctl->argv[1]));
}

static struct status who_run(struct who *who)
{
    const char *what = who->ctl->argv[0];
    if (who->ctl->options.role_type.size > 0 && strcmp(what, "group") != 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --role-type with who group ID only, but it is who %s", what);
    }
    if (strcmp(what, "can") == 0) {
        return who_can(who);
    }
    if (strcmp(what, "type") == 0) {
        return who_holds(who, ENTITY_ROLE_TYPE);
    }
    if (strcmp(what, "role") == 0 || strcmp(what, "group") == 0) {
        return who_holds(who, what[0] == 'r' ? ENTITY_ROLE : ENTITY_GROUP);
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected role ID, type NAME, group ID, or can PERMISSION OBJECT, but it "
                        "is '%s'",
                        what);
}

struct status ctl_who(struct ctl *ctl)
{
    struct reading reading = { 0 };
    struct who who = { .reading = &reading, .ctl = ctl };
    struct status st = reading_open(&reading, ctl);
    if (st.code == STATUS_OK) {
        st = who_run(&who);
    }
    reading_close(&reading);
    return st;
}
