/* Bytes as lower-case hexadecimal digits. */
#ifndef CORE_BASE_HEX_H
#define CORE_BASE_HEX_H

#include "core/base/str.h"

/* Two digits for each byte, and no NUL. */
void hex_write(const uint8_t *bytes, size_t size, char *digits);
/* The bytes of a text of twice their size; false for anything but lower-case digits. */
bool hex_read(struct str digits, uint8_t *bytes, size_t size);

#endif
