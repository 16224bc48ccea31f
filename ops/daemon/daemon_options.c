#include "ops/daemon/daemon_options.h"

#include <stddef.h>

#include "agency/v1/decision.pb-c.h"
#include "core/base/nearest.h"
#include "core/base/num.h"
#include "core/base/small_file.h"
#include "core/domain/kernel/id.h"
#include "core/evlog/record.h"
#include "core/pb/message.h"

#define OPTION(option_name, type, field, otherwise, help) \
    CONFIG_ROW(struct daemon_options, option_name, type, field, otherwise, 0, 0, help)
#define OPTION_RANGE(option_name, type, field, otherwise, low, high, help) \
    CONFIG_ROW(struct daemon_options, option_name, type, field, otherwise, low, high, help)

const struct config_option daemon_options[] = {
    OPTION("config", CONFIG_STRING, config, "",
           "a file of lines name = value, such as rank = 1; less than the environment "
           "(AGENCYD_RANK=1), which is less than these options"),
    OPTION("data", CONFIG_STRING, data, "agency-data",
           "the data folder, made by agencyctl init, log create or log join"),
    OPTION("roles", CONFIG_STRING, roles, "writer,projector,query",
           "writer decides commands; projector publishes outcomes and events; query keeps stores "
           "for questions"),
    OPTION("partitions", CONFIG_STRING, partitions, "all",
           "which partitions: all, or such as 0-7,12"),
    OPTION_RANGE("rank", CONFIG_INT, rank, "0", 0, 99,
                 "who takes over first when nobody is heard: 0, then 1 ..."),
    OPTION_RANGE("ranks", CONFIG_INT, ranks, "1", 1, 100,
                 "spreads the partitions over so many processes of ranks 0 ... : each is the first "
                 "for its share; those of higher ranks stand by for all"),
    OPTION_RANGE(
        "election-timeout", CONFIG_DURATION, election_timeout_us, "10s", 300000, 3600000000,
        "a partition so long without a record has no leader any more; the same everywhere"),
    OPTION("operators", CONFIG_STRING, operators.operators, "",
           "who is believed to be an operator, with commas; without it: as agency.conf says"),
    OPTION("org-creators", CONFIG_STRING, operators.org_creators, "",
           "operators that may create orgs, with commas, or none; without it: as agency.conf says"),
    OPTION("commands-trusted", CONFIG_BOOL, commands_trusted, "false",
           "take commands without proof: only where nobody else can write the commands' topic"),
    OPTION("accept-clock", CONFIG_BOOL, accept_clock, "false",
           "decide by the machine's clock however far it leaps ahead; without it more than 10 s a "
           "minute are taken only when they have stood for a minute or Kafka's clock agrees"),
    OPTION_RANGE("cache", CONFIG_SIZE, cache_size, "256MiB", 1 << 20, INT64_C(1) << 40,
                 "memory for the stores' blocks"),
    OPTION(
        "access-events", CONFIG_BOOL, access_events, "false",
        "on Kafka, with the role projector: also publish who gained or lost access, as events of "
        "a type of their own (docs/events.md)"),
    OPTION_RANGE("status-every", CONFIG_DURATION, status_every_us, "2s", 100000, 60000000,
                 "how often to say how it is"),
    OPTION("listen", CONFIG_STRING, listen, "",
           "where to serve the API, as IP:PORT with commas between; without it: on an embedded log "
           "127.0.0.1:8420, on Kafka nowhere but on the socket of the data folder"),
    OPTION("anonymous", CONFIG_STRING, anonymous, "",
           "the operator that callers of this machine are who do not say who they are; without it "
           "they are refused"),
    OPTION("tls-certificate", CONFIG_STRING, tls_certificate, "",
           "the server's certificate in PEM, and behind it those of who signed it: all addresses "
           "then take TLS; needed where other machines reach them"),
    OPTION("tls-key", CONFIG_STRING, tls_key, "", "the certificate's private key in PEM"),
    OPTION("issuers", CONFIG_STRING, issuers, "",
           "the JSON file that says whose tokens are taken (docs/identity.md)"),
    OPTION("issuer-authorities", CONFIG_STRING, issuer_authorities, "",
           "who signs the certificates of issuers, in PEM; without it: as the machine says"),
    OPTION("client-authorities", CONFIG_STRING, client_authorities, "",
           "who signs client certificates: files of PEM or SPIFFE bundles with commas between, "
           "such as ca.pem,example.org=bundle.json for a trust domain"),
    OPTION("operator-keys", CONFIG_STRING, operator_keys, "",
           "a file of lines OPERATOR HASH, by which operators call with API keys (agencyctl key "
           "api)"),
    OPTION("api-keys", CONFIG_BOOL, api_keys, "false",
           "take the API keys that are bound in orgs as credentials"),
    OPTION("public-url", CONFIG_STRING, public_url, "",
           "as clients reach the API, such as https://grid.example: where they are told to get "
           "tokens"),
    OPTION_RANGE("connection-age", CONFIG_DURATION, connection_age_us, "1h", 0, 86400000000,
                 "after which clients are asked to come anew, so that they spread; 0: never"),
    OPTION("operations-listen", CONFIG_STRING, operations_listen, "",
           "where to serve /metrics, /healthz and /readyz to those who watch, without asking who "
           "they are, as IP:PORT with commas between; this machine gets them from the API, too"),
    OPTION("trace-endpoint", CONFIG_STRING, trace_endpoint, "",
           "a collector of OpenTelemetry that gets spans by OTLP over HTTP, such as "
           "http://127.0.0.1:4318"),
    OPTION_RANGE("trace-one-in", CONFIG_INT, trace_one_in, "0", 0, 1000000000,
                 "of the calls that come without a traceparent one in so many is traced; 0: none"),
    { .name = "log-level",
      .type = CONFIG_ENUM,
      .offset = offsetof(struct daemon_options, log_level),
      .otherwise = "info",
      .choices = "error|warn|info|debug",
      .help = "what to write to standard error" },
    { .name = "log-format",
      .type = CONFIG_ENUM,
      .offset = offsetof(struct daemon_options, log_format),
      .otherwise = "logfmt",
      .choices = "logfmt|json",
      .help = "how lines look there: key=value, or an object of JSON each" },
    OPTION("help", CONFIG_BOOL, help, "false", "show this"),
};
const size_t daemon_options_count = sizeof daemon_options / sizeof daemon_options[0];

/* ---- where they come from ---- */

/* Once to learn the name of the file, then above what that says. */
static struct status daemon_options_read_over(struct config *config, struct arena *arena, int argc,
                                              char **argv, char *const *environment)
{
    char **words;
    ARENA_TRY(arena, words, arena_alloc(arena, ((size_t)argc + 1) * sizeof *words));
    memcpy(words, argv, (size_t)argc * sizeof *words);
    TRY(config_read_environment(config, STR("AGENCYD_"), environment));
    TRY(config_read_args(config, &argc, words));
    return argc == 1 ? status_ok()
                     : status_error(STATUS_INVALID_ARGUMENT,
                                    "expected options only, but there is '%s'", words[1]);
}

static struct status daemon_options_read_file(struct config *config, struct arena *arena,
                                              struct str *path)
{
    struct str text, file = *path;
    TRY(small_file_read(file.data, arena, &text));
    *path = STR("");
    TRY(status_prefix(config_read_file(config, text), "%.*s", STR_ARG(file)));
    return path->size == 0 ? status_ok()
                           : status_error(STATUS_INVALID_ARGUMENT,
                                          "%.*s: expected no 'config' in a file: it names no other",
                                          STR_ARG(file));
}

struct status daemon_options_read(struct daemon_options *options, struct arena *arena, int argc,
                                  char **argv, char *const *environment)
{
    struct config config;
    TRY(config_init(&config, daemon_options, daemon_options_count, options, arena));
    TRY(daemon_options_read_over(&config, arena, argc, argv, environment));
    if (options->config.size == 0 || options->help) {
        return status_ok();
    }
    struct str path = options->config;
    TRY(config_init(&config, daemon_options, daemon_options_count, options, arena));
    options->config = path;
    TRY(daemon_options_read_file(&config, arena, &options->config));
    return daemon_options_read_over(&config, arena, argc, argv, environment);
}

/* ---- roles ---- */

static const enum daemon_role daemon_roles[] = { DAEMON_WRITER, DAEMON_PROJECTOR, DAEMON_QUERY };
enum { DAEMON_ROLES = sizeof daemon_roles / sizeof daemon_roles[0] };

const char *daemon_role_name(enum daemon_role role)
{
    return role == DAEMON_WRITER ? "writer" : role == DAEMON_PROJECTOR ? "projector" : "query";
}

static struct status daemon_options_role(struct str name, unsigned *roles)
{
    struct nearest nearest;
    nearest_init(&nearest, name);
    for (size_t i = 0; i < DAEMON_ROLES; i++) {
        if (str_eq(name, str_z(daemon_role_name(daemon_roles[i])))) {
            *roles |= daemon_roles[i];
            return status_ok();
        }
        nearest_offer(&nearest, str_z(daemon_role_name(daemon_roles[i])));
    }
    if (str_eq(name, STR("reactor"))) {
        return status_error(STATUS_UNIMPLEMENTED, "expected roles among writer, projector, query: "
                                                  "there are no reactors yet");
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected roles among writer, projector, query, but one is '%.*s'%s",
                        STR_ARG(name), nearest_hint(&nearest));
}

struct status daemon_options_roles(struct str text, unsigned *roles)
{
    *roles = 0;
    do {
        TRY(daemon_options_role(str_cut(&text, ','), roles));
    } while (text.size > 0);
    return status_ok();
}

/* ---- partitions ---- */

static bool daemon_options_number(struct str text, uint32_t *number)
{
    uint64_t value = 0;
    bool good = num_get_decimal(text.data, text.size, &value) && value <= PARTITIONS_MAX;
    *number = (uint32_t)value;
    return good;
}

static struct status daemon_options_range(struct str text, uint32_t all_count,
                                          bool chosen[PARTITIONS_MAX])
{
    const char *dash = text.size == 0 ? NULL : memchr(text.data, '-', text.size);
    size_t size = dash == NULL ? text.size : (size_t)(dash - text.data);
    struct str last = dash == NULL ? text : str_from(text, size + 1);
    uint32_t low = 0, high = 0;
    if (!daemon_options_number(str_make(text.data, size), &low) ||
        !daemon_options_number(last, &high) || low > high || high >= all_count) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected partitions from 0 to %u, such as 0-7,12, but it is '%.*s'",
                            all_count - 1, STR_ARG(text));
    }
    for (uint32_t i = low; i <= high; i++) {
        chosen[i] = true;
    }
    return status_ok();
}

struct status daemon_options_partitions(struct str text, uint32_t all_count,
                                        struct daemon_partitions *partitions)
{
    bool chosen[PARTITIONS_MAX] = { false };
    bool all = str_eq(text, STR("all"));
    assert(all_count <= PARTITIONS_MAX);
    while (!all && text.size > 0) {
        TRY(daemon_options_range(str_cut(&text, ','), all_count, chosen));
    }
    partitions->count = 0;
    for (uint32_t i = 0; i < all_count; i++) {
        if (all || chosen[i]) {
            partitions->numbers[partitions->count++] = i;
        }
    }
    return partitions->count > 0
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT, "expected at least one partition");
}

uint32_t daemon_options_rank(const struct daemon_options *options, uint32_t partition)
{
    bool shares = options->rank < options->ranks;
    return (uint32_t)(shares ? (options->rank + partition) % options->ranks : options->rank);
}

/* ---- what decides ---- */

struct status daemon_options_configuration(const struct daemon_options *options,
                                           const struct folder_conf *folder, struct arena *arena,
                                           struct str *configuration)
{
    struct folder_conf told = options->operators;
    told.operators = told.operators.size > 0 ? told.operators : folder->operators;
    told.org_creators = told.org_creators.size > 0 ? told.org_creators : folder->org_creators;
    told.rejections_per_minute = folder->rejections_per_minute;
    told.repeats_known_days = folder->repeats_known_days;
    return folder_conf_deciding(&told, options->commands_trusted, arena, configuration);
}
