/* loader: many clients in one process, for what wrk cannot do: each opens a connection, sends its check, and
 * waits for the answer, which may be long in coming.
 *
 * usage: loader PORT COUNT SOURCES TOKENS FIRST
 * SOURCES: addresses 127.0.0.2, 127.0.0.3, ... that connections are spread over; a source has some 28000
 * ports. TOKENS: a file of lines "LOGIN PUSH"; connection i sends the pair of line FIRST + i, from the start
 * again past the end. Writes "sent COUNT" once every request is out, and for each answer "INDEX NANOSECONDS
 * RESULT" (CLOCK_MONOTONIC). Ends when standard input does, or when every connection was answered. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TOKEN_MOST = 64, REQUEST_MOST = 2048, EVENTS = 512, HOLD = 600, PAUSE_NS = 1000 * 1000 };

struct pair {
    char login[TOKEN_MOST], push[TOKEN_MOST];
};

static const char body_form[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope "
    "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">"
    "<soap:Body><twoFactorCheckPushAuthStatus "
    "xmlns=\"http://microsoft.com/webservices/\"><sLoginToken>%s</sLoginToken>"
    "<sPushToken>%s</sPushToken></twoFactorCheckPushAuthStatus></soap:Body></soap:Envelope>";
static const char head_form[] =
    "POST /WebServices/TechnicianConsole.asmx HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml; "
    "charset=utf-8\r\n"
    "SOAPAction: \"http://microsoft.com/webservices/twoFactorCheckPushAuthStatus\"\r\nPrefer: wait=%d\r\n"
    "Content-Length: %d\r\n\r\n%s";

static void
fail(const char *what)
{
    perror(what);
    exit(1);
}

static long
number(const char *text)
{
    return strtol(text, NULL, 10);
}

static struct pair *
read_pairs(const char *path, size_t *n_out)
{
    FILE *in = fopen(path, "r");
    struct pair *pairs = NULL;
    size_t n = 0, room = 0;
    char line[2 * TOKEN_MOST + 2];
    if (in == NULL)
        fail(path);
    while (fgets(line, sizeof(line), in) != NULL) {
        char *space = strchr(line, ' '), *end = strchr(line, '\n');
        if (space == NULL || end == NULL || space - line >= TOKEN_MOST || end - space > TOKEN_MOST)
            continue;
        if (n == room) {
            room = room == 0 ? 1024 : 2 * room;
            pairs = realloc(pairs, room * sizeof(*pairs));
            if (pairs == NULL)
                fail("memory");
        }
        *space = *end = '\0';
        (void)snprintf(pairs[n].login, TOKEN_MOST, "%.*s", TOKEN_MOST - 1, line);
        (void)snprintf(pairs[n].push, TOKEN_MOST, "%.*s", TOKEN_MOST - 1, space + 1);
        n++;
    }
    (void)fclose(in);
    if (n == 0)
        exit(1);
    *n_out = n;
    return pairs;
}

/* Loopback answers within microseconds: connecting may block. */
static int
open_and_ask(long port, unsigned source, const struct pair *pair)
{
    char body[REQUEST_MOST], request[REQUEST_MOST + sizeof(head_form)];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002U + source)};
    struct sockaddr_in there = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one)) != 0 ||
        bind(fd, (const struct sockaddr *)&here, sizeof(here)) != 0 ||
        connect(fd, (const struct sockaddr *)&there, sizeof(there)) != 0)
        fail("connect");
    int n = snprintf(body, sizeof(body), body_form, pair->login, pair->push);
    n = snprintf(request, sizeof(request), head_form, HOLD, n, body);
    if (send(fd, request, (size_t)n, 0) != n || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        fail("send");
    return fd;
}

/* "OK" of loginTwoFactorRet_OK, or "closed". */
static void
tell(int fd, unsigned index)
{
    char answer[4096 + 1];
    struct timespec t;
    ssize_t n = recv(fd, answer, sizeof(answer) - 1, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    answer[n < 0 ? 0 : n] = '\0';
    const char *result = strstr(answer, "Result>loginTwoFactorRet_");
    const char *name = result != NULL ? result + strlen("Result>loginTwoFactorRet_")
                       : n > 0        ? answer
                                      : "closed<";
    printf("%u %" PRId64 " %.*s\n", index, (int64_t)t.tv_sec * 1000000000 + t.tv_nsec,
           (int)strcspn(name, "<\r"), name);
    (void)close(fd);
}

int
main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    size_t count = (size_t)number(argv[2]), sources = (size_t)number(argv[3]),
           first = (size_t)number(argv[5]), n = 0;
    struct pair *pairs = read_pairs(argv[4], &n);
    int *fds = calloc(count, sizeof(*fds)), epoll = epoll_create1(0);
    struct epoll_event events[EVENTS], end = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
    struct rlimit files;
    if (fds == NULL || getrlimit(RLIMIT_NOFILE, &files) != 0)
        fail("set-up");
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &end) != 0)
        fail("set-up");
    for (size_t i = 0; i < count; i++) {
        fds[i] = open_and_ask(number(argv[1]), (unsigned)((first + i) % sources), &pairs[(first + i) % n]);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event) != 0)
            fail("epoll");
        /* A thousand a second: more at once than a front queues would be told to come back. */
        (void)nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    printf("sent %zu\n", count);
    (void)fflush(stdout);
    for (size_t open = count; open > 0;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.u32 == UINT32_MAX)
                return 0;
            tell(fds[events[i].data.u32], (unsigned)(first + events[i].data.u32));
            open--;
        }
        (void)fflush(stdout);
    }
    return 0;
}
