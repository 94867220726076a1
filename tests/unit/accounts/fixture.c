/* SPDX-License-Identifier: Apache-2.0 */
/* fixture: see fixture.h. */
#include "tests/unit/accounts/fixture.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accounts/audit.h"
#include "accounts/company.h"
#include "accounts/company_change.h"
#include "accounts/technician.h"
#include "accounts/technician_change.h"
#include "ledger/sealer.h"

static void
open_database(struct fixture *f, enum db_mode mode)
{
    assert_ok(db_open(&f->cx, str_from_cstr(f->path), mode, CLOCK_MINUTE, &f->cx.db));
}

static struct fixture *
fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    clock_fix(FIXTURE_NOW);
    cx_init(&f->cx);
    cx_begin(&f->cx);
    struct secret *keys[] = {&f->env.pepper, &f->env.seal,   &f->env.token,
                             &f->env.lookup, &f->env.ledger, &f->env.event};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        keys[i]->n = 32;
        memset(keys[i]->bytes, (int)i + 1, 32);
    }
    f->env.argon2_kib = 64;
    f->env.argon2_passes = 1;
    f->env.source_failures = 5;
    f->env.public_url = STR_LIT("https://sign-in.example");
    f->cx.env = &f->env;
    f->cx.actor = STR_LIT("operator:test");
    f->cx.source = STR_LIT(FIXTURE_SOURCE);
    return f;
}

static void
add_accounts(struct fixture *f)
{
    struct technician_new new = {.email = STR_LIT("ann@acme.example"),
                                 .name = STR_LIT("Ann Miller"),
                                 .password = STR_LIT(FIXTURE_PASSWORD),
                                 .keeps_password = true};
    assert_ok(company_add(&f->cx, STR_LIT("acme"), STR_LIT("Acme Support Ltd"), &f->company));
    new.company_id = f->company;
    assert_ok(technician_add(&f->cx, &new, &f->ann));
    new.email = STR_LIT("ben@acme.example");
    new.name = STR_LIT("Ben Carter");
    assert_ok(technician_add(&f->cx, &new, &f->ben));
}

int
fixture_set_up(void **state)
{
    fixture_set_up_bare(state);
    add_accounts(*state);
    return 0;
}

int
fixture_set_up_bare(void **state)
{
    struct fixture *f = fixture_new();
    snprintf(f->path, sizeof f->path, ":memory:");
    open_database(f, DB_CREATE);
    *state = f;
    return 0;
}

int
fixture_set_up_file(void **state)
{
    struct fixture *f = fixture_new();
    snprintf(f->folder, sizeof f->folder, "/dev/shm/countersign-auth-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/a.db", f->folder);
    open_database(f, DB_CREATE);
    add_accounts(f);
    *state = f;
    return 0;
}

int
fixture_set_up_at(void **state, struct str url)
{
    struct fixture *f = fixture_new();
    assert_true(url.n < sizeof f->path);
    memcpy(f->path, url.p, url.n);
    open_database(f, DB_CREATE);
    add_accounts(f);
    *state = f;
    return 0;
}

int
fixture_tear_down(void **state)
{
    struct fixture *f = *state;
    db_close(&f->cx.db);
    cx_clear(&f->cx);
    if (f->folder[0] != '\0') {
        unlink(f->path);
        assert_int_equal(rmdir(f->folder), 0);
    }
    clock_fix(0);
    free(f);
    return 0;
}

void
fixture_later(struct fixture *f, int64_t by)
{
    struct str actor = f->cx.actor, source = f->cx.source; /* literals, as the tests set them */
    clock_fix(clock_now() + by);
    cx_begin(&f->cx);
    f->cx.actor = actor;
    f->cx.source = source;
}

void
fixture_tick(struct fixture *f, int64_t by)
{
    clock_fix(clock_now() + by);
    f->cx.now = clock_now();
}

int
fixture_race(struct fixture *f, bool (*act)(struct cx *cx, void *arg), void *arg)
{
    pid_t child[2];
    int gate[2], winners = 0;
    char byte;
    db_close(&f->cx.db);
    assert_int_equal(pipe(gate), 0);
    for (int c = 0; c < 2; c++) {
        child[c] = fork();
        assert_true(child[c] >= 0);
        if (child[c] != 0)
            continue;
        close(gate[1]);
        open_database(f, DB_OPEN);
        f->cx.last_event = 0;           /* a process begins its own */
        (void)!read(gate[0], &byte, 1); /* until the parent closes: both are off at once */
        bool won = act(&f->cx, arg);
        db_close(&f->cx.db);
        cx_clear(&f->cx);
        _exit(won ? 1 : 0);
    }
    close(gate[0]);
    close(gate[1]);
    for (int c = 0; c < 2; c++) {
        int status = -1;
        assert_int_equal(waitpid(child[c], &status, 0), child[c]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
        winners += WEXITSTATUS(status);
    }
    open_database(f, DB_OPEN);
    return winners;
}

/* The whole log: what is listed has its number. */
static void
read_events(struct fixture *f, int64_t technician, struct audit_row **rows_out, size_t *n_out)
{
    assert_ok(sealer_finish(&f->cx));
    assert_ok(audit_list(&f->cx, (struct audit_of){.technician = technician}, 0, 100000, rows_out, n_out));
}

struct str
fixture_last_event(struct fixture *f, struct str *detail_out)
{
    struct audit_row *rows;
    size_t n;
    read_events(f, 0, &rows, &n);
    if (n == 0)
        return STR_NULL;
    if (detail_out != NULL)
        *detail_out = rows[n - 1].detail;
    return rows[n - 1].event;
}

int64_t
fixture_count_events(struct fixture *f, const char *event)
{
    struct audit_row *rows;
    size_t n;
    int64_t count = 0;
    read_events(f, 0, &rows, &n);
    for (size_t i = 0; i < n; i++)
        count += str_eq(rows[i].event, str_from_cstr(event)) ? 1 : 0;
    return count;
}

struct str
fixture_told(struct fixture *f, const char *event, const char *key)
{
    struct audit_row *list;
    size_t n;
    read_events(f, f->ann, &list, &n);
    while (n > 0 && !str_eq(list[n - 1].event, str_from_cstr(event)))
        n--;
    assert_true(n > 0);
    return audit_detail(&f->cx, &list[n - 1], key);
}

int64_t
fixture_int(struct fixture *f, const char *sql)
{
    struct db_rows *rows;
    assert_ok(db_query(&f->cx, &rows, sql, ""));
    assert_true(db_next(&f->cx, rows));
    int64_t n = db_int(rows, 0);
    assert_ok(db_done(&f->cx, rows));
    return n;
}
