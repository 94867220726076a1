/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's commands, whole, on a database of their own: what they do, say and refuse. */
#include "tests/unit/cli/run_cli.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

#define PASSWORD "a quiet harbour, 7 boats"

static const char *
text_of(const json_t *document, const char *name)
{
    const char *text = json_string_value(json_object_get(document, name));
    return text != NULL ? text : "(none)";
}

static bool
is_true(const json_t *document, const char *name)
{
    return json_is_true(json_object_get(document, name));
}

static const json_t *
row(const json_t *document, const char *name, size_t i)
{
    return json_array_get(json_object_get(document, name), i);
}

static void
add_ann(struct run *r)
{
    run_json(r, "", "company", "add", "acme", "--title", "Acme Support", NULL);
    run_json(r, PASSWORD "\n", "technician", "add", "ann@acme.example", "--company", "acme", "--name",
             "Ann Archer", "--password-file", "-", NULL);
}

static void
init_makes_both_files(void **state)
{
    struct run *r = *state;
    struct stat st;
    const json_t *made = run_json(r, PASSWORD "\n", "init", "--company", "acme", "--technician",
                                  "ann@acme.example", "--password-file", "-", NULL);
    assert_string_equal(text_of(made, "technician"), "ann@acme.example");
    assert_null(json_object_get(made, "password"));
    assert_int_equal(stat(run_path(r, "data/a.key"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat(run_path(r, "data/a.db"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    const json_t *ann = run_json(r, "", "technician", "show", "ann@acme.example", NULL);
    assert_true(is_true(ann, "password") && is_true(ann, "must_change_password"));
    run_cli(r, "", "init", NULL);
    run_expect(r, CLI_USAGE, "nothing was changed");
    assert_int_equal(unlink(run_path(r, "data/a.db")), 0);
    run_cli(r, "", "init", NULL);
    run_expect(r, CLI_USAGE, "there is a key file already");
}

static void
init_is_all_or_nothing(void **state)
{
    struct run *r = *state;
    run_cli(r, "short\n", "init", "--company", "acme", "--technician", "ann@acme.example", "--password-file",
            "-", NULL);
    assert_int_equal(r->status, CLI_USAGE);
    assert_int_equal(access(run_path(r, "data/a.db"), F_OK), -1);
    assert_int_equal(access(run_path(r, "data/a.key"), F_OK), -1);
    run_cli(r, "", "init", "--technician", "ann@acme.example", "--generate", NULL);
    run_expect(r, CLI_USAGE, "--technician needs --company");
    run_cli(r, "", "init", "--company", "acme", "--generate", NULL);
    run_expect(r, CLI_USAGE, "a password needs --technician");
    run_cli(r, "", "init", "--company", "acme", "--keep", NULL);
    run_expect(r, CLI_USAGE, "a password needs --technician");
    run_cli(r, "", "init", "--company", "No Name", NULL);
    assert_int_equal(r->status, CLI_USAGE);
    assert_int_equal(access(run_path(r, "data/a.key"), F_OK), -1);
    run_cli(r, "", "init", NULL);
    assert_int_equal(r->status, CLI_OK);
    assert_non_null(strstr(r->out, "What comes next"));
    char next[2 * RUN_PATH];
    snprintf(next, sizeof next, "  countersign -c %s company add COMPANY\n", r->config);
    assert_non_null(strstr(r->out, next));
    snprintf(next, sizeof next, "  countersignd -c %s              starts the server\n", r->config);
    assert_non_null(strstr(r->out, next));
    snprintf(next, sizeof next, "  countersign -c %s config check  loads all", r->config);
    assert_non_null(strstr(r->out, next));
}

static void
init_quotes_what_a_shell_would_split(void **state)
{
    struct run *r = *state;
    char renamed[RUN_PATH], next[2 * RUN_PATH];
    snprintf(renamed, sizeof renamed, "%.90s/it's a.conf", r->folder);
    assert_int_equal(rename(r->config, renamed), 0);
    memcpy(r->config, renamed, sizeof renamed);
    run_cli(r, "", "init", "--company", "acme", NULL);
    assert_int_equal(r->status, CLI_OK);
    snprintf(next, sizeof next, "  countersignd -c '%s/it'\\''s a.conf' ", r->folder);
    assert_non_null(strstr(r->out, next));
    snprintf(next, sizeof next, "a.conf' technician add EMAIL --company acme\n");
    assert_non_null(strstr(r->out, next));
}

static void
companies(void **state)
{
    struct run *r = *state;
    const json_t *c = run_json(r, "", "company", "add", "acme", "--title", "Acme Support", NULL);
    assert_string_equal(text_of(c, "title"), "Acme Support");
    assert_string_equal(text_of(c, "state"), "active");
    c = run_json(r, "", "company", "set", "acme", "--state", "banned", "--plan", "enterprise", NULL);
    assert_string_equal(text_of(c, "state"), "banned");
    assert_string_equal(text_of(c, "plan"), "enterprise");
    assert_true(is_true(c, "enterprise_on"));
    c = run_json(r, "", "company", "set", "acme", "--enterprise", "off", "--title", "Acme", NULL);
    assert_false(is_true(c, "enterprise_on"));
    assert_string_equal(text_of(c, "title"), "Acme");
    assert_string_equal(text_of(run_json(r, "", "company", "disable", "acme", NULL), "state"), "inactive");
    assert_string_equal(text_of(run_json(r, "", "company", "enable", "acme", NULL), "state"), "active");
    assert_string_equal(text_of(row(run_json(r, "", "company", "list", NULL), "companies", 0), "name"),
                        "acme");

    run_cli(r, "", "company", "add", "acme", NULL);
    run_expect(r, CLI_USAGE, "acme");
    run_cli(r, "", "company", "add", "Not A Name", NULL);
    assert_int_equal(r->status, CLI_USAGE);
    run_cli(r, "", "company", "show", "nobody", NULL);
    run_expect(r, CLI_USAGE, "there is no company 'nobody'");
    run_cli(r, "", "company", "set", "acme", NULL);
    run_expect(r, CLI_USAGE, "nothing to set");
    run_cli(r, "", "company", "set", "acme", "--state", "gone", NULL);
    run_expect(r, CLI_USAGE, "--state is active, inactive or banned");
    run_cli(r, "", "company", "set", "acme", "--plan", "gold", NULL);
    run_expect(r, CLI_USAGE, "--plan is standard or enterprise");
    run_cli(r, "", "company", "set", "acme", "--enterprise", "maybe", "--title", "Other", NULL);
    run_expect(r, CLI_USAGE, "--enterprise is on or off");
    assert_string_equal(text_of(run_json(r, "", "company", "show", "acme", NULL), "title"), "Acme");
}

static void
policies(void **state)
{
    struct run *r = *state;
    run_json(r, "", "company", "add", "acme", NULL);
    const json_t *p = run_json(r, "", "policy", "set", "acme", "seats", "3", NULL);
    assert_string_equal(text_of(p, "value"), "3");
    assert_string_equal(
        text_of(json_object_get(run_json(r, "", "company", "show", "acme", NULL), "policy"), "seats"), "3");
    assert_string_equal(text_of(run_json(r, "", "policy", "unset", "acme", "seats", NULL), "value"), "0");
    p = run_json(r, "", "policy", "list", "acme", NULL);
    assert_string_equal(text_of(row(p, "policies", 0), "key"), "second_factor");
    assert_string_equal(text_of(row(p, "policies", 0), "values"), "required or off");
    static const char *const wrong[][3] = {
        {"seats", "many", "policy seats must be 0 to 1000000, not many: "},
        {"seats", "-1", "there is no option '-1'"},
        {"seats", "1000001", "must be 0 to 1000000, not 1000001: "},
        {"nonsense", "1", "there is no policy nonsense"},
        {"seat", "1", "there is no policy seat (did you mean seats?)"},
        {"push_lifetime", "5", "policy push_lifetime must be 30 to 300, not 5: "},
        {"password_notice", "366", "policy password_notice must be 0 to 365, not 366: "},
        {"push_number", "2", "policy push_number must be off or on, not 2: "},
        {"console_url", "x",
         "policy console_url must be an http or https address of at most 512 bytes, not x: "},
        {"password_strength", "maybe", "must be none, good, strong or excellent, not maybe: "}};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        run_cli(r, "", "policy", "set", "acme", wrong[i][0], wrong[i][1], NULL);
        run_expect(r, CLI_USAGE, wrong[i][2]);
    }
    run_cli(r, "", "policy", "set", "acme", "second_factor", "maybe", NULL);
    assert_int_equal(r->status, CLI_USAGE);
}

static void
addresses(void **state)
{
    struct run *r = *state;
    add_ann(r);
    run_json(r, "", "company", "add", "other", NULL);
    run_json(r, "", "address", "add", "acme", "allow", "192.0.2.0/24", NULL);
    const json_t *rules = run_json(r, "", "address", "add", "acme", "deny", "2001:db8::/32", NULL);
    assert_string_equal(text_of(row(rules, "rules", 0), "net"), "192.0.2.0/24");
    assert_string_equal(text_of(row(rules, "rules", 1), "verdict"), "deny");
    char id[32];
    snprintf(id, sizeof id, "%s", text_of(row(rules, "rules", 0), "id"));
    run_json(r, "", "address", "remove", "acme", id, NULL);
    rules = run_json(r, "", "address", "list", "acme", NULL);
    assert_int_equal(json_array_size(json_object_get(rules, "rules")), 1);
    run_json(r, "", "address", "add", "acme", "deny", "198.51.100.7", "--technician", "ann@acme.example",
             NULL);
    rules = run_json(r, "", "address", "list", "acme", "--technician", "ann@acme.example", NULL);
    assert_int_equal(json_array_size(json_object_get(rules, "rules")), 1);

    run_cli(r, "", "address", "remove", "acme", id, NULL);
    run_expect(r, CLI_USAGE, "there is no rule");
    run_cli(r, "", "address", "add", "acme", "perhaps", "192.0.2.1", NULL);
    run_expect(r, CLI_USAGE, "allow or deny");
    run_cli(r, "", "address", "add", "acme", "allow", "everywhere", NULL);
    assert_int_equal(r->status, CLI_USAGE);
    run_cli(r, "", "address", "list", "other", "--technician", "ann@acme.example", NULL);
    run_expect(r, CLI_USAGE, "does not belong to the company 'other'");
}

static void
technicians(void **state)
{
    struct run *r = *state;
    add_ann(r);
    const json_t *t = run_json(r, "", "technician", "show", "ANN@acme.example", NULL);
    assert_true(is_true(t, "must_change_password"));
    assert_string_equal(text_of(t, "name"), "Ann Archer");
    assert_string_equal(text_of(t, "company"), "acme");
    assert_false(is_true(t, "locked"));
    assert_true(is_true(run_json(r, "", "technician", "lock", "ann@acme.example", NULL), "locked"));
    assert_false(is_true(run_json(r, "", "technician", "unlock", "ann@acme.example", NULL), "locked"));
    assert_false(is_true(run_json(r, "", "technician", "disable", "ann@acme.example", NULL), "role"));
    assert_true(is_true(run_json(r, "", "technician", "enable", "ann@acme.example", NULL), "role"));
    t = run_json(r, "", "technician", "set", "ann@acme.example", "--technician", "off", "--name", "Ann B.",
                 NULL);
    assert_false(is_true(t, "technician"));
    assert_true(is_true(t, "role"));
    assert_string_equal(text_of(t, "name"), "Ann B.");
    t = run_json(r, "", "technician", "reset", "ann@acme.example", "--generate", NULL);
    assert_int_equal(strlen(text_of(t, "new_password")), 20);
    assert_true(is_true(t, "must_change_password"));
    t = run_json(r, "another harbour, 9 boats\n", "technician", "reset-password", "ann@acme.example",
                 "--keep", "--password-file", "-", NULL);
    assert_false(is_true(t, "must_change_password"));
    assert_null(json_object_get(t, "new_password"));
    t = run_json(r, "", "technician", "add", "bob@acme.example", "--company", "acme", "--no-password", NULL);
    assert_false(is_true(t, "password"));
    assert_false(is_true(t, "must_change_password"));
    t = run_json(r, "", "technician", "add", "eve@acme.example", "--company", "acme", "--generate", "--keep",
                 NULL);
    assert_false(is_true(t, "must_change_password"));
    run_json(r, "", "technician", "delete", "--yes", "eve@acme.example", NULL);
    t = run_json(r, "", "technician", "list", "--company", "acme", NULL);
    assert_int_equal(json_array_size(json_object_get(t, "technicians")), 2);
    assert_true(json_is_null(json_object_get(t, "next")));
    t = run_json(r, "", "technician", "list", "--limit", "1", NULL);
    assert_string_equal(text_of(t, "next"), "ann@acme.example");
    t = run_json(r, "", "technician", "list", "--after", "ann@acme.example", NULL);
    assert_int_equal(json_array_size(json_object_get(t, "technicians")), 1);
    t = run_json(r, "", "technician", "list", "--search", "Ann", "--state", "active", "--never-signed-in",
                 NULL);
    assert_int_equal(json_array_size(json_object_get(t, "technicians")), 0); /* not a technician any more */
    run_cli(r, "", "technician", "list", "--state", "asleep", NULL);
    run_expect(r, CLI_USAGE, "--state is active, disabled or locked, not 'asleep'");
    run_cli(r, "", "technician", "list", "--limit", "0", NULL);
    run_expect(r, CLI_USAGE, "--limit is a number from 1 to");
    run_json(r, "", "technician", "delete", "--yes", "bob@acme.example", NULL);
    run_cli(r, "", "technician", "show", "bob@acme.example", NULL);
    run_expect(r, CLI_USAGE, "there is no technician 'bob@acme.example'");
}

static void
technicians_refused(void **state)
{
    struct run *r = *state;
    add_ann(r);
    run_cli(r, "", "technician", "add", "ann@acme.example", "--company", "acme", "--generate", NULL);
    assert_int_equal(r->status, CLI_USAGE);
    run_cli(r, "", "technician", "add", "not an address", "--company", "acme", "--generate", NULL);
    assert_int_equal(r->status, CLI_USAGE);
    run_cli(r, "", "technician", "add", "bob@acme.example", "--company", "nobody", "--generate", NULL);
    run_expect(r, CLI_USAGE, "there is no company 'nobody'");
    run_cli(r, "short\n", "technician", "add", "bob@acme.example", "--company", "acme", "--password-file",
            "-", NULL);
    assert_int_equal(r->status, CLI_USAGE);
    run_cli(r, "", "technician", "add", "bob@acme.example", "--company", "acme", "--password-file", "-",
            NULL);
    run_expect(r, CLI_USAGE, "standard input is empty");
    run_cli(r, "", "technician", "add", "bob@acme.example", "--company", "acme", "--password-file",
            "/nonexistent", NULL);
    run_expect(r, CLI_USAGE, "/nonexistent cannot be read");
    run_cli(r, "", "technician", "add", "bob@acme.example", "--company", "acme", "--generate",
            "--no-password", NULL);
    run_expect(r, CLI_USAGE, "--no-password excludes");
    run_cli(r, "", "technician", "add", "bob@acme.example", "--company", "acme", "--keep", "--no-password",
            NULL);
    run_expect(r, CLI_USAGE, "--no-password excludes");
    run_cli(r, "", "technician", "reset", "ann@acme.example", "--generate", "--password-file", "-", NULL);
    run_expect(r, CLI_USAGE, "exclude each other");
    run_cli(r, "", "technician", "set", "ann@acme.example", NULL);
    run_expect(r, CLI_USAGE, "nothing to set");
    const json_t *all = run_json(r, "", "technician", "list", NULL);
    assert_int_equal(json_array_size(json_object_get(all, "technicians")), 1);
}

static void
enrolment_and_codes(void **state)
{
    struct run *r = *state;
    add_ann(r);
    const json_t *d = run_json(r, "", "enrol", "ann@acme.example", "--life", "1h", NULL);
    assert_int_equal(strncmp(text_of(d, "link"), "http://127.0.0.1:9/approve/#", 28), 0);
    assert_int_equal(strlen(text_of(d, "expires")), 20);
    run_cli(r, "", "device", "add", "ann@acme.example", NULL);
    assert_int_equal(r->status, CLI_OK);
    assert_non_null(strstr(r->out, "\u2588")); /* the QR code */
    run_cli(r, "", "enrol", "ann@acme.example", "--qr", "no", NULL);
    assert_null(strstr(r->out, "\u2588"));
    static const char *const lives[] = {"1", "m", "0m", "-1m", "31d", "1w", "1.5h", "99999999999999999999d"};
    for (size_t i = 0; i < ARRAY_LEN(lives); i++) {
        run_cli(r, "", "enrol", "ann@acme.example", "--life", lives[i], NULL);
        run_expect(r, CLI_USAGE, "--life is a number and s, m, h or d, from 1s to 30d");
    }
    d = run_json(r, "", "code", "totp", "ann@acme.example", NULL);
    assert_int_equal(strncmp(text_of(d, "uri"), "otpauth://totp/", 15), 0);
    assert_true(is_true(run_json(r, "", "technician", "show", "ann@acme.example", NULL), "totp"));
    assert_false(is_true(run_json(r, "", "code", "remove", "--yes", "ann@acme.example", NULL), "totp"));
    d = run_json(r, "", "code", "recovery", "ann@acme.example", NULL);
    assert_int_equal(json_array_size(json_object_get(d, "codes")), 10);
    d = run_json(r, "", "technician", "show", "ann@acme.example", NULL);
    assert_int_equal(json_integer_value(json_object_get(d, "recovery_codes_left")), 10);
}

static void
devices_and_sessions(void **state)
{
    struct run *r = *state;
    add_ann(r);
    assert_int_equal(json_array_size(json_object_get(run_json(r, "", "device", "list", NULL), "devices")), 0);
    assert_int_equal(json_array_size(json_object_get(run_json(r, "", "session", "list", NULL), "sessions")),
                     0);
    run_cli(r, "", "device", "list", "--technician", "ann@acme.example", NULL);
    assert_non_null(strstr(r->out, "There is no device"));
    run_cli(r, "", "device", "show", "12", NULL);
    run_expect(r, CLI_USAGE, "there is no device '12'");
    run_cli(r, "", "device", "remove", "--yes", "phone", NULL);
    run_expect(r, CLI_USAGE, "'phone' is not the id of any device");
    run_cli(r, "", "session", "end", "12", NULL);
    run_expect(r, CLI_USAGE, "there is no live session '12'");
    run_cli(r, "", "session", "list", "--company", "nobody", NULL);
    run_expect(r, CLI_USAGE, "there is no company 'nobody'");
}

static void
audit(void **state)
{
    struct run *r = *state;
    add_ann(r);
    const json_t *events = run_json(r, "", "audit", "list", NULL);
    size_t n = json_array_size(json_object_get(events, "events"));
    assert_true(n >= 2);
    assert_int_equal(strncmp(text_of(row(events, "events", n - 1), "actor"), "operator:", 9), 0);
    char last[64];
    snprintf(last, sizeof last, "%s", text_of(row(events, "events", n - 1), "event"));
    events = run_json(r, "", "audit", "list", "--last", "1", NULL);
    assert_int_equal(json_array_size(json_object_get(events, "events")), 1);
    assert_string_equal(text_of(row(events, "events", 0), "event"), last);
    events = run_json(r, "", "audit", "list", "--after", "1", "--technician", "ann@acme.example", NULL);
    assert_string_equal(text_of(row(events, "events", 0), "event"), last);
    const json_t *whole = run_json(r, "", "audit", "verify", NULL);
    assert_true(is_true(whole, "ok"));
    assert_int_equal(json_integer_value(json_object_get(whole, "events")), (json_int_t)n);
    run_cli(r, "", "audit", "list", "--last", "0", NULL);
    run_expect(r, CLI_USAGE, "--last is a number");
}

static void
no_store(void **state)
{
    struct run *r = *state;
    run_cli(r, "", "company", "list", NULL);
    run_expect(r, CLI_UNAVAILABLE, "run countersign init first");
    run_cli(r, "", "init", NULL);
    assert_int_equal(r->status, CLI_OK);
    assert_int_equal(chmod(run_path(r, "data/a.key"), 0644), 0);
    run_cli(r, "", "company", "list", NULL);
    assert_int_equal(r->status, CLI_UNAVAILABLE);
    assert_int_equal(unlink(run_path(r, "data/a.key")), 0);
    run_cli(r, "", "company", "list", NULL);
    assert_int_equal(r->status, CLI_UNAVAILABLE);
}

static void
configuration(void **state)
{
    struct run *r = *state;
    run_cli(r, "", "config", "default", NULL);
    assert_non_null(strstr(r->out, "[server]"));
    FILE *config = fopen(r->config, "ae");
    fputs("nonsense = 1\n[more]\n", config);
    fclose(config);
    run_cli(r, "", "company", "list", NULL);
    run_expect(r, CLI_USAGE, "see countersign config check");
    run_cli(r, "", "config", "check", "/nonexistent", NULL);
    run_expect(r, CLI_USAGE, "one file at a time");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(init_makes_both_files, run_set_up, run_tear_down),
        cmocka_unit_test_setup_teardown(init_is_all_or_nothing, run_set_up, run_tear_down),
        cmocka_unit_test_setup_teardown(init_quotes_what_a_shell_would_split, run_set_up, run_tear_down),
        cmocka_unit_test_setup_teardown(companies, run_set_up_store, run_tear_down),
        cmocka_unit_test_setup_teardown(policies, run_set_up_store, run_tear_down),
        cmocka_unit_test_setup_teardown(addresses, run_set_up_store, run_tear_down),
        cmocka_unit_test_setup_teardown(technicians, run_set_up_store, run_tear_down),
        cmocka_unit_test_setup_teardown(technicians_refused, run_set_up_store, run_tear_down),
        cmocka_unit_test_setup_teardown(enrolment_and_codes, run_set_up_store, run_tear_down),
        cmocka_unit_test_setup_teardown(devices_and_sessions, run_set_up_store, run_tear_down),
        cmocka_unit_test_setup_teardown(audit, run_set_up_store, run_tear_down),
        cmocka_unit_test_setup_teardown(no_store, run_set_up, run_tear_down),
        cmocka_unit_test_setup_teardown(configuration, run_set_up, run_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
