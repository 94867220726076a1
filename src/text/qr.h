/* SPDX-License-Identifier: Apache-2.0 */
/* qr: a QR code (ISO/IEC 18004) for a phone to scan: libqrencode's matrix. The caller draws it. */
#ifndef COUNTERSIGN_TEXT_QR_H
#define COUNTERSIGN_TEXT_QR_H

#include "base/arena.h"
#include "base/str.h"

/* The rows from the top, separated by blanks: each module is a 1 (dark) or a 0; without a quiet zone. Null
 * when the text is too long for a code (2953 bytes). */
struct str qr_rows(struct arena *a, struct str text);

#endif
