/* SPDX-License-Identifier: Apache-2.0 */
/* qr: see qr.h. */
#include "text/qr.h"

#include <errno.h>
#include <qrencode.h>

#include "base/err.h"

struct str
qr_rows(struct arena *a, struct str text)
{
    ASSERT(text.n <= INT32_MAX);
    errno = 0;
    QRcode *code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_L);
    if (code == NULL && errno == ENOMEM)
        err_no_memory();
    if (code == NULL)
        return STR_NULL;
    const size_t width = (size_t)code->width;
    char *rows = arena_alloc(a, width * (width + 1));
    for (size_t y = 0; y < width; y++) {
        for (size_t x = 0; x < width; x++)
            rows[y * (width + 1) + x] = (code->data[y * width + x] & 1) != 0 ? '1' : '0';
        rows[y * (width + 1) + width] = ' ';
    }
    QRcode_free(code);
    return (struct str){rows, width * (width + 1) - 1};
}
