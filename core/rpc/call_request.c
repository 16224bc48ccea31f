/* What a call says of its request, and takes for its answer: no protocol, no bytes. */
#include "core/rpc/call_inside.h"

void *rpc_call_context(const struct rpc_call *call)
{
    return call->entry->context;
}

void *rpc_call_user(const struct rpc_call *call)
{
    return call->user;
}

void rpc_call_set_user(struct rpc_call *call, void *user)
{
    call->user = user;
}

struct str rpc_call_method(const struct rpc_call *call)
{
    return str_from(call->entry->path, 1);
}

const struct rpc_peer *rpc_call_peer(const struct rpc_call *call)
{
    static const struct rpc_peer gone = { .address = "gone" };
    return call->connection == NULL ? &gone : &call->connection->peer;
}

const void *rpc_call_admitted(const struct rpc_call *call)
{
    return call->admitted;
}

void **rpc_call_note(struct rpc_call *call)
{
    assert(call->connection != NULL);
    return &call->connection->note;
}

void rpc_call_unproven(struct rpc_call *call)
{
    const struct rpc_gate *gate = call->host->gate;
    if (call->connection != NULL && gate != NULL && gate->unproven != NULL) {
        gate->unproven(gate->context, call);
    }
}

void rpc_call_hang_up(struct rpc_call *call)
{
    if (call->connection != NULL) {
        connection_drain(call->connection, true);
    }
}

struct str rpc_call_authority(const struct rpc_call *call)
{
    return call->exchange == NULL ? (struct str){ 0 } : call->exchange->authority;
}

struct str rpc_call_metadata(const struct rpc_call *call, struct str name)
{
    return call->exchange == NULL ? (struct str){ 0 }
                                  : http_fields_get(&call->exchange->fields, name);
}

bool rpc_call_next_metadata(const struct rpc_call *call, size_t *at, struct str *name,
                            struct str *value)
{
    if (call->exchange == NULL || *at >= call->exchange->fields.count) {
        return false;
    }
    const struct http_field *field = &call->exchange->fields.items[(*at)++];
    *name = field->name;
    *value = field->value;
    return true;
}

struct str rpc_call_query(const struct rpc_call *call)
{
    bool get = call->exchange != NULL && str_eq(call->exchange->method, STR("GET"));
    return get ? call->exchange->query : (struct str){ 0 };
}

int64_t rpc_call_remaining_us(const struct rpc_call *call)
{
    return call->deadline_us == INT64_MAX ? INT64_MAX : call->deadline_us - call->host->now_us;
}

int64_t rpc_call_timeout_ms(const struct rpc_call *call)
{
    return call->timeout_ms;
}

bool rpc_call_cancelled(const struct rpc_call *call)
{
    return call->cancelled || call->exchange == NULL;
}

static bool call_is_name(struct str name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '-' && c != '_' && c != '.') {
            return false;
        }
    }
    return name.size > 0;
}

/* A line break would be the begin of a header of somebody else's making. */
static bool call_is_value(struct str value)
{
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F) {
            return false;
        }
    }
    return true;
}

static struct status call_check_field(struct str name, struct str value)
{
    return call_is_name(name) && call_is_value(value)
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT, "expected the name and value of a header");
}

static struct status call_too_many(void)
{
    return status_error(STATUS_RESOURCE_EXHAUSTED, "expected fewer or shorter headers");
}

struct status rpc_call_header(struct rpc_call *call, struct str name, struct str value)
{
    TRY(call_check_field(name, value));
    bool added = call->exchange == NULL || exchange_header(call->exchange, name, value);
    if (call->exchange != NULL) {
        call->exchange->apart = true;
    }
    return added ? status_ok() : call_too_many();
}

struct status rpc_call_trailer(struct rpc_call *call, struct str name, struct str value)
{
    TRY(call_check_field(name, value));
    bool added = call->exchange == NULL || exchange_trailer(call->exchange, name, value);
    return added ? status_ok() : call_too_many();
}

struct status rpc_call_detail(struct rpc_call *call, struct str type, struct str bytes)
{
    struct rpc_detail *detail;
    ARENA_TRY(&call->arena, detail, arena_alloc(&call->arena, sizeof *detail));
    *detail = (struct rpc_detail){ NULL, arena_copy(&call->arena, type),
                                   arena_copy(&call->arena, bytes) };
    if (detail->type.data == NULL || detail->bytes.data == NULL) {
        return arena_full(&call->arena);
    }
    if (call->last_detail == NULL) {
        call->details = detail;
    } else {
        call->last_detail->next = detail;
    }
    call->last_detail = detail;
    return status_ok();
}

void rpc_call_event_id(struct rpc_call *call, struct str id)
{
    call->event_id_size = id.size < RPC_EVENT_ID_MAX && call_is_value(id) ? id.size : 0;
    memcpy(call->event_id, id.data, call->event_id_size);
}

struct arena *rpc_call_arena(struct rpc_call *call)
{
    return &call->arena;
}
