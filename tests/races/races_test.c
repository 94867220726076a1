/* SPDX-License-Identifier: Apache-2.0 */
/* races: every two operations that touch one account, at the same time, in two processes with a connection of
 * their own. Their answers, and every row that they leave, must be those of one of the two orders in which
 * they could have run one after the other. That says it all: one push waits, seats and failures are counted
 * exactly, what is good once was used once, a banned company has no session, and each change has its audit
 * event.
 *
 * COUNTERSIGN_RACES in the environment: so many pairs, chosen by chance, in place of the usual number; "all":
 * each of them; "all 2/4": every fourth, from the second on. COUNTERSIGN_RACES_ONLY: "FIRST + SECOND", that
 * pair alone, again and again. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rand.h"
#include "tests/races/stage.h"
#include "tests/races/state.h"
#include "tests/unit/store.h"

enum { USUAL = 40, USUAL_REMOTE = 6, ROUNDS = 3, ALONE = 200, TEXT_MAX = 512 * 1024, LATE_MOST = 1500 };

/* What a process is asked to run: an act, and how many microseconds later than the other one. */
struct order {
    uint32_t act, late;
};

struct runner {
    pid_t process;
    int ask, answer;
};

struct outcome {
    char results[2][RESULT_MAX];
    struct buf rows;
};

struct races {
    struct stage *stage;
    struct state *state;
    struct cx *cx;
    struct runner runners[2];
    struct outcome serial[2], seen;
};

static void
run_orders(struct fixture *f, const struct stage *s, int ask, int answer)
{
    struct order order;
    char result[RESULT_MAX];
    assert_int_equal(db_open(&f->cx, str_from_cstr(f->path), DB_OPEN, CLOCK_MINUTE, &f->cx.db), ERR_NONE);
    db_guard(f->cx.db);
    while (read(ask, &order, sizeof order) == (ssize_t)sizeof order) {
        memset(result, 0, sizeof result);
        (void)usleep(order.late);
        stage_run(&f->cx, s, &s->acts[order.act], result);
        assert_int_equal(write(answer, result, sizeof result), (ssize_t)sizeof result);
    }
    db_close(&f->cx.db);
}

static void
start_runner(struct races *r, struct runner *one)
{
    int ask[2], answer[2];
    assert_int_equal(pipe(ask), 0);
    assert_int_equal(pipe(answer), 0);
    one->process = fork();
    assert_true(one->process >= 0);
    if (one->process == 0) {
        r->stage->w->f->cx.last_event = 0; /* a process begins its own */
        for (size_t i = 0; i < ARRAY_LEN(r->runners); i++)
            if (&r->runners[i] < one)
                (void)close(r->runners[i].ask);
        (void)close(ask[1]);
        run_orders(r->stage->w->f, r->stage, ask[0], answer[1]);
        _exit(0);
    }
    (void)close(ask[0]);
    (void)close(answer[1]);
    one->ask = ask[1];
    one->answer = answer[0];
}

static void
stop_runners(struct races *r)
{
    for (size_t i = 0; i < ARRAY_LEN(r->runners); i++) {
        int status = -1;
        (void)close(r->runners[i].ask);
        assert_int_equal(waitpid(r->runners[i].process, &status, 0), r->runners[i].process);
        (void)close(r->runners[i].answer);
        assert_int_equal(status, 0);
    }
}

static void
look(struct races *r, struct outcome *o)
{
    world_later(r->stage->w, 0);
    buf_reset(&o->rows);
    state_write(r->cx, r->state, &o->rows);
}

/* One after the other, beginning with `first`. */
static void
run_in_order(struct races *r, const uint32_t pair[2], size_t first, struct outcome *o)
{
    state_put_back(r->cx, r->state);
    for (size_t i = 0; i < 2; i++) {
        size_t k = i == 0 ? first : 1 - first;
        struct fixture *f = r->stage->w->f;
        stage_run(&f->cx, r->stage, &r->stage->acts[pair[k]], o->results[k]);
        world_later(r->stage->w, 0);
    }
    look(r, o);
}

static void
run_at_once(struct races *r, const uint32_t pair[2], struct outcome *o)
{
    state_put_back(r->cx, r->state);
    size_t later = rand_below(2);
    for (size_t i = 0; i < 2; i++) {
        const struct order order = {.act = pair[i], .late = i == later ? rand_below(LATE_MOST) : 0};
        assert_int_equal(write(r->runners[i].ask, &order, sizeof order), (ssize_t)sizeof order);
    }
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(read(r->runners[i].answer, o->results[i], RESULT_MAX), RESULT_MAX);
    look(r, o);
}

/* How often the rows have the line. */
static size_t
count(const struct outcome *o, struct str line)
{
    struct str rest = buf_view(&o->rows);
    size_t n = 0;
    while (!str_is_empty(rest))
        n += str_eq(str_cut(&rest, '\n'), line) ? 1 : 0;
    return n;
}

/* The rows of one that the other has not, or not as often. */
static void
print_more(const char *what, const struct outcome *one, const struct outcome *other)
{
    struct str rest = buf_view(&one->rows);
    print_error("  %s: %s, %s\n", what, one->results[0], one->results[1]);
    while (!str_is_empty(rest)) {
        struct str line = str_cut(&rest, '\n');
        if (count(one, line) > count(other, line))
            print_error("    %.*s\n", STR_ARG(line));
    }
}

static bool
is_refusal(const char *result)
{
    static const char *const others[] = {"Ok", "NONE", "Poll", "UnknownError"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (strncasecmp(result, others[i], strlen(others[i])) == 0)
            return false;
    return true;
}

/* Which of them is seen first is up to the operation: it reads who asks before it decides. */
static bool
is_same_answer(const char *a, const char *b)
{
    return strcmp(a, b) == 0 || (is_refusal(a) && is_refusal(b));
}

static bool
is_count(struct str line)
{
    return str_starts(line, STR_LIT("tally "));
}

static bool
is_of_a_refusal(struct str line)
{
    static const struct str events[] = {STR("event=login.refused "), STR("event=password.change-refused ")};
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        if (str_starts(line, STR_LIT("audit ")) && str_find_str(line, events[i]) < line.n)
            return true;
    return false;
}

/* A self-service that was closed while its change was on the way is refused as closed, which is not logged;
 * one that finds the account locked before is refused for that, which is. */
static bool
is_of_self_service(struct str line)
{
    return (str_starts(line, STR_LIT("audit ")) || is_count(line)) &&
           str_find_str(line, STR_LIT("event=self.refused ")) < line.n;
}

/* Whether each row of one is in the other as often, but for the counts of events (accounts/tally.h) and, if
 * `but_refusals`, for what a refusal leaves in the log. */
static bool
has_rows_of(const struct outcome *all, const struct outcome *some, bool but_refusals)
{
    struct str rest = buf_view(&some->rows);
    while (!str_is_empty(rest)) {
        struct str line = str_cut(&rest, '\n');
        if (count(all, line) < count(some, line) && !is_count(line) && !is_of_self_service(line) &&
            !(but_refusals && is_of_a_refusal(line)))
            return false;
    }
    return true;
}

/* A refusal within the transaction that decides may be logged where one before it would not be. */
static bool
is_same(const struct outcome *seen, const struct outcome *serial)
{
    return is_same_answer(seen->results[0], serial->results[0]) &&
           is_same_answer(seen->results[1], serial->results[1]) && has_rows_of(serial, seen, true) &&
           has_rows_of(seen, serial, false);
}

static bool
judge(struct races *r, const uint32_t pair[2])
{
    if (is_same(&r->seen, &r->serial[0]) || is_same(&r->seen, &r->serial[1]))
        return true;
    print_error("%s + %s: neither order has this outcome\n", r->stage->acts[pair[0]].name,
                r->stage->acts[pair[1]].name);
    print_more("together, beside the first order", &r->seen, &r->serial[0]);
    print_more("the first order", &r->serial[0], &r->seen);
    print_more("together, beside the second order", &r->seen, &r->serial[1]);
    print_more("the second order", &r->serial[1], &r->seen);
    return false;
}

static bool
race(struct races *r, const uint32_t pair[2], int rounds)
{
    bool good = true;
    run_in_order(r, pair, 0, &r->serial[0]);
    run_in_order(r, pair, 1, &r->serial[1]);
    for (int i = 0; i < rounds && good; i++) {
        run_at_once(r, pair, &r->seen);
        good = judge(r, pair);
    }
    return good;
}

static uint32_t
find_act(const struct stage *s, struct str name)
{
    size_t i = 0;
    while (i < s->n && !str_eq(str_from_cstr(s->acts[i].name), name))
        i++;
    assert_true(i < s->n);
    return (uint32_t)i;
}

static unsigned
race_one(struct races *r, const char *only)
{
    struct str rest = str_from_cstr(only), plus = STR_LIT(" + ");
    size_t at = str_find_str(rest, plus);
    assert_true(at != SIZE_MAX);
    const uint32_t pair[2] = {find_act(r->stage, str_sub(rest, 0, at)),
                              find_act(r->stage, str_sub(rest, at + plus.n, SIZE_MAX))};
    return race(r, pair, ALONE) ? 0 : 1;
}

/* What COUNTERSIGN_RACES asks for. */
struct choice {
    int64_t budget;      /* pairs, of all by chance */
    int64_t part, parts; /* "all": from 1 on */
};

static struct choice
choice_of(const char *asked, int64_t pairs)
{
    struct choice c = {.budget = unit_store_is_remote() ? USUAL_REMOTE : USUAL, .part = 1, .parts = 1};
    if (asked == NULL)
        return c;
    struct str rest = str_from_cstr(asked), first = str_cut(&rest, ' ');
    if (!str_eq(first, STR_LIT("all"))) {
        assert_int_equal(str_to_i64(first, 1, INT32_MAX, &c.budget), ERR_NONE);
        return c;
    }
    c.budget = pairs;
    if (!str_is_empty(rest)) {
        assert_int_equal(str_to_i64(str_cut(&rest, '/'), 1, INT32_MAX, &c.part), ERR_NONE);
        assert_int_equal(str_to_i64(rest, c.part, INT32_MAX, &c.parts), ERR_NONE);
    }
    return c;
}

/* All pairs, an act with itself included: with two consoles or two phones that send the same. */
static unsigned
race_many(struct races *r)
{
    const uint32_t n = (uint32_t)r->stage->n, pairs = n * (n + 1) / 2;
    struct choice c = choice_of(getenv("COUNTERSIGN_RACES"), pairs);
    int64_t left = pairs;
    unsigned wrong = 0;
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = a; b < n; b++, left--) {
            const uint32_t pair[2] = {a, b};
            if (rand_below((uint32_t)left) >= c.budget)
                continue;
            if (c.budget-- % c.parts == c.part - 1)
                wrong += race(r, pair, ROUNDS) ? 0 : 1;
        }
    return wrong;
}

static void
set_up_world(void **w)
{
    struct cx cx;
    cx_init(&cx);
    if (unit_store_is_remote())
        world_set_up_at(w, unit_store_new(&cx));
    else
        world_set_up_file(w);
    cx_clear(&cx);
}

static void
outcomes_are_those_of_an_order(enum stage_of of)
{
    void *w = NULL;
    const char *only = getenv("COUNTERSIGN_RACES_ONLY");
    struct races r = {.stage = calloc(1, sizeof *r.stage)};
    assert_non_null(r.stage);
    set_up_world(&w);
    stage_prepare(r.stage, w, of);
    r.cx = r.stage->w->cx;
    struct outcome *const outcomes[] = {&r.serial[0], &r.serial[1], &r.seen};
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
        buf_init(&outcomes[i]->rows, TEXT_MAX);
    r.state = state_keep(r.cx);
    db_close(&r.cx->db); /* a connection is not for two processes */
    for (size_t i = 0; i < ARRAY_LEN(r.runners); i++)
        start_runner(&r, &r.runners[i]);
    assert_ok(db_open(r.cx, str_from_cstr(r.stage->w->f->path), DB_OPEN, CLOCK_MINUTE, &r.cx->db));
    unsigned wrong = only != NULL ? race_one(&r, only) : race_many(&r);
    stop_runners(&r);
    state_free(&r.state);
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++)
        buf_clear(&outcomes[i]->rows);
    stage_clear(r.stage);
    free(r.stage);
    (void)world_tear_down(&w);
    assert_int_equal(wrong, 0);
}

static bool
leaves_nothing(const char *name)
{
    static const char *const some[] = {"push, again", "check"}; /* it is sent already; it waits */
    for (size_t i = 0; i < ARRAY_LEN(some); i++)
        if (strcmp(name, some[i]) == 0)
            return true;
    return false;
}

/* One that is refused for its form, or that finds nothing to do, would pass every race. */
static void
each_act_changes_rows(void **state)
{
    void *w = NULL;
    struct stage *s = calloc(1, sizeof *s);
    struct buf before, after;
    (void)state;
    assert_non_null(s);
    set_up_world(&w);
    stage_prepare(s, w, STAGE_PENDING);
    buf_init(&before, TEXT_MAX);
    buf_init(&after, TEXT_MAX);
    struct state *kept = state_keep(s->w->cx);
    state_write(s->w->cx, kept, &before);
    for (size_t i = 0; i < s->n; i++) {
        char result[RESULT_MAX] = {0};
        state_put_back(s->w->cx, kept);
        stage_run(s->w->cx, s, &s->acts[i], result);
        world_later(s->w, 0);
        buf_reset(&after);
        state_write(s->w->cx, kept, &after);
        if (str_eq(buf_view(&after), buf_view(&before)) != leaves_nothing(s->acts[i].name))
            fail_msg("%s: %s", s->acts[i].name, result);
    }
    state_free(&kept);
    buf_clear(&before);
    buf_clear(&after);
    stage_clear(s);
    free(s);
    (void)world_tear_down(&w);
}

static void
while_a_push_waits(void **state)
{
    (void)state;
    outcomes_are_those_of_an_order(STAGE_PENDING);
}

static void
while_an_approval_waits(void **state)
{
    (void)state;
    outcomes_are_those_of_an_order(STAGE_APPROVED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_act_changes_rows),
                                       cmocka_unit_test(while_a_push_waits),
                                       cmocka_unit_test(while_an_approval_waits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
