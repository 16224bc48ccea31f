#include "core/keyring/profile.h"

#include "core/base/limits.h"
#include "core/keyring/keyring_mem.h"
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "tests/lib/test.h"

struct world {
    struct arena arena;
    struct keyring keyring;
};

static void world_begin(struct world *world)
{
    arena_init(&world->arena, 1 << 20);
    keyring_mem_open(&world->keyring);
}

static void world_end(struct world *world)
{
    keyring_close(&world->keyring);
    arena_release(&world->arena);
}

static Agency__V1__Subject *subject_of(struct world *world, const char *json)
{
    Agency__V1__Subject *subject;
    assert_ok(pb_from_json(&world->arena, &agency__v1__subject__descriptor, str_z(json), &subject));
    return subject;
}

static Agency__V1__Subject *sealed(struct world *world, const char *json)
{
    Agency__V1__Subject *subject = subject_of(world, json);
    assert_ok(profile_seal(&world->arena, &world->keyring, STR("acme"), subject));
    return subject;
}

#define ADA "{\"subjectId\":\"ada\",\"profile\":{\"data\":{\"email\":\"ada@x.org\",\"n\":1}}}"

static bool same(const Agency__V1__Subject *a, const Agency__V1__Subject *b)
{
    return a->profile->sealed.len == b->profile->sealed.len &&
           memcmp(a->profile->sealed.data, b->profile->sealed.data, a->profile->sealed.len) == 0;
}

TEST(profile, is_opened_as_it_was_sealed)
{
    struct world world;
    Agency__V1__Profile *opened;
    world_begin(&world);
    Agency__V1__Subject *ada = sealed(&world, ADA);
    assert_null(ada->profile->data);
    assert_null(memmem(ada->profile->sealed.data, ada->profile->sealed.len, "ada@x.org", 9));
    assert_ok(profile_open(&world.arena, &world.keyring, STR("acme"), ada, &opened));
    const Agency__V1__Subject *clear = subject_of(&world, ADA);
    assert_true(pb_equal(&opened->data->base, &clear->profile->data->base));
    world_end(&world);
}

TEST(profile, seals_the_same_data_to_the_same_bytes_in_any_order)
{
    struct world world;
    world_begin(&world);
    const Agency__V1__Subject *ada = sealed(&world, ADA);
    assert_true(same(ada, sealed(&world, ADA)));
    assert_true(same(ada, sealed(&world, "{\"subjectId\":\"ada\",\"profile\":{\"data\":{\"n\":1,"
                                         "\"email\":\"ada@x.org\"}}}")));
    assert_false(same(ada, sealed(&world, "{\"subjectId\":\"ada\",\"profile\":{\"data\":{\"n\":2,"
                                          "\"email\":\"ada@x.org\"}}}")));
    world_end(&world);
}

TEST(profile, is_no_other_subjects_nor_orgs)
{
    struct world world;
    Agency__V1__Profile *opened;
    world_begin(&world);
    Agency__V1__Subject *ada = sealed(&world, ADA);
    Agency__V1__Subject *bob =
        sealed(&world, "{\"subjectId\":\"bob\",\"profile\":{\"data\":{\"email\":\"ada@x.org\","
                       "\"n\":1}}}");
    assert_false(same(ada, bob));
    bob->profile = ada->profile;
    assert_code(STATUS_DATA_LOSS,
                profile_open(&world.arena, &world.keyring, STR("acme"), bob, &opened));
    assert_code(STATUS_NOT_FOUND,
                profile_open(&world.arena, &world.keyring, STR("umbrella"), ada, &opened));
    world_end(&world);
}

TEST(profile, that_was_changed_is_not_opened)
{
    struct world world;
    Agency__V1__Profile *opened;
    world_begin(&world);
    Agency__V1__Subject *ada = sealed(&world, ADA);
    ProtobufCBinaryData *bytes = &ada->profile->sealed;
    for (size_t i = 0; i < bytes->len; i++) {
        bytes->data[i] ^= 1;
        assert_code(STATUS_DATA_LOSS,
                    profile_open(&world.arena, &world.keyring, STR("acme"), ada, &opened));
        bytes->data[i] ^= 1;
    }
    bytes->len = SEALED_SIZE_MIN - 1;
    assert_code(STATUS_DATA_LOSS,
                profile_open(&world.arena, &world.keyring, STR("acme"), ada, &opened));
    world_end(&world);
}

TEST(profile, whose_key_is_destroyed_is_opened_and_sealed_no_more)
{
    struct world world;
    Agency__V1__Profile *opened;
    world_begin(&world);
    Agency__V1__Subject *ada = sealed(&world, ADA);
    assert_ok(keyring_destroy(&world.keyring, STR("acme"), STR("ada")));
    assert_code(STATUS_NOT_FOUND,
                profile_open(&world.arena, &world.keyring, STR("acme"), ada, &opened));
    assert_code(STATUS_FAILED_PRECONDITION,
                profile_seal(&world.arena, &world.keyring, STR("acme"), subject_of(&world, ADA)));
    world_end(&world);
}

TEST(profile, that_cannot_be_sealed_is_left_in_nobodys_hands)
{
    struct world world;
    const struct keyring none = { 0 };
    world_begin(&world);
    assert_code(STATUS_FAILED_PRECONDITION,
                profile_seal(&world.arena, &none, STR("acme"), subject_of(&world, ADA)));
    keyring_mem_fail_at(&world.keyring, 0);
    assert_code(STATUS_UNAVAILABLE,
                profile_seal(&world.arena, &world.keyring, STR("acme"), subject_of(&world, ADA)));
    assert_code(STATUS_INVALID_ARGUMENT,
                profile_seal(&world.arena, &world.keyring, STR("acme"),
                             subject_of(&world, "{\"profile\":{\"data\":{\"n\":1}}}")));
    assert_code(STATUS_INVALID_ARGUMENT,
                profile_seal(&world.arena, &world.keyring, STR("acme"),
                             subject_of(&world, "{\"subjectId\":\"ada\",\"profile\":{\"data\":"
                                                "{\"n\":1},\"sealed\":\"AQ==\"}}")));
    world_end(&world);
}

TEST(profile, has_a_size)
{
    struct world world;
    world_begin(&world);
    Agency__V1__Subject *ada = subject_of(&world, ADA);
    char *text = arena_zalloc(&world.arena, DATA_SIZE_MAX + 1);
    memset(text, 'x', DATA_SIZE_MAX);
    for (size_t i = 0; i < ada->profile->data->n_fields; i++) {
        if (strcmp(ada->profile->data->fields[i]->key, "email") == 0) {
            ada->profile->data->fields[i]->value->string_value = text;
        }
    }
    assert_code(STATUS_INVALID_ARGUMENT,
                profile_seal(&world.arena, &world.keyring, STR("acme"), ada));
    text[DATA_SIZE_MAX - 100] = '\0';
    assert_ok(profile_seal(&world.arena, &world.keyring, STR("acme"), ada));
    assert_in_range(ada->profile->sealed.len, DATA_SIZE_MAX - 100, SEALED_SIZE_MAX);
    world_end(&world);
}
