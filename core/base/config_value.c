#include "core/base/config_value.h"

#include <inttypes.h>

#include "core/base/num.h"

struct config_unit {
    const char *name;
    int64_t factor;
};

/* Largest first; the one without a name ends the list. */
static const struct config_unit config_units_none[] = { { "", 1 } };
static const struct config_unit config_units_duration[] = {
    { "d", INT64_C(86400000000) },
    { "h", INT64_C(3600000000) },
    { "m", 60000000 },
    { "s", 1000000 },
    { "ms", 1000 },
    { "us", 1 },
    { "", 0 }, /* "0" needs no unit, and no other number does without one */
};
static const struct config_unit config_units_size[] = {
    { "TiB", INT64_C(1) << 40 }, { "GiB", 1 << 30 }, { "MiB", 1 << 20 },
    { "KiB", 1 << 10 },          { "", 1 },
};

static const struct config_unit *config_units(enum config_type type)
{
    return type == CONFIG_DURATION ? config_units_duration
           : type == CONFIG_SIZE   ? config_units_size
                                   : config_units_none;
}

static bool config_digits(struct str text, size_t *at, int64_t *number)
{
    size_t start = *at;
    for (*number = 0; *at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9'; ++*at) {
        if (!num_mul_i64(*number, 10, number) ||
            !num_add_i64(*number, text.data[*at] - '0', number)) {
            return false;
        }
    }
    return *at > start;
}

bool config_value_parse(enum config_type type, struct str text, int64_t *number)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    size_t at = negative;
    if (!config_digits(text, &at, number)) {
        return false;
    }
    const struct config_unit *unit = config_units(type);
    while (unit->name[0] != '\0' && !str_eq(str_from(text, at), str_z(unit->name))) {
        unit++;
    }
    if (unit->name[0] == '\0' && (at < text.size || (unit->factor == 0 && *number != 0))) {
        return false;
    }
    *number = negative ? -*number : *number;
    return num_mul_i64(*number, unit->factor, number);
}

void config_value_format(enum config_type type, int64_t number, struct buf *out)
{
    const struct config_unit *unit = config_units(type);
    while (unit->name[0] != '\0' && (number == 0 || number % unit->factor != 0)) {
        unit++;
    }
    int64_t factor = unit->factor == 0 ? 1 : unit->factor;
    buf_printf(out, "%" PRId64 "%s", number / factor, unit->name);
}
