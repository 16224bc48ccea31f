#include "core/auth/shown.h"

#include "core/base/utf8.h"

enum { SHOWN_DOTS = 3 };

struct shown shown_make(struct str text)
{
    struct shown shown;
    struct buf clean = { 0 };
    /* No more than fits is looked at: a character becomes no shorter by being shown. */
    bool cut = text.size >= SHOWN_SIZE;
    utf8_show(cut ? str_make(text.data, SHOWN_SIZE) : text, &clean);
    cut = cut || clean.size >= SHOWN_SIZE;
    struct str fits = utf8_cut(buf_str(&clean), cut ? SHOWN_SIZE - 1 - SHOWN_DOTS : SHOWN_SIZE - 1);
    memcpy(shown.text, fits.size == 0 ? "" : fits.data, fits.size);
    memcpy(shown.text + fits.size, cut ? "..." : "", cut ? SHOWN_DOTS + 1 : 1);
    buf_release(&clean);
    return shown;
}
