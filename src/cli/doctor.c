/* SPDX-License-Identifier: Apache-2.0 */
/* doctor: see the header. One function for each check, in the order of `checks`, at the end. */
#include "cli/doctor.h"

#include <errno.h>
#include <netdb.h>
#include <pwd.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include "base/inet.h"
#include "cli/daemon.h"
#include "cli/finding.h"
#include "cli/print.h"
#include "client/http_client.h"
#include "report/doubtful.h"

enum { MIB = 1024 * 1024, LEAST_MIB = 64, FEW_MIB = 1024, REACH_SECONDS = 15 };

struct doctor {
    struct cli *cli;
    json_t *found;
    size_t n_wrong;
    bool has_config;   /* cli->config is what the file says */
    const char *check; /* that looks now */
};

/* advice: what to do, or NULL. */
static void PRINTF_LIKE(4, 5)
    find(struct doctor *d, enum status_state state, const char *advice, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const struct finding found = {.state = state,
                                  .check = d->check,
                                  .text = arena_vprintf(&d->cli->cx.arena, fmt, ap),
                                  .advice = str_from_cstr(advice)};
    va_end(ap);
    print_add(d->found, finding_document(&found));
    finding_print(d->cli, &found);
    d->n_wrong += state == STATUS_WRONG ? 1 : 0;
}

/* All that a start would load: by the server's own programs, under its own account. */
static void
look_at_configuration(struct doctor *d)
{
    struct cli *cli = d->cli;
    struct str path = str_from_cstr(cli_config_path(cli));
    struct str warning = arena_printf(&cli->cx.arena, "%.*s: warning: ", STR_ARG(path));
    struct str note = arena_printf(&cli->cx.arena, "%.*s: note: ", STR_ARG(path));
    struct buf lines;
    bool is_usable = false;
    buf_init(&lines, DAEMON_LINES_MAX);
    enum errcode err = daemon_check(cli, path, &lines, &is_usable);
    for (struct str rest = str_trim(buf_view(&lines), "\n"); rest.n > 0;) {
        struct str line = str_cut(&rest, '\n');
        find(d,
             str_starts(line, warning) ? STATUS_WARNING
             : str_starts(line, note)  ? STATUS_RIGHT
                                       : STATUS_WRONG,
             NULL, "%.*s", STR_ARG(line));
    }
    buf_clear(&lines);
    if (err != ERR_NONE)
        find(d, STATUS_WRONG, NULL, "%s", cli->cx.detail);
    err_forget(&cli->cx);
    d->has_config = cli_configure(cli) == ERR_NONE;
    err_forget(&cli->cx);
    if (is_usable)
        find(d, STATUS_RIGHT, NULL, "%s: the server can start with it", path.p);
}

static void
look_at_certificate(struct doctor *d)
{
    const struct config *c = &d->cli->config;
    if (!str_is_empty(c->tls_certificate))
        find(d, STATUS_RIGHT, NULL, "%s is used; each certificate and its problems, if any, are above",
             c->tls_certificate.p);
    else if (config_is_local(c))
        find(d, STATUS_WARNING, "set certificate and key in [tls]",
             "there is no TLS: this machine alone can sign in");
    else
        find(d, STATUS_RIGHT, NULL, "there is none: a proxy terminates TLS");
}

static void
look_at_key(struct doctor *d)
{
    struct cli *cli = d->cli;
    if (cli_open_store(cli) != ERR_NONE)
        find(d, STATUS_WRONG, NULL, "%s", cli->cx.detail);
    else
        find(d, STATUS_RIGHT, NULL, "%s is the key of %s", cli->config.store_key_file.p,
             config_store(&cli->config).p);
    cli_close_store(cli);
    err_forget(&cli->cx);
    if (cli_is_key_beside_store(cli))
        find(d, STATUS_WARNING, "move it into a folder of its own, and set store.key_file",
             "the key is in the database's folder: a copy of the folder has both");
}

/* Stored names were not judged again when the rules grew. That the database does not open was said before. */
static void
look_at_names(struct doctor *d)
{
    struct cli *cli = d->cli;
    struct doubtful names = {.n = 0};
    const bool is_open = cli_open_store(cli) == ERR_NONE;
    enum errcode err = is_open ? doubtful_find(&cli->cx, &names) : ERR_NONE;
    for (size_t i = 0; i < names.n; i++)
        find(d, STATUS_WARNING, print_safe(cli, names.found[i].command), "'%s' would be refused today",
             print_safe(cli, names.found[i].name));
    if (names.more > 0)
        find(d, STATUS_WARNING, "mend those, and look again", "%lld more would be refused",
             (long long)names.more);
    if (err != ERR_NONE)
        find(d, STATUS_WRONG, NULL, "%s", cli->cx.detail);
    else if (is_open && names.n == 0)
        find(d, STATUS_RIGHT, NULL, "each name is fit to be compared by eye");
    cli_close_store(cli);
    err_forget(&cli->cx);
}

/* -1: not there, which other checks report. */
static int
mode_of(const char *path, uid_t *owner_out)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return -1;
    *owner_out = st.st_uid;
    return (int)(st.st_mode & 07777);
}

static void
look_at_modes(struct doctor *d)
{
    struct cli *cli = d->cli;
    const char *config = cli_config_path(cli), *store = config_local_file(&cli->config).p;
    const char *folder = cli_folder_of(cli, config_local_file(&cli->config));
    const char *user = arena_cstr(&cli->cx.arena, cli->config.server_user);
    const struct passwd *pw = user[0] != '\0' ? getpwnam(user) : NULL;
    size_t before = d->n_wrong;
    uid_t owner = 0;
    int mode = mode_of(config, &owner);
    if (mode >= 0 && (mode & 022) != 0)
        find(d, STATUS_WRONG, "chmod go-w it", "%s can be changed by others than its owner", config);
    mode = mode_of(folder, &owner);
    if (mode >= 0 && (mode & 077) != 0)
        find(d, STATUS_WARNING, "chmod 700 it", "others than its owner can enter %s", folder);
    mode = mode_of(store, &owner);
    if (mode >= 0 && (mode & 077) != 0)
        find(d, STATUS_WRONG, "chmod 600 it", "others than its owner can read %s", store);
    if (mode >= 0 && pw != NULL && owner != pw->pw_uid)
        find(d, STATUS_WRONG, "chown it to server.user", "%s does not belong to %s", store, user);
    if (d->n_wrong == before)
        find(d, STATUS_RIGHT, NULL, "configuration and database are their owners' alone to change");
}

static void
look_at_disk(struct doctor *d)
{
    const char *folder = cli_folder_of(d->cli, config_local_file(&d->cli->config));
    struct statvfs fs;
    if (statvfs(folder, &fs) != 0) {
        find(d, STATUS_WRONG, NULL, "%s: %s", folder, strerror(errno));
        return;
    }
    uint64_t free_mib = (uint64_t)fs.f_bavail * fs.f_frsize / MIB;
    if ((fs.f_flag & ST_RDONLY) != 0)
        find(d, STATUS_WRONG, "mount it for writing", "%s is on a read-only file system", folder);
    else if (free_mib < LEAST_MIB || (fs.f_files > 0 && fs.f_favail == 0))
        find(d, STATUS_WRONG, "make room: without it no sign-in succeeds", "%s has %llu MiB left", folder,
             (unsigned long long)free_mib);
    else
        find(d, free_mib < FEW_MIB ? STATUS_WARNING : STATUS_RIGHT, free_mib < FEW_MIB ? "make room" : NULL,
             "%s has %llu MiB left", folder, (unsigned long long)free_mib);
}

static void
look_at_clock(struct doctor *d)
{
    struct timex t = {.modes = 0};
    if (adjtimex(&t) < 0)
        find(d, STATUS_WARNING, NULL, "the kernel cannot be asked about the clock: %s", strerror(errno));
    else if ((t.status & STA_UNSYNC) != 0)
        find(d, STATUS_WARNING, "run a time service: codes of authenticators depend on the time",
             "the machine's clock is not synchronized");
    else
        find(d, STATUS_RIGHT, NULL, "the machine's clock is synchronized");
}

static void
look_at_push(struct doctor *d)
{
    const struct config *c = &d->cli->config;
    if (str_is_empty(c->push_contact))
        find(d, STATUS_WARNING, "set push.contact to mailto:ADDRESS",
             "phones are not notified: a sign-in is seen only while the app is open");
    else
        find(d, STATUS_RIGHT, NULL, "phones are notified; push services are given %s",
             arena_cstr(&d->cli->cx.arena, c->push_contact));
}

/* The host of scheme://host[:port], without brackets. */
static const char *
host_of(struct cli *cli, struct str url)
{
    struct str rest = str_sub(url, str_find_str(url, STR_LIT("://")) + 3, SIZE_MAX);
    bool bracket = str_starts(rest, STR_LIT("["));
    size_t end = str_find(rest, bracket ? ']' : ':');
    return arena_cstr(&cli->cx.arena, str_sub(rest, bracket ? 1 : 0, bracket ? end - 1 : end));
}

static void
look_at_name(struct doctor *d)
{
    struct cli *cli = d->cli;
    struct str url = config_public_url(&cli->config, &cli->cx.arena);
    const char *host = host_of(cli, url);
    struct addrinfo *found = NULL, wanted = {.ai_socktype = SOCK_STREAM};
    struct inet_addr addr;
    int why = getaddrinfo(host, NULL, &wanted, &found);
    if (why == 0)
        freeaddrinfo(found);
    if (why != 0)
        find(d, STATUS_WRONG, "add it to the name service", "%s: %s", host, gai_strerror(why));
    else if (config_is_local(&cli->config))
        find(d, STATUS_WARNING, "set server.public_url to the address that phones use",
             "links and QR codes are for this machine alone (%.*s)", STR_ARG(url));
    else if (inet_parse(str_from_cstr(host), &addr) == ERR_NONE)
        find(d, STATUS_WARNING, "give it a name before the first phone is enrolled",
             "%s is a number: browsers make no passkeys there", host);
    else
        find(d, STATUS_RIGHT, NULL, "%s has an address", host);
}

/* The status of /healthz; ca NULL: by the authorities of this machine. */
static enum errcode
ask_server(struct cli *cli, const char *ca, long *status_out)
{
    struct str url = config_public_url(&cli->config, &cli->cx.arena);
    const struct http_client_options options = {.url = url,
                                                .ca_file = ca,
                                                .allows_http = cli->config.server_allow_plain_http,
                                                .total_seconds = REACH_SECONDS};
    struct http_client *http = NULL;
    struct http_client_response answer = {0};
    enum errcode err = http_client_open(&cli->cx, &options, &http);
    if (err == ERR_NONE)
        err = http_client_get(&cli->cx, http, "/healthz", &answer);
    http_client_close(&http);
    *status_out = answer.status;
    return err;
}

static void
look_from_outside(struct doctor *d)
{
    struct cli *cli = d->cli;
    const char *url = arena_cstr(&cli->cx.arena, config_public_url(&cli->config, &cli->cx.arena));
    const char *own = str_is_empty(cli->config.tls_certificate) ? NULL : cli->config.tls_certificate.p;
    long status = 0;
    enum errcode err = ask_server(cli, NULL, &status);
    const char *why = arena_cstr(&cli->cx.arena, str_from_cstr(cli->cx.detail));
    err_forget(&cli->cx);
    bool is_distrusted = err != ERR_NONE && own != NULL && ask_server(cli, own, &status) == ERR_NONE;
    err_forget(&cli->cx);
    if (err != ERR_NONE && !is_distrusted)
        find(d, STATUS_WRONG, "start the server, or open the way to it", "%s", why);
    else if (status != 200)
        find(d, STATUS_WRONG, "look into its log", "%s answers, but not that it serves (status %ld)", url,
             status);
    else if (is_distrusted)
        find(d, STATUS_WARNING, "use a certificate of an authority that phones trust",
             "%s answers with a certificate that this machine does not trust", url);
    else
        find(d, STATUS_RIGHT, NULL, "%s answers", url);
}

size_t
doctor_run(struct cli *cli, json_t *document)
{
    static const struct {
        const char *name;
        void (*look)(struct doctor *d);
    } checks[] = {
        {"configuration", look_at_configuration}, /* first: the others need it */
        {"certificate", look_at_certificate},
        {"name", look_at_name},
        {"key", look_at_key},
        {"names", look_at_names},
        {"modes", look_at_modes},
        {"disk", look_at_disk},
        {"clock", look_at_clock},
        {"push", look_at_push},
        {"reach", look_from_outside},
    };
    struct doctor d = {.cli = cli, .found = print_array()};
    for (size_t i = 0; i < ARRAY_LEN(checks) && (i == 0 || d.has_config); i++) {
        d.check = checks[i].name;
        checks[i].look(&d);
    }
    print_put(document, "checks", d.found);
    return d.n_wrong;
}
