/* SPDX-License-Identifier: Apache-2.0 */
/* Every recorded request of the contract and of real SOAP clients (tests/contract) is taken, whole and byte
 * by byte; the one without a length is refused as http.sys does. The folders are the arguments. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>

#include "http/parser.h"

enum { FILE_SIZE_MAX = 8 * 1024 * 1024 };

static const struct http_limits limits = {.line = 8192, .head = 16384, .body = FILE_SIZE_MAX};

static char **folders;
static int n_folders;

static char *
read_whole(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *p = malloc(FILE_SIZE_MAX);

    assert_non_null(f);
    *n = fread(p, 1, FILE_SIZE_MAX, f);
    assert_true(*n > 0 && *n < FILE_SIZE_MAX);
    fclose(f);
    return p;
}

/* Runs one request in pieces; what it comes to, and the body's size. */
static enum http_step
run(const char *text, size_t n, size_t piece, size_t *body)
{
    static struct http_request req;
    enum http_step step = HTTP_MORE;
    struct http_parser p;
    struct buf in;

    http_parser_init(&p, &limits);
    buf_init(&in, http_parser_room(&limits));
    for (size_t i = 0; i < n; i += piece) {
        buf_add(&in, text + i, piece < n - i ? piece : n - i);
        step = http_parser_step(&p, &in, &req);
        if (step == HTTP_HEAD)
            step = http_parser_step(&p, &in, &req);
        if (step == HTTP_REFUSED)
            break;
        assert_int_equal(step, i + piece < n ? HTTP_MORE : HTTP_DONE);
    }
    if (step == HTTP_DONE) {
        *body = req.body.n;
        assert_true(str_starts(req.path, STR_LIT("/")));
        http_parser_next(&p, &in);
        assert_true(http_parser_is_idle(&p, &in));
    } else {
        *body = p.status;
    }
    buf_clear(&in);
    return step;
}

static void
check_file(const char *folder, const char *name)
{
    bool is_without_length = strcmp(name, "f07-no-length.request") == 0;
    size_t n, body, body_again;
    char path[1024], *text;

    assert_true(snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path);
    text = read_whole(path, &n);
    if (run(text, n, n, &body) != (is_without_length ? HTTP_REFUSED : HTTP_DONE))
        fail_msg("%s: %zu", path, body);
    (void)run(text, n, 1, &body_again);
    assert_int_equal(body, body_again);
    if (is_without_length)
        assert_int_equal(body, 411);
    free(text);
}

static void
takes_recorded_requests(void **state)
{
    size_t count = 0;

    (void)state;
    for (int i = 0; i < n_folders; i++) {
        DIR *dir = opendir(folders[i]);

        assert_non_null(dir);
        for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
            if (!str_ends(str_from_cstr(e->d_name), STR_LIT(".request")))
                continue;
            check_file(folders[i], e->d_name);
            count++;
        }
        closedir(dir);
    }
    assert_true(count > 200);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes_recorded_requests)};

    folders = argv + 1;
    n_folders = argc - 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
