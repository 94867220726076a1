/* SPDX-License-Identifier: Apache-2.0 */
/* Posts to a receiver of our own on loopback: a process that answers each connection as its case says. */
#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "delivery/http_out.h"

enum { TIMEOUT_S = 20, REQUEST_MAX = 4096 };

static int listener, port;
static int seen[2]; /* the receiver reports what it got */
static pid_t receiver;

/* Answers every connection with the same bytes, after the whole request has come; "" closes without a word.
 */
static _Noreturn void
receive(const char *answer)
{
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        char request[REQUEST_MAX];
        size_t n = 0;
        while (n < sizeof request && memmem(request, n, "\"}", 2) == NULL) {
            ssize_t got = read(fd, request + n, sizeof request - n);
            if (got <= 0)
                break;
            n += (size_t)got;
        }
        if (write(seen[1], request, n) < 0 || write(fd, answer, strlen(answer)) < 0)
            _exit(1);
        (void)close(fd);
    }
}

static void
start_receiver(const char *answer)
{
    receiver = fork();
    assert_true(receiver >= 0);
    if (receiver == 0)
        receive(answer);
}

static void
stop_receiver(void)
{
    (void)kill(receiver, SIGKILL);
    assert_int_equal(waitpid(receiver, NULL, 0), receiver);
}

static int
setup(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (const struct sockaddr *)&at, n) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &n) != 0)
        return -1;
    port = ntohs(at.sin_port);
    return pipe(seen);
}

static int
teardown(void **state)
{
    (void)state;
    return close(listener) | close(seen[0]) | close(seen[1]);
}

static struct http_out_post
post_to(char url[64])
{
    (void)snprintf(url, 64, "http://127.0.0.1:%d/hook", port);
    return (struct http_out_post){
        .url = url, .headers = {"Content-Type: application/json"}, .body = STR_LIT("{\"id\":\"x\"}")};
}

static void
run(struct http_out *h, struct http_out_post *posts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        http_out_begin(h, &posts[i]);
    while (n > 0) {
        assert_int_equal(http_out_step(h, NULL, 0, 1000), ERR_NONE);
        while (http_out_take(h) != NULL)
            n--;
    }
}

/* What one post came to, to a receiver that says that. */
static struct http_out_end
end_of(struct http_out *h, const char *answer)
{
    char url[64];
    struct http_out_post p = post_to(url);
    start_receiver(answer);
    run(h, &p, 1);
    stop_receiver();
    return p.end;
}

static void
each_status_is_judged(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        long status;
        enum http_out_result result;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, HTTP_OUT_SENT},
        {"HTTP/1.1 204 No Content\r\n\r\n", 204, HTTP_OUT_SENT},
        {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302,
         HTTP_OUT_REFUSED},
        {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 401, HTTP_OUT_REFUSED},
        {"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", 408, HTTP_OUT_LATER},
        {"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", 429, HTTP_OUT_LATER},
        {"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", 503, HTTP_OUT_LATER},
        {"", 0, HTTP_OUT_LATER},
        {"nonsense\r\n\r\n", 0, HTTP_OUT_LATER},
    };
    struct http_out *h = http_out_new(TIMEOUT_S * CLOCK_S);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct http_out_end end = end_of(h, rows[i].answer);
        assert_int_equal(end.status, rows[i].status);
        assert_int_equal(end.result, rows[i].result);
    }
    http_out_free(&h);
}

static void
the_request_is_whole_and_has_no_more_than_it_needs(void **state)
{
    (void)state;
    char url[64], request[REQUEST_MAX + 1];
    struct http_out *h = http_out_new(TIMEOUT_S * CLOCK_S);
    struct http_out_post p = post_to(url);
    start_receiver("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    run(h, &p, 1);
    stop_receiver();
    ssize_t n = read(seen[0], request, REQUEST_MAX);
    assert_true(n > 0);
    request[n] = '\0';
    assert_non_null(strstr(request, "POST /hook HTTP/1.1\r\n"));
    assert_non_null(strstr(request, "User-Agent: countersign/"));
    assert_non_null(strstr(request, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(request, "\r\n\r\n{\"id\":\"x\"}"));
    assert_null(strstr(request, "Expect:"));
    http_out_free(&h);
}

static void
a_watched_descriptor_ends_the_wait_and_what_is_under_way_can_be_dropped(void **state)
{
    (void)state;
    char url[64];
    int ring[2];
    assert_int_equal(pipe(ring), 0);
    assert_int_equal(write(ring[1], "x", 1), 1);
    struct http_out *h = http_out_new(TIMEOUT_S * CLOCK_S);
    struct http_out_post p = post_to(url); /* not accepted */
    struct pollfd watched[] = {{.fd = ring[0], .events = POLLIN}, {.fd = ring[1], .events = POLLOUT}};
    http_out_begin(h, &p);
    assert_int_equal(http_out_step(h, watched, 2, TIMEOUT_S * 1000), ERR_NONE);
    assert_int_equal(watched[0].revents, POLLIN);
    assert_int_equal(watched[1].revents, POLLOUT);
    assert_null(http_out_take(h));
    http_out_free(&h);
    (void)close(ring[0]);
    (void)close(ring[1]);
}

static void
one_that_hangs_holds_no_other_up(void **state)
{
    (void)state;
    char url[64], deaf_url[64];
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    int deaf = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(deaf, (const struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(deaf, 1), 0);
    assert_int_equal(getsockname(deaf, (struct sockaddr *)&at, &n), 0);
    struct http_out *h = http_out_new(TIMEOUT_S * CLOCK_S);
    struct http_out_post hangs = post_to(deaf_url), p = post_to(url);
    (void)snprintf(deaf_url, sizeof deaf_url, "http://127.0.0.1:%d/", ntohs(at.sin_port));
    http_out_begin(h, &hangs);
    start_receiver("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    for (size_t i = 0; i < 3; i++)
        run(h, &p, 1);
    stop_receiver();
    assert_int_equal(p.end.result, HTTP_OUT_SENT);
    http_out_free(&h);
    (void)close(deaf);
}

static void
an_answer_that_does_not_end_is_cut_off(void **state)
{
    (void)state;
    static char big[HTTP_OUT_ANSWER_MAX + 8192];
    int n = snprintf(big, sizeof big, "HTTP/1.1 200 OK\r\n\r\n");
    memset(big + n, 'x', sizeof big - 1 - (size_t)n);
    char url[64];
    struct http_out *h = http_out_new(TIMEOUT_S * CLOCK_S);
    struct http_out_post p = post_to(url);
    start_receiver(big);
    run(h, &p, 1);
    stop_receiver();
    assert_int_equal(p.end.status, 200);
    assert_int_equal(p.end.result, HTTP_OUT_SENT);
    assert_string_not_equal(p.end.why, "");
    http_out_free(&h);
}

static void
rules_are_about_the_address_that_is_connected_to(void **state)
{
    (void)state;
    static const struct inet_net loopback = {{false, {127}}, 8}, other = {{false, {10}}, 8};
    struct http_out_rules rules = {.timeout = TIMEOUT_S * CLOCK_S};
    const struct {
        const struct inet_net *networks;
        size_t n;
        enum http_out_result result;
    } rows[] = {{NULL, 0, HTTP_OUT_REFUSED}, {&other, 1, HTTP_OUT_REFUSED}, {&loopback, 1, HTTP_OUT_SENT}};
    struct http_out *h = http_out_new(TIMEOUT_S * CLOCK_S);
    start_receiver("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char url[64];
        struct http_out_post p = post_to(url);
        (void)snprintf(url, sizeof url, "http://localhost:%d/hook", port);
        rules.networks = rows[i].networks;
        rules.n_networks = rows[i].n;
        p.rules = &rules;
        run(h, &p, 1);
        assert_int_equal(p.end.result, rows[i].result);
        assert_int_equal(p.end.status, rows[i].result == HTTP_OUT_SENT ? 201 : 0);
        if (rows[i].result == HTTP_OUT_REFUSED)
            assert_string_equal(p.end.why, "the address is not admitted");
    }
    stop_receiver();
    http_out_free(&h);
}

static void
the_wish_to_be_left_alone_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        int64_t seconds;
    } rows[] = {
        {"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n", 20},
        {"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", 0},
        {"HTTP/1.1 503 Busy\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n", 0},
        {"HTTP/1.1 503 Busy\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", 0},
        {"HTTP/1.1 503 Busy\r\nRetry-After: 999999999\r\nContent-Length: 0\r\n\r\n", 86400},
    };
    struct http_out *h = http_out_new(TIMEOUT_S * CLOCK_S);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct http_out_end end = end_of(h, rows[i].answer);
        assert_int_equal(end.retry_after, rows[i].seconds * CLOCK_S);
    }
    http_out_free(&h);
}

static void
several_run_side_by_side(void **state)
{
    (void)state;
    char url[64];
    struct http_out *h = http_out_new(TIMEOUT_S * CLOCK_S);
    struct http_out_post posts[HTTP_OUT_AT_ONCE];
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        posts[i] = post_to(url);
    posts[3].url = "https://127.0.0.1:1/"; /* nothing listens there */
    start_receiver("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    run(h, posts, HTTP_OUT_AT_ONCE);
    stop_receiver();
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        assert_int_equal(posts[i].end.result, i == 3 ? HTTP_OUT_LATER : HTTP_OUT_SENT);
    http_out_free(&h);
}

#define UNRESOLVED "unresolved.invalid"
static int resolver[2];

/* In the place of libcurl's resolver: one name is not resolved before the test says so. */
int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    char byte;
    if (node != NULL && strcmp(node, UNRESOLVED) == 0) {
        ssize_t n = read(resolver[0], &byte, 1);
        return n >= 0 ? EAI_AGAIN : EAI_SYSTEM;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(node, service, hints, out);
}

static void
a_name_that_is_not_resolved_is_not_waited_for(void **state)
{
    (void)state;
    static const struct http_out_rules soon = {.timeout = 50 * CLOCK_MS};
    char url[64];
    struct http_out *h = http_out_new(TIMEOUT_S * CLOCK_S);
    struct http_out_post lost = post_to(url);
    assert_int_equal(pipe(resolver), 0);
    lost.url = "http://" UNRESOLVED "/";
    lost.rules = &soon;
    run(h, &lost, 1);
    assert_int_equal(lost.end.result, HTTP_OUT_LATER);
    assert_int_equal(lost.end.status, 0);
    http_out_free(&h);
    (void)close(resolver[1]);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(each_status_is_judged),
        CASE(the_request_is_whole_and_has_no_more_than_it_needs),
        CASE(a_watched_descriptor_ends_the_wait_and_what_is_under_way_can_be_dropped),
        CASE(one_that_hangs_holds_no_other_up),
        CASE(an_answer_that_does_not_end_is_cut_off),
        CASE(rules_are_about_the_address_that_is_connected_to),
        CASE(the_wish_to_be_left_alone_is_told),
        CASE(several_run_side_by_side),
        CASE(a_name_that_is_not_resolved_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
