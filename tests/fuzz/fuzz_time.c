/* A time that was read, in whatever form, is one that we write and read strictly. */
#include "core/base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int64_t now_us = INT64_C(1591014600250000);
    int64_t time_us, again_us;
    char text[TIME_TEXT_SIZE];
    struct status st = time_parse_human(str_make(data, size), now_us, &time_us);
    if (st.code == STATUS_OK) {
        size_t text_size = time_format(time_us, text);
        st = time_parse(str_make(text, text_size), &again_us);
        assert(st.code == STATUS_OK && again_us == time_us);
    }
    return 0;
}
