/* key new, key show: the Ed25519 keys that programs sign commands with (docs/commands.md). key api:
 * the secrets that programs call with (docs/identity.md). */
#include "core/auth/api_key.h"
#include "core/base/ed25519_pem.h"
#include "core/base/random.h"
#include "core/base/small_file.h"
#include "ops/ctl/ctl.h"
#include "ops/ctl/say.h"

/* As BindCredential and Principal want it. */
static void key_say(struct ctl *ctl, const struct ed25519_secret *secret)
{
    struct ed25519_public public = ed25519_public_of(secret);
    char hex[ED25519_HEX_SIZE];
    ed25519_public_hex(&public, hex);
    buf_printf(&ctl->out, "%s\n", hex);
}

struct status ctl_key_new(struct ctl *ctl)
{
    struct ed25519_secret secret;
    struct buf text = { 0 };
    random_bytes(secret.bytes, sizeof secret.bytes);
    ed25519_pem_write(&secret, &text);
    struct status st = small_file_create(ctl->argv[0], buf_str(&text));
    buf_release(&text);
    TRY(st);
    key_say(ctl, &secret);
    return status_ok();
}

struct status ctl_key_show(struct ctl *ctl)
{
    struct ed25519_secret secret;
    struct str text;
    TRY(small_file_read(ctl->argv[0], &ctl->arena, &text));
    TRY(status_prefix(ed25519_pem_read(text, &secret), "%s", ctl->argv[0]));
    key_say(ctl, &secret);
    return status_ok();
}

struct status ctl_key_api(struct ctl *ctl)
{
    uint8_t random[API_KEY_RANDOM_SIZE];
    char key[API_KEY_SIZE + 1], hex[HASH_HEX_SIZE];
    random_bytes(random, sizeof random);
    api_key_make(random, key);
    buf_printf(&ctl->out, "%s\n", key);
    struct hash hash = api_key_hash(str_make(key, API_KEY_SIZE));
    hash_hex(&hash, hex);
    say("its hash, for agencyd's operator-keys: %s", hex);
    return status_ok();
}
