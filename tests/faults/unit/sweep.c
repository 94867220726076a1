/* SPDX-License-Identifier: Apache-2.0 */
/* sweep: see sweep.h. OpenSSL's failures for lack of memory end the process (crypto/p256.c): those calls
 * fail in a child. */
#include "tests/faults/unit/sweep.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/rand.h"
#include "ops/ops.h"
#include "tests/faults/fault.h"
#include "tests/unit/ops/signed.h"

enum { STATES_MAX = 64, CALLS_MAX = 4096, SEED = 42, EXPECTED = 10, ERROR, REFUSED, OTHER };

struct sweep {
    const struct sweep_scenario *scenario;
    struct sweep_stage stage;
    sqlite3 *look; /* a second connection */
    uint64_t states[STATES_MAX];
    size_t n_states;
    char calls[CALLS_MAX][FAULT_NAME];
    size_t n_calls;
    unsigned char *file; /* the database as prepared */
    size_t file_size;
    unsigned wrong;
};

static struct sweep *current; /* for fault_watch */
static uint64_t chance;

/* The same numbers in every run. */
static void
same_chance(void *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((unsigned char *)out)[i] = (unsigned char)(chance >> 56);
    }
}

static uint64_t
mix(uint64_t h, const void *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ ((const unsigned char *)p)[i]) * UINT64_C(0x100000001b3);
    return h;
}

static uint64_t
mix_rows(sqlite3 *db, const char *sql, uint64_t h)
{
    sqlite3_stmt *rows = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &rows, NULL), SQLITE_OK);
    int rc;
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            unsigned char kind = (unsigned char)sqlite3_column_type(rows, i);
            h = mix(h, &kind, 1);
            const void *p = sqlite3_column_blob(rows, i);
            h = mix(h, p, (size_t)sqlite3_column_bytes(rows, i));
        }
    assert_int_equal(rc, SQLITE_DONE);
    (void)sqlite3_finalize(rows);
    return h;
}

/* One number for every row of every table, as committed. */
static uint64_t
state_of(sqlite3 *db)
{
    sqlite3_stmt *tables = NULL;
    char sql[128];
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
                                        -1, &tables, NULL),
                     SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        (void)snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", (const char *)sqlite3_column_text(tables, 0));
        h = mix_rows(db, sql, h);
    }
    (void)sqlite3_finalize(tables);
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    return h;
}

static bool
is_known(const struct sweep *s, uint64_t state)
{
    for (size_t i = 0; i < s->n_states; i++)
        if (s->states[i] == state)
            return true;
    return false;
}

static void
keep_state(struct sweep *s)
{
    uint64_t state = state_of(s->look);
    if (is_known(s, state))
        return;
    assert_true(s->n_states < STATES_MAX);
    s->states[s->n_states++] = state;
}

static void
keep_call(const char *name)
{
    struct sweep *s = current;
    assert_true(s->n_calls < CALLS_MAX);
    (void)snprintf(s->calls[s->n_calls++], FAULT_NAME, "%s", name);
    keep_state(s);
}

static void
look_again(struct sweep *s)
{
    (void)sqlite3_close(s->look);
    assert_int_equal(sqlite3_open_v2(s->stage.w->f->path, &s->look, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
}

static void
close_all(struct sweep *s)
{
    (void)sqlite3_close(s->look);
    s->look = NULL;
    db_close(&s->stage.w->cx->db);
}

static void
open_all(struct sweep *s)
{
    struct fixture *f = s->stage.w->f;
    assert_ok(db_open(&f->cx, str_from_cstr(f->path), DB_OPEN, CLOCK_MINUTE, &f->cx.db));
    look_again(s);
}

static void
take_copy(struct sweep *s)
{
    struct stat st;
    close_all(s); /* the last connection brings the log into the file */
    int fd = open(s->stage.w->f->path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(fstat(fd, &st), 0);
    s->file_size = (size_t)st.st_size;
    s->file = malloc(s->file_size);
    assert_non_null(s->file);
    assert_int_equal(read(fd, s->file, s->file_size), st.st_size);
    (void)close(fd);
    open_all(s);
}

static void
put_back(struct sweep *s)
{
    close_all(s);
    int fd = open(s->stage.w->f->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_int_equal(write(fd, s->file, s->file_size), (ssize_t)s->file_size);
    (void)close(fd);
    open_all(s);
}

static const char *
result_name(struct sweep_stage *s)
{
    if (s->work != NULL)
        return "an error or none";
    const struct ct_enum *en = ct_ops[s->op].out.fields[0].en;
    int value = 0;
    memcpy(&value, s->out, sizeof value);
    return arena_cstr(&s->w->kept, en->values[value].bare);
}

static bool
is_refusal(const char *result)
{
    return strncasecmp(result, "ok", 2) != 0;
}

static int
run(struct sweep *s, uint64_t seed)
{
    struct sweep_stage *at = &s->stage;
    struct call_reply reply = {.status = CALL_DONE};
    chance = seed;
    at->w->cx->last_event = (int64_t)(seed << 20); /* as in a process of its own */
    world_later(at->w, 0);
    at->w->cx->call = &at->call;
    at->w->cx->reply = &reply;
    if (at->work != NULL) {
        bool is_done = at->work(at) == ERR_NONE;
        err_forget(at->w->cx);
        return is_done ? EXPECTED : ERROR;
    }
    enum errcode err = ops_run(at->w->cx, at->op, at->in, at->out);
    err_forget(at->w->cx);
    const char *result = result_name(at);
    if (err != ERR_NONE)
        return strcmp(result, "UnknownError") == 0 && str_is_null(reply.set_session) ? ERROR : OTHER;
    if (strcmp(result, s->scenario->result) == 0)
        return EXPECTED;
    return is_refusal(result) ? REFUSED : OTHER;
}

/* In a child: it may end by abort, which is an error then. */
static int
run_apart(struct sweep *s, uint64_t nth)
{
    int status = 0;
    close_all(s);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        open_all(s);
        (void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        fault_arm(nth);
        _exit(run(s, SEED));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    open_all(s);
    return WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status) == SIGABRT ? ERROR : OTHER;
}

/* OpenSSL's, whose failure for want of memory ends the process or refuses. */
static bool
is_crypto(const char *name)
{
    static const char *const first[] = {"EVP_", "HMAC", "BN_", "OSSL_", "ECDSA_", "d2i_", "i2d_"};
    for (size_t i = 0; i < ARRAY_LEN(first); i++)
        if (strncmp(name, first[i], strlen(first[i])) == 0)
            return true;
    return false;
}

/* All that is wrong is printed before the test fails. */
static void
report(struct sweep *s, uint64_t nth, const char *what)
{
    s->wrong++;
    print_error("%s: call %llu, %s, fails: %s; the answer is %s\n", s->scenario->name,
                (unsigned long long)nth, s->calls[nth - 1], what, result_name(&s->stage));
}

static void
judge(struct sweep *s, uint64_t nth, int ran)
{
    /* Input that cannot be verified may be reported as wrong. */
    bool is_refused =
        is_crypto(s->calls[nth - 1]) && ran != OTHER && (ran == REFUSED || !s->scenario->grants);
    if (ran != EXPECTED && ran != ERROR && !is_refused)
        report(s, nth, "another answer than UnknownError");
    uint64_t state = state_of(s->look);
    if (!is_known(s, state) && !is_refused)
        report(s, nth, "rows that no untouched run leaves");
    if (ran == EXPECTED && s->scenario->grants && state != s->states[s->n_states - 1])
        report(s, nth, "granted without its rows");
}

static void
run_untouched(struct sweep *s)
{
    keep_state(s);
    current = s;
    fault_watch(keep_call);
    fault_arm(UINT64_MAX);
    int ran = run(s, SEED);
    assert_null(fault_disarm());
    fault_watch(NULL);
    keep_state(s);
    if (ran != EXPECTED)
        fail_msg("%s: untouched it answers %s", s->scenario->name, result_name(&s->stage));
}

static void
run_with(struct sweep *s, uint64_t nth)
{
    int ran;
    put_back(s);
    if (is_crypto(s->calls[nth - 1])) {
        ran = run_apart(s, nth);
    } else {
        fault_arm(nth);
        ran = run(s, SEED);
        if (fault_disarm() == NULL)
            report(s, nth, "it was not made again");
    }
    judge(s, nth, ran);
    ran = run(s, SEED + 1); /* no row has a number twice */
    if (ran == OTHER || ran == ERROR)
        report(s, nth, "the same request afterwards is not answered");
}

static void
sweep(const struct sweep_scenario *scenario)
{
    void *w = NULL;
    struct sweep *s = calloc(1, sizeof *s);
    assert_non_null(s);
    rand_set_source(same_chance);
    chance = 7;
    assert_int_equal(world_set_up_file(&w), 0);
    s->scenario = scenario;
    s->stage.w = w;
    s->stage.call = (struct call){.source = STR(FIXTURE_SOURCE), .user_agent = STR("Console 7.2")};
    scenario->prepare(&s->stage);
    take_copy(s);
    run_untouched(s);
    for (uint64_t nth = 1; nth <= s->n_calls; nth++)
        run_with(s, nth);
    unsigned wrong = s->wrong;
    (void)sqlite3_close(s->look);
    free(s->file);
    free(s);
    assert_int_equal(world_tear_down(&w), 0);
    rand_set_source(NULL);
    assert_int_equal(wrong, 0);
}

static void
each_call_fails_once(void **state)
{
    sweep(*state);
}

int
sweep_all(const struct sweep_scenario *scenarios, size_t n_scenarios)
{
    enum { SCENARIOS_MAX = 64 };
    struct CMUnitTest tests[SCENARIOS_MAX];
    const char *only = getenv("FAULTS_ONLY");
    size_t n = 0;
    assert(n_scenarios <= SCENARIOS_MAX);
    for (size_t i = 0; i < n_scenarios; i++)
        if (only == NULL || strcmp(only, scenarios[i].name) == 0)
            tests[n++] = (struct CMUnitTest){.name = scenarios[i].name,
                                             .test_func = each_call_fails_once,
                                             .initial_state = (void *)(uintptr_t)&scenarios[i]};
    return _cmocka_run_group_tests("faults", tests, n, NULL, NULL);
}

struct str
sweep_kept(struct sweep_stage *s, struct str text)
{
    return arena_str(&s->w->kept, text);
}

struct str
sweep_text64(struct sweep_stage *s, struct str bytes)
{
    return codec_base64url(&s->w->kept, bytes.p, bytes.n);
}

struct str
sweep_phone(struct sweep_stage *s)
{
    struct str token;
    struct handset *p = &s->w->phone;
    assert_ok(device_get(s->w->cx, phone_enrol(s->w->f, &p->key, s->w->technician, &token), &p->device));
    p->device.name = sweep_kept(s, p->device.name);
    p->device.public_key = sweep_kept(s, p->device.public_key);
    p->device.fingerprint = sweep_kept(s, p->device.fingerprint);
    return sweep_kept(s, token);
}

void
sweep_sign(struct sweep_stage *s)
{
    const struct ct_type *t = &ct_ops[s->op].in;
    struct str nonce;
    assert_ok(deed_nonce(s->w->cx, &s->w->phone.device, &nonce));
    memcpy(s->in, signed_in(s->w->f, &s->w->phone, s->op, s->in, nonce), t->size);
    for (size_t i = 0; i < t->n; i++)
        if (t->fields[i].kind == CT_STRING) {
            struct str *text = (struct str *)(void *)(s->in + t->fields[i].offset);
            *text = str_is_null(*text) ? STR_NULL : sweep_kept(s, *text);
        }
}
