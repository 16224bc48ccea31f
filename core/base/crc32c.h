/* CRC-32C (Castagnoli), which finds every damaged byte of what a disk gives back. By the
 * processor's own instruction where it has one. */
#ifndef CORE_BASE_CRC32C_H
#define CORE_BASE_CRC32C_H

#include "core/base/str.h"

/* The checksum of `bytes`, continued from that of the bytes before (0 in the beginning). */
uint32_t crc32c(uint32_t crc, struct str bytes);
/* The same without special instructions: what the other is tested against. */
uint32_t crc32c_plain(uint32_t crc, struct str bytes);

#endif
