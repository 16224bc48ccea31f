#include "core/rpc/health.h"

#include "core/base/memory.h"
#include "grpc/health/v1/health.pb-c.h"

typedef Grpc__Health__V1__HealthCheckRequest health_request;
typedef Grpc__Health__V1__HealthCheckResponse health_response;

enum { HEALTH_UNKNOWN = RPC_SERVICES_MAX + 1, HEALTH_SERVER = RPC_SERVICES_MAX };

struct health_watch {
    struct health *health;
    struct health_watch *previous, *next;
    struct rpc_call *call;
    size_t service; /* HEALTH_UNKNOWN: there is none of that name */
};

static size_t health_find(const struct health *health, struct str name)
{
    for (size_t i = 0; i < health->registry->services_count; i++) {
        if (str_eq(str_z(health->registry->services[i]), name)) {
            return i;
        }
    }
    return name.size == 0 ? HEALTH_SERVER : HEALTH_UNKNOWN;
}

static void health_send(struct rpc_call *call, const struct health *health, size_t service)
{
    health_response response = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
    response.status = service == HEALTH_UNKNOWN
                          ? GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN
                      : health->serving[service]
                          ? GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING
                          : GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING;
    rpc_call_send(call, &response.base);
}

static void health_on_check(struct rpc_call *call, const ProtobufCMessage *message)
{
    const struct health *health = rpc_call_context(call);
    size_t service = health_find(health, str_z(RPC_AS(health_request, message)->service));
    if (service == HEALTH_UNKNOWN) {
        struct status st = status_error(STATUS_NOT_FOUND, "expected a service that is served here");
        rpc_call_finish(call, &st);
        return;
    }
    health_send(call, health, service);
    rpc_call_finish_ok(call);
}

static void health_on_watch(struct rpc_call *call, const ProtobufCMessage *message)
{
    struct health *health = rpc_call_context(call);
    struct health_watch *watch = mem_zalloc(1, sizeof *watch);
    watch->health = health;
    watch->call = call;
    watch->service = health_find(health, str_z(RPC_AS(health_request, message)->service));
    watch->next = health->watches;
    if (watch->next != NULL) {
        watch->next->previous = watch;
    }
    health->watches = watch;
    rpc_call_set_user(call, watch);
    health_send(call, health, watch->service);
}

static void health_end(struct rpc_call *call, const struct status *status)
{
    struct health_watch *watch = rpc_call_user(call);
    if (watch->previous != NULL) {
        watch->previous->next = watch->next;
    } else {
        watch->health->watches = watch->next;
    }
    if (watch->next != NULL) {
        watch->next->previous = watch->previous;
    }
    mem_free(watch);
    rpc_call_finish(call, status);
}

static void health_on_cancel(struct rpc_call *call)
{
    struct status st = status_error(STATUS_CANCELLED, "the client has gone");
    health_end(call, &st);
}

static void health_on_drain(struct rpc_call *call)
{
    struct status st = status_error(STATUS_UNAVAILABLE, "the server stops");
    health_end(call, &st);
}

static const struct rpc_method health_methods[] = {
    { "Check", RPC_UNARY, true, { .message = health_on_check } },
    { "Watch",
      RPC_SERVER_STREAM,
      true,
      { .message = health_on_watch, .cancel = health_on_cancel, .drain = health_on_drain } },
};

struct status health_add(struct health *health, struct rpc_registry *registry)
{
    struct rpc_service service = {
        .descriptor = &grpc__health__v1__health__descriptor,
        .methods = health_methods,
        .methods_count = sizeof health_methods / sizeof health_methods[0],
        .context = health,
    };
    *health = (struct health){ .registry = registry };
    for (size_t i = 0; i <= HEALTH_SERVER; i++) {
        health->serving[i] = true;
    }
    return rpc_registry_add(registry, &service);
}

static void health_put(struct health *health, size_t service, bool serving)
{
    bool changes = health->serving[service] != serving;
    health->serving[service] = serving;
    for (struct health_watch *watch = health->watches; changes && watch != NULL;
         watch = watch->next) {
        if (watch->service == service) {
            health_send(watch->call, health, service);
        }
    }
}

void health_set(struct health *health, struct str service, bool serving)
{
    size_t found = health_find(health, service);
    if (found != HEALTH_UNKNOWN) {
        health_put(health, found, serving);
    }
}

void health_set_none(struct health *health)
{
    for (size_t i = 0; i < health->registry->services_count; i++) {
        health_put(health, i, false);
    }
    health_put(health, HEALTH_SERVER, false);
}
