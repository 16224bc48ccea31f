/* What it costs to make and to check the proof of who sent a command. */
#include "tests/lib/bench.h"
#include "tests/lib/signature_kit.h"
#include "tests/lib/test.h"

enum { STEPS = 2000 };

static void seal(void *self)
{
    signature_kit_seal(self);
}

static void sign(void *self)
{
    signature_kit_sign(self);
}

static void check(void *self)
{
    assert_ok(signature_kit_check(self));
}

TEST(command_signature, costs)
{
    struct signature_kit kit;
    signature_kit_init(&kit);
    bench_print("seal a command", seal, &kit, STEPS);
    signature_kit_seal(&kit);
    bench_print("check its seal", check, &kit, STEPS);
    signature_kit_be_signer(&kit);
    kit.record.key_id = "";
    bench_print("sign a command", sign, &kit, STEPS);
    signature_kit_sign(&kit);
    bench_print("check its signature", check, &kit, STEPS);
    signature_kit_release(&kit);
}
