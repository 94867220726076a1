/* SPDX-License-Identifier: Apache-2.0 */
/* hold: many clients in one process, for what wrk cannot do: each opens a connection, sends its check, and
 * waits for the answer, which may take long.
 *
 * usage: loader hold PORT COUNT SOURCES REQUEST TOKENS FIRST
 * Connection i sends REQUEST with the pair of line FIRST + i of TOKENS (client.h), from one of SOURCES
 * addresses. Writes "sent COUNT" once every request is out, and for each answer "INDEX NANOSECONDS
 * RESULT" (CLOCK_MONOTONIC), and "all" once every connection was answered; if many arrive at once, none waits
 * until the lines of others have been read. Ends when standard input does. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

enum { EVENTS = 512, PAUSE_NS = 1000 * 1000, LINE = 64 };

/* Loopback answers within microseconds: connecting may block. */
static int
open_and_ask(uint16_t port, size_t sources, size_t index, struct request *request)
{
    int fd = dial(port, sources, index, true);
    request_take(request, index);
    if (send(fd, request->bytes, request->n, 0) != (ssize_t)request->n || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        fail("send");
    return fd;
}

/* "OK" of loginTwoFactorRet_OK, or "closed". True once it was answered. The connection stays open, as those
 * of consoles do, but is not watched any more. */
static bool
tell(int epoll, int fd, size_t index)
{
    char answer[4096 + 1];
    ssize_t n = recv(fd, answer, sizeof answer - 1, 0);
    if (n < 0 && errno == EAGAIN)
        return false;
    int64_t at = now_ns();
    answer[n < 0 ? 0 : n] = '\0';
    const char *result = strstr(answer, "Result>loginTwoFactorRet_");
    const char *name = result != NULL ? result + strlen("Result>loginTwoFactorRet_")
                       : n > 0        ? answer
                                      : "closed<";
    printf("%zu %" PRId64 " %.*s\n", index, at, (int)strcspn(name, "<\r"), name);
    if (n <= 0 && epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL) != 0)
        fail("epoll");
    return true;
}

static void
watch(int epoll, int fd, uint32_t index)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        fail("epoll");
}

/* Lines are written when nothing else is to be done. */
static int
next_answers(int epoll, struct epoll_event *events)
{
    int ready = epoll_wait(epoll, events, EVENTS, 0);
    if (ready != 0)
        return ready;
    (void)fflush(stdout);
    return epoll_wait(epoll, events, EVENTS, -1);
}

/* Until no connection is left. */
static void
wait_answers(int epoll, const int *fds, size_t count, size_t first)
{
    struct epoll_event events[EVENTS];
    for (size_t open = count;;) {
        int ready = next_answers(epoll, events);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.u32 == UINT32_MAX)
                return;
            if (tell(epoll, fds[events[i].data.u32], first + events[i].data.u32) && --open == 0)
                printf("all\n");
        }
    }
}

int
hold(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    uint16_t port = (uint16_t)number(argv[0], UINT16_MAX);
    size_t count = number(argv[1], INT32_MAX), sources = number(argv[2], 250),
           first = number(argv[5], INT32_MAX);
    struct request request;
    int *fds = calloc(count, sizeof *fds), epoll = epoll_create1(0);
    if (fds == NULL || setvbuf(stdout, NULL, _IOFBF, count * LINE) != 0)
        fail("memory");
    request_read(&request, argv[3], argv[4]);
    allow_descriptors();
    watch(epoll, STDIN_FILENO, UINT32_MAX);
    for (size_t i = 0; i < count; i++) {
        fds[i] = open_and_ask(port, sources, first + i, &request);
        watch(epoll, fds[i], (uint32_t)i);
        /* A thousand a second: a front would turn away more than it can queue at once. */
        (void)nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    request_clear(&request);
    printf("sent %zu\n", count);
    (void)fflush(stdout);
    wait_answers(epoll, fds, count, first);
    free(fds);
    return 0;
}
