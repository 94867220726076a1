/* SPDX-License-Identifier: Apache-2.0 */
/* digits: a font of ten characters, three by five cells each. */
#include "cli/digits.h"

enum { ROWS = 5, COLUMNS = 3, GROUPED = 4 };

static const char *const shapes[10][ROWS] = {
    {"###", "# #", "# #", "# #", "###"}, {" # ", "## ", " # ", " # ", "###"},
    {"###", "  #", "###", "#  ", "###"}, {"###", "  #", "###", "  #", "###"},
    {"# #", "# #", "###", "  #", "  #"}, {"###", "#  ", "###", "  #", "###"},
    {"###", "#  ", "###", "# #", "###"}, {"###", "  #", "  #", "  #", "  #"},
    {"###", "# #", "###", "# #", "###"}, {"###", "# #", "###", "  #", "###"},
};

void
digits_print(FILE *out, struct str number)
{
    fputc('\n', out);
    for (int row = 0; row < ROWS; row++) {
        fputs("    ", out);
        for (size_t i = 0; i < number.n; i++) {
            if (number.p[i] < '0' || number.p[i] > '9')
                continue;
            if (number.n >= GROUPED && i == number.n / 2)
                fputs("    ", out);
            const char *shape = shapes[number.p[i] - '0'][row];
            for (int column = 0; column < COLUMNS; column++)
                fputs(shape[column] == '#' ? "\u2588\u2588" : "  ", out);
            fputs("  ", out);
        }
        fputc('\n', out);
    }
    fputc('\n', out);
}
