/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor with children that only obey: how it starts, restarts, reloads, drains and gives up. The
 * tests read its log, whose lines are the events that they wait for. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/supervise.h"

enum { LOG_MAX = 64 * 1024 };

static char file[] = "/tmp/supervise_test.XXXXXX";
static pid_t server;
static int log_fd;
static char seen[LOG_MAX]; /* what was read of the log and not yet asked for */
static size_t n_seen;

static int
make_file(void **state)
{
    (void)state;
    int fd = mkstemp(file);
    return fd < 0 ? -1 : close(fd);
}

static int
remove_file(void **state)
{
    (void)state;
    return unlink(file);
}

static void
write_config(const char *text)
{
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* Runs a supervisor whose log and ready line come through log_fd. */
static void
start(struct supervise_options options)
{
    int pipe_of[2];
    assert_int_equal(pipe(pipe_of), 0);
    n_seen = 0;
    server = fork();
    assert_true(server >= 0);
    if (server == 0) {
        (void)dup2(pipe_of[1], STDERR_FILENO);
        (void)close(pipe_of[0]);
        options.config_path = file;
        options.ready_fd = pipe_of[1];
        _exit(supervise_run(&options));
    }
    (void)close(pipe_of[1]);
    log_fd = pipe_of[0];
}

static void
start_fake(void)
{
    write_config("[server]\nlisten = 127.0.0.1:0\nworkers = 2\n");
    start((struct supervise_options){.front = FAKE_CHILD, .worker = FAKE_CHILD, .courier = FAKE_CHILD});
}

/* Reads on until a line has the text; what is before it is forgotten. */
static void
wait_for(const char *text)
{
    for (;;) {
        seen[n_seen] = '\0';
        const char *at = strstr(seen, text);
        const char *end = at == NULL ? NULL : strchr(at, '\n');
        if (end != NULL) {
            size_t used = (size_t)(end - seen) + 1;
            memmove(seen, end + 1, n_seen - used);
            n_seen -= used;
            return;
        }
        assert_true(n_seen < sizeof seen - 1);
        ssize_t n = read(log_fd, seen + n_seen, sizeof seen - 1 - n_seen);
        if (n <= 0)
            fail_msg("the log ended without \"%s\":\n%s", text, seen);
        n_seen += (size_t)n;
    }
}

/* The exit status; every child is gone when the log's pipe has no writer left. */
static int
wait_end(void)
{
    int status = 0;
    char rest[512];
    assert_int_equal(waitpid(server, &status, 0), server);
    while (read(log_fd, rest, sizeof rest) > 0) {
    }
    (void)close(log_fd);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static size_t
list_children(pid_t pids[16])
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)server, (int)server);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char text[512];
    size_t n = 0;
    if (fgets(text, sizeof text, f) != NULL)
        for (char *at = text, *end = NULL; n < 16 && (pids[n] = (pid_t)strtol(at, &end, 10)) > 0; at = end)
            n++;
    assert_int_equal(fclose(f), 0);
    return n;
}

static void
it_starts_all_children_and_drains(void **state)
{
    (void)state;
    pid_t pids[16];
    start_fake();
    wait_for("READY 127.0.0.1:");
    assert_int_equal(list_children(pids), 4);
    assert_int_equal(kill(server, SIGTERM), 0);
    wait_for("supervisor drain");
    wait_for("supervisor end status=0");
    assert_int_equal(wait_end(), SUPERVISE_OK);
}

static void
a_child_has_nothing_but_what_is_meant_for_it(void **state)
{
    (void)state;
    pid_t pids[16];
    char path[64], env[4096];
    assert_int_equal(setenv("SECRET_OF_OURS", "x", 1), 0);
    start_fake();
    wait_for("READY");
    size_t n = list_children(pids);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(path, sizeof path, "/proc/%d/environ", (int)pids[i]);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = read(fd, env, sizeof env);
        assert_true(got > 0);
        assert_null(memmem(env, (size_t)got, "SECRET", 6));
        (void)close(fd);
        (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)pids[i]);
        DIR *d = opendir(path);
        assert_non_null(d);
        for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
            assert_true(e->d_name[0] == '.' || strtol(e->d_name, NULL, 10) <= 4);
        (void)closedir(d);
    }
    assert_int_equal(kill(server, SIGINT), 0);
    assert_int_equal(wait_end(), SUPERVISE_OK);
}

static void
a_child_that_dies_is_started_again(void **state)
{
    (void)state;
    pid_t pids[16], again[16];
    start_fake();
    wait_for("READY");
    size_t n = list_children(pids);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(kill(pids[i], SIGKILL), 0);
        wait_for("child.died");
        wait_for("child.ready");
    }
    assert_int_equal(list_children(again), n);
    assert_int_equal(kill(server, SIGTERM), 0);
    assert_int_equal(wait_end(), SUPERVISE_OK);
}

/* The fake ones never say that they are alive. */
static void
a_child_that_is_silent_is_killed(void **state)
{
    (void)state;
    write_config("[server]\nlisten = 127.0.0.1:0\nworkers = 2\n");
    start((struct supervise_options){
        .front = FAKE_CHILD, .worker = FAKE_CHILD, .silence = 400000, .start = INT64_C(60) * 1000000});
    wait_for("READY");
    wait_for("child.silent child=worker slot=0");
    wait_for("child.died child=worker slot=0 reason=\"signal KILL\"");
    wait_for("child.ready child=worker slot=0");
    assert_int_equal(kill(server, SIGTERM), 0);
    assert_int_equal(wait_end(), SUPERVISE_OK);
}

static void
a_child_that_is_never_ready_ends_the_start(void **state)
{
    (void)state;
    write_config("[server]\nlisten = 127.0.0.1:0\nworkers = 2\n");
    start((struct supervise_options){.front = MUTE_CHILD, .worker = FAKE_CHILD, .start = 400000});
    wait_for("child.silent child=");
    wait_for("before it was ready");
    assert_int_equal(wait_end(), SUPERVISE_FAILED);
}

static void
a_second_signal_ends_at_once(void **state)
{
    (void)state;
    pid_t pids[16];
    write_config("[server]\nlisten = 127.0.0.1:0\nworkers = 2\ndrain_time = 10m\n");
    start((struct supervise_options){.front = FAKE_CHILD, .worker = FAKE_CHILD});
    wait_for("READY");
    size_t n = list_children(pids);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(kill(pids[i], SIGSTOP), 0); /* none of them can obey */
    assert_int_equal(kill(server, SIGTERM), 0);
    wait_for("supervisor drain");
    assert_int_equal(kill(server, SIGTERM), 0);
    assert_int_equal(wait_end(), SUPERVISE_OK);
}

static void
a_child_that_cannot_start_ends_the_server(void **state)
{
    (void)state;
    write_config("[server]\nlisten = 127.0.0.1:0\nworkers = 2\n");
    start((struct supervise_options){.front = FAKE_CHILD, .worker = "/bin/false"});
    wait_for("start.failed child=worker");
    assert_int_equal(wait_end(), SUPERVISE_FAILED);
    start((struct supervise_options){.front = "/nonexistent/front", .worker = FAKE_CHILD});
    wait_for("step=exec path=/nonexistent/front");
    wait_for("exit status 127 before it was ready");
    assert_int_equal(wait_end(), SUPERVISE_FAILED);
}

static void
what_is_wrong_before_the_first_child_is_refused(void **state)
{
    (void)state;
    const struct supervise_options fake = {.front = FAKE_CHILD, .worker = FAKE_CHILD};
    write_config("[server]\nfronts = x\nworkers = -1\n");
    start(fake);
    wait_for(":2: ");
    wait_for(":3: ");
    assert_int_equal(wait_end(), SUPERVISE_BAD_CONFIG);

    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(taken, (const struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(taken, 1), 0);
    assert_int_equal(getsockname(taken, (struct sockaddr *)&at, &n), 0);
    char text[128];
    (void)snprintf(text, sizeof text, "[server]\nlisten = 127.0.0.1:%d\n", ntohs(at.sin_port));
    write_config(text);
    start(fake);
    wait_for("cannot listen on 127.0.0.1");
    assert_int_equal(wait_end(), SUPERVISE_FAILED);
    (void)close(taken);
}

static void
a_reload_says_what_it_did(void **state)
{
    (void)state;
    start_fake();
    wait_for("READY");
    write_config("[server]\nlistne = 127.0.0.1:0\n");
    assert_int_equal(kill(server, SIGHUP), 0);
    wait_for("reload.refused");
    write_config("[server]\nlisten = 127.0.0.1:0\nworkers = 3\ndrain_time = 2s\n");
    assert_int_equal(kill(server, SIGHUP), 0);
    wait_for("reload needs_restart=\"server.workers\"");
    assert_int_equal(kill(server, SIGTERM), 0);
    wait_for("drain seconds=2");
    assert_int_equal(wait_end(), SUPERVISE_OK);
}

static void
a_courier_that_lost_its_channel_gets_a_new_one(void **state)
{
    (void)state;
    start_fake();
    wait_for("READY");
    assert_int_equal(kill(server, SIGHUP), 0);
    wait_for("channel.again child=courier slot=0 worker=0");
    assert_int_equal(kill(server, SIGTERM), 0);
    assert_int_equal(wait_end(), SUPERVISE_OK);
}

static void
a_service_manager_is_told(void **state)
{
    (void)state;
    char path[64], text[64];
    (void)snprintf(path, sizeof path, "@%s", file);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    memcpy(at.sun_path + 1, path + 1, strlen(path + 1));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t n = (socklen_t)(sizeof(sa_family_t) + strlen(path));
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, n), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
    start_fake();
    static const char *const wanted[] = {"READY=1", "RELOADING=1\nMONOTONIC_USEC=", "READY=1", "STOPPING=1"};
    static const int signals[] = {0, SIGHUP, 0, SIGTERM};
    for (size_t i = 0; i < 4; i++) {
        if (signals[i] != 0)
            assert_int_equal(kill(server, signals[i]), 0);
        ssize_t got = recv(fd, text, sizeof text - 1, 0);
        assert_true(got > 0);
        assert_true(str_starts((struct str){text, (size_t)got}, str_from_cstr(wanted[i])));
    }
    assert_int_equal(wait_end(), SUPERVISE_OK);
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    (void)close(fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_all_children_and_drains),
        cmocka_unit_test(a_child_has_nothing_but_what_is_meant_for_it),
        cmocka_unit_test(a_child_that_dies_is_started_again),
        cmocka_unit_test(a_child_that_is_silent_is_killed),
        cmocka_unit_test(a_child_that_is_never_ready_ends_the_start),
        cmocka_unit_test(a_second_signal_ends_at_once),
        cmocka_unit_test(a_child_that_cannot_start_ends_the_server),
        cmocka_unit_test(what_is_wrong_before_the_first_child_is_refused),
        cmocka_unit_test(a_reload_says_what_it_did),
        cmocka_unit_test(a_courier_that_lost_its_channel_gets_a_new_one),
        cmocka_unit_test(a_service_manager_is_told),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
