#include "ops/daemon/gate_known.h"

#include "core/base/memory.h"

static const size_t GATE_KNOWN_MAX = (size_t)64 << 10;

static bool gate_known_read(struct gate_known *known, struct str der)
{
    struct client_certificate *certificate = arena_alloc(&known->arena, sizeof *certificate);
    known->certificate = certificate;
    return certificate != NULL &&
           client_certificate_read_der(&known->arena, der, certificate).code == STATUS_OK;
}

struct gate_known *gate_known_of(struct rpc_call *call)
{
    void **note = rpc_call_note(call);
    struct str der = rpc_call_peer(call)->certificate;
    if (*note != NULL) {
        return *note;
    }
    struct gate_known *known = mem_zalloc(1, sizeof *known);
    arena_init(&known->arena, GATE_KNOWN_MAX);
    if (der.size > 0 && !gate_known_read(known, der)) {
        gate_known_free(known);
        return NULL;
    }
    *note = known;
    return known;
}

void gate_known_free(struct gate_known *known)
{
    arena_release(&known->arena);
    mem_free(known);
}
