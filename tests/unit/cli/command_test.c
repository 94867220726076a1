/* SPDX-License-Identifier: Apache-2.0 */
/* command, usage: the table of commands, walked: it is sound, each command has its help, and wrong usage is
 * refused. */
#include "tests/unit/cli/run_cli.h"

#include <string.h>

#include "cli/args.h"
#include "cli/cli.h"
#include "cli/command.h"

static void
table_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_n; i++) {
        size_t least, most, options = 0;
        assert_true(command_has_group(commands[i].group));
        assert_ptr_equal(command_find(commands[i].group, commands[i].verb), &commands[i]);
        command_count_args(&commands[i], &least, &most);
        assert_true(least <= most && most <= ARGS_WORDS);
        for (size_t k = 0; k < command_options_n; k++)
            options += command_takes(&commands[i], &command_options[k]) ? 1 : 0;
        assert_true(options + command_globals_n <= ARGS_OPTIONS);
        assert_int_equal(commands[i].summary[strlen(commands[i].summary) - 1], '.');
    }
    assert_null(command_find("company", "nonsense"));
    assert_null(command_find("company", NULL));
    assert_false(command_has_group("nonsense"));
}

static void
options_are_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_options_n; i++) {
        const struct command_option *o = &command_options[i];
        assert_false(o->need == REQUIRED && o->value[0] == '\0');
        for (size_t k = 0; k < i; k++)
            assert_false(strcmp(command_options[k].of, o->of) == 0 &&
                         strcmp(command_options[k].name, o->name) == 0);
        for (size_t k = 0; k < command_globals_n; k++)
            assert_string_not_equal(command_globals[k].name, o->name);
    }
}

static void
args_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *args;
        size_t least, most;
    } cases[] = {{"", 0, 0}, {"A", 1, 1}, {"[A]", 0, 1}, {"A B [C]", 2, 3}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct command c = {.args = cases[i].args};
        size_t least, most;
        command_count_args(&c, &least, &most);
        assert_int_equal(least, cases[i].least);
        assert_int_equal(most, cases[i].most);
    }
}

/* `verb` may be "": then it is not a word. */
static void
run_command(struct run *r, const struct command *c, const char *first, const char *second)
{
    if (c->verb[0] == '\0')
        run_cli(r, "", c->group, first, second, NULL);
    else
        run_cli(r, "", c->group, c->verb, first, second, NULL);
}

static void
every_command_has_help(void **state)
{
    struct run *r = *state;
    for (size_t i = 0; i < commands_n; i++) {
        run_command(r, &commands[i], "--help", NULL);
        assert_int_equal(r->status, 0);
        assert_string_equal(r->err, "");
        assert_int_equal(strncmp(r->out, "usage: countersign ", 19), 0);
        for (size_t k = 0; k < command_options_n; k++)
            if (command_takes(&commands[i], &command_options[k]))
                assert_non_null(strstr(r->out, command_options[k].name));
        run_command(r, &commands[i], "--help", "--json");
        json_t *document = json_loads(r->out, 0, NULL);
        assert_non_null(json_object_get(document, "help"));
        json_decref(document);
    }
    for (size_t g = 0; g < command_groups_n; g++) {
        run_cli(r, "", command_groups[g].name, "--help", NULL);
        assert_int_equal(r->status, 0);
        run_cli(r, "", "--help", NULL);
        assert_non_null(strstr(r->out, command_groups[g].summary));
    }
}

static void
wrong_usage_is_one_line(void **state)
{
    struct run *r = *state;
    for (size_t i = 0; i < commands_n; i++) {
        size_t least, most;
        run_command(r, &commands[i], "--nonsense", NULL);
        run_expect(r, CLI_USAGE, "--nonsense");
        run_command(r, &commands[i], "-x", NULL);
        run_expect(r, CLI_USAGE, "-x");
        command_count_args(&commands[i], &least, &most);
        if (least == 0)
            continue;
        run_command(r, &commands[i], NULL, NULL);
        run_expect(r, CLI_USAGE, "something is missing: usage: countersign ");
    }
    run_cli(r, "", NULL);
    run_expect(r, CLI_USAGE, "a command is missing");
    run_cli(r, "", "nonsense", NULL);
    run_expect(r, CLI_USAGE, "there is no command 'nonsense'");
    run_cli(r, "", "technicain", "list", NULL);
    run_expect(r, CLI_USAGE, "there is no command 'technicain' (did you mean 'technician'?)");
    run_cli(r, "", "technician", "unlok", "ann@acme.example", NULL);
    run_expect(r, CLI_USAGE, "there is no command 'technician unlok' (did you mean 'unlock'?)");
    run_cli(r, "", "technician", "list", "--compny", "acme", NULL);
    run_expect(r, CLI_USAGE, "there is no option '--compny' here (did you mean '--company'?)");
    run_cli(r, "", "company", NULL);
    run_expect(r, CLI_USAGE, "countersign company --help");
    run_cli(r, "", "company", "no\033[31m", NULL);
    run_expect(r, CLI_USAGE, "no\\u{1b}[31m");
    run_cli(r, "", "audit", "verify", "too", "many", NULL);
    run_expect(r, CLI_USAGE, "too many words");
}

static void
required_options(void **state)
{
    struct run *r = *state;
    run_cli(r, "", "technician", "add", "ann@acme.example", NULL);
    run_expect(r, CLI_USAGE, "--company COMPANY is missing");
    run_cli(r, "", "technician", "add", NULL);
    run_expect(r, CLI_USAGE, "usage: countersign technician add EMAIL --company COMPANY");
    run_cli(r, "", "device", "set", "1", NULL);
    run_expect(r, CLI_USAGE, "--name TEXT is missing");
}

static void
version(void **state)
{
    struct run *r = *state;
    run_cli(r, "", "--version", NULL);
    assert_int_equal(r->status, 0);
    assert_string_equal(r->out, "countersign " COUNTERSIGN_VERSION "\n");
    json_t *document = run_json(r, "", "--version", NULL);
    assert_string_equal(json_string_value(json_object_get(document, "version")), COUNTERSIGN_VERSION);
}

static void
errors_are_documents_too(void **state)
{
    struct run *r = *state;
    run_cli(r, "", "--json", "company", "show", "acme", NULL);
    assert_int_equal(r->status, CLI_UNAVAILABLE);
    json_t *document = json_loads(r->out, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(document, "error")), "STORE");
    assert_non_null(strstr(json_string_value(json_object_get(document, "message")), "countersign init"));
    json_decref(document);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_sound),
        cmocka_unit_test(options_are_sound),
        cmocka_unit_test(args_are_counted),
        cmocka_unit_test_setup_teardown(every_command_has_help, run_set_up, run_tear_down),
        cmocka_unit_test_setup_teardown(wrong_usage_is_one_line, run_set_up, run_tear_down),
        cmocka_unit_test_setup_teardown(required_options, run_set_up, run_tear_down),
        cmocka_unit_test_setup_teardown(version, run_set_up, run_tear_down),
        cmocka_unit_test_setup_teardown(errors_are_documents_too, run_set_up, run_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
