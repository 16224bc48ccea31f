#include "core/schema/place.h"

static void schema_place_print_name(const char *name, struct buf *out)
{
    for (; *name != '\0'; name++) {
        if (*name == '~' || *name == '/') {
            buf_append(out, *name == '~' ? STR("~0") : STR("~1"));
        } else {
            buf_byte(out, (uint8_t)*name);
        }
    }
}

/* Documents are at most SCHEMA_VALUE_DEPTH_MAX deep, and so is this. */
void schema_place_print(const struct schema_place *place, struct buf *out)
{
    if (place->up == NULL) {
        return;
    }
    schema_place_print(place->up, out);
    buf_byte(out, '/');
    if (place->name != NULL) {
        schema_place_print_name(place->name, out);
    } else {
        buf_printf(out, "%u", place->index);
    }
}
