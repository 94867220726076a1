/* SPDX-License-Identifier: Apache-2.0 */
/* run_cli: see run_cli.h. */
#include "tests/unit/cli/run_cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/run.h"

enum { WORDS = 24 };

int
run_set_up(void **state)
{
    struct run *r = calloc(1, sizeof *r);
    assert_non_null(r);
    snprintf(r->folder, sizeof r->folder, "/tmp/countersign-cli-XXXXXX");
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->config, sizeof r->config, "%.90s/countersign.conf", r->folder);
    FILE *config = fopen(r->config, "we");
    assert_non_null(config);
    fprintf(config,
            "[server]\nlisten = 127.0.0.1:9\npublic_url = http://127.0.0.1:9\n[store]\npath = %s/data/a.db\n"
            "key_file = %s/data/a.key\n",
            r->folder, r->folder);
    fclose(config);
    *state = r;
    return 0;
}

int
run_set_up_store(void **state)
{
    run_set_up(state);
    struct run *r = *state;
    run_cli(r, "", "init", NULL);
    assert_int_equal(r->status, 0);
    return 0;
}

static void
empty_folder(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return;
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.' && unlinkat(dirfd(dir), entry->d_name, 0) != 0)
            (void)unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
    closedir(dir);
}

int
run_tear_down(void **state)
{
    struct run *r = *state;
    empty_folder(run_path(r, "data"));
    empty_folder(r->folder);
    rmdir(r->folder);
    free(r->out);
    free(r->err);
    json_decref(r->document);
    free(r);
    return 0;
}

const char *
run_path(struct run *r, const char *name)
{
    static char path[2 * RUN_PATH];
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    return path;
}

static void
run_words(struct run *r, const char *in, char *const *words, int n)
{
    size_t out_n, err_n;
    free(r->out);
    free(r->err);
    r->out = r->err = NULL;
    FILE *from = fmemopen(NULL, strlen(in) + 1, "w+");
    FILE *out = open_memstream(&r->out, &out_n), *err = open_memstream(&r->err, &err_n);
    assert_non_null(from);
    fputs(in, from);
    rewind(from);
    r->status = cli_main(n, words, from, out, err);
    fclose(from);
    fclose(out);
    fclose(err);
}

static int
collect(struct run *r, char **words, const char *extra, va_list ap)
{
    int n = 0;
    words[n++] = strdup("countersign");
    words[n++] = strdup("-c");
    words[n++] = strdup(r->config);
    if (extra != NULL)
        words[n++] = strdup(extra);
    for (const char *word; (word = va_arg(ap, const char *)) != NULL; n++) {
        assert_true(n < WORDS);
        words[n] = strdup(word);
    }
    return n;
}

static void
release(char **words, int n)
{
    for (int i = 0; i < n; i++)
        free(words[i]);
}

void
run_cli(struct run *r, const char *in, ...)
{
    char *words[WORDS];
    va_list ap;
    va_start(ap, in);
    int n = collect(r, words, NULL, ap);
    va_end(ap);
    run_words(r, in, words, n);
    release(words, n);
}

json_t *
run_json(struct run *r, const char *in, ...)
{
    char *words[WORDS];
    va_list ap;
    va_start(ap, in);
    int n = collect(r, words, "--json", ap);
    va_end(ap);
    run_words(r, in, words, n);
    release(words, n);
    if (r->status != 0)
        print_message("exit %d: %s\n", r->status, r->err);
    assert_int_equal(r->status, 0);
    json_decref(r->document);
    r->document = json_loads(r->out, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(r->document);
    return r->document;
}

void
run_expect(const struct run *r, int status, const char *words)
{
    if (r->status != status || strstr(r->err, words) == NULL)
        print_message("exit %d: %s", r->status, r->err);
    assert_int_equal(r->status, status);
    assert_non_null(strstr(r->err, words));
    assert_string_equal(r->out, "");
    assert_int_equal(strncmp(r->err, "countersign: ", 13), 0);
    assert_ptr_equal(strchr(r->err, '\n'), r->err + strlen(r->err) - 1);
}
