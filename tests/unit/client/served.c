/* SPDX-License-Identifier: Apache-2.0 */
/* served: see served.h. */
#include "tests/unit/client/served.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"

int
served_set_up(void **state)
{
    struct served *s = calloc(1, sizeof *s);
    assert_non_null(s);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(s->listener, (const struct sockaddr *)&at, n) != 0 || listen(s->listener, 16) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&at, &n) != 0 || pipe(s->seen) != 0)
        fail_msg("no server on loopback");
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    cx_init(&s->cx);
    cx_begin(&s->cx);
    *state = s;
    return 0;
}

int
served_tear_down(void **state)
{
    struct served *s = *state;
    if (s->process > 0) {
        kill(s->process, SIGKILL);
        waitpid(s->process, NULL, 0);
    }
    close(s->listener);
    close(s->seen[0]);
    close(s->seen[1]);
    cx_clear(&s->cx);
    free(s);
    return 0;
}

/* Bytes of the whole request once its head has come, else 0. */
static size_t
request_size(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n"), *length = strstr(request, "Content-Length: ");
    if (end == NULL)
        return 0;
    return (size_t)(end - request) + 4 +
           (length != NULL ? strtoul(length + strlen("Content-Length: "), NULL, 10) : 0);
}

static size_t
read_request(int fd, char request[SERVED_REQUEST_MAX + 1])
{
    size_t n = 0;
    request[0] = '\0';
    while (n < SERVED_REQUEST_MAX && (request_size(request) == 0 || n < request_size(request))) {
        ssize_t got = read(fd, request + n, SERVED_REQUEST_MAX - n);
        if (got <= 0)
            break;
        n += (size_t)got;
        request[n] = '\0';
    }
    return n;
}

/* The client may hang up before the end. */
static void
send_answer(int fd, const struct served_answer *answer)
{
    struct buf b;
    size_t body = strlen(answer->body);
    buf_init(&b, body + answer->filler + 4096);
    buf_addf(&b, "HTTP/1.1 %sContent-Length: %zu\r\nConnection: close\r\n\r\n%s", answer->head,
             body + answer->filler, answer->body);
    for (size_t i = 0; i < answer->filler; i++)
        buf_add_byte(&b, 'x');
    struct str rest = buf_view(&b);
    while (rest.n > 0) {
        ssize_t n = send(fd, rest.p, rest.n, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        rest = str_sub(rest, (size_t)n, rest.n);
    }
    buf_clear(&b);
}

static _Noreturn void
serve(struct served *s, const struct served_answer *answers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int fd = accept(s->listener, NULL, NULL);
        size_t size = read_request(fd, s->request);
        if (write(s->seen[1], &size, sizeof size) != sizeof size ||
            write(s->seen[1], s->request, size) != (ssize_t)size)
            _exit(1);
        if (answers[i].head == NULL)
            continue; /* the connection stays open for as long as this process lives */
        send_answer(fd, &answers[i]);
        close(fd);
    }
    for (;;)
        pause();
}

void
served_answers(struct served *s, const struct served_answer *answers, size_t n)
{
    s->process = fork();
    assert_true(s->process >= 0);
    if (s->process > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(s, answers, n);
}

const char *
served_request(struct served *s)
{
    size_t size, at = 0;
    assert_int_equal(read(s->seen[0], &size, sizeof size), sizeof size);
    assert_true(size <= SERVED_REQUEST_MAX);
    while (at < size) {
        ssize_t n = read(s->seen[0], s->request + at, size - at);
        assert_true(n > 0);
        at += (size_t)n;
    }
    s->request[size] = '\0';
    return s->request;
}

struct http_client *
served_client(struct served *s, struct http_client_options options)
{
    struct http_client *http = NULL;
    options.url = str_from_cstr(s->url);
    assert_int_equal(http_client_open(&s->cx, &options, &http), ERR_NONE);
    return http;
}
