/* The part of an exchange that is the same for all versions of HTTP: its fields and its queue. */
#include "core/rpc/http/exchange.h"

#include "core/rpc/http/connection.h"
#include "core/rpc/limits.h"
#include "core/rpc/observer.h"

enum { EXCHANGE_FIELD_COST = 32, EXCHANGE_OUT_KEPT = 4096 };

bool exchange_header(struct exchange *exchange, struct str name, struct str value)
{
    return http_fields_copy(&exchange->arena, &exchange->answer,
                            (struct http_field){ name, value });
}

bool exchange_trailer(struct exchange *exchange, struct str name, struct str value)
{
    return http_fields_copy(&exchange->arena, &exchange->trailers,
                            (struct http_field){ name, value });
}

void exchange_respond(struct exchange *exchange, unsigned status)
{
    if (exchange->responded) {
        return;
    }
    exchange->responded = true;
    exchange->status = status;
    exchange->wire->respond(exchange);
}

/* What is sent is dropped when it is the larger part, so that a queue that is never empty does not
 * grow. */
struct buf *exchange_out(struct exchange *exchange)
{
    struct buf *out = &exchange->out;
    if (exchange->out_at > out->size / 2) {
        buf_drop(out, exchange->out_at);
        exchange->out_at = 0;
    }
    return out;
}

void exchange_more(struct exchange *exchange)
{
    exchange->wants_room = exchange_queued(exchange) >= RPC_QUEUE_LOW;
    exchange->wire->more(exchange);
}

void exchange_write(struct exchange *exchange, struct str bytes)
{
    if (!exchange->ended) {
        buf_append(exchange_out(exchange), bytes);
        exchange_more(exchange);
    }
}

void exchange_drop_queue(struct exchange *exchange)
{
    assert(!exchange->responded);
    buf_clear(&exchange->out);
    exchange->out_at = 0;
}

void exchange_end(struct exchange *exchange)
{
    if (!exchange->ended) {
        exchange->ended = true;
        exchange->wire->more(exchange);
    }
}

void exchange_finish(struct exchange *exchange, unsigned status)
{
    if (exchange->responded) {
        exchange_end(exchange);
    } else {
        exchange->ended = true;
        exchange_respond(exchange, status);
    }
}

void exchange_reset(struct exchange *exchange)
{
    if (!exchange->broken) {
        exchange->broken = true;
        exchange->ended = true;
        exchange->wire->reset(exchange);
    }
}

void exchange_consume(struct exchange *exchange, size_t size)
{
    assert(size <= exchange->unconsumed);
    exchange->unconsumed -= size;
    if (size > 0) {
        exchange->wire->consume(exchange, size);
    }
}

void exchange_answer(struct exchange *exchange, unsigned status, struct str type, struct str body)
{
    const struct rpc_observer *observer = exchange->connection->host->observer;
    if (status >= 400 && observer != NULL && observer->refused != NULL) {
        observer->refused(observer->self, status);
    }
    if (type.size > 0) {
        exchange_header(exchange, STR("content-type"), type);
    }
    buf_append(exchange_out(exchange), body);
    exchange_finish(exchange, status);
}

void exchange_body(struct exchange *exchange, struct str bytes)
{
    exchange->unconsumed += bytes.size;
    exchange->moved_us = exchange->connection->host->now_us;
    if (exchange->sink == NULL) {
        exchange_consume(exchange, bytes.size);
    } else {
        exchange->sink->body(exchange->user, bytes);
    }
}

void exchange_whole(struct exchange *exchange)
{
    if (!exchange->whole) {
        exchange->whole = true;
        if (exchange->sink != NULL) {
            exchange->sink->whole(exchange->user);
        }
    }
}

bool exchange_field(struct exchange *exchange, struct str name, struct str value)
{
    exchange->fields_size += name.size + value.size + EXCHANGE_FIELD_COST;
    if (exchange->fields_size > RPC_HEADERS_SIZE_MAX || exchange->fields.count >= RPC_HEADERS_MAX) {
        exchange->oversized = true;
    }
    return exchange->oversized || http_fields_copy(&exchange->arena, &exchange->fields,
                                                   (struct http_field){ name, value });
}

void exchange_target(struct exchange *exchange, struct str target)
{
    const char *mark = target.size == 0 ? NULL : memchr(target.data, '?', target.size);
    size_t size = mark == NULL ? target.size : (size_t)(mark - target.data);
    exchange->path = str_make(target.data, size);
    exchange->query = mark == NULL ? (struct str){ 0 } : str_from(target, size + 1);
}

size_t exchange_take(struct exchange *exchange, char *data, size_t size_max)
{
    size_t left = exchange_queued(exchange), size = left < size_max ? left : size_max;
    if (size > 0) {
        memcpy(data, exchange->out.data + exchange->out_at, size);
        exchange->out_at += size;
        exchange->moved_us = exchange->connection->host->now_us;
    }
    if (exchange->out_at == exchange->out.size) {
        buf_clear(&exchange->out);
        exchange->out_at = 0;
        if (exchange->out.cap > EXCHANGE_OUT_KEPT) {
            buf_release(&exchange->out);
        }
    }
    return size;
}
