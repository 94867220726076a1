/* SPDX-License-Identifier: Apache-2.0 */
/* invitations: see the header. */
#include "cli/invitations.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fds.h"

enum { TEXT_MOST = 128 * 1024 * 1024 };

enum errcode
invitations_open(struct cli *cli, struct str path, struct invitations *v)
{
    *v = (struct invitations){.cli = cli, .path = path, .fd = -1};
    buf_init(&v->text, TEXT_MOST);
    buf_add_cstr(&v->text, "email,name,link\r\n");
    if (path.p != NULL && (v->fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
        return err_set(&cli->cx, ERR_USAGE, "%.*s cannot be created: %s", STR_ARG(path), strerror(errno));
    return ERR_NONE;
}

/* A field in quotes, as RFC 4180 has it. What a spreadsheet would take for a formula, which could send the
 * links of the other rows away, is text there by its apostrophe. */
static void
add_field(struct buf *out, struct str field, const char *after)
{
    static const struct str formulas = STR("=+-@\t\r");
    buf_add_byte(out, '"');
    if (field.n > 0 && str_find(formulas, field.p[0]) < formulas.n)
        buf_add_byte(out, '\'');
    for (size_t k = 0; k < field.n; k++) {
        if (field.p[k] == '"')
            buf_add_byte(out, '"');
        buf_add_byte(out, (unsigned char)field.p[k]);
    }
    buf_addf(out, "\"%s", after);
}

void
invitations_add(struct invitations *v, struct str email, struct str name, struct str link)
{
    add_field(&v->text, email, ",");
    add_field(&v->text, name, ",");
    add_field(&v->text, link, "\r\n");
}

enum errcode
invitations_write(struct invitations *v)
{
    if (v->fd < 0 || (!buf_is_over(&v->text) && fds_write_synced(v->fd, buf_view(&v->text))))
        return ERR_NONE;
    return err_set(
        &v->cli->cx, ERR_IO,
        "all was made, but the invitations could not be written: make them with countersign enrol");
}

void
invitations_close(struct invitations *v, enum errcode err)
{
    if (v->fd >= 0 && err != ERR_NONE && err != ERR_IO)
        (void)unlink(v->path.p);
    if (v->fd >= 0)
        close(v->fd);
    buf_clear(&v->text);
}
