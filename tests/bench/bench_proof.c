/* What it costs to make and to check the proof of who sent a command. */
#include "tests/lib/bench.h"
#include "tests/lib/proof_kit.h"
#include "tests/lib/test.h"

enum { STEPS = 2000 };

static void seal(void *self)
{
    proof_kit_seal(self);
}

static void sign(void *self)
{
    proof_kit_sign(self);
}

static void check(void *self)
{
    assert_ok(proof_kit_check(self));
}

TEST(proof, costs)
{
    struct proof_kit kit;
    proof_kit_init(&kit);
    bench_print("seal a command", seal, &kit, STEPS);
    proof_kit_seal(&kit);
    bench_print("check its seal", check, &kit, STEPS);
    proof_kit_be_signer(&kit);
    kit.record.key_id = "";
    bench_print("sign a command", sign, &kit, STEPS);
    proof_kit_sign(&kit);
    bench_print("check its signature", check, &kit, STEPS);
    proof_kit_release(&kit);
}
