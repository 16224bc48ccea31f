/* The options of agencyctl: what the command line, --help and the README have of them. Which verb
 * uses which, agencyctl.c says. */
#include <stddef.h>

#include "core/base/limits.h"
#include "ops/ctl/ctl.h"

#define OPTION(option_name, type, field, otherwise, help) \
    CONFIG_ROW(struct ctl_options, option_name, type, field, otherwise, 0, 0, help)
#define OPTION_INT(option_name, field, otherwise, low, high, help) \
    CONFIG_ROW(struct ctl_options, option_name, CONFIG_INT, field, otherwise, low, high, help)
#define OPTION_KEPT(option_name, field, otherwise, help)                              \
    CONFIG_ROW(struct ctl_options, option_name, CONFIG_DURATION, field, otherwise, 0, \
               INT64_C(315360000000000), help)

const struct config_option ctl_options[] = {
    OPTION("data", CONFIG_TEXT, data, "agency-data", "the data folder"),
    OPTION("server", CONFIG_TEXT, server, "",
           "an agencyd to ask in place of a data folder: https://HOST:PORT, http://HOST:PORT or "
           "unix:PATH; without it the one that serves the folder, if there is one"),
    OPTION("token-file", CONFIG_TEXT, token_file, "",
           "with --server: a file with an access token, by which you call"),
    OPTION("key-file", CONFIG_TEXT, key_file, "",
           "with --server: a file with an API key, by which you call"),
    OPTION("authorities", CONFIG_TEXT, authorities, "",
           "with --server: a file with the certificates that the server's is signed by; without it "
           "those of the system"),
    OPTION("certificate", CONFIG_TEXT, certificate, "",
           "with --server: a file with a client certificate, by which you call"),
    OPTION("certificate-key", CONFIG_TEXT, certificate_key, "",
           "with --server: the file with its key; without it that of --certificate"),
    OPTION("org", CONFIG_TEXT, org, "", "the org that it is about"),
    OPTION(
        "principal", CONFIG_TEXT, principal, "",
        "who commands: KIND:IDENTITY such as API_KEY:ada, or an operator that agency.conf names; "
        "without it: the first of those, or who holds --key"),
    OPTION("principal-file", CONFIG_TEXT, principal_file, "",
           "the file that says what --principal would, so that a secret stands on no command line"),
    OPTION(
        "key", CONFIG_TEXT, key, "",
        "submit, import: a file that key new made; signs the commands, and needs no cluster.key"),
    { .name = "output",
      .type = CONFIG_ENUM,
      .offset = offsetof(struct ctl_options, output),
      .otherwise = "table",
      .choices = "table|json",
      .help = "for a person, or for a program (one JSON text a line)" },
    OPTION(
        "as-of", CONFIG_TEXT, as_of, "",
        "the moment asked about: 2020-06-01, '2 days ago', #DECISION or a token; without it: now"),
    OPTION("final", CONFIG_BOOL, final, "false",
           "with --as-of: rather fail than give an answer that may still change"),
    OPTION("at-least", CONFIG_TEXT, at_least, "", "a token: answer only when its decision is seen"),
    OPTION("command-id", CONFIG_TEXT, command_id, "",
           "submit: the command's id, to repeat it safely; without it: a new one"),
    OPTION("issued-at", CONFIG_TEXT, issued_at, "",
           "submit: when the command was issued first, where repeats are not known for ever"),
    OPTION("occurred-at", CONFIG_TEXT, occurred_at, "", "submit: when it happened (imports only)"),
    OPTION("on-behalf-of", CONFIG_TEXT, on_behalf_of, "", "submit: the subject that is acted for"),
    OPTION("actors", CONFIG_TEXT, actors, "",
           "submit: the subjects through whom, with commas, from who commands on; check: through "
           "whom the subject acts, from who calls on"),
    OPTION("context", CONFIG_TEXT, context, "",
           "check, who can: what conditions see of the request, JSON such as "
           "'{\"ip\": \"10.0.0.1\"}', or @FILE"),
    OPTION_INT("expected-version", expected_version, "0", 0, INT64_MAX,
               "submit: the version that the entity must have; 0: any"),
    { .name = "note.",
      .type = CONFIG_PAIRS,
      .offset = offsetof(struct ctl_options, notes),
      .help = "submit: an annotation, such as --note.ticket=A-1" },
    OPTION("all", CONFIG_BOOL, all, "false",
           "list: also what was removed, has ended or expired, and what is set on that; orgs: "
           "also what was erased; orgs tree, orgs above: also what only one side says; history: "
           "with seats, assignments and grants; diff: with what hangs on it; access: with what is "
           "granted on what covers the object; status: every "
           "partition of every process"),
    OPTION_INT("limit", limit, "0", 0, INT64_MAX,
               "list, check, who, history, diff, access, stints, costly, orgs, log: items at most; "
               "0: all"),
    OPTION(
        "page", CONFIG_TEXT, page, "",
        "list, check, who, history, diff, access, stints, costly, orgs: go on behind a page, as it "
        "has told; "
        "the question and the moment are that page's"),
    OPTION(
        "filter", CONFIG_TEXT, filter, "",
        "list, orgs: only what fulfils this in CEL, such as 'name.startsWith(\"a\") && version > "
        "3u'"),
    OPTION("stuck", CONFIG_BOOL, stuck, "false",
           "list: only that of which something was due and could not happen (due_error says what)"),
    OPTION("order", CONFIG_TEXT, order, "",
           "list: by this field, such as name, or -updated_at for the latest first"),
    OPTION_INT("depth", depth, "0", 0, 10000, "orgs tree, orgs above: levels at most; 0: all"),
    OPTION("after", CONFIG_TEXT, after, "",
           "watch, history --follow: what was seen last: a token, or #DECISION (#0: nothing); "
           "without it: what "
           "happens from now on"),
    OPTION("access", CONFIG_BOOL, access, "false",
           "watch: also who gained or lost which permission on what"),
    OPTION("once", CONFIG_BOOL, once, "false",
           "watch, history --follow: end behind what is there already"),
    OPTION("follow", CONFIG_BOOL, follow, "false",
           "history: what happens, as it happens, from --after on; over a server"),
    OPTION("batch", CONFIG_TEXT, batch, "",
           "check: a file of JSON lines {subjects, permission, on, id, context}, or -; submit: one "
           "of lines such as {\"createGroup\": {\"group\": {...}}}, which are decided as one "
           "command, all or none"),
    OPTION("as", CONFIG_TEXT, as, "",
           "export: yaml: what the org has, as documents for plan and apply; without it: its "
           "commands"),
    OPTION("set", CONFIG_TEXT, set, "",
           "plan, apply: the name of the set that the documents are: it owns what they are about"),
    OPTION("prune", CONFIG_BOOL, prune, "false",
           "plan, apply: end what the set of --set owns and no document is about"),
    OPTION("on", CONFIG_TEXT, on, "",
           "access: only what is granted on this object, such as asset:X"),
    OPTION("role-type", CONFIG_TEXT, role_type, "",
           "who group: the holders of seats of this type in the group itself, members or not: whom "
           "a grant to it with roleTypes counts"),
    OPTION_INT("partition", partition, "-1", -1, 1023, "log, verify: one partition; -1: all"),
    OPTION("accept-lost-tail", CONFIG_BOOL, accept_lost_tail, "false",
           "rebuild: give up what the log has lost at its end, and stores have seen"),
    OPTION("accept-clock", CONFIG_BOOL, accept_clock, "false",
           "submit, import: decide by this machine's clock however far it leaps ahead"),
    OPTION("note", CONFIG_TEXT, note, "",
           "history: only decisions with this annotation, such as pr=1147; without --org: of all "
           "orgs"),
    OPTION("from", CONFIG_TEXT, from, "",
           "log: the first sequence to show; history: what happened not before this moment; diff, "
           "access: the moment to compare with, or to begin behind, such as 2020-06-01 or "
           "#DECISION"),
    OPTION("to", CONFIG_TEXT, to, "",
           "history: what happened before this moment, such as 2020-07-01; diff, access: the other "
           "moment; without it: now"),
    { .name = "timeout",
      .type = CONFIG_DURATION,
      .offset = offsetof(struct ctl_options, timeout_us),
      .otherwise = "30s",
      .min = 100000,
      .max = INT64_C(3600000000),
      .help = "on Kafka: how long to wait for the brokers and for answers" },
    OPTION("brokers", CONFIG_TEXT, kafka.brokers, "",
           "log create, join, copy: Kafka's bootstrap servers, such as 127.0.0.1:9092"),
    OPTION("prefix", CONFIG_TEXT, kafka.prefix, "agency",
           "log create, join, copy: what the names of the log's topics begin with"),
    { .name = "property.",
      .type = CONFIG_PAIRS,
      .offset = offsetof(struct ctl_options, kafka.properties),
      .help = "log create, join, copy: a property for librdkafka, such as "
              "--property.security.protocol=SSL" },
    OPTION("cluster-key", CONFIG_TEXT, cluster_key, "",
           "init, log create, log join: the file with the key of an old folder or of the cluster, "
           "to copy; without it a joined folder can ask, and command by --key"),
    OPTION_INT("partitions", partitions, "16", 1, PARTITIONS_MAX,
               "log create: partitions of the log, for ever"),
    OPTION_INT("replicas", replicas, "0", 0, 100,
               "log create, copy: replicas of each partition; 0: as the brokers say"),
    OPTION_KEPT("outcomes-retention", outcomes_kept_us, "7d",
                "log create, copy: how long answers are kept; 0: for ever"),
    OPTION_KEPT("dead-letters-retention", dead_letters_kept_us, "7d",
                "log create, copy: how long dead letters are kept; 0: for ever"),
    OPTION_KEPT("events-retention", events_kept_us, "0",
                "log create, copy: how long events are kept; 0: for ever"),
    OPTION_KEPT("commands-retention", commands_kept_us, "0",
                "log create, copy: how long commands are kept, longer than any waits; export needs "
                "all; 0: for ever"),
    OPTION("version", CONFIG_BOOL, version, "false", "show the version"),
    OPTION("help", CONFIG_BOOL, help, "false", "show this, or what is said of one verb"),
};
const size_t ctl_options_count = sizeof ctl_options / sizeof ctl_options[0];
static_assert(sizeof ctl_options / sizeof ctl_options[0] <= 64, "config.given has a bit for each");
