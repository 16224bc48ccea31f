/* Order of what is judged: what the method needs, who calls, whether that is enough.
 *
 *   - A token or an API key in Authorization says who calls; without one the certificate of the
 *     connection does; without either it is the owner of the data folder on its socket, and
 *     whoever --anonymous names for programs of this machine that come by no proxy.
 *   - Nobody may send a signed command: its signature says whose it is.
 *   - While keys of an issuer are fetched its callers wait, once.
 *
 * Whether a principal is known in an org is not judged here: only its decider and its reader can.
 * Left out: callers that act for others (nested `act` claims): they are refused. */
#include "ops/daemon/gate.h"

#include "core/auth/caller.h"
#include "core/auth/principal.h"
#include "core/base/memory.h"
#include "core/pb/message.h"
#include "ops/daemon/gate_known.h"
#include "ops/daemon/key_fetcher.h"
#include "ops/daemon/method_needs.h"
#include "ops/daemon/plain_local.h"

/* Values of Authorization that are looked at: two are one too many. */
enum { GATE_SHOWN_MAX = 4, GATE_WAITING_MAX = 1024 };

/* A call whose issuer's keys are being fetched; lies in its arena. */
struct gate_waiting {
    struct rpc_call *call;
    struct gate_waiting *next;
};

struct gate {
    struct gate_options options;
    struct rpc_gate port;
    struct rpc_client_judge client_judge;
    struct jwks_cache *keys;
    struct access_token_memo *memo;
    struct key_fetcher *fetcher; /* NULL: there are no issuers */
    struct arena arena;          /* of one judgement */
    struct gate_waiting *waiting;
    size_t waiting_count;
};

/* One judgement. */
struct gate_case {
    struct gate *gate;
    struct rpc_call *call;
    const struct method_needs *needs;
    struct gate_known *known;
    struct admitted *admitted;
    struct caller caller;
    enum protected_resource_error error; /* of an UNAUTHENTICATED, or too little a scope */
    bool challenged;                     /* the client is to be told how to come back */
};

static struct status gate_refuse(struct gate_case *at, enum protected_resource_error error,
                                 struct status st)
{
    at->challenged = true;
    at->error = error;
    return st;
}

/* ---- callers that show nothing ---- */

static struct status gate_no_operator(struct str name)
{
    return status_error(
        STATUS_INVALID_ARGUMENT,
        "expected an operator that agency.conf of the data folder names, but '%.*s' "
        "is none",
        STR_ARG(name));
}

#define METHOD(name) AGENCY__V1__AUTHENTICATION_METHOD__AUTHENTICATION_METHOD_##name

static struct status gate_named(const struct gate_case *at, struct str name,
                                Agency__V1__AuthenticationMethod method)
{
    const struct gate_options *own = &at->gate->options;
    Agency__V1__Principal *principal;
    TRY(principal_parse(rpc_call_arena(at->call), own->cluster_key, name, &principal));
    if (principal->operator_[0] != '\0' && !folder_conf_is_operator(own->folder, name)) {
        return gate_no_operator(name);
    }
    at->admitted->principal = *principal;
    at->admitted->principal.method = method;
    return status_ok();
}

/* The owner of the data folder has all its keys, so he is whom he says. */
static struct status gate_owner(const struct gate_case *at)
{
    struct str named = rpc_call_metadata(at->call, STR("agencygrid-principal"));
    return gate_named(at, named.size > 0 ? named : folder_conf_first(at->gate->options.folder),
                      METHOD(SOCKET));
}

static struct status gate_nothing_shown(struct gate_case *at, struct status why)
{
    struct str anonymous = at->gate->options.anonymous;
    if (rpc_call_peer(at->call)->owner) {
        return gate_owner(at);
    }
    if (anonymous.size > 0 && plain_local_is(at->call)) {
        return gate_named(at, anonymous, METHOD(ANONYMOUS));
    }
    return at->needs->need == METHOD_COMMAND ? status_ok()
                                             : gate_refuse(at, PROTECTED_RESOURCE_NO_TOKEN, why);
}

/* ---- callers that show something ---- */

static struct status gate_operator_key(struct gate_case *at, bool *known)
{
    const struct trusted *trusted = at->gate->options.trusted;
    const struct api_key_entry *entry =
        at->caller.kind == AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_API_KEY
            ? api_key_find(trusted->operators, trusted->operators_count, at->caller.identity)
            : NULL;
    *known = entry != NULL;
    return entry == NULL ? status_ok() : gate_named(at, entry->name, METHOD(API_KEY));
}

static Agency__V1__AuthenticationMethod gate_method(Agency__V1__CredentialKind kind)
{
    return kind == AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_JWT       ? METHOD(TOKEN)
           : kind == AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_API_KEY ? METHOD(API_KEY)
                                                                          : METHOD(CERTIFICATE);
}

/* Whom a token says that its caller acts for, from the caller on, its subject last: each link is
 * asked for where the command is decided, or the question answered. */
static struct status gate_acts_for(struct gate_case *at)
{
    struct arena *arena = rpc_call_arena(at->call);
    Agency__V1__Principal *principal = &at->admitted->principal;
    const struct actor_chain *between = &at->caller.between;
    size_t count = at->caller.subject.data == NULL ? 0 : between->count + 1;
    ARENA_TRY(arena, principal->acts_for,
              arena_alloc(arena, (count + 1) * sizeof *principal->acts_for));
    for (size_t i = 0; i < count; i++) {
        Agency__V1__Identity *identity;
        TRY(pb_new(arena, &agency__v1__identity__descriptor, &identity));
        identity->kind = at->caller.kind;
        TRY(principal_identity_hash(arena, at->gate->options.cluster_key, at->caller.kind,
                                    i < between->count ? between->identities[i]
                                                       : at->caller.subject,
                                    &identity->identity_hash));
        principal->acts_for[principal->n_acts_for++] = identity;
    }
    return status_ok();
}

static struct status gate_credential(struct gate_case *at)
{
    struct arena *arena = rpc_call_arena(at->call);
    Agency__V1__Principal *principal = &at->admitted->principal;
    if (at->caller.kind == AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_API_KEY &&
        !at->gate->options.trusted->api_keys) {
        return gate_refuse(at, PROTECTED_RESOURCE_BAD_TOKEN,
                           status_error(STATUS_UNAUTHENTICATED,
                                        "expected another credential than an API key: they are not "
                                        "taken here (--api-keys)"));
    }
    principal->kind = at->caller.kind;
    principal->method = gate_method(at->caller.kind);
    TRY(gate_acts_for(at));
    return principal_identity_hash(arena, at->gate->options.cluster_key, at->caller.kind,
                                   at->caller.identity, &principal->identity_hash);
}

static struct status gate_known_caller(struct gate_case *at)
{
    bool operator_key;
    if (at->caller.token.issuer != NULL) {
        at->admitted->expires_at_us = at->caller.token.expires_at_us;
    }
    TRY(gate_operator_key(at, &operator_key));
    return operator_key ? status_ok() : gate_credential(at);
}

static size_t gate_shown(struct rpc_call *call, struct str values[GATE_SHOWN_MAX])
{
    struct str name, value;
    size_t count = 0, place = 0;
    while (count < GATE_SHOWN_MAX && rpc_call_next_metadata(call, &place, &name, &value)) {
        if (str_eq(name, STR("authorization"))) {
            values[count++] = value;
        }
    }
    return count;
}

static struct status gate_caller(struct gate_case *at)
{
    struct gate *gate = at->gate;
    struct str values[GATE_SHOWN_MAX];
    struct caller_shown shown = { .authorization = values,
                                  .authorization_count = gate_shown(at->call, values),
                                  .certificate = at->known->certificate };
    struct caller_judge judge = {
        .check = { .issuers = &gate->options.trusted->issuers,
                   .keys = gate->keys,
                   .now_us = clock_now_us(&gate->options.clock),
                   .monotonic_us = clock_monotonic_us(&gate->options.clock) },
        .memo = gate->memo,
    };
    struct status st = caller_read(&judge, &gate->arena, &shown, &at->caller, &at->error);
    if (st.code == STATUS_OK) {
        return gate_known_caller(at);
    }
    if (shown.authorization_count == 0) {
        return gate_nothing_shown(at, st);
    }
    at->challenged = st.code == STATUS_UNAUTHENTICATED;
    return st;
}

/* ---- whether that is enough ---- */

static struct str gate_scope(enum method_need need)
{
    return need == METHOD_READ      ? STR("agency.read")
           : need == METHOD_COMMAND ? STR("agency.command")
                                    : STR("agency.admin");
}

static struct status gate_judge(struct gate_case *at)
{
    if (at->needs == NULL) {
        return status_error(STATUS_PERMISSION_DENIED,
                            "expected a method of which is known what it needs");
    }
    if (at->needs->need == METHOD_OPEN) {
        return status_ok();
    }
    if (at->known == NULL) {
        return status_error(STATUS_UNAUTHENTICATED, "expected a certificate that can be read");
    }
    TRY(gate_caller(at));
    if (!caller_may(&at->caller, gate_scope(at->needs->need))) {
        return gate_refuse(at, PROTECTED_RESOURCE_TOO_LITTLE,
                           status_error(STATUS_PERMISSION_DENIED,
                                        "expected a token with the scope '%.*s'",
                                        STR_ARG(gate_scope(at->needs->need))));
    }
    if (at->needs->need == METHOD_OPERATE && !admitted_is_operator(at->admitted)) {
        return status_error(STATUS_PERMISSION_DENIED, "expected an operator of this installation");
    }
    return status_ok();
}

/* ---- the answer ---- */

/* Best effort: a client that is not told how to come back is refused all the same. */
static void gate_challenge(const struct gate_case *at, const struct status *st)
{
    struct buf value = { 0 };
    struct str scope = gate_scope(at->needs->need);
    struct status said =
        protected_resource_challenge(at->gate->options.public_url, at->error,
                                     (struct claims_texts){ &scope, 1 }, str_z(st->msg), &value);
    if (said.code == STATUS_OK) {
        said = rpc_call_header(at->call, STR("www-authenticate"), buf_str(&value));
    }
    buf_release(&value);
}

/* What was shown twice is a bad request by RFC 6750, 3.1. */
static struct status gate_status(const struct gate_case *at, struct status st)
{
    if (at->challenged && at->error == PROTECTED_RESOURCE_BAD_REQUEST) {
        st.code = STATUS_INVALID_ARGUMENT;
    }
    return st;
}

static void gate_failed(struct rpc_call *call, struct gate_known *known)
{
    if (++known->failures >= GATE_FAILURES_MAX) {
        rpc_call_hang_up(call);
    }
}

static void gate_turn_away(struct gate_case *at, struct status st)
{
    bool wrong = at->challenged && at->error != PROTECTED_RESOURCE_NO_TOKEN &&
                 at->error != PROTECTED_RESOURCE_TOO_LITTLE;
    if (at->challenged) {
        gate_challenge(at, &st);
    }
    if (wrong) {
        gate_failed(at->call, at->known);
    }
    st = gate_status(at, st);
    rpc_call_finish(at->call, &st);
}

/* Waits for the keys of an issuer, if they are under way. */
static bool gate_wait(struct gate_case *at)
{
    struct gate *gate = at->gate;
    const struct issuer *issuer = at->caller.token.issuer;
    struct gate_waiting *waiting = arena_alloc(rpc_call_arena(at->call), sizeof *waiting);
    if (issuer == NULL || waiting == NULL || gate->waiting_count == GATE_WAITING_MAX ||
        !jwks_cache_busy(gate->keys, issuer, clock_monotonic_us(&gate->options.clock))) {
        return false;
    }
    *waiting = (struct gate_waiting){ at->call, gate->waiting };
    gate->waiting = waiting;
    gate->waiting_count++;
    key_fetcher_look(gate->fetcher);
    return true;
}

static struct status gate_try(struct gate_case *at)
{
    struct arena *arena = rpc_call_arena(at->call);
    arena_reset(&at->gate->arena);
    ARENA_TRY(arena, at->admitted, arena_alloc(arena, sizeof *at->admitted));
    *at->admitted = (struct admitted){ .expires_at_us = INT64_MAX };
    agency__v1__principal__init(&at->admitted->principal);
    return gate_judge(at);
}

static void gate_answer(struct gate *gate, struct rpc_call *call, bool may_wait)
{
    struct gate_case at = { .gate = gate,
                            .call = call,
                            .needs = method_needs_find(rpc_call_method(call)),
                            .known = gate_known_of(call) };
    struct status st = gate_try(&at);
    if (st.code == STATUS_UNAVAILABLE && may_wait && gate_wait(&at)) {
        return;
    }
    if (st.code != STATUS_OK) {
        gate_turn_away(&at, st);
        return;
    }
    if (at.known != NULL && !admitted_is_nobody(at.admitted)) {
        at.known->failures = 0;
    }
    rpc_call_admit(call, at.admitted);
}

static void gate_ask(void *context, struct rpc_call *call)
{
    gate_answer(context, call, true);
}

static void gate_gone(void *context, struct rpc_call *call)
{
    struct gate *gate = context;
    for (struct gate_waiting **at = &gate->waiting; *at != NULL; at = &(*at)->next) {
        if ((*at)->call == call) {
            *at = (*at)->next;
            gate->waiting_count--;
            return;
        }
    }
}

static void gate_forget(void *context, void *note)
{
    (void)context;
    gate_known_free(note);
}

/* A right signature takes nothing back: anybody can make a key of his own. */
static void gate_unproven(void *context, struct rpc_call *call)
{
    (void)context;
    gate_failed(call, gate_known_of(call));
}

/* Keys have come, or could not be had. Each call that waits is judged once more; another may go
 * meanwhile. */
static void gate_keys_came(void *context)
{
    struct gate *gate = context;
    for (size_t left = gate->waiting_count; left > 0 && gate->waiting != NULL; left--) {
        struct rpc_call *call = gate->waiting->call;
        gate->waiting = gate->waiting->next;
        gate->waiting_count--;
        gate_answer(gate, call, false);
    }
}

/* ---- certificates ---- */

static bool gate_judge_client(void *context, struct x509_st *leaf, struct stack_st_X509 *chain)
{
    struct gate *gate = context;
    struct client_certificate certificate;
    arena_reset(&gate->arena);
    struct status st = trust_anchors_check(gate->options.trusted->anchors, &gate->arena, leaf,
                                           chain, clock_now_us(&gate->options.clock), &certificate);
    if (st.code != STATUS_OK) {
        struct diag_line line = diag_begin(gate->options.diag, DIAG_INFO, "certificate_refused");
        diag_status(&line, &st);
        diag_end(&line);
    }
    return st.code == STATUS_OK;
}

/* ---- life ---- */

static struct status gate_check(const struct gate_options *options)
{
    struct buf address = { 0 };
    struct str url = options->public_url;
    struct status st = url.size == 0 ? status_ok() : protected_resource_address(url, &address);
    buf_release(&address);
    TRY(status_prefix(st, "public-url"));
    bool named = options->anonymous.size == 0 ||
                 folder_conf_is_operator(options->folder, options->anonymous);
    return named ? status_ok() : status_prefix(gate_no_operator(options->anonymous), "anonymous");
}

static void gate_open_fetcher(struct gate *gate)
{
    struct key_fetcher_options options = { .cache = gate->keys,
                                           .fetch = gate->options.fetch,
                                           .clock = gate->options.clock,
                                           .diag = gate->options.diag,
                                           .came = gate_keys_came,
                                           .context = gate };
    if (gate->options.trusted->issuers.count > 0) {
        gate->fetcher = key_fetcher_open(&options);
    }
}

struct status gate_open(const struct gate_options *options, struct gate **out)
{
    *out = NULL;
    TRY(gate_check(options));
    struct gate *gate = mem_zalloc(1, sizeof *gate);
    gate->options = *options;
    gate->port = (struct rpc_gate){ .ask = gate_ask,
                                    .gone = gate_gone,
                                    .forget = gate_forget,
                                    .unproven = gate_unproven,
                                    .context = gate };
    gate->client_judge = (struct rpc_client_judge){ gate_judge_client, gate };
    gate->keys = jwks_cache_new(&options->trusted->issuers);
    gate->memo = access_token_memo_new();
    arena_init(&gate->arena, ACCESS_TOKEN_MEMORY);
    gate_open_fetcher(gate);
    *out = gate;
    return status_ok();
}

struct status gate_start(struct gate *gate, struct rpc_server *server)
{
    return gate->fetcher == NULL ? status_ok() : key_fetcher_start(gate->fetcher, server);
}

void gate_stop(struct gate *gate)
{
    if (gate != NULL) {
        key_fetcher_stop(gate->fetcher);
    }
}

void gate_close(struct gate *gate)
{
    if (gate != NULL) {
        key_fetcher_close(gate->fetcher);
        jwks_cache_free(gate->keys);
        access_token_memo_free(gate->memo);
        arena_release(&gate->arena);
        mem_free(gate);
    }
}

const struct rpc_gate *gate_port(const struct gate *gate)
{
    return &gate->port;
}

const struct rpc_client_judge *gate_client_judge(const struct gate *gate)
{
    return &gate->client_judge;
}
