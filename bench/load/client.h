/* SPDX-License-Identifier: Apache-2.0 */
/* client: what both kinds of load share: where to connect to, from which address, and with which tokens. */
#ifndef BENCH_LOAD_CLIENT_H
#define BENCH_LOAD_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One whole HTTP request, as the bytes of a file. If there is also a file of tokens, lines "LOGIN PUSH" of
 * one length, the request is that of the first line, and request_take replaces them with those of another
 * line. */
struct request {
    char *bytes;
    size_t n;
    char *login, *push, *number; /* within bytes; number: ten digits that follow "bench ", or NULL */
    char *tokens;
    size_t n_pairs, line; /* bytes of a line */
};

/* Says what failed, with errno's words, and ends the process. */
_Noreturn void fail(const char *what);
/* A whole decimal number within [0, most]; ends the process otherwise. */
size_t number(const char *text, size_t most);
int64_t now_ns(void); /* CLOCK_MONOTONIC */
/* As many descriptors as this process may have. */
void allow_descriptors(void);
/* tokens: NULL for none. Ends the process if the files are not as described. */
void request_read(struct request *r, const char *path, const char *tokens);
void request_clear(struct request *r);
/* Makes r->bytes the request of line `index` of the tokens, modulo the number of lines. */
void request_take(struct request *r, size_t index);
/* Connects to 127.0.0.1:port; sources > 1: from 127.0.0.(2 + index % sources), each of which has some 28000
 * ports. Without `waits` the connection may still be under way when this returns, and never blocks. */
int dial(uint16_t port, size_t sources, size_t index, bool waits);

/* The loads; each gets the arguments after its name, and returns the exit code. */
int hold(int argc, char **argv);
int rate(int argc, char **argv);

#endif
