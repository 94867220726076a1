/* SPDX-License-Identifier: Apache-2.0 */
/* encoding: who gets a compressed file. */
#include "tests/unit/unit.h"

#include "pages/encoding.h"

static void
gzip_goes_to_a_client_that_accepts_it(void **state)
{
    static const char *const lists[] = {"gzip",
                                        "deflate, gzip, br",
                                        "GZip ; Q=0.001",
                                        "x-gzip",
                                        "*",
                                        "identity;q=0.5, *;q=0.5",
                                        "br;q=1.0, gzip;q=0.8, *;q=0.1",
                                        "identity;q=0, gzip;q=1.000"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        if (!encoding_prefers_gzip(str_from_cstr(lists[i])))
            fail_msg("%s", lists[i]);
}

static void
all_others_get_the_file_as_it_is(void **state)
{
    static const char *const lists[] = {"",
                                        "identity",
                                        "br, deflate",
                                        "gzip;q=0",
                                        "gzip;q=0.000, *",
                                        "*;q=0",
                                        "identity;q=1, gzip;q=0.5",
                                        "gzip;q=1.1",
                                        "gzip;q=2",
                                        "gzip;q=0.5000",
                                        "gzip;q=-1",
                                        "gzip;q",
                                        "gzip;q=",
                                        "gzip;level=9",
                                        "gzipx",
                                        "gzip x"};

    (void)state;
    assert_false(encoding_prefers_gzip(STR_NULL));
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        if (encoding_prefers_gzip(str_from_cstr(lists[i])))
            fail_msg("%s", lists[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_goes_to_a_client_that_accepts_it),
        cmocka_unit_test(all_others_get_the_file_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
