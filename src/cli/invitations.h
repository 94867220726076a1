/* SPDX-License-Identifier: Apache-2.0 */
/* invitations: links that enrol phones, as a file of comma-separated values (RFC 4180): email,name,link.
 * Anyone who has a link can enrol a phone: the file is the owner's alone (0600), and new. */
#ifndef COUNTERSIGN_CLI_INVITATIONS_H
#define COUNTERSIGN_CLI_INVITATIONS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"

struct invitations {
    struct cli *cli;
    struct str path; /* null: there is no file */
    int fd;
    struct buf text;
};

/* Creates the file first: without it nothing should be made. ERR_USAGE. */
enum errcode invitations_open(struct cli *cli, struct str path, struct invitations *v) MUST_CHECK;
void invitations_add(struct invitations *v, struct str email, struct str name, struct str link);
/* Writes the file, durably, if there is one. ERR_IO: the links were made, and cannot be shown. */
enum errcode invitations_write(struct invitations *v) MUST_CHECK;
/* Removes a file that was not written because nothing was made (err), and frees the memory. */
void invitations_close(struct invitations *v, enum errcode err);

#endif
