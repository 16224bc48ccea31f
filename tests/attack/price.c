/* Counts by brute force what the search from the object down can look at (D), as core/domain/check
 * has it: nothing in it is anybody's but theirs who hold delegate on the object or what covers it,
 * on a group that is granted something there or included below one, on the org, or on the subject
 * and those it inherits from. Seats given to the subject, groups that include its groups, grants to
 * it elsewhere do not count.
 *
 * The two searches take turns of 64, 512, 4,096 ... look-ups, the other one of twice as many. Turns
 * before the last have less than D look-ups each, together at most 8/7 D, and with those of the
 * other search three times as many: so all is less than 4.5 D, whatever is piled up elsewhere, and
 * however many commands that takes. */
#include "tests/attack/price.h"

#include "core/domain/check/implied.h"
#include "tests/attack/plain_access.h"

enum {
    PRICE_TURNS = 5,  /* as above, in whole numbers */
    PRICE_BEGIN = 16, /* org, subject, and the first looks for lists that are empty */
    PRICE_LIST = 18,  /* a list that is read only if it is short: 17 rows and the look itself */
};

/* What lies on the two sides of a question. */
struct side {
    const struct plain_org *org;
    const struct check_question *question;
    struct str implied[IMPLIED_MAX + 1]; /* permissions that imply the one asked about */
    size_t implied_count;
    uint8_t *marks; /* of the org's entities: a group whose members are granted something, one of
                       the kin */
    size_t rows, grants, seats, types, typed, groups, included, kin;
    size_t apart; /* grants to groups that have a condition: each is followed down by itself */
};

/* ---- permissions ---- */

static bool side_implies(const struct side *side, struct str permission)
{
    for (size_t i = 0; i < side->implied_count; i++) {
        if (str_eq(side->implied[i], permission)) {
            return true;
        }
    }
    return false;
}

static void side_add_implied(struct side *side, struct str permission)
{
    if (side->implied_count <= IMPLIED_MAX && !side_implies(side, permission)) {
        side->implied[side->implied_count++] = permission;
    }
}

static void side_permissions(struct side *side)
{
    side_add_implied(side, side->question->permission);
    for (size_t i = 0; i < side->implied_count; i++) {
        const struct plain *item = plain_find(side->org, ENTITY_PERMISSION, side->implied[i]);
        for (size_t j = 0; item != NULL && j < item->list_count; j++) {
            side_add_implied(side, str_z(item->list[j]));
        }
    }
    side_add_implied(side, STR("*"));
    PLAIN_EACH(side->org, ENTITY_ROLE_TYPE, type)
    {
        bool gives = false;
        for (size_t i = 0; i < type->list_count; i++) {
            gives = gives || side_implies(side, str_z(type->list[i]));
        }
        side->types += gives;
    }
}

/* ---- what is reached from what is marked, by the lists of a kind ---- */

static size_t side_reach(struct side *side, enum entity_kind kind)
{
    size_t count = 0;
    for (bool more = true; more;) {
        more = false;
        PLAIN_EACH(side->org, kind, item)
        {
            uint8_t *mark = &side->marks[item - side->org->items];
            if (*mark != 1) {
                continue;
            }
            *mark = 2; /* its list was read */
            more = true;
            count++;
            side->included += kind == ENTITY_GROUP ? item->list_count : 0;
            for (size_t i = 0; i < item->list_count; i++) {
                const struct plain *next = plain_find(side->org, kind, str_z(item->list[i]));
                uint8_t *other = next == NULL ? mark : &side->marks[next - side->org->items];
                *other = *other == 0 ? 1 : *other;
            }
        }
    }
    return count;
}

static void side_mark(struct side *side, enum entity_kind kind, struct str id)
{
    const struct plain *item = plain_find(side->org, kind, id);
    if (item != NULL) {
        side->marks[item - side->org->items] = 1;
    }
}

/* ---- grants ---- */

static void side_grant(struct side *side, const struct plain *grant)
{
    side->rows++;
    if (!side_implies(side, grant->texts[PLAIN_PERMISSION])) {
        return;
    }
    const unsigned kind = grant->numbers[PLAIN_GRANTEE_KIND];
    side->grants++;
    side->seats += kind == AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_ROLE;
    side->typed += grant->list_count;
    if (kind == AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_GROUP) {
        side->apart += grant->texts[PLAIN_CONDITION].size > 0;
        side_mark(side, ENTITY_GROUP, grant->texts[PLAIN_GRANTEE]);
    }
}

/* An index has what has not ended, expired or not. */
static void side_grants(struct side *side)
{
    PLAIN_EACH(side->org, ENTITY_GRANT, grant)
    {
        const struct object on = { (enum object_kind)grant->numbers[PLAIN_ON_KIND],
                                   grant->texts[PLAIN_ON] };
        if (grant->status == LIFE_ACTIVE && access_covers(side->org, on, side->question->object)) {
            side_grant(side, grant);
        }
    }
}

/* ---- the bound ---- */

/* The object, what is above it, its type or job space, the org. */
static size_t side_objects(const struct side *side)
{
    static const enum entity_kind kinds[] = {
        [OBJECT_ASSET] = ENTITY_ASSET, [OBJECT_GROUP] = ENTITY_GROUP
    };
    const struct object *object = &side->question->object;
    const bool above = object->kind == OBJECT_ASSET || object->kind == OBJECT_GROUP;
    size_t count = object->kind == OBJECT_ORG ? 1 : 2;
    const struct plain *item =
        above ? plain_find(side->org, kinds[object->kind], object->id) : NULL;
    for (; item != NULL && count < OBJECTS_MAX; count++) {
        item = plain_find(side->org, item->kind, item->texts[PLAIN_PARENT]);
    }
    return count;
}

/* Lists of grants: one an object, or one for each permission where the answer is kept, or where an
 * object has many; only these are asked again for each of the kin. */
static size_t side_price(const struct side *side)
{
    const size_t objects = side_objects(side);
    const size_t apart = objects * side->implied_count;
    const size_t again = side->rows >= PRICE_LIST - 1 ? apart : 0;
    const size_t lists = objects + again + (side->question->for_command ? apart : 0);
    const size_t most = lists * PRICE_LIST;
    const size_t begin = PRICE_BEGIN + objects + 2 * side->implied_count + side->kin;
    const size_t granted = lists + (2 * side->rows < most ? 2 * side->rows : most) +
                           4 * side->grants + 3 * side->types +
                           (1 + side->apart) * (side->groups + side->included / 16);
    const size_t joined = side->groups > 0 ? PRICE_LIST + 2 * (1 + side->apart) * side->groups : 0;
    const size_t each_kin = again + 2 * side->grants + 4 * side->types + side->seats + joined +
                            side->typed * (PRICE_LIST + 3);
    return begin + granted + side->kin * each_kin;
}

size_t price_bound(const struct plain_org *org, struct arena *arena,
                   const struct check_question *question)
{
    struct side side = { .org = org, .question = question };
    side.marks = arena_zalloc(arena, org->count + 1);
    side_permissions(&side);
    side_grants(&side);
    side.groups = side_reach(&side, ENTITY_GROUP);
    side_mark(&side, ENTITY_SUBJECT, question->subject_id);
    side.kin = side_reach(&side, ENTITY_SUBJECT);
    return PRICE_TURNS * side_price(&side);
}
