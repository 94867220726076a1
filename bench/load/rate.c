/* rate: as many requests as a server takes, with less of a processor for each than wrk: COUNT connections,
 * each with one request under way; no request is rendered anew but for its tokens, and every answer is
 * checked.
 *
 * usage: loader rate PORT COUNT SOURCES REQUEST EXPECTED MS [TOKENS]
 * Connects, writes "ready", and waits for a line on standard input. Then each connection sends REQUEST, with
 * the next line of TOKENS in it (client.h), as soon as its last one was answered by 200 with a whole body
 * that holds EXPECTED; after MS milliseconds none is sent any more, what is under way is waited for, and the
 * figures are written as a line of JSON: `answers` in all, those `counted` within the time, `errors`, the
 * loader's `processor` seconds, and `latencies` of those counted: [at least ns, how many]. */
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
    /* A millisecond for so many new connections: more at once than servers keep in their queue of new ones.
     */
    ASKED_AT_ONCE = 128,
    OPEN_AT_ONCE = 4,
    PAUSE_NS = 1000 * 1000,
    /* A histogram of 2^FINE steps for each power of two. */
    FINE = 5,
    STEPS = 64 << FINE,
};

#define PATIENCE_NS ((int64_t)20 * 1000000000)

struct client {
    int fd;
    bool is_watched;
    bool is_waiting; /* for an answer */
    int64_t asked_at;
    char *part; /* of an answer; owned */
    size_t n_part;
};

struct load {
    uint16_t port;
    size_t count, sources;
    int epoll;
    bool is_over;
    bool asks_once; /* the request says so: a connection for each */
    struct request request;
    struct answers answers;
    struct client *clients;
    size_t first; /* no two runs send the same numbers */
    size_t asked, answered, counted, errors, waiting;
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
open_client(struct load *l, size_t i)
{
    l->clients[i].fd = dial(l->port, l->sources, i, false);
    l->clients[i].is_watched = false;
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
close_client(struct load *l, struct client *c)
{
    (void)close(c->fd);
    c->fd = -1;
    l->waiting -= c->is_waiting;
    c->is_waiting = false;
    c->n_part = 0;
}

/* A connection that is not open yet is asked once it is. */
static void
ask(struct load *l, size_t i, int64_t now)
{
    struct client *c = &l->clients[i];
    request_take(&l->request, l->first + l->asked);
    ssize_t sent = send(c->fd, l->request.bytes, l->request.n, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) {
        watch(l, i, EPOLLIN | EPOLLOUT);
        return;
    }
    if (sent != (ssize_t)l->request.n) {
        l->errors++;
        close_client(l, c);
        open_client(l, i);
        watch(l, i, EPOLLIN | EPOLLOUT);
        return;
    }
    watch(l, i, EPOLLIN);
    l->asked++;
    l->waiting++;
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
go_on(struct load *l, size_t i, bool anew, int64_t now)
{
    struct client *c = &l->clients[i];
    if (anew || l->is_over)
        close_client(l, c);
    if (l->is_over)
        return;
    if (anew)
        open_client(l, i);
    ask(l, i, now);
}

static void
count_answer(struct load *l, struct client *c, int64_t now)
{
    l->answered++;
    l->waiting--;
    c->is_waiting = false;
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
    int64_t now = now_ns();
    if (step == ANSWER_MORE) {
        keep_part(c, l->room, n);
        return;
    }
    if (step == ANSWER_WHOLE)
        count_answer(l, c, now);
    else
        l->errors++;
    go_on(l, i, closes || l->asks_once || step == ANSWER_WRONG, now);
}

/* An edge tells of all that has happened: an answer that is there in parts, or with its end, is heard whole.
 */
static void
attend(struct load *l, size_t i)
{
    struct client *c = &l->clients[i];
    if (c->fd < 0)
        return;
    if (c->is_waiting)
        hear(l, i);
    else if (!l->is_over)
        ask(l, i, now_ns());
}

static void
run(struct load *l, int64_t deadline)
{
    struct epoll_event events[EVENTS];
    size_t begun = 0;
    while (!l->is_over || l->waiting > 0) {
        /* Bit by bit: the kernel drops what a burst puts past netdev_max_backlog, 1000 packets. */
        for (size_t i = 0; i < ASKED_AT_ONCE && begun < l->count && !l->is_over; i++)
            ask(l, begun++, now_ns());
        int ready = epoll_wait(l->epoll, events, EVENTS, begun < l->count ? 0 : LOOK_MS);
        int64_t now = now_ns();
        l->is_over |= now >= deadline || l->errors > ERRORS_MOST;
        if (now >= deadline + PATIENCE_NS)
            break;
        for (int i = 0; i < ready; i++)
            attend(l, events[i].data.u32);
    }
    l->errors += l->waiting;
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
tell(const struct load *l, double processor)
{
    const char *comma = "";
    printf("{\"answers\": %zu, \"counted\": %zu, \"errors\": %zu, \"processor\": %.6f, \"latencies\": [",
           l->answered, l->counted, l->errors, processor);
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
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->clients = calloc(l->count, sizeof(*l->clients));
    if (l->clients == NULL || l->epoll < 0)
        fail("set-up");
    l->first = (size_t)(now_ns() / 1000);
    request_read(&l->request, argv[3], tokens);
    l->asks_once = strcasestr(l->request.bytes, "\r\nConnection: close\r\n") != NULL;
    answers_init(&l->answers, argv[4]);
    allow_descriptors();
    for (size_t i = 0; i < l->count; i++) {
        open_client(l, i);
        if (i % OPEN_AT_ONCE == OPEN_AT_ONCE - 1)
            (void)nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
}

int
rate(int argc, char **argv)
{
    if (argc != 6 && argc != 7)
        return 2;
    struct load *l = calloc(1, sizeof(*l));
    char line[8];
    if (l == NULL)
        fail("memory");
    set_up(l, argv, argc == 7 ? argv[6] : NULL);
    int64_t length = (int64_t)number(argv[5], INT32_MAX) * 1000000;
    printf("ready\n");
    (void)fflush(stdout);
    if (fgets(line, sizeof(line), stdin) != NULL) {
        double before = own_processor();
        run(l, now_ns() + length);
        tell(l, own_processor() - before);
    }
    for (size_t i = 0; i < l->count; i++) {
        if (l->clients[i].fd >= 0)
            (void)close(l->clients[i].fd);
        free(l->clients[i].part);
    }
    free(l->clients);
    answers_clear(&l->answers);
    request_clear(&l->request);
    (void)close(l->epoll);
    free(l);
    return 0;
}
