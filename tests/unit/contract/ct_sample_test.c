/* SPDX-License-Identifier: Apache-2.0 */
/* The samples are those of the published help page, word for word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "contract/ct_sample.h"

static void
read_page(struct buf *out)
{
    int c;
    FILE *f = fopen(CONTRACT_DIR "/twoFactorCheckPushAuthStatus.txt", "rb");

    assert_non_null(f);
    while ((c = fgetc(f)) != EOF)
        buf_add_byte(out, (unsigned char)c);
    (void)fclose(f);
}

static void
test_published_samples(void **state)
{
    const struct ct_op *op = ct_op_find(STR_LIT("twoFactorCheckPushAuthStatus"), CT_FACE_SOAP);
    struct buf page, sample;
    struct ct_pen_plain pen;

    (void)state;
    buf_init(&page, 1 << 20);
    buf_init(&sample, 1 << 20);
    read_page(&page);
    for (int soap = CT_SAMPLE_11; soap <= CT_SAMPLE_12; soap++) {
        buf_reset(&sample);
        ct_pen_plain_init(&pen, &sample, false);
        ct_sample_request(&pen.pen, (enum ct_sample_soap)soap, op, STR_LIT("secure.logmeinrescue.com"),
                          STR_LIT(CT_PATH));
        buf_add_byte(&sample, '\n');
        ct_sample_response(&pen.pen, (enum ct_sample_soap)soap, op);
        assert_true(str_find_str(buf_view(&page), buf_view(&sample)) < buf_view(&page).n);
    }
    buf_clear(&page);
    buf_clear(&sample);
}

static void
test_every_operation_has_samples(void **state)
{
    struct buf sample;
    struct ct_pen_plain pen;

    (void)state;
    buf_init(&sample, 1 << 20);
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        buf_reset(&sample);
        ct_pen_plain_init(&pen, &sample, true);
        ct_sample_envelope(&pen.pen, CT_SAMPLE_11, &op->in);
        ct_sample_envelope(&pen.pen, CT_SAMPLE_12, &op->out);
        assert_false(buf_is_over(&sample));
        assert_true(str_find_str(buf_view(&sample), op->name) < buf_view(&sample).n);
    }
    buf_clear(&sample);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_samples),
        cmocka_unit_test(test_every_operation_has_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
