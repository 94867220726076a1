/* SPDX-License-Identifier: Apache-2.0 */
/* rate: as many requests as a server accepts, with less processor time for each than wrk: COUNT connections,
 * of which at most WINDOW have a request under way, one after the other in a ring, so that many connections
 * are used as those of many clients are, each now and then; only the tokens of a request are rendered again,
 * and every answer is checked.
 *
 * usage: loader rate PORT COUNT SOURCES WINDOW REQUEST EXPECTED MS [TOKENS]
 * Opens each connection and has it answered once, writes "ready", and makes a round for each line of standard
 * input, with which it ends. A round sends REQUEST, with the next line of TOKENS in it (client.h), on the
 * connection that was idle longest, as soon as one was answered by 200 with a complete body that contains
 * EXPECTED; after MS milliseconds none is sent any more, what is under way is waited for, and the figures are
 * written as a line of JSON: `opened`, answers before "ready"; `answers` of this round; those `counted`
 * within the time; `errors` so far; the loader's `processor` seconds, and `latencies` of those counted: [at
 * least ns, how many]. The first wrong answer is printed on standard error. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"
#include "client.h"

enum {
    EVENTS = 512,
    ROOM = 2 * 1024 * 1024,
    LOOK_MS = 100,
    ERRORS_MOST = 1000,
    SHOWN = 300, /* bytes of a wrong answer */
    /* A histogram of 2^FINE steps for each power of two. */
    FINE = 5,
    STEPS = 64 << FINE,
};

#define PATIENCE_NS ((int64_t)20 * 1000000000)
#define NEVER INT64_MAX

struct client {
    int fd; /* -1: not open */
    bool is_watched;
    bool is_asking;  /* its turn: it is being connected, or */
    bool is_waiting; /* waits for an answer */
    int64_t asked_at;
    char *part; /* of an answer; owned */
    size_t n_part;
};

struct load {
    uint16_t port;
    size_t count, sources, window;
    int epoll;
    bool is_over;
    bool asks_once; /* the request says so: a connection for each */
    struct request request;
    struct answers answers;
    struct client *clients;
    size_t *ring; /* those whose turn it is not: n_idle from idle on, the longest first */
    size_t idle, n_idle;
    size_t first; /* no two runs send the same numbers */
    size_t turns; /* that may still begin */
    size_t asked, answered, counted, errors;
    size_t latencies[STEPS];
    char room[ROOM];
};

static size_t
step_of(int64_t ns)
{
    uint64_t v = (uint64_t)ns | ((uint64_t)1 << FINE);
    unsigned power = 63 - (unsigned)__builtin_clzll(v);
    return ((size_t)(power - FINE) << FINE) + (size_t)(v >> (power - FINE));
}

static uint64_t
least_of_step(size_t step)
{
    size_t power = step >> FINE;
    return power == 0 ? step : (uint64_t)((step & ((1 << FINE) - 1)) | (1 << FINE)) << (power - 1);
}

static void
rest(struct load *l, size_t i)
{
    l->clients[i].is_asking = l->clients[i].is_waiting = false;
    l->ring[(l->idle + l->n_idle++) % l->count] = i;
}

static size_t
under_way(const struct load *l)
{
    return l->count - l->n_idle;
}

static void
watch(struct load *l, size_t i, uint32_t events)
{
    struct epoll_event event = {.events = events | EPOLLET, .data.u32 = (uint32_t)i};
    if (l->clients[i].is_watched)
        return;
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->clients[i].fd, &event) != 0)
        fail("epoll");
    l->clients[i].is_watched = true;
}

static void
close_client(struct client *c)
{
    if (c->fd >= 0)
        (void)close(c->fd);
    c->fd = -1;
    c->is_watched = false;
    c->n_part = 0;
}

static void
go_wrong(struct load *l, const char *what, size_t n)
{
    if (l->errors++ == 0)
        (void)fprintf(stderr, "wrong: %.*s\n", (int)(n < SHOWN ? n : SHOWN), what);
}

/* A connection that is not open yet is asked once it is. */
static void
ask(struct load *l, size_t i, int64_t now)
{
    struct client *c = &l->clients[i];
    c->is_asking = true;
    if (c->fd < 0)
        c->fd = dial(l->port, l->sources, i, false);
    request_take(&l->request, l->first + l->asked);
    ssize_t sent = send(c->fd, l->request.bytes, l->request.n, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) {
        watch(l, i, EPOLLIN | EPOLLOUT);
        return;
    }
    if (sent != (ssize_t)l->request.n) {
        go_wrong(l, strerror(errno), SHOWN);
        close_client(c);
        rest(l, i);
        return;
    }
    watch(l, i, EPOLLIN);
    l->asked++;
    c->is_waiting = true;
    c->asked_at = now;
}

static void
keep_part(struct client *c, const char *bytes, size_t n)
{
    c->part = realloc(c->part, n);
    if (c->part == NULL)
        fail("memory");
    memcpy(c->part, bytes, n);
    c->n_part = n;
}

static void
count_answer(struct load *l, struct client *c, int64_t now)
{
    l->answered++;
    c->n_part = 0;
    if (l->is_over)
        return;
    l->counted++;
    l->latencies[step_of(now - c->asked_at)]++;
}

static void
hear(struct load *l, size_t i)
{
    struct client *c = &l->clients[i];
    if (c->n_part > 0)
        memcpy(l->room, c->part, c->n_part);
    ssize_t got = recv(c->fd, l->room + c->n_part, ROOM - c->n_part, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    bool closes = false;
    size_t n = c->n_part + (got > 0 ? (size_t)got : 0);
    enum answer_step step = answer_step(&l->answers, l->room, n, got <= 0, &closes);
    if (step == ANSWER_MORE) {
        keep_part(c, l->room, n);
        return;
    }
    if (step == ANSWER_WHOLE)
        count_answer(l, c, now_ns());
    else
        go_wrong(l, n > 0 ? l->room : "the connection was closed", n > 0 ? n : SHOWN);
    if (closes || l->asks_once || step == ANSWER_WRONG)
        close_client(c);
    rest(l, i);
}

/* An edge reports everything that has happened: what has arrived, with or without the end, is read whole.
 */
static void
attend(struct load *l, size_t i)
{
    struct client *c = &l->clients[i];
    if (c->is_waiting)
        hear(l, i);
    else if (c->is_asking)
        ask(l, i, now_ns());
    else if (c->fd >= 0 && recv(c->fd, l->room, 1, MSG_PEEK) == 0)
        close_client(c); /* it was idle for too long: it is opened again the next time */
}

static void
fill_window(struct load *l)
{
    while (!l->is_over && l->turns > 0 && l->n_idle > 0 && under_way(l) < l->window) {
        size_t i = l->ring[l->idle];
        l->idle = (l->idle + 1) % l->count;
        l->n_idle--;
        l->turns--;
        ask(l, i, now_ns());
    }
}

static int
look(struct load *l, int patience_ms)
{
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(l->epoll, events, EVENTS, patience_ms);
    for (int i = 0; i < ready; i++)
        attend(l, events[i].data.u32);
    return ready;
}

/* Until `turns` are done, or the deadline. */
static void
run(struct load *l, size_t turns, int64_t deadline)
{
    const int64_t patience = deadline == NEVER ? now_ns() + 3 * PATIENCE_NS : deadline + PATIENCE_NS;
    l->turns = turns;
    l->is_over = false;
    /* No request is sent on a connection that has ended since the last time. */
    while (look(l, 0) > 0)
        ;
    for (;;) {
        int64_t now = now_ns();
        l->is_over |= now >= deadline || l->errors > ERRORS_MOST;
        fill_window(l);
        if (under_way(l) == 0 || now >= patience)
            break;
        (void)look(l, LOOK_MS);
    }
    if (under_way(l) > 0)
        go_wrong(l, "no answer came", SHOWN);
}

static double
own_processor(void)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void
tell(const struct load *l, size_t opened, double processor)
{
    const char *comma = "";
    printf("{\"opened\": %zu, \"answers\": %zu, \"counted\": %zu, \"errors\": %zu, \"processor\": %.6f, "
           "\"latencies\": [",
           opened, l->answered, l->counted, l->errors, processor);
    for (size_t i = 0; i < STEPS; i++)
        if (l->latencies[i] > 0) {
            printf("%s[%" PRIu64 ", %zu]", comma, least_of_step(i), l->latencies[i]);
            comma = ", ";
        }
    printf("]}\n");
}

static void
set_up(struct load *l, char **argv, const char *tokens)
{
    l->port = (uint16_t)number(argv[0], UINT16_MAX);
    l->count = number(argv[1], INT32_MAX);
    l->sources = number(argv[2], 250);
    l->window = number(argv[3], INT32_MAX);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->clients = calloc(l->count, sizeof *l->clients);
    l->ring = calloc(l->count, sizeof *l->ring);
    if (l->clients == NULL || l->ring == NULL || l->epoll < 0)
        fail("set-up");
    l->first = (size_t)(now_ns() / 1000);
    request_read(&l->request, argv[4], tokens);
    l->asks_once = strcasestr(l->request.bytes, "\r\nConnection: close\r\n") != NULL;
    answers_init(&l->answers, argv[5]);
    allow_descriptors();
    for (size_t i = 0; i < l->count; i++) {
        l->clients[i].fd = -1;
        rest(l, i);
    }
}

static void
one_round(struct load *l, size_t opened, int64_t length)
{
    double before = own_processor();
    l->answered = l->counted = 0;
    memset(l->latencies, 0, sizeof l->latencies);
    run(l, SIZE_MAX, now_ns() + length);
    tell(l, opened, own_processor() - before);
    (void)fflush(stdout);
}

static void
measure(struct load *l, int64_t length)
{
    char line[8];
    run(l, l->count, NEVER);
    size_t opened = l->answered;
    printf("ready\n");
    (void)fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL)
        one_round(l, opened, length);
}

int
rate(int argc, char **argv)
{
    if (argc != 7 && argc != 8)
        return 2;
    struct load *l = calloc(1, sizeof *l);
    if (l == NULL)
        fail("memory");
    set_up(l, argv, argc == 8 ? argv[7] : NULL);
    measure(l, (int64_t)number(argv[6], INT32_MAX) * 1000000);
    for (size_t i = 0; i < l->count; i++) {
        close_client(&l->clients[i]);
        free(l->clients[i].part);
    }
    free(l->clients);
    free(l->ring);
    answers_clear(&l->answers);
    request_clear(&l->request);
    (void)close(l->epoll);
    free(l);
    return 0;
}
