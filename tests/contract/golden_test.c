/* SPDX-License-Identifier: Apache-2.0 */
/* golden_test: every recorded POST that the contract's table expects an answer of the SOAP room for must get
 * it: status, Content-Type, Cache-Control, each byte of the body, and whether the operation ran. */
#include "../unit/unit.h"

#include <stdio.h>

#include "exchange.h"

/* These exercise .NET itself: the fixture's operation cannot do the same. */
static const struct str skipped[] = {STR("a15-soap11-soapexception"), STR("a22-soap11-lone-surrogate"),
                                     STR("a23-soap11-enum-out-of-range")};

struct row {
    struct str name, status, content_type, cache_control, body, invoked;
};

static struct row
cut_row(struct str line)
{
    struct row row;
    row.name = str_cut(&line, '\t');
    row.status = str_cut(&line, '\t');
    row.content_type = str_cut(&line, '\t');
    row.cache_control = str_cut(&line, '\t');
    row.body = str_cut(&line, '\t');
    row.invoked = str_cut(&line, '\t');
    return row;
}

static bool
concerns_soap(const struct row *row, struct str request)
{
    for (size_t i = 0; i < ARRAY_LEN(skipped); i++) {
        if (str_eq(row->name, skipped[i]))
            return false;
    }
    struct str path = STR("POST /WebServices/TechnicianConsole.asmx");
    if (!str_starts(request, path) || str_sub(request, path.n, 1).p[0] == '/')
        return false;
    return str_starts(row->content_type, STR_LIT("text/xml")) ||
           str_starts(row->content_type, STR_LIT("application/soap+xml"));
}

/* "soap:Server / TEXT", as the table has it for faults that no recording shows. */
static struct str
described_fault(struct arena *a, struct str description)
{
    bool is_12 = str_starts(description, STR_LIT("soap:Receiver"));
    struct buf body;
    buf_init(&body, 4096);
    struct soap_response answer = {.body = &body};
    size_t text = str_find_str(description, STR_LIT(" / ")) + 3;
    soap_fault_server(is_12 ? SOAP_12 : SOAP_11, STR_LIT("@"), &answer);
    struct str whole = buf_view(&body);
    struct str mark = STR("Server was unable to process request. ---&gt; @");
    size_t at = str_find_str(whole, mark);
    struct str message = str_sub(description, text, SIZE_MAX);
    size_t arrow = str_find_str(message, STR_LIT(" ---> "));
    struct str expected = arena_printf(
        a, "%.*s%.*s ---&gt; %.*s%.*s", STR_ARG(str_sub(whole, 0, at)), STR_ARG(str_sub(message, 0, arrow)),
        STR_ARG(str_sub(message, arrow + 6, SIZE_MAX)), STR_ARG(str_sub(whole, at + mark.n, SIZE_MAX)));
    buf_clear(&body);
    return expected;
}

/* The bytes that the table's column means, or null if this test does not know it. */
static struct str
expected_body(struct arena *a, const struct row *row)
{
    if (str_eq(row->body, STR_LIT("empty")))
        return STR_LIT("");
    if (str_starts(row->body, STR_LIT("soap:")))
        return described_fault(a, row->body);
    if (str_eq(row->body, STR_LIT("as f09-over-4mb")))
        return described_fault(
            a, STR_LIT("soap:Server / There was an exception running the extensions specified in "
                       "the config file. ---> Maximum request length exceeded."));
    struct str name = row->name;
    static const struct str others[] = {STR("body of "), STR("same bytes as ")};
    for (size_t i = 0; i < 2; i++) {
        if (str_starts(row->body, others[i]))
            name = str_sub(row->body, others[i].n, SIZE_MAX);
    }
    if (str_ends(name, STR_LIT(".response")))
        name = str_sub(name, 0, name.n - strlen(".response"));
    struct str recorded = exchange_file(a, "golden", arena_cstr(a, name), ".response");
    return str_is_null(recorded) ? recorded : exchange_body(recorded);
}

static bool
check(const struct row *row, const char *what, struct str got, struct str expected)
{
    if (str_eq(got, expected))
        return true;
    print_error("%.*s: %s\n  expected: %.*s\n  got:      %.*s\n", STR_ARG(row->name), what, STR_ARG(expected),
                STR_ARG(got));
    return false;
}

static bool
replay(struct soap_reader *r, struct arena *a, const struct row *row, struct str request)
{
    struct exchange_answer got;
    exchange_run(r, a, request, &got);
    struct str status = arena_printf(a, "%d", got.answer.status);
    bool is_good = check(row, "status", status, str_sub(row->status, 0, 3));
    is_good &= check(row, "Content-Type", got.answer.content_type, row->content_type);
    is_good &= check(row, "Cache-Control", got.answer.cache_control, row->cache_control);
    is_good &= check(row, "body", buf_view(&got.body), expected_body(a, row));
    is_good &= check(row, "invoked", got.is_invoked ? STR_LIT("yes") : STR_LIT("no"), row->invoked);
    buf_clear(&got.body);
    return is_good;
}

static void
test_golden(void **state)
{
    (void)state;
    struct arena table_arena, a;
    arena_init(&table_arena);
    arena_init(&a);
    struct soap_reader *r = soap_reader_new();
    struct str table = exchange_file(&table_arena, "golden", "expected", ".tsv");
    int replayed = 0, failed = 0;
    (void)str_cut(&table, '\n');
    while (!str_is_empty(table)) {
        struct row row = cut_row(str_trim(str_cut(&table, '\n'), "\r"));
        arena_reset(&a);
        struct str request = exchange_request(&a, "golden", arena_cstr(&a, row.name));
        if (!concerns_soap(&row, request))
            continue;
        replayed++;
        failed += replay(r, &a, &row, request) ? 0 : 1;
    }
    print_message("%d recorded exchanges replayed, %d differ\n", replayed, failed);
    assert_int_equal(failed, 0);
    assert_true(replayed > 130);
    soap_reader_free(&r);
    arena_clear(&a);
    arena_clear(&table_arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
