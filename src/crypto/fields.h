/* SPDX-License-Identifier: Apache-2.0 */
/* fields: several values as the message of one hash, so that no two lists of values have the same bytes: each
 * is preceded by its length in 8 bytes, big-endian. */
#ifndef COUNTERSIGN_CRYPTO_FIELDS_H
#define COUNTERSIGN_CRYPTO_FIELDS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* What a value needs beside its bytes; a number is a value of FIELDS_NUMBER bytes, big-endian. */
enum { FIELDS_LENGTH = 8, FIELDS_NUMBER = 8 };

void fields_put(struct buf *out, struct str value);
void fields_put_number(struct buf *out, int64_t value);

#endif
