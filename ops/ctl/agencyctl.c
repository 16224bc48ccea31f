/* agencyctl: the person's tool. Reads options, finds the verb, says on standard error what went
 * wrong, and gives scripts an exit code to act on. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/nearest.h"
#include "ops/ctl/context.h"
#include "ops/ctl/say.h"
#include "ops/ctl/server_client.h"
#include "ops/ctl/verb.h"
#include "ops/version.h"

static const size_t CTL_ARENA_MAX = (size_t)2 << 30;

const struct verb ctl_verbs[] = {
    { "init", "", "make the data folder (--data), with a log of its own and a new key", ctl_init, 0,
      0, false, true, false, "cluster-key" },
    { "submit", "COMMAND JSON | - | --batch FILE",
      "send a command, or those of the JSON lines on standard input; --batch: all of a file as one",
      ctl_submit, 0, 2, true, false, true,
      "principal principal-file key command-id issued-at occurred-at on-behalf-of actors "
      "expected-version note. batch "
      "accept-clock timeout" },
    { "import", "FILE...",
      "send the commands of JSON-lines files (zstd or plain); run it again to go on", ctl_import, 1,
      1000, true, false, true, "principal principal-file key accept-clock timeout" },
    { "export", "FILE",
      "write the org's accepted commands as JSON lines (zstd if FILE ends in .zst); --as yaml: "
      "what "
      "it has, as documents",
      ctl_export, 1, 1, false, false, false, "as as-of timeout" },
    { "dry-run", "COMMAND JSON | --batch FILE",
      "what a command would come to now: its answer, its events, by which authority, and who would "
      "gain or lose which access; nothing is sent",
      ctl_dry_run, 0, 2, false, false, false,
      "principal principal-file key occurred-at on-behalf-of actors expected-version batch "
      "timeout" },
    { "plan", "FILE|DIR...",
      "what applying documents (YAML or JSON) would do: commands, events, rejections, and who "
      "would "
      "gain or lose which access; nothing is sent",
      ctl_plan, 1, 1000, false, false, true,
      "principal principal-file key on-behalf-of set prune timeout" },
    { "apply", "FILE|DIR...",
      "make the org what documents (YAML or JSON) say; run it again to go on", ctl_apply, 1, 1000,
      true, false, true,
      "principal principal-file key on-behalf-of note. set prune accept-clock timeout" },
    { "get", "KIND ID", "show one entity", ctl_get, 2, 4, false, false, true,
      "as-of at-least timeout" },
    { "list", "KIND [FIELD=VALUE | without=FIELD]...", "list the entities of a kind", ctl_list, 1,
      9, false, false, true, "as-of at-least all filter order limit page stuck timeout" },
    { "check", "SUBJECT [PERMISSION [OBJECT]]",
      "may a subject do something, by which way, decided by which change; what may it do; where",
      ctl_check, 0, 3, false, false, true,
      "as-of at-least actors context batch limit page timeout" },
    { "who", "role ID | type NAME | group ID | can PERMISSION OBJECT",
      "who holds a seat or a role type; who is a member of a group; who may do something", ctl_who,
      2, 3, false, false, true, "as-of at-least context role-type limit page timeout" },
    { "history", "[KIND ID]",
      "what happened: to one entity, by and about a subject, or in the org; who did it, and what "
      "changed; --follow: as it happens",
      ctl_history, 0, 2, false, false, true,
      "as-of at-least all limit page note from to follow after once timeout" },
    { "diff", "[KIND [ID]]",
      "what is not the same at two moments: in the org, of a kind, of an entity; --all: with what "
      "hangs on it",
      ctl_diff, 0, 2, false, false, true, "at-least all limit page from to timeout" },
    { "access", "lost | gained | changed | of SUBJECT | held SUBJECT | diff [SUBJECT]",
      "who gained or lost which permission on what, by which decision and which way; held: from "
      "when to when; diff: between two moments",
      ctl_access, 1, 2, false, false, true, "at-least all on limit page from to timeout" },
    { "watch", "", "what happens in the org, as it happens, and what it changes; over a server",
      ctl_watch, 0, 0, false, false, true, "access after once" },
    { "stints", "subject ID | role ID",
      "who held which seat from when to when, and the decisions at both ends", ctl_stints, 2, 2,
      false, false, true, "as-of at-least limit page timeout" },
    { "orgs", "[FIELD=VALUE | without=FIELD]...",
      "which orgs are here, and how far each is; those of a tag (tags=X), keyword=X in the name, "
      "uri=NAME:SPEC, url=PREFIX, metadata.PATH=VALUE, specKey=PATH ...",
      ctl_orgs, 0, 8, false, false, true, "as-of at-least all filter limit page timeout" },
    { "orgs tree", "[ORG]",
      "which orgs stand below an org, or all of them, as both sides say; --all: also as one says",
      ctl_org_tree, 0, 1, false, false, true, "as-of at-least all depth limit page timeout" },
    { "orgs above", "ORG", "which orgs stand above an org", ctl_org_above, 1, 1, false, false, true,
      "as-of at-least all depth limit page timeout" },
    { "log", "", "show the records of the log", ctl_log, 0, 0, false, false, false,
      "partition from limit timeout" },
    { "log create", "", "make a log on Kafka (--brokers), and the data folder for it",
      ctl_log_create, 0, 0, false, true, false,
      "brokers prefix property. cluster-key partitions replicas outcomes-retention "
      "dead-letters-retention events-retention commands-retention timeout" },
    { "log join", "", "make the data folder for a log that is on Kafka already", ctl_log_join, 0, 0,
      false, true, false, "brokers prefix property. cluster-key timeout" },
    { "log id", "", "show the id of the log's history: what proofs name the cluster by", ctl_log_id,
      0, 0, false, false, false, "timeout" },
    { "log copy", "TO",
      "move the history to a new data folder, embedded or on Kafka (--brokers); closes this log; "
      "run it again to go on",
      ctl_log_copy, 1, 1, false, false, false,
      "brokers prefix property. replicas outcomes-retention dead-letters-retention "
      "events-retention commands-retention timeout" },
    { "status", "",
      "on Kafka: who serves which partition, and how far everybody is; over a server: how it is",
      ctl_status, 0, 0, false, false, true, "all timeout" },
    { "costly", "",
      "the objects of which a Check is dear: what is granted there to seats and groups takes over "
      "5,000 look-ups",
      ctl_costly, 0, 0, false, false, true, "as-of at-least limit page timeout" },
    { "rebuild", "", "fold the stores again from the log, and compare their roots", ctl_rebuild, 0,
      0, false, false, false, "partition accept-lost-tail timeout" },
    { "verify", "", "check every record, head and root; name the first bad one", ctl_verify, 0, 0,
      false, false, false, "partition timeout" },
    { "key new", "FILE", "make a key to sign commands with; shows the public half", ctl_key_new, 1,
      1, false, true, false, "" },
    { "key show", "FILE", "show the public half of a key: the identity to bind", ctl_key_show, 1, 1,
      false, true, false, "" },
    { "key api", "", "make an API key: a secret to call with, and the identity to bind",
      ctl_key_api, 0, 0, false, true, false, "" },
    { "keyring", "",
      "the index keys of personal external ids, the newest first, and how many stand under each",
      ctl_keyring, 0, 0, false, false, true, "timeout" },
    { "keyring rotate", "", "put a new index key before the others; shows its id",
      ctl_keyring_rotate, 0, 0, true, false, true, "timeout" },
    { "keyring rehash", "",
      "hash personal external ids under all index keys, where the subject's profile has the value",
      ctl_keyring_rehash, 0, 0, true, false, true,
      "principal principal-file key accept-clock timeout" },
    { "keyring retire", "KEY",
      "take an index key away; refused while a live external id has none that is newer",
      ctl_keyring_retire, 1, 1, true, false, true, "timeout" },
    { "cel", "(check | eval | explain | cost) EXPRESSION [NAME=JSON | NAME:TYPE[=JSON]]...",
      "try a constraint: its type and cost, its value on examples, how the value came about",
      ctl_cel, 2, 40, false, true, false, "" },
    { "schema", "SCHEMA [DOCUMENT]...",
      "try a JSON Schema: whether it is understood, and what it says of documents (files)",
      ctl_schema, 1, 1000, false, true, false, "" },
    { "context", "", "show what stands for options that are not given, and where it is from",
      ctl_context, 0, 0, false, true, false, CONTEXT_OPTIONS },
    { "context save", "", "keep the given options: they stand for ones that are not given later",
      ctl_context_save, 0, 0, false, true, false, CONTEXT_OPTIONS },
    { "context forget", "", "forget what was kept", ctl_context_forget, 0, 0, false, true, false,
      "" },
    { "explain", "COMMAND",
      "what a command does, who may give it, its fields, an example that works, what is refused",
      ctl_explain, 1, 1, false, true, false, "" },
    { "completion", "bash",
      "print what completes agencyctl's words in a shell; to be evaluated there", ctl_completion, 1,
      1, false, true, false, "" },
    { "openapi", "", "show the OpenAPI document of the server's paths", ctl_openapi, 0, 0, false,
      true, false, "" },
};
const int ctl_verbs_count = sizeof ctl_verbs / sizeof ctl_verbs[0];

static void print_help(FILE *to)
{
    fputs("agencyctl: ask and command the organisations of a data folder.\n\n"
          "usage: agencyctl [OPTION...] VERB [ARGUMENT...]\n\nverbs:\n",
          to);
    for (int i = 0; i < ctl_verbs_count; i++) {
        fprintf(to, "  %s%s%s\n      %s\n", ctl_verbs[i].name,
                ctl_verbs[i].usage[0] == '\0' ? "" : " ", ctl_verbs[i].usage, ctl_verbs[i].help);
    }
    struct buf options = { 0 };
    config_help(ctl_options, ctl_options_count, &options);
    fprintf(to, "\noptions:\n%.*s", (int)options.size, options.data);
    buf_release(&options);
    fputs("\nWherever an id is asked, name:X finds what has that name at the moment asked about,\n"
          "and ext:SYSTEM:VALUE what an outside system calls so (docs/external-ids.md).\n"
          "exit codes: 0 done; 1 could not be done; 2 called wrongly; 3 a command was rejected;\n"
          "4 check: not allowed; 5 data is damaged\n",
          to);
}

/* How many of the words are the verb's name: "log create" is two words. */
static int verb_words(const struct verb *verb, int argc, char **argv)
{
    size_t first = strcspn(verb->name, " ");
    bool same = strlen(argv[0]) == first && memcmp(argv[0], verb->name, first) == 0;
    if (verb->name[first] == '\0') {
        return same;
    }
    return same && argc > 1 && strcmp(argv[1], verb->name + first + 1) == 0 ? 2 : 0;
}

/* Takes the verb's name from the arguments; NULL, told, if there is none. */
static const struct verb *find_verb(struct ctl *ctl)
{
    const struct verb *found = NULL;
    int words = 0;
    struct nearest nearest;
    nearest_init(&nearest, str_z(ctl->argv[0]));
    for (int i = 0; i < ctl_verbs_count; i++) {
        int own = verb_words(&ctl_verbs[i], ctl->argc, ctl->argv);
        if (own > words) {
            found = &ctl_verbs[i];
            words = own;
        }
        nearest_offer(&nearest, str_z(ctl_verbs[i].name));
    }
    if (found == NULL) {
        say("agencyctl: expected a verb, but it is '%s'%s; see agencyctl --help", ctl->argv[0],
            nearest_hint(&nearest));
    }
    ctl->argc -= words;
    ctl->argv += words;
    return found;
}

/* ---- help of one verb ---- */

bool verb_names(const char *options, const char *option)
{
    size_t size = strlen(option);
    for (const char *at = options; (at = strstr(at, option)) != NULL; at++) {
        bool begins = at == options || at[-1] == ' ';
        if (begins && (at[size] == ' ' || at[size] == '\0')) {
            return true;
        }
    }
    return false;
}

bool verb_uses(const struct verb *verb, const char *option)
{
    bool remote = verb->remote && verb_names(SERVER_OPTIONS, option);
    bool final = strcmp(option, "final") == 0 && verb_names(verb->options, "as-of");
    return remote || final || verb_names("data org output help", option) ||
           verb_names(verb->options, option);
}

static void print_verb_help(const struct verb *verb)
{
    struct buf options = { 0 };
    for (size_t i = 0; i < ctl_options_count; i++) {
        if (verb_uses(verb, ctl_options[i].name)) {
            config_help(&ctl_options[i], 1, &options);
        }
    }
    printf("agencyctl %s: %s\n\nusage: agencyctl [OPTION...] %s%s%s\n\noptions:\n%.*s", verb->name,
           verb->help, verb->name, verb->usage[0] == '\0' ? "" : " ", verb->usage,
           (int)options.size, options.data);
    buf_release(&options);
}

/* Of the verb that is named, or of all that begin with its first word: "key", "log". */
static int help_verb(struct ctl *ctl)
{
    bool printed = false;
    for (int words = 2; words > 0 && !printed; words--) {
        for (int i = 0; i < ctl_verbs_count; i++) {
            size_t first = strcspn(ctl_verbs[i].name, " ");
            bool named = words == 2
                             ? verb_words(&ctl_verbs[i], ctl->argc, ctl->argv) == 2
                             : str_eq(str_make(ctl_verbs[i].name, first), str_z(ctl->argv[0]));
            if (named) {
                fputs(printed ? "\n" : "", stdout);
                print_verb_help(&ctl_verbs[i]);
                printed = true;
            }
        }
    }
    return printed || find_verb(ctl) != NULL ? CTL_OK : CTL_USAGE;
}

/* How the verb is called, and those whose first word is the same: "log nosuch" means one of them.
 */
static void print_usage(const struct verb *verb)
{
    size_t first = strcspn(verb->name, " ");
    for (int i = 0; i < ctl_verbs_count; i++) {
        if (strcspn(ctl_verbs[i].name, " ") == first &&
            memcmp(ctl_verbs[i].name, verb->name, first) == 0) {
            fprintf(stderr, "agencyctl: usage: agencyctl %s%s%s\n", ctl_verbs[i].name,
                    ctl_verbs[i].usage[0] == '\0' ? "" : " ", ctl_verbs[i].usage);
        }
    }
}

static int exit_code(enum status_code code)
{
    if (code == STATUS_INVALID_ARGUMENT) {
        return CTL_USAGE;
    }
    return code == STATUS_DATA_LOSS ? CTL_DAMAGED : CTL_FAILED;
}

static int fail(struct status st)
{
    say_status("agencyctl", &st);
    return exit_code(st.code);
}

static struct status open_folder(struct ctl *ctl, const struct verb *verb)
{
    TRY(data_dir_open(&ctl->dir, &ctl->arena, ctl->options.data.data, verb->writes));
    TRY(data_dir_open_keyring(&ctl->dir, &ctl->keyring));
    ctl->dir.kafka.timeout_ms = (int)(ctl->options.timeout_us / 1000);
    bool own_log = !ctl->dir.shared && ctl->dir.moved.size == 0;
    bool signs = ctl->options.key.size > 0;
    return verb->remote && own_log && !signs && server_client_serves(ctl)
               ? server_client_open(ctl, &ctl->server)
               : status_ok();
}

/* Why a verb does not go over a server. */
static const char *local_reason(const struct verb *verb)
{
    if (verb->run == ctl_export) {
        return "only the log has the commands; a server has what they changed: see watch";
    }
    return verb->alone ? "it asks no org" : "it reads the log itself";
}

/* Those of a context wait for a server. */
static bool names_caller(const struct ctl *ctl)
{
    bool named = false;
    for (size_t i = 0; i < ctl_options_count; i++) {
        const char *name = ctl_options[i].name;
        named = named ||
                (verb_names(CALLER_OPTIONS, name) && context_given(ctl->sources.arguments, name));
    }
    return named;
}

/* They only read and write what stands for options. */
static bool is_context(const struct verb *verb)
{
    return verb->run == ctl_context || verb->run == ctl_context_save;
}

/* Of an embedded log that an agencyd owns that one answers, by its socket in the folder. */
static struct status open_source(struct ctl *ctl, const struct verb *verb)
{
    if (context_given(ctl->sources.arguments, "server") && !verb->remote && !is_context(verb)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected no --server: '%s' does not go over one, as %s", verb->name,
                            local_reason(verb));
    }
    if (verb->alone) {
        return status_ok();
    }
    if (ctl->options.server.size > 0 && verb->remote) {
        return server_client_open(ctl, &ctl->server);
    }
    if (names_caller(ctl)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected --server with what says who calls it");
    }
    return open_folder(ctl, verb);
}

/* An option that a verb does not use was meant to do something: it is no use to go on without it.
 */
static struct status check_options(const struct ctl *ctl, const struct verb *verb)
{
    bool lines = verb->run == ctl_submit && strcmp(ctl->argv[0], "-") == 0;
    struct verb asked = *verb;
    asked.options =
        lines ? "principal principal-file key timeout" : verb->options; /* each line has its own */
    for (size_t i = 0; i < ctl_options_count; i++) {
        const char *name = ctl_options[i].name;
        bool is_given = (ctl->sources.arguments & UINT64_C(1) << i) != 0;
        if (is_given && !verb_uses(&asked, name) && strcmp(name, "server") != 0) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected options that '%s%s' uses, but it does not use --%s",
                                verb->name, lines ? " -" : "", name);
        }
    }
    return status_ok();
}

static int run(struct ctl *ctl)
{
    const struct verb *verb = find_verb(ctl);
    if (verb == NULL) {
        return CTL_USAGE;
    }
    if (ctl->argc < verb->args_min || ctl->argc > verb->args_max) {
        print_usage(verb);
        return CTL_USAGE;
    }
    struct status st = check_options(ctl, verb);
    if (st.code == STATUS_OK) {
        st = open_source(ctl, verb);
    }
    if (st.code == STATUS_OK) {
        st = verb->run(ctl);
    }
    ctl_flush(ctl);
    if (st.code == STATUS_OK && ctl->next_page.size > 0) {
        say("there is more; the next page: --page %s", ctl->next_page.data);
    }
    if (st.code == STATUS_OK && ctl->unwritten != 0 && ctl->unwritten != EPIPE) {
        st = status_error(STATUS_UNAVAILABLE, "expected to write to standard output: %s",
                          strerror(ctl->unwritten));
    }
    return st.code == STATUS_OK ? ctl->exit : fail(st);
}

/* -h as --help, and `help VERB` as `VERB --help`. */
static void take_short(int argc, char **argv)
{
    static char help[] = "--help", version[] = "--version";
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-h") == 0 || (i == 1 && strcmp(argv[i], "help") == 0)) {
            argv[i] = help;
        } else if (i == 1 && strcmp(argv[i], "version") == 0) {
            argv[i] = version;
        } else if (strcmp(argv[i], "--") == 0) {
            return;
        }
    }
}

static int tell(struct ctl *ctl, int argc, char **argv)
{
    if (ctl->options.version) {
        puts("agencyctl " AGENCY_VERSION);
        return CTL_OK;
    }
    if (argc < 2) {
        print_help(ctl->options.help ? stdout : stderr);
        return ctl->options.help ? CTL_OK : CTL_USAGE;
    }
    ctl->argc = argc - 1;
    ctl->argv = argv + 1;
    return ctl->options.help ? help_verb(ctl) : run(ctl);
}

int main(int argc, char **argv)
{
    struct ctl ctl = { .clock = clock_real() };
    signal(SIGPIPE, SIG_IGN);
    umask(S_IRWXG | S_IRWXO); /* logs, stores, keys and exports are history and secrets */
    arena_init(&ctl.arena, CTL_ARENA_MAX);
    take_short(argc, argv);
    struct status st = context_read(&ctl, &argc, argv);
    int code = st.code == STATUS_OK ? tell(&ctl, argc, argv) : fail(st);
    server_client_close(ctl.server);
    keyring_close(&ctl.keyring);
    pb_types_release(&ctl.types);
    buf_release(&ctl.out);
    arena_release(&ctl.arena);
    return code;
}
