/* SPDX-License-Identifier: Apache-2.0 */
/* countersignd: the command line of the server: options, then supervise_run; for a sandbox, with a place of
 * its own. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fds.h"
#include "base/inet.h"
#include "base/os.h"
#include "base/str.h"
#include "proc/check.h"
#include "proc/playground.h"
#include "proc/receipt.h"
#include "proc/signals.h"
#include "proc/supervise.h"

#ifndef COUNTERSIGN_LIBEXEC
#error "meson.build says where the children are installed"
#endif

#define CONFIG_FILE "/etc/countersign/countersign.conf"
#define SANDBOX_LISTEN "127.0.0.1:8480"

enum { EXIT_USAGE = 2 };

struct command_line {
    const char *config;  /* NULL: not given */
    const char *libexec; /* NULL: beside this executable, or where it was installed */
    int ready_fd;
    bool check_only, sandbox;
    pid_t reload;       /* of the server that is to read its configuration again; 0: none */
    pid_t upgrade;      /* of the server that is to become the program now installed; 0: none */
    const char *listen; /* of a sandbox */
};

static const char usage[] =
    "usage: countersignd [-c FILE] [--libexec DIR] [--ready-fd N]\n"
    "       countersignd --check-config [-c FILE]\n"
    "       countersignd --reload PID | --upgrade PID\n"
    "       countersignd --sandbox [--listen ADDRESS:PORT] [--libexec DIR] [--ready-fd N]\n"
    "       countersignd --version | --help\n"
    "\n"
    "  -c, --config FILE   the configuration (default " CONFIG_FILE ")\n"
    "  --check-config      load everything a start would, report every problem, and exit: 0 right, 2 wrong\n"
    "  --reload PID        have the server read its configuration again, and wait: 0 in force, 1 refused; "
    "for service managers\n"
    "  --upgrade PID       have the server become the program that is installed now, without refusing a "
    "connection, and "
    "wait: 0 done, 1 refused\n"
    "  --sandbox           a test mode for console developers: no configuration, a store in memory, scripted "
    "users\n"
    "  --listen ADDR:PORT  where the sandbox listens (default " SANDBOX_LISTEN "; its page is /sandbox)\n"
    "  --libexec DIR       absolute: where countersign-front, countersign-worker and countersign-courier "
    "are\n"
    "  --ready-fd N        write \"READY ADDRESS:PORT ...\" to descriptor N once the server is ready\n"
    "\n"
    "Runs in the foreground and logs to standard error. SIGTERM, SIGINT and SIGQUIT drain and exit, a "
    "second\n"
    "one exits at once; SIGHUP reads the configuration and the TLS files again; SIGUSR2 upgrades. See "
    "countersignd(8).\n";

static bool
parse_ready_fd(const char *text, int *fd_out)
{
    int64_t n = 0;
    /* A number that is not open now would belong to one of our own descriptors later, and the line would
     * go into a socket or a file. */
    if (str_to_i64(str_from_cstr(text), STDERR_FILENO + 1, INT_MAX, &n) != ERR_NONE ||
        fcntl((int)n, F_GETFD) < 0)
        return false;
    *fd_out = (int)n;
    return true;
}

static bool
parse_pid(const char *text, pid_t *pid_out)
{
    int64_t n = 0;
    if (str_to_i64(str_from_cstr(text), 2, INT_MAX, &n) != ERR_NONE)
        return false;
    *pid_out = (pid_t)n;
    return true;
}

/* -1: continue; otherwise the exit status. */
static int
parse(int argc, char **argv, struct command_line *c)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"check-config", no_argument, NULL, 'k'},
                                            {"reload", required_argument, NULL, 'p'},
                                            {"sandbox", no_argument, NULL, 's'},
                                            {"upgrade", required_argument, NULL, 'u'},
                                            {"listen", required_argument, NULL, 'a'},
                                            {"libexec", required_argument, NULL, 'l'},
                                            {"ready-fd", required_argument, NULL, 'r'},
                                            {"version", no_argument, NULL, 'V'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    for (int o = 0; (o = getopt_long(argc, argv, "c:h", options, NULL)) != -1;) {
        if (o == 'c') {
            c->config = optarg;
        } else if (o == 'k') {
            c->check_only = true;
        } else if (o == 's') {
            c->sandbox = true;
        } else if (o == 'a') {
            c->listen = optarg;
        } else if (o == 'l' && optarg[0] == '/') {
            c->libexec = optarg;
        } else if ((o == 'p' && parse_pid(optarg, &c->reload)) ||
                   (o == 'u' && parse_pid(optarg, &c->upgrade))) {
            continue;
        } else if (o == 'V') {
            (void)puts("countersignd " COUNTERSIGN_VERSION);
            return EXIT_SUCCESS;
        } else if (o == 'h') {
            (void)fputs(usage, stdout);
            return EXIT_SUCCESS;
        } else if (o != 'r' || !parse_ready_fd(optarg, &c->ready_fd)) {
            (void)fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (optind == argc)
        return -1;
    (void)fputs(usage, stderr);
    return EXIT_USAGE;
}

/* Options that a sandbox must not be combined with: a configuration names a real store. */
static int
check(const struct command_line *c)
{
    struct inet_endpoint at;
    if (!c->sandbox && c->listen == NULL)
        return -1;
    const char *problem = NULL;
    if (!c->sandbox)
        problem = "--listen is for --sandbox; a server listens where its configuration says";
    else if (c->config != NULL || c->check_only)
        problem = "--sandbox takes no configuration: it has a store of its own and never a real one";
    else if (c->listen != NULL && inet_endpoint_parse(str_from_cstr(c->listen), &at) != ERR_NONE)
        problem = "--listen wants ADDRESS:PORT or [ADDRESS]:PORT";
    if (problem == NULL)
        return -1;
    (void)fprintf(stderr, "countersignd: %s\n", problem);
    return EXIT_USAGE;
}

/* NULL: unknown. */
static const char *
find_self(struct arena *a)
{
    char self[PATH_MAX];
    return os_program_path(self, sizeof self) ? arena_cstr(a, str_from_cstr(self)) : NULL;
}

/* The folder of this executable if the children are in it (a build tree); otherwise where they are
 * installed. */
static const char *
find_children(struct arena *a)
{
    const char *self = find_self(a);
    if (self != NULL) {
        struct str folder = str_folder(str_from_cstr(self)); /* of the kernel's: it has a slash */
        folder.n--;
        if (access(arena_printf(a, "%.*s/countersign-front", STR_ARG(folder)).p, X_OK) == 0)
            return arena_cstr(a, folder);
    }
    return COUNTERSIGN_LIBEXEC;
}

/* Whether other machines can reach it, which is stated prominently. */
static bool
is_public(const char *listen)
{
    struct inet_endpoint at;
    if (inet_endpoint_parse(str_from_cstr(listen), &at) == ERR_NONE && inet_is_loopback(&at.addr))
        return false;
    (void)fprintf(
        stderr,
        "countersignd: WARNING: this sandbox listens on %s, where others can reach it. Its users and "
        "passwords are public, it has no TLS, and any caller can move its clock.\n",
        listen);
    return true;
}

static int
run_sandbox(const struct command_line *c, struct arena *a, const char *folder)
{
    struct playground p;
    const char *listen = c->listen != NULL ? c->listen : SANDBOX_LISTEN;
    struct supervise_options options = {
        .front = arena_printf(a, "%s/countersign-front", folder).p,
        .worker = arena_printf(a, "%s/countersign-sandbox", folder).p,
        .ready_fd = c->ready_fd,
    };
    int status = SUPERVISE_FAILED;
    signals_begin();
    if (playground_make(&p, a, options.worker, listen, is_public(listen)) == ERR_NONE) {
        options.config_text = p.config;
        options.clock_fd = p.clock_fd;
        status = supervise_run(&options);
    }
    playground_remove(&p);
    return status;
}

/* A working directory would keep its file system from being unmounted. The configuration's path is read
 * again at SIGHUP. */
static const char *
leave_directory(struct arena *a, const char *config)
{
    char here[PATH_MAX];
    if (config[0] != '/') {
        if (getcwd(here, sizeof here) == NULL)
            return config;
        config = arena_printf(a, "%s/%s", here, config).p;
    }
    int done = chdir("/");
    (void)done; /* keeps the directory in use, which is harmless */
    return config;
}

static int
serve(struct supervise_options *options, struct arena *a)
{
    signals_begin();
    options->config_path = leave_directory(a, options->config_path);
    return supervise_run(options);
}

static int
run(const struct command_line *c)
{
    struct arena a;
    arena_init(&a);
    (void)umask(077);
    const char *folder = c->libexec != NULL ? c->libexec : find_children(&a);
    if (c->sandbox) {
        int sandbox = run_sandbox(c, &a, folder);
        arena_clear(&a);
        return sandbox;
    }
    struct supervise_options options = {
        .config_path = c->config != NULL ? c->config : CONFIG_FILE,
        .front = arena_printf(&a, "%s/countersign-front", folder).p,
        .worker = arena_printf(&a, "%s/countersign-worker", folder).p,
        .courier = arena_printf(&a, "%s/countersign-courier", folder).p,
        .watch = arena_printf(&a, "%s/countersign-front", folder).p,
        .ready_fd = c->ready_fd,
        .self = find_self(&a),
        .libexec = c->libexec,
    };
    int status = c->check_only ? check_run(&options) : serve(&options, &a);
    arena_clear(&a);
    return status;
}

int
main(int argc, char **argv)
{
    struct command_line c = {.ready_fd = -1};
    if (!fds_open_standard()) {
        (void)dprintf(STDERR_FILENO, "countersignd: no standard descriptors: %s\n", strerror(errno));
        return SUPERVISE_FAILED;
    }
    int status = parse(argc, argv, &c);
    if (status < 0)
        status = check(&c);
    if (status >= 0)
        return status;
    if (c.reload != 0 || c.upgrade != 0)
        return receipt_request(c.reload != 0 ? c.reload : c.upgrade, c.reload == 0);
    return run(&c);
}
