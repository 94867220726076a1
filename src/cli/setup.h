/* SPDX-License-Identifier: Apache-2.0 */
/* setup: what `countersign setup` is to make, and the parts that make it. Each part leaves alone what is
 * there and says so, so that a second run changes nothing. Enter at cmd_setup.c. */
#ifndef COUNTERSIGN_CLI_SETUP_H
#define COUNTERSIGN_CLI_SETUP_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "cli/cli.h"

#define SETUP_USER "countersign"

struct setup {
    struct cli *cli;
    bool is_system; /* of the whole machine, by root: its account, its folders, its service */
    bool is_trial, is_proxied;
    bool starts; /* the service, where systemd runs */
    struct str name, certificate, key, listen;
    const char *config, *store, *key_file; /* paths */
    const char *trial_certificate, *trial_key;
    uid_t uid; /* who the files of the server belong to */
    gid_t gid;
    json_t *steps;
};

/* Reports one step: it was made now, or was there. */
void setup_step(struct setup *s, bool is_made, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Writes a file that is complete or not there, mode and owner included; durable. is_made_out: false when the
 * very same text was there. ERR_EXISTS: another text; ERR_STORE. */
enum errcode
setup_write(struct setup *s, const char *path, struct str text, mode_t mode, bool *is_made_out) MUST_CHECK;

/* setup_file.c: the account, the folders, the certificate of a trial, the configuration. */
enum errcode setup_account(struct setup *s) MUST_CHECK;
enum errcode setup_folders(struct setup *s) MUST_CHECK;
enum errcode setup_trial_certificate(struct setup *s) MUST_CHECK;
enum errcode setup_configuration(struct setup *s) MUST_CHECK;

/* setup_service.c: hands systemd the credentials and the addresses, and starts the service. No effect where
 * systemd does not run, or has no unit of ours. */
bool setup_has_service(const struct setup *s);
enum errcode setup_service(struct setup *s) MUST_CHECK;

#endif
