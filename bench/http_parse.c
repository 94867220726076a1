/* SPDX-License-Identifier: Apache-2.0 */
/* http_parse: the cost of parsing one request and of writing one answer, in nanoseconds, on this
 * machine.
 *
 * usage: http_parse FILE.request [ROUNDS]
 * The best of nine runs of ROUNDS (default 200000) requests; to compare two versions of the code, not two
 * machines. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "http/reply.h"

enum { RUNS = 9, ROUNDS = 200000, SIZE_OF_FILE = 1024 * 1024 };

static const struct http_limits limits = {.line = 8192, .head = 16384, .body = SIZE_OF_FILE};

static double
parse(struct str text, int64_t rounds)
{
    static struct http_request req;
    struct http_parser p;
    struct buf in;
    int64_t began;

    http_parser_init(&p, &limits);
    buf_init(&in, http_parser_room(&limits));
    began = clock_mono();
    for (int64_t i = 0; i < rounds; i++) {
        enum http_step step;

        buf_add_str(&in, text);
        while ((step = http_parser_step(&p, &in, &req)) == HTTP_HEAD) {
        }
        ASSERT(step == HTTP_DONE);
        http_parser_next(&p, &in);
    }
    began = clock_mono() - began;
    buf_clear(&in);
    return (double)began * 1000 / (double)rounds;
}

static double
answer(struct str body, int64_t rounds)
{
    static const struct http_reply_to to = {.keep_alive = true, .minor = 1};
    struct http_date date = {0};
    struct buf out;
    int64_t began;

    buf_init(&out, SIZE_OF_FILE);
    http_date_set(&date, clock_now());
    began = clock_mono();
    for (int64_t i = 0; i < rounds; i++) {
        struct http_reply r;

        buf_reset(&out);
        http_reply_begin(&r, &out, &to, 200);
        http_reply_header(&r, "Cache-Control", STR_LIT("private, max-age=0"));
        http_reply_header(&r, "Content-Type", STR_LIT("text/xml; charset=utf-8"));
        http_reply_end(&r, &date, body);
    }
    began = clock_mono() - began;
    buf_clear(&out);
    return (double)began * 1000 / (double)rounds;
}

static double
best_of(double (*what)(struct str, int64_t), struct str text, int64_t rounds)
{
    double best = 1e9;

    for (int i = 0; i < RUNS; i++) {
        double ns = what(text, rounds);

        best = ns < best ? ns : best;
    }
    return best;
}

int
main(int argc, char **argv)
{
    static char text[SIZE_OF_FILE];
    FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
    int64_t rounds = ROUNDS;
    size_t n = f != NULL ? fread(text, 1, sizeof text, f) : 0;

    if (n == 0 || n == sizeof text ||
        (argc > 2 && str_to_i64(str_from_cstr(argv[2]), 1, INT32_MAX, &rounds) != ERR_NONE)) {
        (void)fprintf(stderr, "usage: http_parse FILE.request [ROUNDS]\n");
        return 2;
    }
    (void)fclose(f);
    (void)printf("parse   %7.1f ns per request of %zu bytes (copied in and consumed)\n",
                 best_of(parse, (struct str){text, n}, rounds), n);
    (void)printf("answer  %7.1f ns per answer with a body of 600 bytes\n",
                 best_of(answer, (struct str){text, n < 600 ? n : 600}, rounds));
    return 0;
}
