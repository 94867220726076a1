/* SPDX-License-Identifier: Apache-2.0 */
/* screen: see the header. Sequences of ECMA-48 and xterm that every terminal of today knows. */
#include "cli/screen.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* The second screen, without a cursor; and back. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define REST_OF_LINE "\033[K"
#define REST_OF_SCREEN "\033[J"

static bool
can_draw(const struct cli *cli)
{
    const char *term = getenv("TERM");
    return !cli->json && isatty(fileno(cli->out)) && term != NULL && strcmp(term, "dumb") != 0;
}

/* Keys one by one, without echo. Without a key that suspends: the shell would get a screen half drawn. */
static int
take_keys(struct screen *s)
{
    int fd = fileno(s->cli->in);
    if (fd < 0 || !isatty(fd) || tcgetattr(fd, &s->before) != 0)
        return -1;
    struct termios raw = s->before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VSUSP] = _POSIX_VDISABLE;
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(fd, TCSADRAIN, &raw) == 0 ? fd : -1;
}

enum errcode
screen_open(struct cli *cli, struct screen *s)
{
    *s = (struct screen){.cli = cli, .is_terminal = can_draw(cli), .keys = -1};
    if (interrupt_open(&s->stop) != ERR_NONE)
        return err_set(&cli->cx, ERR_SYSTEM, "signals cannot be awaited");
    if (s->is_terminal) {
        s->keys = take_keys(s);
        fputs(ENTER, cli->out);
    }
    return ERR_NONE;
}

void
screen_close(struct screen *s)
{
    if (s->is_terminal)
        fputs(LEAVE, s->cli->out);
    (void)fflush(s->cli->out);
    if (s->keys >= 0)
        (void)tcsetattr(s->keys, TCSAFLUSH, &s->before);
    interrupt_take(&s->stop);
    interrupt_close(&s->stop);
}

void
screen_draw(struct screen *s, struct str lines)
{
    FILE *out = s->cli->out;
    if (s->is_terminal)
        fputs(HOME, out);
    while (!str_is_empty(lines)) {
        struct str line = str_cut(&lines, '\n');
        fprintf(out, "%.*s%s\n", STR_ARG(line), s->is_terminal ? REST_OF_LINE : "");
    }
    if (s->is_terminal)
        fputs(REST_OF_SCREEN, out);
    (void)fflush(out);
}

static bool
has_typed_q(const struct screen *s)
{
    char c = 0;
    while (read(s->keys, &c, 1) == 1)
        if (c == 'q' || c == 'Q')
            return true;
    return false;
}

bool
screen_wait(const struct screen *s, int64_t until)
{
    for (;;) {
        const int64_t left = until - clock_mono();
        struct pollfd p[] = {{.fd = s->stop.fd, .events = POLLIN}, {.fd = s->keys, .events = POLLIN}};
        if (left <= 0)
            return true;
        int n = poll(p, ARRAY_LEN(p), (int)(left / CLOCK_MS) + 1);
        if (n > 0 &&
            (p[0].revents != 0 || (p[1].revents & ~POLLIN) != 0 || (p[1].revents != 0 && has_typed_q(s))))
            return false;
    }
}
