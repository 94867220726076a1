/* SPDX-License-Identifier: Apache-2.0 */
/* code: RFC 6238, drift, never twice; recovery codes; and that races do no harm. */
#include "tests/unit/accounts/fixture.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts/code.h"
#include "accounts/company.h"
#include "accounts/company_change.h"
#include "accounts/technician.h"
#include "base/codec.h"
#include "base/rand.h"

#define STEP (30 * CLOCK_S)

struct spend {
    int64_t technician;
    struct str code;
};

/* Within a transaction, as a sign-in does. */
static bool
spend(struct cx *cx, void *arg)
{
    const struct spend *s = arg;
    bool right = false;
    const char *kind;
    if (db_begin(cx) != ERR_NONE)
        return false;
    if (code_spend(cx, s->technician, s->code, &right, &kind) != ERR_NONE || !right) {
        db_rollback(cx);
        return false;
    }
    return db_commit(cx) == ERR_NONE;
}

static bool
works(struct fixture *f, int64_t technician, struct str code)
{
    struct spend s = {technician, code};
    return spend(&f->cx, &s);
}

static size_t
seed_of(struct str uri, unsigned char seed[20])
{
    struct str mark = STR_LIT("?secret=");
    struct str rest = str_sub(uri, str_find_str(uri, mark) + mark.n, uri.n);
    size_t n = 0;
    assert_ok(codec_base32_read(str_cut(&rest, '&'), seed, 20, &n));
    return n;
}

static struct str
code_at(struct fixture *f, const unsigned char seed[20], int64_t time)
{
    return arena_printf(&f->cx.arena, "%06u", (unsigned)totp_at(seed, 20, (uint64_t)(time / STEP)));
}

/* RFC 6238, appendix B, SHA-1: eight digits there, of which ours are the last six. */
static void
rfc_6238(void **state)
{
    static const struct {
        uint64_t time;
        uint32_t code;
    } cases[] = {{59, 287082},       {1111111109, 81804},  {1111111111, 50471},
                 {1234567890, 5924}, {2000000000, 279037}, {20000000000, 353130}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(totp_at((const unsigned char *)"12345678901234567890", 20, cases[i].time / 30),
                         cases[i].code);
}

/* oathtool prints the codes of a moment and of the WINDOW steps after it: RUNS * (WINDOW + 1) pairs of a key
 * and a moment. */
enum { WINDOW = 9, RUNS = 1000, PERIOD = 30 };

struct question {
    unsigned char seed[20];
    uint64_t second;
};

/* Any second; in turn one of chance, the first of its step, the last of its step. */
static struct question
question(uint64_t run)
{
    struct question q;
    rand_bytes(q.seed, sizeof q.seed);
    q.second = rand_below(UINT64_C(4000000000)); /* until 2096 */
    if (run % 3 != 0)
        q.second -= q.second % PERIOD;
    if (run % 3 == 2)
        q.second += PERIOD - 1;
    return q;
}

/* One shell asks oathtool each line of the questions; the answers are its standard output. */
static FILE *
oathtool(FILE *questions, pid_t *child_out)
{
    static const char script[] =
        "while read -r when key; do oathtool --totp -w 9 -N \"$when\" \"$key\" || exit; done";
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    *child_out = fork();
    assert_true(*child_out >= 0);
    if (*child_out == 0) {
        dup2(fileno(questions), STDIN_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        execl("/bin/sh", "sh", "-c", script, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    return fdopen(ends[0], "r");
}

static void
oathtool_says_the_same(void **state)
{
    struct fixture *f = *state;
    struct question *asked = calloc(RUNS, sizeof *asked);
    FILE *questions = tmpfile();
    pid_t child;
    char line[16];
    int status = -1;
    assert_true(asked != NULL && questions != NULL);
    for (uint64_t run = 0; run < RUNS; run++) {
        asked[run] = question(run);
        struct str hex = codec_hex(&f->cx.arena, asked[run].seed, sizeof asked[run].seed);
        fprintf(questions, "@%llu %.*s\n", (unsigned long long)asked[run].second, STR_ARG(hex));
    }
    rewind(questions);
    FILE *out = oathtool(questions, &child);
    assert_non_null(out);
    for (uint64_t run = 0; run < RUNS; run++) {
        for (uint64_t i = 0; i <= WINDOW; i++) {
            assert_non_null(fgets(line, sizeof line, out));
            assert_int_equal(strlen(line), 7);
            assert_int_equal(strtoul(line, NULL, 10), totp_at(asked[run].seed, sizeof asked[run].seed,
                                                              asked[run].second / PERIOD + i));
        }
    }
    assert_null(fgets(line, sizeof line, out));
    fclose(out);
    fclose(questions);
    free(asked);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void
an_authenticator_reads_the_address(void **state)
{
    struct fixture *f = *state;
    struct str uri;
    struct technician t;
    unsigned char seed[20];
    assert_ok(totp_enrol(&f->cx, f->ann, &uri));
    assert_true(str_starts(uri, STR_LIT("otpauth://totp/Acme%20Support%20Ltd:ann%40acme.example?secret=")));
    assert_true(str_ends(uri, STR_LIT("&issuer=Acme%20Support%20Ltd&algorithm=SHA1&digits=6&period=30")));
    assert_int_equal(seed_of(uri, seed), 20);
    assert_ok(technician_get(&f->cx, f->ann, &t));
    assert_true(t.has_totp);
    /* Apps split a label at its first colon. */
    assert_ok(company_set(&f->cx, f->company, &(struct company_wish){.title = STR_LIT("Acme: Support:EU")}));
    assert_ok(totp_enrol(&f->cx, f->ann, &uri));
    assert_true(str_starts(uri, STR_LIT("otpauth://totp/Acme%20Support%20EU:ann%40acme.example?secret=")));
    assert_true(str_ends(uri, STR_LIT("&issuer=Acme%20Support%20EU&algorithm=SHA1&digits=6&period=30")));
    assert_int_equal(seed_of(uri, seed), 20);
    assert_str(fixture_last_event(f, NULL), "totp.enrolled");
    assert_fails(&f->cx, totp_enrol(&f->cx, 1, &uri), ERR_NOT_FOUND);
}

static void
drift_of_one_step(void **state)
{
    struct fixture *f = *state;
    struct str uri;
    unsigned char seed[20];
    assert_ok(totp_enrol(&f->cx, f->ann, &uri));
    seed_of(uri, seed);
    assert_false(works(f, f->ann, code_at(f, seed, f->cx.now - 2 * STEP)));
    assert_false(works(f, f->ann, code_at(f, seed, f->cx.now + 2 * STEP)));
    assert_false(works(f, f->ben, code_at(f, seed, f->cx.now)));
    assert_true(works(f, f->ann, code_at(f, seed, f->cx.now - STEP)));
    assert_true(works(f, f->ann, code_at(f, seed, f->cx.now)));
    assert_true(works(f, f->ann, code_at(f, seed, f->cx.now + STEP)));
    for (int i = -1; i <= 1; i++)
        assert_false(works(f, f->ann, code_at(f, seed, f->cx.now + i * STEP)));
    fixture_later(f, STEP);
    assert_false(works(f, f->ann, code_at(f, seed, f->cx.now)));
    fixture_later(f, STEP);
    struct str code = code_at(f, seed, f->cx.now);
    assert_true(works(f, f->ann, arena_printf(&f->cx.arena, "%.3s %.3s", code.p, code.p + 3)));
}

/* A code is good from the step before its own to the step after it, to the microsecond, and no longer. */
static void
edges_of_the_window(void **state)
{
    static const struct {
        int64_t from_step; /* where the step of the code begins, to now */
        bool good;
    } cases[] = {{-STEP - 1, false}, {-STEP, true},        {-1, true},       {0, true},
                 {STEP - 1, true},   {2 * STEP - 1, true}, {2 * STEP, false}};
    struct fixture *f = *state;
    unsigned char seed[20];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str uri;
        const int64_t step = f->cx.now / STEP + 1000;
        assert_ok(totp_enrol(&f->cx, f->ann, &uri));
        seed_of(uri, seed);
        fixture_later(f, step * STEP + cases[i].from_step - f->cx.now);
        assert_int_equal(works(f, f->ann, code_at(f, seed, step * STEP)), cases[i].good);
    }
}

static bool
confirm(struct fixture *f, const struct technician *t, const struct totp_waiting *w, struct str code)
{
    bool right = false;
    assert_ok(db_begin(&f->cx));
    assert_ok(totp_confirm_within(&f->cx, t, w, code, &right));
    assert_ok(db_commit(&f->cx));
    return right;
}

static void
a_seed_waits_for_its_first_code(void **state)
{
    struct fixture *f = *state;
    struct str uri;
    struct technician t;
    struct totp next;
    unsigned char old[20], seed[20];
    bool right = true;
    assert_ok(totp_enrol(&f->cx, f->ann, &uri));
    seed_of(uri, old);
    assert_ok(technician_get(&f->cx, f->ann, &t));
    assert_ok(totp_new(&f->cx, &t, 77, &next));
    seed_of(next.uri, seed);
    assert_memory_not_equal(old, seed, 20);
    assert_true(str_find_str(next.uri, next.secret) < next.uri.n);
    const struct totp_waiting waiting = {next.sealed, 77}, moved = {next.sealed, 78};
    assert_false(confirm(f, &t, &waiting, code_at(f, old, f->cx.now)));
    assert_false(confirm(f, &t, &waiting, code_at(f, seed, f->cx.now - 2 * STEP)));
    assert_false(confirm(f, &t, &waiting, STR_LIT("")));
    assert_false(confirm(f, &t, &waiting, STR_NULL));
    assert_true(works(f, f->ann, code_at(f, old, f->cx.now)));
    assert_int_equal(fixture_count_events(f, "totp.enrolled"), 1);
    assert_ok(db_begin(&f->cx));
    assert_fails(&f->cx, totp_confirm_within(&f->cx, &t, &moved, STR_LIT("123456"), &right), ERR_CRYPTO);
    assert_false(right);
    db_rollback(&f->cx);
    assert_true(confirm(f, &t, &waiting, code_at(f, seed, f->cx.now)));
    assert_int_equal(fixture_count_events(f, "totp.enrolled"), 2);
    assert_false(works(f, f->ann, code_at(f, seed, f->cx.now)));
    assert_false(works(f, f->ann, code_at(f, seed, f->cx.now - STEP)));
    assert_false(works(f, f->ann, code_at(f, old, f->cx.now + STEP)));
    assert_true(works(f, f->ann, code_at(f, seed, f->cx.now + STEP)));
}

static void
what_is_no_code(void **state)
{
    static const char *const bad[] = {
        "",       "0",      "12345",    "1234567",          "12345x",
        "+12345", "-12345", "123 4567", "AAAAAAAAAAAAAAAA", "\xd9\xa1\xd9\xa2\xd9\xa3",
        "------", "      "};
    struct fixture *f = *state;
    struct str uri;
    assert_ok(totp_enrol(&f->cx, f->ann, &uri));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(works(f, f->ann, str_from_cstr(bad[i])));
    assert_false(works(f, f->ann, STR_NULL));
    assert_false(works(f, f->ben, STR_LIT("123456")));
}

static void
a_new_seed_and_none(void **state)
{
    struct fixture *f = *state;
    struct str uri;
    unsigned char old[20], seed[20];
    assert_ok(totp_enrol(&f->cx, f->ann, &uri));
    seed_of(uri, old);
    assert_true(works(f, f->ann, code_at(f, old, f->cx.now)));
    assert_ok(totp_enrol(&f->cx, f->ann, &uri));
    seed_of(uri, seed);
    assert_false(works(f, f->ann, code_at(f, old, f->cx.now)));
    assert_true(works(f, f->ann, code_at(f, seed, f->cx.now)));
    assert_ok(totp_remove(&f->cx, f->ann));
    fixture_later(f, STEP);
    assert_false(works(f, f->ann, code_at(f, seed, f->cx.now)));
    assert_fails(&f->cx, totp_remove(&f->cx, f->ann), ERR_NOT_FOUND);
}

static void
a_seed_moved_to_another_row_does_not_open(void **state)
{
    struct fixture *f = *state;
    struct str uri;
    bool right;
    const char *kind;
    assert_ok(totp_enrol(&f->cx, f->ann, &uri));
    assert_ok(
        db_exec(&f->cx, NULL,
                "UPDATE technician SET totp_sealed = (SELECT totp_sealed FROM technician WHERE id = $1) "
                "WHERE id = $2",
                "ii", f->ann, f->ben));
    assert_ok(db_begin(&f->cx));
    assert_fails(&f->cx, code_spend(&f->cx, f->ben, STR_LIT("123456"), &right, &kind), ERR_CRYPTO);
    assert_false(right);
    db_rollback(&f->cx);
}

static void
recovery_codes_work_once(void **state)
{
    struct fixture *f = *state;
    struct str codes[RECOVERY_CODES], more[RECOVERY_CODES], detail;
    int64_t left = -1;
    assert_ok(recovery_codes_left(&f->cx, f->ann, &left));
    assert_int_equal(left, 0);
    assert_ok(recovery_codes_new(&f->cx, f->ann, codes));
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        assert_int_equal(codes[i].n, 19);
    assert_false(works(f, f->ben, codes[0]));
    assert_true(works(f, f->ann, codes[0]));
    assert_str(fixture_last_event(f, &detail), "recovery.used");
    assert_str(detail, "{\"left\":\"9\"}");
    assert_false(works(f, f->ann, codes[0]));
    char lower[20];
    for (size_t i = 0; i < 20; i++)
        lower[i] = (char)(codes[1].p[i] >= 'A' && codes[1].p[i] <= 'Z' ? codes[1].p[i] + 32 : codes[1].p[i]);
    assert_true(works(f, f->ann, str_from_cstr(lower)));
    assert_ok(recovery_codes_left(&f->cx, f->ann, &left));
    assert_int_equal(left, 8);
    assert_ok(recovery_codes_new(&f->cx, f->ann, more));
    assert_false(works(f, f->ann, codes[2]));
    assert_ok(recovery_codes_left(&f->cx, f->ann, &left));
    assert_int_equal(left, RECOVERY_CODES);
}

static void
rolled_back_is_not_spent(void **state)
{
    struct fixture *f = *state;
    struct str codes[RECOVERY_CODES];
    bool right = false;
    const char *kind;
    assert_ok(recovery_codes_new(&f->cx, f->ann, codes));
    assert_ok(db_begin(&f->cx));
    assert_ok(code_spend(&f->cx, f->ann, codes[0], &right, &kind));
    assert_true(right);
    assert_string_equal(kind, "recovery");
    db_rollback(&f->cx);
    assert_true(works(f, f->ann, codes[0]));
}

static void
two_processes_spend_a_code_once(void **state)
{
    struct fixture *f = *state;
    struct str uri, codes[RECOVERY_CODES];
    unsigned char seed[20];
    assert_ok(totp_enrol(&f->cx, f->ann, &uri));
    seed_of(uri, seed);
    assert_ok(recovery_codes_new(&f->cx, f->ann, codes));
    for (int i = 0; i < 5; i++) {
        struct spend recovery = {f->ann, codes[i]};
        assert_int_equal(fixture_race(f, spend, &recovery), 1);
        struct spend totp = {f->ann, code_at(f, seed, f->cx.now)};
        assert_int_equal(fixture_race(f, spend, &totp), 1);
        fixture_tick(f, STEP);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_6238),
        cmocka_unit_test_setup_teardown(oathtool_says_the_same, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(an_authenticator_reads_the_address, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(drift_of_one_step, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(edges_of_the_window, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_seed_waits_for_its_first_code, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_code, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_new_seed_and_none, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_seed_moved_to_another_row_does_not_open, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(recovery_codes_work_once, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(rolled_back_is_not_spent, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(two_processes_spend_a_code_once, fixture_set_up_file,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
