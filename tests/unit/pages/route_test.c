/* SPDX-License-Identifier: Apache-2.0 */
/* route: what each path is answered by. */
#include "tests/unit/unit.h"

#include "pages/route.h"

static void
each_path_leads_to_its_part(void **state)
{
    static const struct {
        struct str path;
        enum route_kind kind;
        const char *path_info;
    } table[] = {
        {STR(CT_PATH), ROUTE_SERVICE, ""},
        {STR("/webservices/TECHNICIANCONSOLE.asmx"), ROUTE_SERVICE, ""},
        {STR("/WebServices/TechnicianConsole%2easmx"), ROUTE_SERVICE, ""},
        {STR(CT_PATH "/"), ROUTE_PATH_INFO, "/"},
        {STR(CT_PATH "/a%20b"), ROUTE_PATH_INFO, "/a b"},
        {STR(CT_PATH "%2Fx"), ROUTE_PATH_INFO, "/x"},
        {STR(CT_PATH "x"), ROUTE_NONE, NULL},
        {STR("/WebServices/TechnicianConsole"), ROUTE_NONE, NULL},
        {STR("//WebServices/TechnicianConsole.asmx"), ROUTE_NONE, NULL},
        {STR("/"), ROUTE_ROOT, NULL},
        {STR("/console/admin"), ROUTE_ADMIN_BARE, NULL},
        {STR("/console/admin/"), ROUTE_ADMIN, NULL},
        {STR("/%zz"), ROUTE_NONE, NULL},
        {STR("/%00"), ROUTE_NONE, NULL},
        {STR("*"), ROUTE_ANY, NULL},
        {STR("/healthz"), ROUTE_HEALTH, NULL},
        {STR("/Healthz"), ROUTE_NONE, NULL},
        {STR("/api/device/enrol"), ROUTE_API, NULL},
        {STR("/api/openapi.json"), ROUTE_OPENAPI, NULL},
        {STR("/api/admin/openapi.json"), ROUTE_OPENAPI, NULL},
        {STR("/api/openapi.json/"), ROUTE_API_NONE, NULL},
        {STR("/api/"), ROUTE_API_NONE, NULL},
        {STR("/api/device"), ROUTE_API_NONE, NULL},
        {STR("/api/admin/nothing"), ROUTE_API_NONE, NULL},
        {STR("/api/device_enrol"), ROUTE_API_NONE, NULL},
        {STR("/api/device/enrol/"), ROUTE_API_NONE, NULL},
        {STR("/api/Device/enrol"), ROUTE_API_NONE, NULL},
        {STR("/api"), ROUTE_NONE, NULL},
        {STR("/api/sandbox/phone"), ROUTE_API_NONE, NULL},
        {STR("/sandbox"), ROUTE_SANDBOX, NULL},
        {STR("/sandbox/"), ROUTE_SANDBOX, NULL},
        {STR("/sandbox/phone"), ROUTE_API, NULL},
        {STR("/sandbox/clock"), ROUTE_API, NULL},
        {STR("/sandbox/clock/"), ROUTE_NONE, NULL},
        {STR("/sandboxes"), ROUTE_NONE, NULL},
        {STR("/approve/"), ROUTE_APPROVE, NULL},
        {STR("/approve/js/main.js"), ROUTE_APPROVE, NULL},
        {STR("/approve"), ROUTE_APPROVE_BARE, NULL},
        {STR("/approver"), ROUTE_NONE, NULL},
        {STR("/account/password"), ROUTE_ACCOUNT, NULL},
        {STR("/account/js/password.js"), ROUTE_ACCOUNT, NULL},
        {STR("/account"), ROUTE_NONE, NULL},
        {STR("/console/"), ROUTE_CONSOLE, NULL},
        {STR("/console/x"), ROUTE_NONE, NULL},
        {STR("/console"), ROUTE_CONSOLE_BARE, NULL},
    };
    struct arena a;
    struct route r;

    (void)state;
    arena_init(&a);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        route_find(&a, table[i].path, &r);
        assert_int_equal(r.kind, table[i].kind);
        assert_int_equal(r.is_admin,
                         str_starts(table[i].path, STR_LIT("/api/admin/")) && r.kind != ROUTE_OPENAPI);
        assert_int_equal(r.is_sandbox,
                         table[i].kind != ROUTE_NONE && str_starts(table[i].path, STR_LIT("/sandbox")));
        if (table[i].path_info != NULL)
            assert_str(r.path_info, table[i].path_info);
    }
    arena_clear(&a);
}

/* Every operation of the JSON face has its path, and none of the SOAP face. */
static void
the_table_of_operations_is_reached(void **state)
{
    struct arena a;
    struct route r;

    (void)state;
    arena_init(&a);
    for (size_t i = 0; i < CT_OP_COUNT_; i++) {
        char *path = arena_cstr(&a, arena_printf(&a, "/api/%.*s", STR_ARG(ct_ops[i].name)));
        for (char *p = path; *p != '\0'; p++)
            *p = *p == '_' ? '/' : *p;
        route_find(&a, str_from_cstr(path), &r);
        if (ct_ops[i].face == CT_FACE_JSON || ct_ops[i].face == CT_FACE_ADMIN)
            assert_ptr_equal(r.op, &ct_ops[i]);
        else
            assert_int_equal(r.kind, ROUTE_API_NONE);
    }
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_leads_to_its_part),
        cmocka_unit_test(the_table_of_operations_is_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
