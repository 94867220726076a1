/* qr: a QR code (ISO/IEC 18004) of what a phone is to scan: libqrencode's matrix. How it is drawn is up to
 * whoever shows it. */
#ifndef COUNTERSIGN_ACCOUNTS_QR_H
#define COUNTERSIGN_ACCOUNTS_QR_H

#include "base/arena.h"
#include "base/str.h"

/* The rows from the top, one after the other with a blank between them: each module a 1 (dark) or a 0;
 * without a quiet zone. Null when the text is longer than a code holds (2953 bytes). */
struct str qr_rows(struct arena *a, struct str text);

#endif
