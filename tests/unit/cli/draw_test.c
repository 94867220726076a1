/* SPDX-License-Identifier: Apache-2.0 */
/* qr, digits: what is drawn has the shape that it must. Whether a scanner reads it was tried by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/digits.h"
#include "cli/qr.h"

static char *
drawn(void (*draw)(FILE *, struct str), struct str text)
{
    char *out;
    size_t n;
    FILE *to = open_memstream(&out, &n);
    draw(to, text);
    fclose(to);
    return out;
}

/* Light at column x of half row y. */
static bool
is_light(const char *picture, int x, int y)
{
    const char *p = picture;
    for (int row = 0; row < y / 2; row++)
        p = strchr(p, '\n') + 1;
    for (int column = 0; column < x; column++)
        p += *p == ' ' ? 1 : 3;
    if (*p == ' ')
        return false;
    if (strncmp(p, "\u2588", 3) == 0)
        return true;
    return strncmp(p, y % 2 == 0 ? "\u2580" : "\u2584", 3) == 0;
}

static void
qr_is_the_matrix(void **state)
{
    (void)state;
    struct str text =
        STR("https://sign-in.example.com/approve/#dGhpcyBpcyBub3QgYSB0aWNrZXQgYXQgYWxsLCBhdCBhbGw");
    char *picture = drawn(qr_print, text);
    QRcode *code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_L);
    for (int y = -4; y < code->width + 4; y++)
        for (int x = -4; x < code->width + 4; x++) {
            bool dark = x >= 0 && y >= 0 && x < code->width && y < code->width &&
                        (code->data[y * code->width + x] & 1) != 0;
            assert_int_equal(is_light(picture, x + 4, y + 4), !dark);
        }
    QRcode_free(code);
    free(picture);
}

static void
qr_of_too_much_is_nothing(void **state)
{
    (void)state;
    static char text[4000];
    memset(text, 'x', sizeof text);
    char *picture = drawn(qr_print, (struct str){text, sizeof text});
    assert_string_equal(picture, "");
    free(picture);
}

static void
digits_are_five_rows(void **state)
{
    (void)state;
    char *picture = drawn(digits_print, STR_LIT("4 1"));
    size_t rows = 0;
    for (const char *p = picture; (p = strchr(p, '\n')) != NULL; p++)
        rows++;
    assert_int_equal(rows, 7);
    assert_non_null(strstr(picture, "    \u2588\u2588  \u2588\u2588    \u2588\u2588    \n"));
    free(picture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qr_is_the_matrix),
        cmocka_unit_test(qr_of_too_much_is_nothing),
        cmocka_unit_test(digits_are_five_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
