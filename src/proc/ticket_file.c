/* SPDX-License-Identifier: Apache-2.0 */
/* ticket_file: see the header. */
#include "proc/ticket_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/os.h"
#include "base/rand.h"
#include "base/secret.h"

/* Its size tells this form from others: change that with the form. */
struct content {
    int64_t made;
    struct tls_tickets tickets;
};

bool
ticket_file_read(int fd, struct tls_tickets *out, int64_t *made_out)
{
    struct {
        struct content c;
        char more;
    } got;
    bool is_whole = fd >= 0 && pread(fd, &got, sizeof got, 0) == (ssize_t)sizeof got.c;
    if (is_whole) {
        *out = got.c.tickets;
        *made_out = got.c.made;
    }
    secret_wipe(&got, sizeof got);
    return is_whole;
}

bool
ticket_file_is(int fd)
{
    struct tls_tickets unused;
    int64_t made = 0;
    bool is_one = os_memory_is_sealed(fd) && ticket_file_read(fd, &unused, &made);
    secret_wipe(&unused, sizeof unused);
    return is_one;
}

enum errcode
ticket_file_make(struct cx *cx, int before, int *fd_out)
{
    struct content c;
    struct tls_tickets old;
    int64_t made = 0;
    rand_bytes(&c, sizeof c);
    c.made = clock_mono();
    if (ticket_file_read(before, &old, &made))
        c.tickets.keys[1] = old.keys[0];
    int fd = os_memory_file("countersign-tickets");
    bool is_made = fd >= 0 && write(fd, &c, sizeof c) == (ssize_t)sizeof c && os_memory_seal(fd, false);
    int why = errno;
    secret_wipe(&c, sizeof c);
    secret_wipe(&old, sizeof old);
    if (!is_made && fd >= 0)
        (void)close(fd);
    *fd_out = is_made ? fd : -1;
    return is_made ? ERR_NONE : err_set(cx, ERR_SYSTEM, "no keys for session tickets: %s", strerror(why));
}
