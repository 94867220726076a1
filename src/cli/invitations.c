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

/* Whether a spreadsheet takes what begins so for a formula; some do with characters of full width. */
static bool
is_formula(struct str s)
{
    static const struct str wide = STR("\uff1d\uff0b\uff0d\uff20"), narrow = STR("=+-@\t\r");
    enum { WIDTH = 3 };
    if (s.n == 0 || str_find(narrow, s.p[0]) < narrow.n)
        return s.n > 0;
    for (size_t i = 0; i < wide.n; i += WIDTH)
        if (str_starts(s, str_sub(wide, i, WIDTH)))
            return true;
    return false;
}

/* A field in quotes, as RFC 4180 has it. A formula, which could send the links of the other rows away, is
 * text by its apostrophe; also behind a semicolon, where some spreadsheets begin a field, whatever the
 * quotes. */
static void
add_field(struct buf *out, struct str field, const char *after)
{
    buf_add_byte(out, '"');
    for (size_t k = 0; k < field.n; k++) {
        if ((k == 0 || field.p[k - 1] == ';') && is_formula(str_sub(field, k, SIZE_MAX)))
            buf_add_byte(out, '\'');
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
