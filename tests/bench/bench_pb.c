/* What a message costs on its way in and out: guard, unpack, pack, JSON; a typical command. Beside
 * them protobuf-c alone, on the same bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "agency/v1/command.pb-c.h"
#include "core/pb/json.h"
#include "tests/lib/bench.h"

enum { BENCH_STEPS = 20000 };

static const char text[] =
    "{\"orgId\":\"rust-lang\",\"commandId\":\"rust-team-000123-1\",\"occurredAt\":\"2018-11-04T20:"
    "28:43Z\",\"annotations\":[{\"key\":\"pr\",\"value\":\"19\"},{\"key\":\"by\",\"value\":\"Mark-"
    "Simulacrum\"}],\"createRole\":{\"role\":{\"roleId\":\"infra.lead\",\"roleType\":\"lead\","
    "\"groupIds\":["
    "\"infra\"],\"name\":\"Lead of the infrastructure team\",\"metadata\":{\"since\":2018,"
    "\"tags\":[\"a\",\"b\"]}}}}";

struct bench_pb {
    struct arena arena;
    struct buf wire;
    struct buf json;
    Agency__V1__Command *command; /* lives in `kept` */
    struct arena kept;
};

static void check(struct status st)
{
    if (st.code != STATUS_OK) {
        fprintf(stderr, "%s\n", st.msg);
        exit(1);
    }
}

static void guard(void *self)
{
    struct bench_pb *bench = self;
    bool sorted;
    check(pb_guard(&agency__v1__command__descriptor, buf_str(&bench->wire), PB_OUTSIDE, &sorted));
}

static void unpack(void *self)
{
    struct bench_pb *bench = self;
    Agency__V1__Command *command;
    arena_reset(&bench->arena);
    check(pb_unpack(&bench->arena, &agency__v1__command__descriptor, buf_str(&bench->wire),
                    PB_OUTSIDE, &command));
}

static void unpack_plain(void *self)
{
    struct bench_pb *bench = self;
    Agency__V1__Command *command =
        agency__v1__command__unpack(NULL, bench->wire.size, (const uint8_t *)bench->wire.data);
    agency__v1__command__free_unpacked(command, NULL);
}

static void pack(void *self)
{
    struct bench_pb *bench = self;
    struct str bytes;
    arena_reset(&bench->arena);
    check(pb_pack(&bench->arena, &bench->command->base, &bytes));
}

static void copy(void *self)
{
    struct bench_pb *bench = self;
    Agency__V1__Command *command;
    arena_reset(&bench->arena);
    check(pb_copy(&bench->arena, &bench->command->base, &command));
}

static void from_json(void *self)
{
    struct bench_pb *bench = self;
    Agency__V1__Command *command;
    arena_reset(&bench->arena);
    check(pb_from_json(&bench->arena, &agency__v1__command__descriptor,
                       str_make(text, sizeof text - 1), &command));
}

static void to_json(void *self)
{
    struct bench_pb *bench = self;
    bench->json.size = 0;
    check(pb_to_json(&bench->command->base, (struct pb_json_options){ 0 }, &bench->json));
}

int main(void)
{
    struct bench_pb bench = { 0 };
    arena_init(&bench.arena, 1 << 20);
    arena_init(&bench.kept, 1 << 20);
    check(pb_from_json(&bench.kept, &agency__v1__command__descriptor,
                       str_make(text, sizeof text - 1), &bench.command));
    pb_pack_buf(&bench.command->base, &bench.wire);
    printf("a command of %zu bytes, %zu as JSON\n", bench.wire.size, sizeof text - 1);
    bench_print("guard", guard, &bench, BENCH_STEPS);
    bench_print("guard and unpack", unpack, &bench, BENCH_STEPS);
    bench_print("unpack by protobuf-c and malloc", unpack_plain, &bench, BENCH_STEPS);
    bench_print("pack", pack, &bench, BENCH_STEPS);
    bench_print("copy", copy, &bench, BENCH_STEPS);
    bench_print("from JSON", from_json, &bench, BENCH_STEPS);
    bench_print("to JSON", to_json, &bench, BENCH_STEPS);
    arena_release(&bench.arena);
    arena_release(&bench.kept);
    buf_release(&bench.wire);
    buf_release(&bench.json);
    return 0;
}
