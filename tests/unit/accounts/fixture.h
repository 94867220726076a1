/* SPDX-License-Identifier: Apache-2.0 */
/* fixture: a database with a company and two technicians, keys, and a fixed moment, for the tests of the
 * domain. */
#ifndef COUNTERSIGN_TESTS_AUTH_FIXTURE_H
#define COUNTERSIGN_TESTS_AUTH_FIXTURE_H

#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "db/db.h"
#include "keys/env.h"

#define FIXTURE_NOW (INT64_C(1795449600) * CLOCK_S) /* a Monday in November 2026, noon */
#define FIXTURE_SOURCE "192.0.2.7"
#define FIXTURE_PASSWORD "Violet tram 42 umbrella"

struct fixture {
    struct cx cx;
    struct auth_env env;        /* cheap argon2id; change it at will */
    int64_t company;            /* "acme", standard plan, policies as they come */
    int64_t ann, ben;           /* ann@acme.example and ben@acme.example, FIXTURE_PASSWORD both */
    char folder[40], path[192]; /* path: as db_open takes it */
};

/* For cmocka's set-up and tear-down: *state is a struct fixture. The first is in memory; the second is a
 * file, for tests with several processes; the third is in memory and has no rows; the fourth is a new store
 * at that address. */
int fixture_set_up(void **state);
int fixture_set_up_bare(void **state);
int fixture_set_up_file(void **state);
int fixture_set_up_at(void **state, struct str url);
int fixture_tear_down(void **state);

/* The next request, that much later: the content of the arena is gone, the actor and the source stay. */
void fixture_later(struct fixture *f, int64_t by);
/* Moves the clock within the request: the content of its arena stays. */
void fixture_tick(struct fixture *f, int64_t by);

/* Runs `act` in two processes at once, each with a connection of its own (fixture_set_up_file), and returns
 * how many answered true. The fixture's own connection is opened again afterwards. */
int fixture_race(struct fixture *f, bool (*act)(struct cx *cx, void *arg), void *arg);

/* Newest audit event's name and detail. */
struct str fixture_last_event(struct fixture *f, struct str *detail_out);
int64_t fixture_count_events(struct fixture *f, const char *event);
/* A member of the detail of ann's newest event with that name, which must exist; null: it has none. */
struct str fixture_told(struct fixture *f, const char *event, const char *key);
/* The first column of the first row. */
int64_t fixture_int(struct fixture *f, const char *sql);

#define assert_ok(call) assert_int_equal((call), ERR_NONE)
/* The call fails with this error, which is then cleared. */
#define assert_fails(cx, call, code)      \
    do {                                  \
        assert_int_equal((call), (code)); \
        err_forget(cx);                   \
    } while (0)

#endif
