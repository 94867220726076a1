/* SPDX-License-Identifier: Apache-2.0 */
/* qr: a code's rows as half-block characters. */
#include "cli/qr.h"

#include <stdbool.h>

#include "text/qr.h"

enum { QUIET = 4 };

static bool
is_dark(struct str rows, int width, int x, int y)
{
    if (x < 0 || y < 0 || x >= width || y >= width)
        return false;
    return rows.p[y * (width + 1) + x] == '1';
}

static void
draw(FILE *out, struct str rows)
{
    /* Upper and lower half of a cell: light modules are drawn, dark ones are the terminal's background. */
    static const char *const cells[2][2] = {{"\u2588", "\u2580"}, {"\u2584", " "}};
    const int width = (int)str_find(rows, ' ');
    for (int y = -QUIET; y < width + QUIET; y += 2) {
        for (int x = -QUIET; x < width + QUIET; x++)
            fputs(cells[is_dark(rows, width, x, y)][is_dark(rows, width, x, y + 1)], out);
        fputc('\n', out);
    }
}

void
qr_print(FILE *out, struct str text)
{
    struct arena arena;
    arena_init(&arena);
    struct str rows = qr_rows(&arena, text);
    if (!str_is_null(rows))
        draw(out, rows);
    arena_clear(&arena);
}
