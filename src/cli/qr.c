/* qr: libqrencode's matrix as half blocks. */
#include "cli/qr.h"

#include <qrencode.h>
#include <stdbool.h>

#include "base/err.h"

enum { QUIET = 4 };

static bool
is_dark(const QRcode *code, int x, int y)
{
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return false;
    return (code->data[y * code->width + x] & 1) != 0;
}

void
qr_print(FILE *out, struct str text)
{
    /* Upper half and lower half of a cell: light is drawn, dark is the terminal's ground. */
    static const char *const cells[2][2] = {{"\u2588", "\u2580"}, {"\u2584", " "}};
    ASSERT(text.n <= INT32_MAX);
    QRcode *code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_L);
    if (code == NULL)
        return;
    for (int y = -QUIET; y < code->width + QUIET; y += 2) {
        for (int x = -QUIET; x < code->width + QUIET; x++)
            fputs(cells[is_dark(code, x, y)][is_dark(code, x, y + 1)], out);
        fputc('\n', out);
    }
    QRcode_free(code);
}
