/* SPDX-License-Identifier: Apache-2.0 */
/* export: one line for each event, whatever is in it. */
#include "tests/unit/unit.h"

#include "base/arena.h"
#include "base/clock.h"
#include "ledger/export.h"

static struct arena a;

static const struct audit_row plain = {.at = INT64_C(1795449600123456),
                                       .id = 42,
                                       .seq = 7,
                                       .event = STR("login.granted"),
                                       .actor = STR("technician:2"),
                                       .source = STR("192.0.2.7"),
                                       .company_id = 1,
                                       .technician_id = 2,
                                       .detail = STR("{\"result\":\"OK\"}")};
static const struct audit_row odd = {.at = INT64_C(1795449600123456),
                                     .id = 43,
                                     .seq = 8,
                                     .event = STR("push|\\refused"),
                                     .actor = STR("a=b\\c\nd|\xc3\xa4"),
                                     .source = STR("2001:db8::1"),
                                     .detail = STR("{\"a\":\"x=y|z\\u000a\"}")};
#define PLAIN_LEAF                                                                                         \
    "{\"seq\":7,\"at\":1795449600123456,\"id\":42,\"event\":\"login.granted\",\"actor\":\"technician:2\"," \
    "\"source\":\"192.0.2.7\",\"company\":1,\"technician\":2,\"detail\":{\"result\":\"OK\"}}"

static struct str
line_of(enum export_format format, const struct audit_row *row, struct str account, struct str host)
{
    const struct export_event e = {row, account, host};
    struct buf b;
    buf_init(&b, export_most(&e));
    export_put(&b, format, &e);
    assert_false(buf_is_over(&b));
    struct str line = arena_str(&a, buf_view(&b));
    buf_clear(&b);
    assert_int_equal(str_find(line, '\n'), line.n - 1);
    return line;
}

static void
json_has_the_leaf_as_it_is(void **state)
{
    (void)state;
    assert_str(line_of(EXPORT_JSON, &plain, STR_LIT("ann@acme.example"), STR_NULL),
               "{\"time\":\"2026-11-23T16:00:00.123Z\",\"account\":\"ann@acme.example\",\"leaf\":" PLAIN_LEAF
               "}\n");
    struct str line = line_of(EXPORT_JSON, &odd, STR_NULL, STR_NULL);
    assert_true(str_find_str(line, STR_LIT("\"account\":null")) < line.n);
    assert_true(str_find_str(line, STR_LIT("a=b\\\\c\\u000ad|\xc3\xa4")) < line.n);
}

static void
cef_escapes_header_and_extension(void **state)
{
    (void)state;
    assert_str(line_of(EXPORT_CEF, &plain, STR_LIT("ann@acme.example"), STR_NULL),
               "CEF:0|countersign|countersign|" COUNTERSIGN_VERSION
               "|login.granted|a sign-in or a password change was granted|3|rt=1795449600123 externalId=7 "
               "src=192.0.2.7 suser=technician:2 duser=ann@acme.example msg={\"result\":\"OK\"}\n");
    assert_str(line_of(EXPORT_CEF, &odd, STR_NULL, STR_NULL),
               "CEF:0|countersign|countersign|" COUNTERSIGN_VERSION
               "|push\\|\\\\refused||6|rt=1795449600123 externalId=8 c6a2=2001:db8::1 c6a2Label=Source IPv6 "
               "Address suser=a\\=b\\\\c\\nd|\xc3\xa4 msg={\"a\":\"x\\=y|z\\\\u000a\"}\n");
}

static void
syslog_is_that_of_its_standard(void **state)
{
    (void)state;
    assert_str(line_of(EXPORT_SYSLOG, &plain, STR_NULL, STR_LIT("sign-in.example:8443/x")),
               "<109>1 2026-11-23T16:00:00.123Z sign-in.example countersign - login.granted - " PLAIN_LEAF
               "\n");
    struct str line = line_of(EXPORT_SYSLOG, &odd, STR_NULL, STR_LIT(""));
    assert_true(str_starts(line, STR_LIT("<108>1 2026-11-23T16:00:00.123Z - countersign - push|\\refused - "
                                         "\xef\xbb\xbf{\"seq\":8,")));
}

static void
formats_have_names(void **state)
{
    enum export_format format = EXPORT_JSON;
    (void)state;
    assert_true(export_format_read(STR_LIT("syslog"), &format) && format == EXPORT_SYSLOG);
    assert_true(export_format_read(STR_LIT("cef"), &format) && format == EXPORT_CEF);
    assert_false(export_format_read(STR_LIT("xml"), &format));
    assert_false(export_format_read(STR_NULL, &format));
}

static int
set_up(void **state)
{
    (void)state;
    arena_init(&a);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    arena_clear(&a);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_has_the_leaf_as_it_is),
        cmocka_unit_test(cef_escapes_header_and_extension),
        cmocka_unit_test(syslog_is_that_of_its_standard),
        cmocka_unit_test(formats_have_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
