/* SPDX-License-Identifier: Apache-2.0 */
/* client: see client.h; and main, which chooses the load.
 *
 * usage: loader hold PORT COUNT SOURCES REQUEST TOKENS FIRST             (hold.c)
 *        loader rate PORT COUNT SOURCES WINDOW REQUEST EXPECTED MS [TOKENS]     (rate.c) */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NUMBER = 10 };

void
fail(const char *what)
{
    perror(what);
    exit(1);
}

size_t
number(const char *text, size_t most)
{
    char *end = NULL;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || n > most) {
        (void)fprintf(stderr, "%s is not a number up to %zu\n", text, most);
        exit(2);
    }
    return (size_t)n;
}

int64_t
now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void
allow_descriptors(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        fail("getrlimit");
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        fail("setrlimit");
}

/* The whole file, followed by a zero. */
static char *
read_file(const char *path, size_t *n_out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat file;
    if (fd < 0 || fstat(fd, &file) != 0)
        fail(path);
    size_t size = (size_t)file.st_size, n = 0;
    char *bytes = malloc(size + 1);
    ssize_t got = bytes != NULL ? 1 : -1;
    while (n < size && got > 0) {
        got = read(fd, bytes + n, size - n);
        n += got > 0 ? (size_t)got : 0;
    }
    if (bytes == NULL || n != size)
        fail(path);
    (void)close(fd);
    bytes[n] = '\0';
    *n_out = n;
    return bytes;
}

static void
not_as_told(const char *path)
{
    (void)fprintf(stderr, "%s is not as it should be\n", path);
    exit(2);
}

void
request_read(struct request *r, const char *path, const char *tokens)
{
    static const char agent[] = "bench 0000000000";
    *r = (struct request){0};
    r->bytes = read_file(path, &r->n);
    char *count = strstr(r->bytes, agent);
    r->number = count != NULL ? count + sizeof agent - 1 - NUMBER : NULL;
    if (tokens == NULL)
        return;
    size_t size = 0;
    r->tokens = read_file(tokens, &size);
    r->line = strcspn(r->tokens, "\n") + 1;
    if (r->line > size || size % r->line != 0 || r->tokens[r->line / 2 - 1] != ' ')
        not_as_told(tokens);
    r->n_pairs = size / r->line;
    size_t token = r->line / 2 - 1;
    r->login = memmem(r->bytes, r->n, r->tokens, token);
    r->push = memmem(r->bytes, r->n, r->tokens + token + 1, token);
    if (r->login == NULL || r->push == NULL)
        not_as_told(path);
}

void
request_clear(struct request *r)
{
    free(r->bytes);
    free(r->tokens);
}

void
request_take(struct request *r, size_t index)
{
    if (r->tokens != NULL) {
        const char *line = r->tokens + index % r->n_pairs * r->line;
        size_t token = r->line / 2 - 1;
        memcpy(r->login, line, token);
        memcpy(r->push, line + token + 1, token);
    }
    if (r->number != NULL)
        for (size_t i = NUMBER; i-- > 0; index /= 10)
            r->number[i] = (char)('0' + index % 10);
}

static void
bind_source(int fd, size_t source)
{
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)source)};
    int one = 1;
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one) != 0 ||
        bind(fd, (const struct sockaddr *)&here, sizeof here) != 0)
        fail("bind");
}

int
dial(uint16_t port, size_t sources, size_t index, bool waits)
{
    struct sockaddr_in there = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | (waits ? 0 : SOCK_NONBLOCK), 0);
    if (fd < 0)
        fail("socket");
    if (sources > 1)
        bind_source(fd, index % sources);
    if (connect(fd, (const struct sockaddr *)&there, sizeof there) != 0 && (waits || errno != EINPROGRESS))
        fail("connect");
    return fd;
}

int
main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "hold") == 0)
        return hold(argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "rate") == 0)
        return rate(argc - 2, argv + 2);
    return 2;
}
