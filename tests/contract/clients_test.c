/* SPDX-License-Identifier: Apache-2.0 */
/* clients_test: what real SOAP client programs sent, and the answers that they got from the reference. */
#include "../unit/unit.h"

#include <dirent.h>

#include "exchange.h"

static bool
answers_as_recorded(struct soap_reader *r, struct arena *a, const char *name, int *replayed)
{
    struct str request = exchange_request(a, "clients", name);
    struct str response = exchange_file(a, "clients", name, ".response");
    if (!str_starts(request, STR_LIT("POST ")))
        return true;
    struct exchange_answer got;
    exchange_run(r, a, request, &got);
    (*replayed)++;
    struct str status = arena_printf(a, "HTTP/1.1 %d ", got.answer.status);
    bool is_good = str_starts(response, status) && str_eq(buf_view(&got.body), exchange_body(response)) &&
                   str_eq(got.answer.content_type, exchange_field(response, "Content-Type"));
    if (!is_good)
        print_error("%s: %d\n  expected: %.*s\n  got:      %.*s\n", name, got.answer.status,
                    STR_ARG(exchange_body(response)), STR_ARG(buf_view(&got.body)));
    buf_clear(&got.body);
    return is_good;
}

static void
test_clients(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct soap_reader *r = soap_reader_new();
    DIR *folder = opendir(CONTRACT_DIR "/clients");
    assert_non_null(folder);
    int failed = 0, replayed = 0;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        struct str file = str_from_cstr(entry->d_name);
        struct str suffix = STR(".request");
        if (!str_ends(file, suffix))
            continue;
        arena_reset(&a);
        const char *name = arena_cstr(&a, str_sub(file, 0, file.n - suffix.n));
        failed += answers_as_recorded(r, &a, name, &replayed) ? 0 : 1;
    }
    (void)closedir(folder);
    print_message("%d recorded exchanges of clients replayed, %d differ\n", replayed, failed);
    assert_int_equal(failed, 0);
    assert_true(replayed > 50);
    soap_reader_free(&r);
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_clients)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
