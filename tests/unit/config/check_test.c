/* SPDX-License-Identifier: Apache-2.0 */
/* check: each rule between settings, from both sides. */
#include "tests/unit/config/parsed.h"

#include <stdio.h>

static void
listeners(void **state)
{
    (void)state;
    assert_accepted("[server]\nlisten = 127.0.0.1:0, 127.0.0.1:0 [::1]:65535 127.9.9.9:1\n");
    assert_refused(
        "[server]\nlisten = localhost 127.0.0.1 ::1:80 127.0.0.1:65536 127.0.0.1:1,127.0.0.1:1\n",
        "f:2: listen: localhost is not ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH\n"
        "f:2: listen: 127.0.0.1 is not ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH\n"
        "f:2: listen: ::1:80 is not ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH\n"
        "f:2: listen: 127.0.0.1:65536 is not ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH\n"
        "f:2: listen: 127.0.0.1:1 stands there twice\n");
    assert_refused("[server]\nlisten = ,\n", "f:2: listen names no address\n");
    assert_refused(
        "[server]\nlisten =\n",
        "f:2: listen must be a list, separated by blanks or commas, of 1 to 1024 bytes, not \"\"\n");
}

static void
listeners_by_name_and_path(void **state)
{
    (void)state;
    assert_accepted("[server]\nlisten = localhost:80 LocalHost:0\n");
    assert_accepted("[server]\nlisten = unix:/run/a/b.sock\npublic_url = https://a.example\n");
    assert_refused("[server]\nlisten = unix:/run/a.sock\n",
                   "f:2: listen goes beyond loopback: set public_url to what phones and browsers use\n");
    assert_refused("[server]\npublic_url = https://a.example\nlisten = inner.example:80\n",
                   "f:3: listen: inner.example:80 is not loopback and there is no TLS, but plain HTTP is for "
                   "loopback: set certificate and key in [tls]\n");
    assert_refused(
        "[server]\nlisten = 256.0.0.1:80 a_b:80 unix:run/x unix:/run/ -a.b:80 name:\n",
        "f:2: listen: 256.0.0.1:80 is not ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH\nf:2: "
        "listen: a_b:80 is not ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH\nf:2: listen: "
        "unix:run/x is not ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH\n"
        "f:2: listen: unix:/run/ is not ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH\nf:2: listen: "
        "-a.b:80 is not ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH\nf:2: listen: name: is not "
        "ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH\n");
}

static void
a_worker_has_room_for_a_hash(void **state)
{
    (void)state;
    assert_accepted("[limits]\nworker_memory = 0\n[passwords]\nmemory = 4G\n");
    assert_accepted("[limits]\nworker_memory = 4352M\n[passwords]\nmemory = 4G\n");
    assert_refused("[limits]\nworker_memory = 4351M\n[passwords]\nmemory = 4G\n",
                   "f:2: worker_memory must be 256M more than passwords.memory, or 0\n");
    assert_refused("[limits]\nworker_memory = 1\n",
                   "f:2: worker_memory must be 256M more than passwords.memory, or 0\n");
}

static void
a_wait_for_the_store_ends_within_its_call(void **state)
{
    (void)state;
    assert_accepted("[store]\nbusy_timeout = 14s\n");
    assert_accepted("[store]\nbusy_timeout = 60s\n[limits]\ncall_time = 121s\n");
    assert_refused("[store]\nbusy_timeout = 15s\n",
                   "f:2: store.busy_timeout must be less than half of limits.call_time\n");
    assert_refused("[limits]\ncall_time = 10s\n",
                   "f:2: store.busy_timeout must be less than half of limits.call_time\n");
}

static void
proxies_at_the_door(void **state)
{
    (void)state;
    assert_accepted("[server]\nlisten = 127.0.0.1:80 127.0.0.1:81\nproxy_protocol = 127.0.0.1:81\n"
                    "trusted_proxies = 127.0.0.1\nsocket_mode = 660\n");
    assert_accepted("[server]\nlisten = unix:/run/a\nproxy_protocol = unix:/run/a\n"
                    "public_url = https://a.example\n");
    assert_refused("[server]\nlisten = 127.0.0.1:80\nproxy_protocol = 127.0.0.1:80 127.0.0.1:81\n",
                   "f:3: proxy_protocol: 127.0.0.1:80 accepts no connection, since trusted_proxies is empty\n"
                   "f:3: proxy_protocol: 127.0.0.1:81 is not an item of listen\n");
    static const char *const modes[] = {"0666", "0606", "1660", "0770", "66", "0x60", "06600"};
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "[server]\nsocket_mode = %s\n", modes[i]);
        struct parsed p = parse(text);
        assert_int_equal(p.err, ERR_CONFIG);
        parsed_clear(&p);
    }
}

/* What a server without public_url, and one with, is reached at; and who can open a link to it. */
static void
address(void **state)
{
    (void)state;
    static const struct {
        const char *text, *url;
        bool is_local;
    } cases[] = {
        {"[server]\nlisten = 127.0.0.1:81 [::1]:82\n", "http://127.0.0.1:81", true},
        {"[server]\nlisten = [::1]:82\n[tls]\ncertificate = /c\nkey = /k\n", "https://[::1]:82", true},
        {"[server]\npublic_url = http://localhost:1\n", "http://localhost:1", true},
        {"[server]\npublic_url = http://127.8.9.1\n", "http://127.8.9.1", true},
        {"[server]\npublic_url = https://[::1]:1\n", "https://[::1]:1", true},
        {"[server]\npublic_url = https://a.example\n", "https://a.example", false},
        {"[server]\npublic_url = https://192.0.2.1:1\n", "https://192.0.2.1:1", false},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct parsed p = parse(cases[i].text);
        assert_int_equal(p.err, ERR_NONE);
        assert_str(config_public_url(&p.c, &a), cases[i].url);
        assert_int_equal(config_is_local(&p.c), cases[i].is_local);
        parsed_clear(&p);
    }
    arena_clear(&a);
}

static void
an_account_of_its_own(void **state)
{
    (void)state;
    struct parsed p = parse("[server]\nuser =\n");
    assert_non_null(strstr(config_warn_root(&p.c), "server.user is empty"));
    parsed_clear(&p);
    p = parse("\xef\xbb\xbf[server]\nuser = countersign\n"); /* with a byte order mark */
    assert_int_equal(p.err, ERR_NONE);
    assert_null(config_warn_root(&p.c));
    parsed_clear(&p);
}

/* One name for the store, and what it is for those who need a file. */
static void
store(void **state)
{
    (void)state;
    static const struct {
        const char *text, *store, *file;
    } cases[] = {
        {"", "/var/lib/countersign/countersign.db", "/var/lib/countersign/countersign.db"},
        {"[store]\npath = /a.db\n", "/a.db", "/a.db"},
        {"[store]\nurl = sqlite:/b/a.db\n", "sqlite:/b/a.db", "/b/a.db"},
        {"[store]\nurl = postgresql://r@h1,h2/d\n", "postgresql://r@h1,h2/d", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct parsed p = parse(cases[i].text);
        assert_int_equal(p.err, ERR_NONE);
        assert_str(config_store(&p.c), cases[i].store);
        if (cases[i].file == NULL)
            assert_true(str_is_null(config_store_file(&p.c)));
        else
            assert_string_equal(config_store_file(&p.c).p, cases[i].file);
        parsed_clear(&p);
    }
    assert_refused("[store]\nurl = postgresql://r@h/d\npath = /a.db\n",
                   "f:2: url and path both name the store: remove one of them\n");
    assert_refused("[store]\nurl = sqlite:a.db\n",
                   "f:2: url must be sqlite:/PATH or postgresql://ROLE@HOST/DATABASE\n");
    assert_refused("[store]\nurl = mysql://r@h/d\n",
                   "f:2: url must be sqlite:/PATH or postgresql://ROLE@HOST/DATABASE\n");
}

static void
plain_http(void **state)
{
    (void)state;
    assert_refused("[server]\npublic_url = https://a.example\nlisten = 127.0.0.1:1 [::]:80\n",
                   "f:3: listen: [::]:80 is not loopback and there is no TLS, but plain HTTP is for "
                   "loopback: set certificate and key in [tls]\n");
    assert_refused("[server]\nallow_plain_http = yes\nlisten = 192.0.2.1:80\n",
                   "f:3: listen goes beyond loopback: set public_url to what phones and browsers use\n");
    assert_accepted(
        "[server]\nallow_plain_http = yes\npublic_url = http://a.example\nlisten = 192.0.2.1:80\n");
    assert_accepted(
        "[server]\nallow_plain_http = yes\npublic_url = https://a.example\nlisten = 192.0.2.1:80\n");
    assert_accepted("[server]\npublic_url = https://a.example\nlisten = 192.0.2.1:80\n"
                    "[tls]\ncertificate = /c\nkey = /k\n");
}

/* One round: what a value breaks alone, and what the others break together. */
static void
rules_beside_refused_values(void **state)
{
    (void)state;
    assert_refused("[server]\nlisten = 192.0.2.1:80 nowhere\npublic_url = ftp://a\nspeed = 9\nfronts = 99\n"
                   "[webhook]\nurl = http://a.example\n",
                   "f:4: unknown setting speed in [server]\n"
                   "f:5: fronts must be a number from 1 to 16, not \"99\"\n"
                   "f:2: listen: 192.0.2.1:80 is not loopback and there is no TLS, but plain HTTP is for "
                   "loopback: set certificate and key in [tls]\n"
                   "f:2: listen: nowhere is not ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH\n"
                   "f:3: public_url must be https://HOST or https://HOST:PORT, without a path, not ftp://a\n"
                   "f:7: url must be https unless it names loopback\n"
                   "f:7: url without a secret_file: the receiver could not tell who calls\n");
}

/* A value that was refused is not taken for one that is missing. */
static void
rules_about_refused_values(void **state)
{
    (void)state;
#define PATH(key, line) "f:" line ": " key " must be an absolute path of at most 1024 bytes, not \"x\"\n"
    assert_refused("[server]\nlisten = 192.0.2.1:443\npublic_url = https://a.example\n"
                   "[tls]\ncertificate = x\nkey = /k\n",
                   PATH("certificate", "5"));
    assert_refused("[tls]\ncertificate = /c\nkey = x\n", PATH("key", "3"));
    assert_refused("[webhook]\nurl = https://a.example\nsecret_file = x\n", PATH("secret_file", "3"));
    assert_refused(
        "[server]\nlisten = 192.0.2.1:80\npublic_url = http://a.example\nallow_plain_http = maybe\n",
        "f:4: allow_plain_http must be yes or no, not \"maybe\"\n");
}

static void
public_url(void **state)
{
    (void)state;
    static const char *const good[] = {"https://sign-in.example.com",
                                       "https://a.example:8443",
                                       "https://192.0.2.1",
                                       "https://[2001:db8::1]:1",
                                       "http://127.0.0.1:8443",
                                       "http://localhost:1",
                                       "http://[::1]"};
    static const char *const bad[] = {
        "sign-in.example.com", "https://",         "https://a.example/", "ftp://a.example",
        "https://a.example:0", "https://u@a.test", "https://a.test?x",   "https://a b",
        "https://a.test#x",    "https://[::1",     "https://[1.2.3.4]",  "https://-a.test",
        "https://a..test",     "https://a.test:",  "HTTPS://a.test",     "https://::1"};
    char text[200];
    char messages[300];
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        (void)snprintf(text, sizeof text, "[server]\npublic_url = %s\n", good[i]);
        assert_accepted(text);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        (void)snprintf(text, sizeof text, "[server]\npublic_url = %s\n", bad[i]);
        (void)snprintf(messages, sizeof messages,
                       "f:2: public_url must be https://HOST or https://HOST:PORT, without a path, not %s\n",
                       bad[i]);
        assert_refused(text, messages);
    }
    assert_refused("[server]\npublic_url = http://a.example\n",
                   "f:2: public_url must be https unless it names loopback\n");
    assert_refused("[tls]\ncertificate = /c\nkey = /k\n[server]\npublic_url = http://localhost\n",
                   "f:5: public_url is http, but [tls] has a certificate\n");
}

static void
proxies(void **state)
{
    (void)state;
    assert_accepted("[server]\ntrusted_proxies = 10.0.0.0/8 ::1, 192.0.2.1\n");
    assert_refused("[server]\ntrusted_proxies = 10.0.0.1/8 proxy\n",
                   "f:2: trusted_proxies: 10.0.0.1/8 is neither an address nor a network such as 10.0.0.0/8\n"
                   "f:2: trusted_proxies: proxy is neither an address nor a network such as 10.0.0.0/8\n");
}

static void
pairs(void **state)
{
    (void)state;
    assert_refused("[tls]\ncertificate = /c\n", "f:2: certificate without a key\n");
    assert_refused("[tls]\nkey = /k\n", "f:2: key without a certificate\n");
    assert_refused("[server]\nworkers = 1\n",
                   "f:2: workers must be 2 at least: one of them stays free of password hashing\n");
    assert_accepted("[server]\nworkers = 2\n");
}

static void
plain_listeners(void **state)
{
    (void)state;
#define DOOR "[server]\nlisten = 127.0.0.1:443\npublic_url = https://a.example\n[tls]\n"
    assert_accepted(DOOR "redirect_listen = 0.0.0.0:80 [::]:80\nwebroot = /var/lib/acme\n");
    assert_accepted(DOOR "redirect_listen = 127.0.0.1:0\n");
    assert_accepted(DOOR "redirect_listen = 127.0.0.1:80\nwebroot = /var/lib/countersign-acme\n");
    assert_refused("[server]\npublic_url = http://127.0.0.1\n[tls]\nredirect_listen = 127.0.0.1:80\n",
                   "f:4: redirect_listen needs public_url, the https address that it sends everyone to\n");
    assert_refused("[tls]\nredirect_listen = 127.0.0.1:80\n",
                   "f:2: redirect_listen needs public_url, the https address that it sends everyone to\n");
    assert_refused(DOOR "redirect_listen = a.example:80 unix:/run/a 127.0.0.1:443\n",
                   "f:5: redirect_listen: a.example:80 is not ADDRESS:PORT or [ADDRESS]:PORT\n"
                   "f:5: redirect_listen: unix:/run/a is not ADDRESS:PORT or [ADDRESS]:PORT\n"
                   "f:5: redirect_listen: 127.0.0.1:443 is in server.listen too\n");
    assert_refused(DOOR "webroot = /srv\n", "f:5: webroot without redirect_listen, which would serve it\n");
    static const char *const with_secrets[] = {"/", "/var/lib", "/var/lib/countersign",
                                               "/var/lib/countersign/"};
    for (size_t i = 0; i < ARRAY_LEN(with_secrets); i++) {
        char text[300];
        (void)snprintf(text, sizeof text, DOOR "redirect_listen = 127.0.0.1:80\nwebroot = %s\n",
                       with_secrets[i]);
        assert_refused(text, "f:6: webroot must be a folder of its own: the database or a key is in it\n");
    }
    assert_refused(DOOR "certificate = /c/a\nkey = /c/b\nredirect_listen = 127.0.0.1:80\nwebroot = /c\n",
                   "f:8: webroot must be a folder of its own: the database or a key is in it\n");
#undef DOOR
}

static void
webhook(void **state)
{
    (void)state;
    assert_accepted("[webhook]\nurl = https://a.example/x?y=z\nsecret_file = /s\n");
    assert_accepted("[webhook]\nurl = http://127.0.0.1:99/x\nsecret_file = /s\n");
    assert_accepted("[webhook]\nsecret_file = /s\n");
    assert_refused("[webhook]\nurl = http://a.example/\n",
                   "f:2: url must be https unless it names loopback\n"
                   "f:2: url without a secret_file: the receiver could not tell who calls\n");
    assert_refused("[webhook]\nsecret_file = /s\nurl = https://u:p@a.example/\n",
                   "f:3: url must be https://HOST/PATH, without user or fragment\n");
}

static void
push(void **state)
{
    (void)state;
    assert_accepted("[push]\ncontact = mailto:ops@a.example\n");
    assert_accepted("[push]\ncontact = https://a.example/contact\nhosts = ntfy.a.example *.b.example:8443, "
                    "http://127.0.0.1:80\nnetworks = 10.1.0.0/16 ::1\n");
    assert_refused("[push]\ncontact = ops@a.example\n",
                   "f:2: contact must be mailto:ADDRESS or an https address\n");
    assert_refused("[push]\ncontact = mailto:<ops@a.example>\n",
                   "f:2: contact must be mailto:ADDRESS or an https address\n");
    assert_refused("[push]\ncontact = mailto:\"@a.example\n",
                   "f:2: contact must be mailto:ADDRESS or an https address\n");
    assert_refused("[push]\nhosts = https://a.example\n",
                   "f:2: hosts: https://a.example is neither HOST nor *.DOMAIN, with or without :PORT, in "
                   "lower case, nor http://ADDRESS:PORT of loopback\n");
    assert_refused("[push]\nnetworks = 10.1.0.1/16\n",
                   "f:2: networks: 10.1.0.1/16 is neither an address nor a network such as 10.0.0.0/8\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(listeners),
                                       cmocka_unit_test(listeners_by_name_and_path),
                                       cmocka_unit_test(a_wait_for_the_store_ends_within_its_call),
                                       cmocka_unit_test(proxies_at_the_door),
                                       cmocka_unit_test(a_worker_has_room_for_a_hash),
                                       cmocka_unit_test(address),
                                       cmocka_unit_test(an_account_of_its_own),
                                       cmocka_unit_test(store),
                                       cmocka_unit_test(plain_http),
                                       cmocka_unit_test(public_url),
                                       cmocka_unit_test(rules_beside_refused_values),
                                       cmocka_unit_test(rules_about_refused_values),
                                       cmocka_unit_test(proxies),
                                       cmocka_unit_test(pairs),
                                       cmocka_unit_test(plain_listeners),
                                       cmocka_unit_test(webhook),
                                       cmocka_unit_test(push)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
