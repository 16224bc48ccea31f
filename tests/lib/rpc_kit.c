#include "tests/lib/rpc_kit.h"

#include <stdlib.h>

enum { KIT_STEP = 64 * 1024 };

static void kit_check(struct status st)
{
    assert(st.code == STATUS_OK);
}

void rpc_kit_open(struct rpc_kit *kit)
{
    static const struct rpc_page page = { "/", "text/plain", { "hello\n", 6 } };
    *kit = (struct rpc_kit){ 0 };
    rpc_registry_init(&kit->registry);
    rpc_host_init(&kit->host, &kit->registry);
    kit->host.now_us = 1000000;
    struct rpc_service service = library_service(&kit->library);
    kit_check(rpc_registry_add(&kit->registry, &service));
    kit_check(rpc_registry_add_page(&kit->registry, &page));
    for (size_t i = 0; i < library_routes_count; i++) {
        kit_check(rpc_registry_add_route(&kit->registry, &library_routes[i]));
    }
    rpc_kit_connect(kit);
}

void rpc_kit_disconnect(struct rpc_kit *kit)
{
    connection_close(kit->connection);
    kit->connection = NULL;
}

void rpc_kit_close(struct rpc_kit *kit)
{
    rpc_kit_disconnect(kit);
    rpc_host_release(&kit->host);
    rpc_registry_release(&kit->registry);
    buf_release(&kit->in);
    buf_release(&kit->out);
}

void rpc_kit_connect(struct rpc_kit *kit)
{
    struct rpc_peer peer = { .address = "127.0.0.1:4711", .local = true };
    rpc_kit_disconnect(kit);
    kit->in.size = 0;
    kit->out.size = 0;
    kit->connection = connection_open(&kit->host, &peer, kit);
}

static bool kit_feed(struct rpc_kit *kit)
{
    size_t taken = connection_receive(kit->connection, buf_str(&kit->in));
    if (taken > 0 && taken < kit->in.size) {
        memmove(kit->in.data, kit->in.data + taken, kit->in.size - taken);
    }
    kit->in.size -= taken;
    return taken > 0;
}

/* As the transport does: until neither side moves. */
void rpc_kit_flush(struct rpc_kit *kit)
{
    bool moves = kit->connection != NULL;
    while (moves) {
        size_t before = kit->out.size;
        moves = kit->in.size > 0 && kit_feed(kit);
        connection_output(kit->connection, &kit->out,
                          before + (kit->room > 0 ? kit->room : KIT_STEP));
        moves |= kit->out.size > before && kit->room == 0;
        connection_written(kit->connection, 0);
    }
    while (rpc_host_next_touched(&kit->host) != NULL) {
    }
    if (kit->connection != NULL) {
        kit->connection->touched = false;
        if (connection_over(kit->connection)) {
            rpc_kit_disconnect(kit);
        }
    }
}

void rpc_kit_send(struct rpc_kit *kit, struct str bytes)
{
    buf_append(&kit->in, bytes);
    rpc_kit_flush(kit);
}

void rpc_kit_pass(struct rpc_kit *kit, int64_t us)
{
    kit->host.now_us += us;
    rpc_timers_fire(&kit->host.timers, kit->host.now_us);
    rpc_kit_flush(kit);
}

const char *rpc_kit_ask(struct rpc_kit *kit, const char *head, struct str body)
{
    struct buf request = { 0 };
    rpc_kit_connect(kit);
    buf_printf(&request, "%shost: library\r\ncontent-length: %zu\r\n\r\n", head, body.size);
    buf_append(&request, body);
    rpc_kit_send(kit, buf_str(&request));
    buf_release(&request);
    buf_byte(&kit->out, '\0');
    kit->out.size--;
    return kit->out.data;
}

const char *rpc_kit_body(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    return end == NULL ? "" : end + 4;
}
