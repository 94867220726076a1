/* SPDX-License-Identifier: Apache-2.0 */
/* ways_in: who may enrol a phone, as a table of states and events (ways_in.def). In each state a link of each
 * kind is made, then the event happens, then everything is tried. A cell that is not stated fails. */
#include "accounts/company_change.h"
#include "accounts/device_change.h"
#include "accounts/policy_change.h"
#include "accounts/technician_change.h"
#include "tests/unit/accounts/fixture.h"
#include "tests/unit/accounts/phone.h"

#include "accounts/code.h"
#include "accounts/company.h"
#include "accounts/deed.h"
#include "accounts/device.h"
#include "accounts/enrolment.h"
#include "accounts/policy.h"
#include "accounts/technician.h"
#include "signin/signin.h"

#define STATES(X)          \
    X(NEVER)               \
    X(PHONE)               \
    X(CODES)               \
    X(PHONE_AND_CODES)     \
    X(RECOVERY_CODES_ONLY) \
    X(FACTOR_LOST)         \
    X(LOCKED)              \
    X(ROLE_OFF)            \
    X(COMPANY_OFF)         \
    X(MUST_CHANGE)

#define EVENTS(X)          \
    X(NOTHING)             \
    X(SELF_LINK_USED)      \
    X(OPERATORS_LINK_USED) \
    X(REMOVED_BY_OPERATOR) \
    X(REMOVED_BY_PHONE)    \
    X(LAST_FACTOR_GONE)    \
    X(RESET)               \
    X(LOCK)                \
    X(UNLOCK)              \
    X(LOCK_AND_UNLOCK)     \
    X(FAILURES)            \
    X(ROLE_DISABLE)        \
    X(ROLE_ENABLE)         \
    X(COMPANY_DISABLE)     \
    X(COMPANY_ENABLE)      \
    X(PLAN_OFF)            \
    X(DELETE)              \
    X(FACTOR_NOT_ASKED)    \
    X(FACTOR_ASKED_AGAIN)  \
    X(SELF_ALLOWED)        \
    X(CANCEL_LINKS)

#define NAME(name) name,
#define TEXT(name) #name,
enum state { STATES(NAME) N_STATES };
enum event { EVENTS(NAME) N_EVENTS };
static const char *const state_names[] = {STATES(TEXT)};
static const char *const event_names[] = {EVENTS(TEXT)};

/* What became of the event: it happened; it was refused; there was nothing that it could act on. */
enum done { UNSTATED, DONE, REFUSED, NO_SUCH };
/* What a phone can do with a link. NONE: it could not be had. */
enum link { NONE, GOOD, DEAD };

struct cell {
    enum done done;
    enum signin_result password; /* what the right password alone is answered afterwards */
    enum link self, operators;   /* those that were made before the event */
    enum link new_operators;     /* one that is made after it */
};

#define SETUP OkTwoFactorSetupRequired
#define FACTOR OkTwoFactorAuthenticationRequired
#define EXPAND(name) SIGNIN_##name
#define RESULT_OF(name) EXPAND(name)
#define CELL(state, event, done, password, self, operators, new_operators) \
    [state][event] = {done, RESULT_OF(password), self, operators, new_operators},
static const struct cell table[N_STATES][N_EVENTS] = {
#include "tests/unit/signin/ways_in.def"
};

/* One account in a company of its own. */
struct subject {
    struct fixture *f;
    struct cx *cx;
    int64_t company, id;
    struct str email, password;
    struct phone phone;
    struct device device; /* id 0: none was enrolled */
    bool ever;            /* had a second factor, as the test knows it */
};

static enum signin_result
login(struct subject *s, struct signin_outcome *outcome_out)
{
    assert_ok(signin_begin(s->cx, s->email, s->password, STR_LIT("en"), outcome_out));
    return outcome_out->result;
}

static enum link
use(struct subject *s, struct str link)
{
    struct device d;
    struct str token;
    if (str_is_null(link))
        return NONE;
    enum errcode err = phone_enrol_by(s->f, &s->phone, phone_ticket(link), &d, &token);
    if (err == ERR_NONE) {
        s->device = d;
        s->ever = true;
        return GOOD;
    }
    assert_int_equal(err, ERR_NOT_FOUND);
    err_forget(s->cx);
    return DEAD;
}

static struct str
self_link(struct subject *s)
{
    struct signin_outcome outcome;
    return login(s, &outcome) == SIGNIN_OkTwoFactorSetupRequired ? outcome.setup_url : STR_NULL;
}

static struct str
operators_link(struct subject *s)
{
    struct str link;
    enum errcode err = enrolment_new(s->cx, s->id, CLOCK_HOUR, &link);
    if (err == ERR_NONE)
        return link;
    assert_int_equal(err, ERR_NOT_FOUND);
    err_forget(s->cx);
    return STR_NULL;
}

static enum done
done(struct subject *s, enum errcode err)
{
    if (err == ERR_NONE)
        return DONE;
    assert_int_equal(err, ERR_POLICY);
    err_forget(s->cx);
    return REFUSED;
}

static enum done
used(enum link how)
{
    return how == GOOD ? DONE : how == DEAD ? REFUSED : NO_SUCH;
}

static void
has_phone(struct subject *s)
{
    assert_int_equal(use(s, operators_link(s)), GOOD);
}

static void
has_codes(struct subject *s)
{
    struct str uri;
    assert_ok(totp_enrol(s->cx, s->id, &uri));
    s->ever = true;
}

static enum done
removed(struct subject *s)
{
    return s->device.id == 0 ? NO_SUCH : done(s, device_set_state(s->cx, s->device.id, DEVICE_REMOVED));
}

static enum done
removed_by_itself(struct subject *s)
{
    struct deed deed = {.device = &s->device, .statement = STR_LIT("what the caller would have made")};
    enum deed_result result;
    if (s->device.id == 0)
        return NO_SUCH;
    assert_ok(deed_nonce(s->cx, &s->device, &deed.nonce));
    deed.signature = phone_sign(s->f, &s->phone, deed.statement);
    enum errcode err = deed_remove(s->cx, &deed, &result);
    s->cx->device = 0;
    if (err == ERR_NONE)
        assert_int_equal(result, DEED_OK);
    return done(s, err);
}

static void
spend_recovery_codes(struct subject *s)
{
    struct str codes[RECOVERY_CODES];
    assert_ok(recovery_codes_new(s->cx, s->id, codes));
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        struct signin_outcome outcome;
        assert_int_equal(login(s, &outcome), SIGNIN_OkTwoFactorAuthenticationRequired);
        assert_ok(signin_validate_code(s->cx, outcome.login_token, codes[i], &outcome));
        assert_int_equal(outcome.result, SIGNIN_OK);
    }
}

/* All there is, in the ways in which the operator and the person lose it. */
static enum done
loses_all(struct subject *s)
{
    int64_t codes = 0;
    struct technician t;
    assert_ok(recovery_codes_left(s->cx, s->id, &codes));
    assert_ok(technician_get(s->cx, s->id, &t));
    if (s->device.id == 0 && !t.has_totp && codes == 0)
        return NO_SUCH;
    if (s->device.id != 0)
        assert_int_equal(removed(s), DONE);
    if (t.has_totp)
        assert_ok(totp_remove(s->cx, s->id));
    if (codes > 0)
        spend_recovery_codes(s);
    return DONE;
}

static enum done
reset(struct subject *s)
{
    const bool again = !str_eq(s->password, STR_LIT(FIXTURE_PASSWORD));
    s->password = again ? STR_LIT("Quiet otter 23 harbour") : STR_LIT("Amber ferry 17 lantern");
    return done(s, technician_reset_password(s->cx, s->id, s->password, true));
}

/* From as many addresses as it takes. */
static enum done
fails(struct subject *s)
{
    static const char *const sources[] = {"198.51.100.1", "198.51.100.2", "198.51.100.3"};
    struct signin_outcome outcome;
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        s->cx->source = str_from_cstr(sources[i]);
        for (int n = 0; n < 5; n++)
            assert_ok(
                signin_begin(s->cx, s->email, STR_LIT("a wrong guess, 7 boats"), STR_LIT("en"), &outcome));
    }
    s->cx->source = STR_LIT(FIXTURE_SOURCE);
    return DONE;
}

static enum done
asked(struct subject *s, const char *value)
{
    return done(s, policy_set(s->cx, s->company, STR_LIT("second_factor"), str_from_cstr(value)));
}

static enum done
allowed(struct subject *s)
{
    const enum done what = done(s, technician_allow_self_enrolment(s->cx, s->id));
    s->ever = s->ever && what != DONE;
    return what;
}

static enum done
cancel(struct subject *s)
{
    int64_t n = 0;
    return done(s, enrolment_cancel(s->cx, s->id, &n));
}

static void
enter(struct subject *s, enum state state)
{
    struct str codes[RECOVERY_CODES];
    if (state == PHONE || state == PHONE_AND_CODES || state == FACTOR_LOST)
        has_phone(s);
    if (state == CODES || state == PHONE_AND_CODES)
        has_codes(s);
    if (state == RECOVERY_CODES_ONLY) {
        assert_ok(recovery_codes_new(s->cx, s->id, codes));
        s->ever = true;
    }
    if (state == FACTOR_LOST)
        assert_int_equal(loses_all(s), DONE);
    if (state == FACTOR_LOST)
        s->device.id = 0;
    if (state == LOCKED)
        assert_ok(technician_lock(s->cx, s->id));
    if (state == ROLE_OFF)
        assert_ok(technician_set_flags(s->cx, s->id, true, false));
    if (state == COMPANY_OFF)
        assert_ok(company_set_state(s->cx, s->company, COMPANY_INACTIVE));
    if (state == MUST_CHANGE)
        assert_int_equal(reset(s), DONE);
}

static enum done
happen(struct subject *s, enum event event)
{
    struct cx *cx = s->cx;
    switch (event) {
    case NOTHING:
        return DONE;
    case SELF_LINK_USED:
        return used(use(s, self_link(s)));
    case OPERATORS_LINK_USED:
        return used(use(s, operators_link(s)));
    case REMOVED_BY_OPERATOR:
        return removed(s);
    case REMOVED_BY_PHONE:
        return removed_by_itself(s);
    case LAST_FACTOR_GONE:
        return loses_all(s);
    case RESET:
        return reset(s);
    case LOCK:
        return done(s, technician_lock(cx, s->id));
    case UNLOCK:
        return done(s, technician_unlock(cx, s->id));
    case LOCK_AND_UNLOCK:
        assert_ok(technician_lock(cx, s->id));
        return done(s, technician_unlock(cx, s->id));
    case FAILURES:
        return fails(s);
    case ROLE_DISABLE:
        return done(s, technician_set_flags(cx, s->id, true, false));
    case ROLE_ENABLE:
        return done(s, technician_set_flags(cx, s->id, true, true));
    case COMPANY_DISABLE:
        return done(s, company_set_state(cx, s->company, COMPANY_INACTIVE));
    case COMPANY_ENABLE:
        return done(s, company_set_state(cx, s->company, COMPANY_ACTIVE));
    case PLAN_OFF:
        return done(s, company_set_plan(cx, s->company, true, false));
    case DELETE:
        return done(s, technician_delete(cx, s->id));
    case FACTOR_NOT_ASKED:
        return asked(s, "off");
    case FACTOR_ASKED_AGAIN:
        assert_int_equal(asked(s, "off"), DONE);
        return asked(s, "required");
    case SELF_ALLOWED:
        return allowed(s);
    case CANCEL_LINKS:
        return cancel(s);
    case N_EVENTS:
        break;
    }
    fail();
    return UNSTATED;
}

static bool
voids(enum event event)
{
    return event == RESET || event == LOCK || event == LOCK_AND_UNLOCK || event == ROLE_DISABLE ||
           event == COMPANY_DISABLE || event == PLAN_OFF || event == DELETE || event == CANCEL_LINKS;
}

/* The rules that hold in every cell. */
static void
check_promises(const struct cell *is, enum event event, bool ever)
{
    const bool is_setup = is->password == SIGNIN_OkTwoFactorSetupRequired;
    assert_false(ever && (is_setup || is->self == GOOD));
    assert_false(is->password == SIGNIN_OK && event != FACTOR_NOT_ASKED);
    if (voids(event) && is->done == DONE)
        assert_true(is->self != GOOD && is->operators != GOOD);
    if (event == DELETE)
        assert_true(is->new_operators == NONE);
}

/* How many open links `technician show` lists. */
struct listed {
    size_t self, operators;
};

static struct listed
list(struct subject *s)
{
    struct enrolment_link *links = NULL;
    struct listed listed = {0};
    size_t n = 0;
    assert_ok(enrolment_list(s->cx, s->id, &links, &n));
    for (size_t i = 0; i < n; i++)
        *(links[i].is_self ? &listed.self : &listed.operators) += 1;
    return listed;
}

/* A self-made link that is refused only while the account is locked is listed too. */
static void
check_list(const struct cell *is, struct listed listed)
{
    const size_t new_self = is->password == SIGNIN_OkTwoFactorSetupRequired;
    assert_int_equal(listed.operators, (is->operators == GOOD) + (is->new_operators == GOOD));
    assert_true(listed.self >= (is->self == GOOD) + new_self);
}

static struct cell
try(struct subject *s, enum event event)
{
    struct enrolment_view view;
    struct signin_outcome outcome;
    struct str self = self_link(s), operators = operators_link(s);
    struct cell is = {.done = happen(s, event)};
    const bool ever = s->ever;
    is.password = login(s, &outcome);
    if (is.password == SIGNIN_OkTwoFactorSetupRequired)
        assert_ok(enrolment_look(s->cx, phone_ticket(outcome.setup_url), &view));
    else
        assert_true(str_is_null(outcome.setup_url));
    struct str new_operators = operators_link(s);
    const struct listed listed = list(s);
    is.self = use(s, self);
    is.operators = use(s, operators);
    is.new_operators = use(s, new_operators);
    check_promises(&is, event, ever);
    check_list(&is, listed);
    return is;
}

static void
make(struct fixture *f, int n, struct subject *s)
{
    *s = (struct subject){.f = f, .cx = &f->cx, .password = STR_LIT(FIXTURE_PASSWORD)};
    struct str company = arena_printf(&f->cx.arena, "company-%d", n);
    s->email = arena_printf(&f->cx.arena, "someone@c%d.example", n);
    phone_init(&s->phone);
    assert_ok(company_add(s->cx, company, company, &s->company));
    const struct technician_new new = {
        .company_id = s->company, .email = s->email, .password = s->password, .keeps_password = true};
    assert_ok(technician_add(s->cx, &new, &s->id));
}

static bool
is_as_stated(enum state state, enum event event, const struct cell *is)
{
    static const char *const done_names[] = {"UNSTATED", "DONE", "REFUSED", "NO_SUCH"};
    static const char *const link_names[] = {"NONE", "GOOD", "DEAD"};
    const struct cell *right = &table[state][event];
    if (is->done == right->done && is->password == right->password && is->self == right->self &&
        is->operators == right->operators && is->new_operators == right->new_operators)
        return true;
    print_error("CELL(%s, %s, %s, %s, %s, %s, %s) is what happens; stated is %s\n", state_names[state],
                event_names[event], done_names[is->done], signin_result_name(is->password),
                link_names[is->self], link_names[is->operators], link_names[is->new_operators],
                done_names[right->done]);
    return false;
}

static void
every_event_in_every_state(void **state)
{
    struct fixture *f = *state;
    int wrong = 0;
    for (int st = 0; st < N_STATES; st++) {
        for (int ev = 0; ev < N_EVENTS; ev++) {
            struct subject s;
            make(f, st * N_EVENTS + ev, &s);
            enter(&s, (enum state)st);
            const struct cell is = try(&s, (enum event)ev);
            wrong += is_as_stated((enum state)st, (enum event)ev, &is) ? 0 : 1;
            phone_clear(&s.phone);
            fixture_later(f, 1);
        }
    }
    assert_int_equal(wrong, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_event_in_every_state, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
