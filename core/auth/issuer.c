#include "core/auth/issuer.h"

#include "core/auth/jws_algorithm.h"
#include "core/auth/shown.h"
#include "core/auth/spiffe_id.h"
#include "core/auth/url.h"
#include "core/base/nearest.h"
#include "core/base/time.h"

static const char *const issuer_members[] = {
    "issuer",        "trust_domain", "audience",       "keys",   "subject_claim", "scope_claim",
    "actor_issuers", "algorithms",   "leeway_seconds", "strict", "scoped",
};
enum { ISSUER_MEMBERS = sizeof issuer_members / sizeof issuer_members[0] };

static struct status issuer_check_members(const Google__Protobuf__Struct *claims)
{
    for (size_t i = 0; i < claims->n_fields; i++) {
        struct nearest nearest;
        bool known = false;
        nearest_init(&nearest, str_z(claims->fields[i]->key));
        for (size_t j = 0; j < ISSUER_MEMBERS; j++) {
            known = known || strcmp(issuer_members[j], claims->fields[i]->key) == 0;
            nearest_offer(&nearest, str_z(issuer_members[j]));
        }
        if (!known) {
            return status_error(
                STATUS_INVALID_ARGUMENT, "expected a member of an issuer, but there is no '%s'%s",
                shown_make(str_z(claims->fields[i]->key)).text, nearest_hint(&nearest));
        }
    }
    return status_ok();
}

static struct status issuer_check_name(const struct issuer *issuer)
{
    struct url url;
    if ((issuer->name.size > 0) == (issuer->trust_domain.size > 0)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected either 'issuer' or 'trust_domain' to be there");
    }
    if (issuer->trust_domain.size > 0) {
        return spiffe_trust_domain_valid(issuer->trust_domain)
                   ? status_ok()
                   : status_error(STATUS_INVALID_ARGUMENT,
                                  "expected 'trust_domain' to be 1 to 255 of a-z, 0-9, '.', '-', "
                                  "'_', such as example.org");
    }
    TRY(status_prefix(url_read(issuer->name, &url), "issuer"));
    if (url.query) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected 'issuer' to be without a query");
    }
    return status_ok();
}

static struct status issuer_check_keys(const struct issuer *issuer)
{
    struct url url;
    struct str file = STR("file:");
    if (issuer->keys.size == 0) {
        return issuer->trust_domain.size == 0
                   ? status_ok()
                   : status_error(STATUS_INVALID_ARGUMENT,
                                  "expected 'keys' to say where the bundle of the trust domain is");
    }
    if (str_starts(issuer->keys, file)) {
        return issuer->keys.size > file.size
                   ? status_ok()
                   : status_error(STATUS_INVALID_ARGUMENT, "expected a path behind 'file:'");
    }
    return status_prefix(url_read(issuer->keys, &url), "keys");
}

static struct status issuer_read_algorithms(struct arena *arena,
                                            const Google__Protobuf__Struct *claims,
                                            struct issuer *issuer)
{
    struct claims_texts names;
    TRY(claims_texts(arena, claims, "algorithms", &names));
    issuer->algorithms = names.count == 0 ? JWS_ALGORITHMS_ALL : 0;
    for (size_t i = 0; i < names.count; i++) {
        const struct jws_algorithm *algorithm;
        TRY(jws_algorithm_find(names.items[i], &algorithm));
        issuer->algorithms |= algorithm->bit;
    }
    return status_ok();
}

static struct status issuer_read_leeway(const Google__Protobuf__Struct *claims,
                                        struct issuer *issuer)
{
    const int64_t most_us = ISSUER_LEEWAY_SECONDS_MAX * TIME_SECOND_US;
    bool is_there;
    TRY(claims_time(claims, "leeway_seconds", &issuer->leeway_us, &is_there));
    if (!is_there) {
        issuer->leeway_us = ISSUER_LEEWAY_SECONDS_DEFAULT * TIME_SECOND_US;
    }
    if (issuer->leeway_us > most_us) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected 'leeway_seconds' of 0 to %d",
                            ISSUER_LEEWAY_SECONDS_MAX);
    }
    return status_ok();
}

static struct status issuer_read_subject_claims(struct arena *arena,
                                                const Google__Protobuf__Struct *claims,
                                                struct issuer *issuer)
{
    static const struct str usual[] = { { "sub", 3 } };
    struct claims_texts *names = &issuer->subject_claims;
    TRY(claims_texts(arena, claims, "subject_claim", names));
    if (names->count > ISSUER_SUBJECT_CLAIMS_MAX || claims_texts_have(names, STR(""))) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected 'subject_claim' to be 1 to %d names of claims",
                            ISSUER_SUBJECT_CLAIMS_MAX);
    }
    *names = names->count == 0 ? (struct claims_texts){ usual, 1 } : *names;
    return status_ok();
}

static struct status issuer_read_scope_claim(const Google__Protobuf__Struct *claims,
                                             struct issuer *issuer)
{
    bool capped = issuer->trust_domain.size == 0;
    TRY(claims_bool(claims, "scoped", capped, &issuer->scoped));
    TRY(claims_text(claims, "scope_claim", &issuer->scope_claim));
    issuer->scope_claim = issuer->scope_claim.size == 0 ? STR("scope") : issuer->scope_claim;
    return status_ok();
}

static struct status issuer_read_audience(struct arena *arena,
                                          const Google__Protobuf__Struct *claims,
                                          struct issuer *issuer)
{
    TRY(claims_texts(arena, claims, "audience", &issuer->audience));
    bool some = issuer->audience.count > 0 && !claims_texts_have(&issuer->audience, STR(""));
    if (!some || issuer->audience.count > ISSUER_AUDIENCES_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected 'audience' to be 1 to %d texts: what tokens call us",
                            ISSUER_AUDIENCES_MAX);
    }
    return status_ok();
}

static struct status issuer_read(struct arena *arena, const Google__Protobuf__Struct *claims,
                                 struct issuer *issuer)
{
    TRY(claims_text(claims, "issuer", &issuer->name));
    TRY(claims_text(claims, "trust_domain", &issuer->trust_domain));
    TRY(issuer_check_members(claims));
    TRY(claims_text(claims, "keys", &issuer->keys));
    TRY(issuer_check_name(issuer));
    TRY(issuer_check_keys(issuer));
    TRY(issuer_read_audience(arena, claims, issuer));
    TRY(claims_texts(arena, claims, "actor_issuers", &issuer->actor_issuers));
    TRY(issuer_read_subject_claims(arena, claims, issuer));
    TRY(issuer_read_scope_claim(claims, issuer));
    TRY(issuer_read_algorithms(arena, claims, issuer));
    TRY(issuer_read_leeway(claims, issuer));
    return claims_bool(claims, "strict", false, &issuer->strict);
}

static struct status issuers_add(struct arena *arena, const Google__Protobuf__Value *value,
                                 struct issuers *issuers, struct issuer *issuer)
{
    if (value->kind_case != GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected every issuer to be an object");
    }
    struct status st = issuer_read(arena, value->struct_value, issuer);
    struct str name = issuer->name.size > 0 ? issuer->name : issuer->trust_domain;
    if (st.code == STATUS_OK &&
        (issuers_find(issuers, issuer->name) != NULL ||
         issuers_find_trust_domain(issuers, issuer->trust_domain) != NULL)) {
        st = status_error(STATUS_INVALID_ARGUMENT, "expected each issuer once");
    }
    issuers->count += st.code == STATUS_OK;
    return status_prefix(st, "issuer '%s'", shown_make(name).text);
}

struct status issuers_read(struct arena *arena, struct str json, struct issuers *issuers)
{
    const Google__Protobuf__Struct *claims;
    struct issuer *items;
    TRY(claims_read(arena, json, &claims));
    const Google__Protobuf__Value *list = claims_find(claims, "issuers");
    if (claims->n_fields != 1 || list == NULL ||
        list->kind_case != GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE ||
        list->list_value->n_values > ISSUERS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected {\"issuers\": [...]} with at most %d of them", ISSUERS_MAX);
    }
    ARENA_TRY(arena, items, arena_zalloc(arena, ISSUERS_MAX * sizeof *items));
    *issuers = (struct issuers){ items, 0 };
    for (size_t i = 0; i < list->list_value->n_values; i++) {
        TRY(issuers_add(arena, list->list_value->values[i], issuers, &items[i]));
    }
    return status_ok();
}

const struct issuer *issuers_find(const struct issuers *issuers, struct str name)
{
    for (size_t i = 0; i < issuers->count && name.size > 0; i++) {
        if (str_eq(issuers->items[i].name, name)) {
            return &issuers->items[i];
        }
    }
    return NULL;
}

const struct issuer *issuers_find_trust_domain(const struct issuers *issuers, struct str name)
{
    for (size_t i = 0; i < issuers->count && name.size > 0; i++) {
        if (str_eq(issuers->items[i].trust_domain, name)) {
            return &issuers->items[i];
        }
    }
    return NULL;
}
