/* SPDX-License-Identifier: Apache-2.0 */
/* config: reading a file, every complaint with its line, and what a reload takes over. */
#include "tests/unit/config/parsed.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "log/log.h"

static void
defaults(void **state)
{
    (void)state;
    struct parsed p = parse("");
    assert_int_equal(p.err, ERR_NONE);
    assert_int_equal(p.c.server_listen.n, 1);
    assert_str(p.c.server_listen.items[0], "127.0.0.1:8443");
    assert_str(p.c.server_public_url, "");
    assert_int_equal(p.c.server_drain_time, 10 * CLOCK_S);
    assert_int_equal(p.c.limits_header_size, 16384);
    assert_int_equal(p.c.passwords_memory, 19 * 1024 * 1024);
    assert_int_equal(p.c.log_level, LOG_LEVEL_INFO);
    assert_false(p.c.privacy_reveal_unknown_users);
    parsed_clear(&p);
}

static void
values(void **state)
{
    (void)state;
    struct parsed p = parse("# comment\n; another\r\n[server]\r\n"
                            "\tlisten=127.0.0.1:0,[::1]:80  127.0.0.2:1\n"
                            "trusted_proxies = 10.0.0.0/8\n"
                            "workers = 4\n"
                            "[tls]\ncertificate = /c#1.pem\nkey=/k = k\n"
                            "[ limits ]\nbody_size=64K\nidle_time = 1h\nwait_time = 0\n"
                            "[server]\nallow_plain_http = on\n"
                            "[log]\nlevel=debug");
    assert_str(buf_view(&p.messages), "");
    assert_int_equal(p.err, ERR_NONE);
    assert_int_equal(p.c.server_listen.n, 3);
    assert_str(p.c.server_listen.items[1], "[::1]:80");
    assert_str(p.c.server_listen.items[2], "127.0.0.2:1");
    assert_int_equal(p.c.server_workers, 4);
    assert_string_equal(p.c.tls_certificate.p, "/c#1.pem");
    assert_string_equal(p.c.tls_key.p, "/k = k");
    assert_int_equal(p.c.limits_body_size, 65536);
    assert_int_equal(p.c.limits_idle_time, CLOCK_HOUR);
    assert_int_equal(p.c.limits_wait_time, 0);
    assert_true(p.c.server_allow_plain_http);
    assert_int_equal(p.c.log_level, LOG_LEVEL_DEBUG);
    parsed_clear(&p);
}

static void
all_complaints(void **state)
{
    (void)state;
    assert_refused("workers = 1\n"
                   "[nowhere]\n"
                   "a = b\n"
                   "[server]\n"
                   "nothing = 1\n"
                   "workers = many\n"
                   "workers = 3\n"
                   "rubbish\n"
                   "= x\n"
                   "user = \x01\n"
                   "user = \xff\n"
                   "[log\n"
                   "[log]\n"
                   "level = loud\n",
                   "f:1: workers stands before the first [section]\n"
                   "f:2: unknown section [nowhere]\n"
                   "f:5: unknown setting nothing in [server]\n"
                   "f:6: workers must be a number from 0 to 256, not \"many\"\n"
                   "f:7: workers was set in line 6 already\n"
                   "f:8: neither [section] nor key = value\n"
                   "f:9: neither [section] nor key = value\n"
                   "f:10: not UTF-8 text without control characters\n"
                   "f:11: not UTF-8 text without control characters\n"
                   "f:12: neither [section] nor key = value\n"
                   "f:14: level must be error, warning, info or debug, not \"loud\"\n");
}

static void
refused_is_default(void **state)
{
    (void)state;
    struct parsed p = parse("[server]\nfronts = 3\nworkers = 1000\n");
    assert_int_equal(p.err, ERR_CONFIG);
    assert_int_equal(p.c.server_fronts, 1);
    parsed_clear(&p);
    struct str nul = STR("[server]\nuser = a\0b\n");
    p = parse("");
    assert_int_equal(config_parse(&p.c, STR_LIT("f"), nul, &p.messages), ERR_CONFIG);
    parsed_clear(&p);
}

static void
files(void **state)
{
    (void)state;
    char path[] = "/tmp/config_test.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    struct parsed p = parse("");
    assert_true(dprintf(fd, "[server]\nworkers = 7\n") > 0);
    assert_int_equal(config_read(&p.c, path, &p.messages), ERR_NONE);
    assert_int_equal(p.c.server_workers, 7);
    assert_int_equal(ftruncate(fd, 64 * 1024 + 1), 0);
    assert_int_equal(config_read(&p.c, path, &p.messages), ERR_CONFIG);
    struct str end = STR(":1: larger than 64 KiB\n");
    assert_true(str_ends(buf_view(&p.messages), end));
    buf_reset(&p.messages);
    (void)close(fd);
    (void)unlink(path);
    assert_int_equal(config_read(&p.c, path, &p.messages), ERR_IO);
    assert_true(str_find_str(buf_view(&p.messages), STR_LIT(": cannot be read: ")) < p.messages.len);
    assert_int_equal(config_read_fd(&p.c, "x", -1, &p.messages), ERR_IO);
    parsed_clear(&p);
}

static void
reload(void **state)
{
    (void)state;
    struct parsed old = parse("[limits]\nidle_time = 5s\n[server]\ntrusted_proxies = 10.0.0.0/8\n");
    struct parsed fresh =
        parse("[limits]\nidle_time = 6s\nqueue = 9\n[server]\nfronts = 2\nlisten = 127.0.0.1:1\n"
              "trusted_proxies = 10.0.0.0/8 192.0.2.0/24\n");
    struct str held = old.c.server_trusted_proxies.items[0];
    struct buf names;
    buf_init(&names, 1000);
    config_take_live(&old.c, &fresh.c, &names);
    parsed_clear(&fresh);
    assert_str(buf_view(&names), "server.listen server.fronts limits.queue");
    assert_int_equal(old.c.limits_idle_time, 6 * CLOCK_S);
    assert_int_equal(old.c.server_trusted_proxies.n, 2);
    assert_str(old.c.server_trusted_proxies.items[1], "192.0.2.0/24");
    assert_str(held, "10.0.0.0/8");
    assert_int_equal(old.c.server_fronts, 1);
    assert_int_equal(old.c.limits_queue, 1024);
    parsed_clear(&old);
    buf_clear(&names);
}

/* A running listener never turns plain. */
static void
reload_keeps_tls(void **state)
{
    (void)state;
    struct parsed old = parse("[server]\nlisten = 0.0.0.0:443\npublic_url = https://a.example\n"
                              "[tls]\ncertificate = /c\nkey = /k\n");
    struct parsed fresh = parse("[limits]\nidle_time = 6s\n");
    struct buf names;
    buf_init(&names, 1000);
    config_take_live(&old.c, &fresh.c, &names);
    assert_str(buf_view(&names), "server.listen server.public_url tls.certificate tls.key limits.idle_time");
    assert_str(old.c.tls_certificate, "/c");
    assert_int_equal(old.c.limits_idle_time, 75 * CLOCK_S);
    parsed_clear(&old);
    /* A public_url that only the new, unused listeners could do without. */
    old = parse("[server]\nlisten = 0.0.0.0:80\nallow_plain_http = yes\npublic_url = http://a.example\n");
    buf_reset(&names);
    config_take_live(&old.c, &fresh.c, &names);
    assert_str(old.c.server_public_url, "http://a.example");
    assert_int_equal(old.c.limits_idle_time, 75 * CLOCK_S);
    parsed_clear(&old);
    parsed_clear(&fresh);
    buf_clear(&names);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),           cmocka_unit_test(values), cmocka_unit_test(all_complaints),
        cmocka_unit_test(refused_is_default), cmocka_unit_test(files),  cmocka_unit_test(reload),
        cmocka_unit_test(reload_keeps_tls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
